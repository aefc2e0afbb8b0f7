"""What whoever watches the server sees: /health, /ready, /metrics, and a name for each request."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from sanic import Sanic
from sanic.compat import Header

from bot.channels.buckets import Rate
from bot.channels.catalogue import Catalogue
from bot.channels.health import Readiness, is_this_computer
from bot.channels.limits import Limits, Rates
from bot.channels.server import make_server
from bot.channels.session import Sessions
from bot.engine.metrics import Metrics
from bot.engine.rows import StoreError

if TYPE_CHECKING:
    from bot.engine.bot import Bot

PLANTED = "ヒミツノコトバ"
ONE = Rate(burst=2, per_second=0.001)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def metrics(bot: Bot) -> Metrics:
    return Metrics(lambda: bot.content, bot.faults.lasting, bot.clock)


@pytest.fixture
async def client(monkeypatch: pytest.MonkeyPatch, bot: Bot, metrics: Metrics) -> AsyncIterator[httpx.AsyncClient]:
    # Without it Sanic rewrites its own code at every start and allows one server a process.
    monkeypatch.setattr(Sanic, "test_mode", True)
    limits = Limits(Rates(of_one=ONE, of_client=ONE, of_all=ONE, opened_by_client=ONE, opened_by_all=ONE), refused=metrics.refused)
    application = make_server(bot, Sessions(b"k" * 32), limits, 16_384, metrics=metrics)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        running = await application.create_server(sock=listening, return_asyncio_server=True, access_log=False, debug=False)
        await running.startup()
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}") as client:
                yield client
        finally:
            running.close()


async def counted(client: httpx.AsyncClient, name: str) -> float:
    """0 where the sample is not there."""
    found = re.search(rf"^jpki_bot_{re.escape(name)} (.+)$", (await client.get("/metrics")).text, re.MULTILINE)
    return float(found[1]) if found else 0.0


async def test_health_names_what_is_wrong_and_what_was(client: httpx.AsyncClient, bot: Bot) -> None:
    before = (await client.get("/health")).json()
    assert before["status"] == "ok" and before["faults"] == []
    bot.faults.begin("store_unsaved", f"/var/lib/{PLANTED}: 保存できません")
    try:
        reply = await client.get("/health")
        assert reply.status_code == 200 and reply.json()["status"] == "degraded"
        assert reply.json()["faults"] == [{"name": "store_unsaved", "since": bot.clock().isoformat(timespec="seconds")}]
        assert PLANTED not in reply.text and "/var" not in reply.text
        assert await counted(client, 'fault_lasting{fault="store_unsaved"}') == 1
    finally:
        bot.faults.end("store_unsaved")
    after = (await client.get("/health")).json()
    assert after["status"] == "ok" and set(after["past"][-1]) == {"name", "since", "until"} and after["past"][-1]["name"] == "store_unsaved"


async def test_ready_is_what_really_answers(client: httpx.AsyncClient) -> None:
    reply = await client.get("/ready")
    assert reply.status_code == 200 and reply.json() == {"ready": True, "missing": []}


async def test_a_bot_that_answers_wrongly_is_not_ready(client: httpx.AsyncClient, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    consult = bot.consult

    async def astray(text: str, *more: Any, **named: Any) -> dict[str, Any]:
        return {**await consult(text, *more, **named), "topic": "goodbye"}

    monkeypatch.setattr(bot, "consult", astray)
    reply = await client.get("/ready")
    assert reply.status_code == 503 and reply.json() == {"ready": False, "missing": ["answer"]}


async def test_where_the_store_cannot_be_written_it_is_named(client: httpx.AsyncClient, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise StoreError(f"/var/lib/{PLANTED}: disk full")

    monkeypatch.setattr(bot, "probe", full)
    reply = await client.get("/ready")
    assert reply.status_code == 503 and reply.json()["missing"] == ["store"] and PLANTED not in reply.text


async def test_without_a_model_health_is_there_and_readiness_is_not(client: httpx.AsyncClient, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot, "_agent", None)
    assert (await client.get("/health")).status_code == 200
    reply = await client.get("/ready")
    assert reply.status_code == 503 and reply.json()["missing"] == ["model", "answer"]


class Consulted:
    """Counts what readiness asks of the bot; `answer` is awaited first."""

    def __init__(self, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times, self._consult = 0, bot.consult
        self.wait: asyncio.Event | None = None
        monkeypatch.setattr(bot, "consult", self)

    async def __call__(self, *asked: Any, **named: Any) -> dict[str, Any]:
        self.times += 1
        if self.wait is not None:
            await self.wait.wait()
        return await self._consult(*asked, **named)


async def test_many_who_ask_at_once_cost_one_question(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, consulted = Clock(), Consulted(bot, monkeypatch)
    readiness = Readiness(bot, clock)
    assert set(await asyncio.gather(*(readiness.missing() for _ in range(50)))) == {()}
    clock.now += 4.9
    await readiness.missing()
    assert consulted.times == 1
    clock.now += 0.2
    await readiness.missing()
    assert consulted.times == 2


async def test_a_failure_is_looked_at_again_sooner(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, consulted = Clock(), Consulted(bot, monkeypatch)
    consulted.wait = asyncio.Event()
    readiness = Readiness(bot, clock, patience=0.01)
    assert await readiness.missing() == ("answer",)
    consulted.wait.set()
    assert await readiness.missing() == ("answer",)
    clock.now += 1
    assert await readiness.missing() == ()


async def test_the_question_of_readiness_is_nobodys(client: httpx.AsyncClient, bot: Bot) -> None:
    names = bot._store.names() if hasattr(bot._store, "names") else []
    await client.get("/ready")
    text = (await client.get("/metrics")).text
    assert not re.search(r"^jpki_bot_turns_total\{.*\} [1-9]", text, re.MULTILINE)
    assert (bot._store.names() if hasattr(bot._store, "names") else []) == names


async def test_no_limit_applies_to_those_who_watch(client: httpx.AsyncClient) -> None:
    for path in ("/health", "/ready", "/metrics") * 150:
        assert (await client.get(path)).status_code == 200


async def test_refusals_are_counted_by_what_was_too_much(client: httpx.AsyncClient) -> None:
    session = (await client.post("/api/session")).json()["session"]
    assert [(await client.post("/api/session")).status_code for _ in range(3)] == [201, 429, 429]
    headers = {"Authorization": f"Bearer {session}"}
    told = [(await client.post("/api/messages", headers=headers, json={"text": "手数料は？"})).status_code for _ in range(3)]
    assert told == [200, 200, 429]
    assert (await client.post("/api/messages", headers={"Authorization": "Bearer x"}, json={})).status_code == 401
    assert (await client.post("/api/messages", headers=headers, content=b" " * 20_000)).status_code == 413
    assert (await client.delete("/api/session", headers=headers)).status_code == 200
    for reason, times in {"session": 2, "message": 1, "unauthorized": 1, "too_large": 1, "sign_in": 0}.items():
        assert await counted(client, f'refusals_total{{reason="{reason}"}}') == times, reason
    assert await counted(client, 'http_requests_total{method="POST",route="/api/messages",status="429"}') == 1
    assert await counted(client, 'http_request_seconds_count{route="/api/session"}') == 5


async def test_a_route_is_its_template_and_what_is_none_of_ours_is_other(client: httpx.AsyncClient) -> None:
    for path in (f"/{PLANTED}", f"/api/{PLANTED}?q={PLANTED}", "/health/x"):
        assert (await client.get(path)).status_code == 404
    assert (await client.request(PLANTED.encode().hex(), "/health")).status_code == 405
    assert await counted(client, 'http_requests_total{method="GET",route="other",status="404"}') == 3
    text = (await client.get("/metrics")).text
    assert PLANTED not in text and PLANTED.encode().hex() not in text and "%E3" not in text
    assert await counted(client, 'http_requests_total{method="other",route="other",status="405"}') == 1


LOOPBACK = {
    "127.0.0.1": True,
    "127.8.8.8": True,
    "::1": True,
    "::ffff:127.0.0.1": True,
    "203.0.113.7": False,
    "10.0.0.1": False,
    "2001:db8::1": False,
    "": False,
}
HOSTS = {
    "127.0.0.1:5005": True,
    "localhost:5005": True,
    "LOCALHOST": True,
    "[::1]:5005": True,
    "bot.example.jp": False,
    "localhost.example.jp": False,
    "127.0.0.1.example.jp": False,
    "[::1": False,
    "": False,
}


@pytest.mark.parametrize(("peer", "lets_in"), LOOPBACK.items())
def test_metrics_are_for_this_computer(peer: str, lets_in: bool) -> None:
    assert is_this_computer(SimpleNamespace(ip=peer, headers=Header({"host": "127.0.0.1:5005"}))) is lets_in


@pytest.mark.parametrize(("host", "lets_in"), HOSTS.items())
async def test_metrics_are_for_no_page_whose_name_was_led_here(client: httpx.AsyncClient, host: str, lets_in: bool) -> None:
    assert is_this_computer(SimpleNamespace(ip="127.0.0.1", headers=Header({"host": host}))) is lets_in
    assert (await client.get("/metrics", headers={"Host": host})).status_code == (200 if lets_in else 403)


@pytest.mark.parametrize("header", ["X-Forwarded-For", "forwarded", "X-Real-IP", "Via", "X-Forwarded-Host", "X-Forwarded-Proto"])
async def test_metrics_are_for_no_proxy(client: httpx.AsyncClient, header: str) -> None:
    reply = await client.get("/metrics", headers={header: "127.0.0.1"})
    assert reply.status_code == 403 and "jpki_bot" not in reply.text


# A name for each request

MADE = re.compile(r"[0-9a-f]{16}")
SANE = ("a1b2c3d4", "0189-ABCD-ef", "x" * 64)
INSANE = ("short", "x" * 65, "with space1", "with;semi-colon", "a1b2c3d4\u3042".encode(), "../../etc/passwd", "a1b2c3d4 ,b", "")


@pytest.mark.parametrize("given", SANE)
async def test_the_name_that_a_proxy_gave_stays(client: httpx.AsyncClient, given: str) -> None:
    assert (await client.get("/health", headers={"X-Request-Id": given})).headers["X-Request-Id"] == given


@pytest.mark.parametrize("given", INSANE)
async def test_what_is_no_name_is_replaced(client: httpx.AsyncClient, given: str | bytes) -> None:
    reply = await client.get("/health", headers=[(b"X-Request-Id", given if isinstance(given, bytes) else given.encode())])
    assert MADE.fullmatch(reply.headers["X-Request-Id"])


async def test_every_answer_has_its_own_name(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Catalogue) -> None:
        raise KeyError(PLANTED)

    monkeypatch.setattr(Catalogue, "asset", broken)
    replies = [
        await client.get("/"),
        await client.get("/"),
        await client.get("/nowhere"),
        await client.put("/health"),
        await client.get("/api/catalogue"),
        await client.post("/api/messages", content=b"{"),
        await client.post("/api/messages", content=b" " * 20_000),
        await client.options("/api/session", headers={"Origin": "https://x.example.jp"}),
    ]
    assert [reply.status_code for reply in replies] == [200, 200, 404, 405, 500, 401, 413, 403]
    names = [reply.headers["X-Request-Id"] for reply in replies]
    assert len(set(names)) == len(replies) and all(MADE.fullmatch(name) for name in names)
