"""More than is allowed, from one client and from many: 429 with a time to come back, while /health answers."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from bot.channels.limits import Limits, Rates, TooMany
from tests.security.conftest import Running, running
from tests.security.raw import connected, head, read_reply

_BURST = Rates().requests_of_client.burst


@pytest.fixture(scope="module")
def behind_a_proxy(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("proxied"), JPKI_BOT_PROXIES="1") as started:
        yield started


def _flood(port: int, source: str, path: str, count: int) -> Counter[int]:
    """`count` requests on eight connections, as fast as they go."""

    def sent(number: int) -> list[int]:
        with closing(connected(port, source)) as connection:
            statuses = []
            for _ in range(number):
                connection.sendall(head(f"GET {path} HTTP/1.1"))
                reply = read_reply(connection, waits=False)
                statuses.append(reply.status)
                assert reply.status != 429 or 1 <= int(reply.headers["retry-after"]) <= 60
            return statuses

    with ThreadPoolExecutor(8) as together:
        return Counter(status for statuses in together.map(sent, [count // 8] * 8) for status in statuses)


@pytest.mark.parametrize("path", ["/api/catalogue", "/nowhere", "/icon.svg"])
def test_a_client_that_asks_without_end_is_told_to_wait_whatever_it_asks(plain: Running, path: str) -> None:
    source = f"127.0.1.{len(path)}"
    found = _flood(plain.port, source, path, _BURST * 3)
    assert set(found) <= {200, 404, 429} and found[429] > 0 and found[200] + found[404] >= _BURST
    with connected(plain.port, source) as same:
        for path in ("/health", "/ready"):
            same.sendall(head(f"GET {path} HTTP/1.1"))
            assert read_reply(same, waits=False).status == 200
    with connected(plain.port, "127.0.1.250") as other:
        other.sendall(head("GET /icon.svg HTTP/1.1"))
        assert read_reply(other, waits=False).status == 200


def test_a_flood_of_messages_leaves_health_and_other_clients_alone(plain: Running) -> None:
    answered: Counter[int] = Counter()

    def floods(number: int) -> None:
        with httpx.Client(base_url=f"http://127.0.0.1:{plain.port}", transport=httpx.HTTPTransport(local_address="127.0.2.1"), timeout=30) as client:
            for _ in range(40):
                answered[client.post("/api/session").status_code] += 1

    with ThreadPoolExecutor(16) as together:
        flooding = [together.submit(floods, number) for number in range(16)]
        seen = []
        while not all(each.done() for each in flooding):
            began = time.monotonic()
            assert plain.client.get("/health").status_code == 200
            seen.append(time.monotonic() - began)
            time.sleep(0.05)
        for each in flooding:
            each.result()
    assert set(answered) == {201, 429} and answered[201] >= 30 and max(seen) < 5


def test_a_proxy_names_the_clients(behind_a_proxy: Running) -> None:
    """Each has its own share of new sessions; what a client writes into the header before the proxy does not help it."""
    opened = Rates().opened_by_client.burst

    def statuses(forwarded: str, count: int) -> Counter[int]:
        return Counter(behind_a_proxy.client.post("/api/session", headers={"X-Forwarded-For": forwarded}).status_code for _ in range(count))

    first = statuses("198.51.100.7", opened + 10)
    assert first[201] >= opened and first[429] > 0
    forged = Counter(
        behind_a_proxy.client.post("/api/session", headers={"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.7"}).status_code for number in range(5)
    )
    assert forged[429] >= 4
    assert statuses("198.51.100.8", 1) == {201: 1}


def test_without_a_declared_proxy_the_header_says_nothing(plain: Running) -> None:
    client = httpx.Client(base_url=f"http://127.0.0.1:{plain.port}", transport=httpx.HTTPTransport(local_address="127.0.3.1"))
    with client:
        found = Counter(client.post("/api/session", headers={"X-Forwarded-For": f"203.0.113.{number}"}).status_code for number in range(60))
    assert found[429] > 0
    assert plain.log.read_text().count("JPKI_BOT_PROXIES") == 1, "the operator hears of it, once"


async def test_a_platforms_deliveries_have_their_own_wider_rate() -> None:
    limits = Limits()
    for _ in range(Rates().deliveries.burst):
        await limits.request("198.51.100.1", delivers=True)
    # The bucket fills again meanwhile.
    with pytest.raises(TooMany):
        for _ in range(10 * Rates().deliveries.burst):
            await limits.request("198.51.100.1", delivers=True)
    await limits.request("198.51.100.1")


async def test_lifted_limits_count_no_request() -> None:
    limits = Limits(None)
    for _ in range(_BURST * 2):
        await limits.request("198.51.100.1")
