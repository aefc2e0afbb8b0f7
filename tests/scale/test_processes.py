"""Several processes with the same conversations: PostgreSQL, Redis and nginx as they are, and each of them failing."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import psycopg2
import pytest

from bot.engine.faults import Faults
from bot.engine.quiet import quiet_rasa
from bot.engine.redis_link import RedisLink
from bot.engine.without_tensorflow import keep_tensorflow_out
from bot.settings import JAPAN
from tests.channels.test_web import opened, said
from tests.scale.conftest import Office
from tests.scale.programs import PASSWORD, BotProcess, wait_until

quiet_rasa()
keep_tensorflow_out()

from bot.engine.redis_locks import RedisLocks  # noqa: E402

_DIALOGUE = ("中野区に住んでいます", "カードをなくした", "手数料は?", "代理人なら?", "何時まで開いてますか")
_PHONE = "03-3228-5425"
"""Of 中野区."""


async def _open(client: httpx.AsyncClient, url: str) -> dict[str, str]:
    reply = await client.post(f"{url}/api/session")
    assert reply.status_code == 201, reply.text
    return {"Authorization": f"Bearer {reply.json()['session']}"}


async def _ask(client: httpx.AsyncClient, url: str, session: dict[str, str], **body: str) -> httpx.Response:
    """Again where the process is so far behind, on a machine that does much else, that it refuses."""
    while True:
        reply = await client.post(f"{url}/api/messages", headers=session, json=body)
        if reply.status_code != 429:
            return reply
        await asyncio.sleep(0.5)


@asynccontextmanager
async def _client(home: str = "127.0.0.1") -> AsyncIterator[httpx.AsyncClient]:
    """From the address `home`: nginx counts what comes from each."""
    # The certificate is the tests' own.
    lines = httpx.AsyncHTTPTransport(verify=False, local_address=home, limits=httpx.Limits(max_connections=100, keepalive_expiry=2))
    async with httpx.AsyncClient(transport=lines, timeout=40) as client:
        yield client


def _rows(office: Office) -> list[tuple[int, list[dict[str, Any]]]]:
    """The version and the events of each conversation."""
    connection = psycopg2.connect(office.postgres.url)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT version, events FROM jpki_bot_conversations")
            return [(version, json.loads(events)) for version, events in cursor.fetchall()]
    finally:
        connection.close()


def _forget_all(office: Office) -> None:
    connection = psycopg2.connect(office.postgres.url)
    with connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM jpki_bot_conversations")
    connection.close()


def _spoken(events: Sequence[dict[str, Any]]) -> int:
    """How many answers the conversation remembers: of the dialogue all but the first, which only tells where somebody lives."""
    return next((len(event["value"]) for event in events if event["name"] == "history"), 0)


def _bare(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "confidence"}


async def _answers(client: httpx.AsyncClient, urls: Sequence[str]) -> list[dict[str, Any]]:
    """Of the dialogue, each message sent to the next of `urls`."""
    session = await _open(client, urls[0])
    found = []
    for number, text in enumerate(_DIALOGUE):
        reply = await _ask(client, urls[number % len(urls)], session, text=text, id=f"m{number}")
        assert reply.status_code == 200, reply.text
        found.append(_bare(reply.json()))
    return found


@pytest.mark.parametrize("count", [2, 4])
async def test_the_context_goes_along_whichever_process_answers(office: Office, count: int) -> None:
    urls = [process.url for process in office.processes[:count]]
    async with _client() as client:
        alone, together = await _answers(client, urls[:1]), await _answers(client, urls)
    assert together == alone and together[-1]["municipality"] == "中野区" and "午後5時" in together[-1]["text"]


@pytest.mark.parametrize("count", [2, 4])
async def test_messages_at_once_to_different_processes_are_all_answered_and_none_is_lost(office: Office, count: int) -> None:
    _forget_all(office)
    urls = [process.url for process in office.processes[:count]]
    async with _client() as client:

        async def talk() -> None:
            session = await _open(client, urls[0])
            sends = [_ask(client, urls[number % count], session, text=text, id=f"m{number}") for number, text in enumerate(_DIALOGUE)]
            assert [reply.status_code for reply in await asyncio.gather(*sends)] == [200] * len(_DIALOGUE)

        await asyncio.gather(*(talk() for _ in range(8)))
    assert [version for version, _ in _rows(office)] == [len(_DIALOGUE)] * 8


async def test_whoever_came_first_is_answered_first_whichever_process_it_reached(office: Office) -> None:
    link = RedisLink(office.redis.url, Faults(lambda: datetime.now(JAPAN)))
    locks = RedisLocks(link)

    async def waiting(conversation: str, count: int) -> None:
        while await link.client.llen(f"jpki-bot:queue:{conversation}") < count:
            await asyncio.sleep(0.01)

    first, second = (process.url for process in office.open)
    async with _client() as client:
        for _ in range(3):
            session = await _open(client, first)
            conversation = office.sessions.conversation(session["Authorization"].split()[1])
            sends = []
            async with locks.lock(conversation):
                for number, (url, text) in enumerate(zip((second, first, second, first), _DIALOGUE, strict=False)):
                    sends.append(asyncio.ensure_future(_ask(client, url, session, text=text)))
                    await asyncio.wait_for(waiting(conversation, number + 2), 20)
            found = [_bare((await sent).json()) for sent in sends]
            assert found == (await _answers(client, [first]))[:4]
    await locks.close()


async def test_a_message_that_comes_again_to_another_process_is_answered_alike_and_counts_once(office: Office) -> None:
    _forget_all(office)
    first, second = (process.url for process in office.open)
    async with _client() as client:
        session = await _open(client, first)
        for number, text in enumerate(_DIALOGUE[:2]):
            await _ask(client, first, session, text=text, id=f"m{number}")
        answers = [(await _ask(client, url, session, text="手数料は?", id="asked")).json() for url in (first, second, second, first)]
        assert answers[0]["topic"] and all(_bare(answer) == _bare(answers[0]) for answer in answers[1:])
        assert [_spoken(events) for _, events in _rows(office)] == [2]
        after = await _ask(client, second, session, text="代理人なら?", id="after")
        assert after.status_code == 200 and [_spoken(events) for _, events in _rows(office)] == [3]


async def test_a_conversation_forgotten_by_one_process_is_gone_for_all(office: Office) -> None:
    first, second = (process.url for process in office.open)
    async with _client() as client:
        session = await _open(client, first)
        for url in (first, second):
            await _ask(client, url, session, text="中野区に住んでいます")
        assert (await client.delete(f"{second}/api/session", headers=session)).status_code == 200
        asked = await _ask(client, first, session, text="何時までですか")
        assert asked.json()["outcome"] == "ask_back"


def test_limits_are_shared_by_processes(office: Office) -> None:
    first, second = (httpx.Client(base_url=process.url, timeout=30) for process in office.strict)
    session = opened(first)
    codes = [client.post("/api/messages", headers=session, json={"text": "はい"}).status_code for _ in range(20) for client in (first, second)]
    # Twenty at once, and one every two seconds while these go on.
    assert 20 <= codes.count(200) < 30 and codes.count(429) == len(codes) - codes.count(200)
    assert said(second, opened(second), "はい")["outcome"]
    for client in (first, second):
        client.close()


@dataclass
class Load:
    """Residents who talk through nginx and send a message again, under its id, until it is answered. `troubled` counts the trouble messages."""

    url: str
    sessions: int = 0
    acknowledged: int = 0
    again: int = 0
    troubled: list[str] = field(default_factory=list)
    slowest: float = 0.0
    _ends: bool = False

    async def talk(self, home: str) -> None:
        async with _client(home) as client:
            await self._talk(client)

    async def _talk(self, client: httpx.AsyncClient) -> None:
        while not self._ends:
            session = await self._until(201, lambda: client.post(f"{self.url}/api/session"))
            headers = {"Authorization": f"Bearer {session['session']}"}
            self.sessions += 1
            for number, text in enumerate(_DIALOGUE):
                asked = {"text": text, "id": f"m{number}"}
                await self._until(200, lambda asked=asked, headers=headers: client.post(f"{self.url}/api/messages", headers=headers, json=asked))  # type: ignore[misc]
                self.acknowledged += 1
                await asyncio.sleep(0.2)

    async def _until(self, code: int, send: Callable[[], Awaitable[httpx.Response]]) -> dict[str, Any]:
        began = time.monotonic()
        while True:
            try:
                reply = await send()
            except httpx.TransportError:
                reply = None
            if reply is not None and reply.status_code == code:
                self.slowest = max(self.slowest, time.monotonic() - began)
                found: dict[str, Any] = reply.json()
                return found
            assert reply is None or reply.status_code in (429, 503), reply.text
            assert time.monotonic() - began < 60
            if reply is not None and reply.status_code == 503:
                self.troubled.append(reply.json()["error"])
            # A process that is far behind, on a machine that does much else, refuses; that is no trouble.
            self.again += reply is None or reply.status_code == 503
            await asyncio.sleep(0.2)

    @asynccontextmanager
    async def going_on(self, residents: int) -> AsyncIterator[None]:
        talking = [asyncio.ensure_future(self.talk(f"127.0.7.{number + 1}")) for number in range(residents)]
        try:
            await asyncio.sleep(1)
            yield
            await asyncio.sleep(1)
        finally:
            self._ends = True
            await asyncio.gather(*talking)


def _nothing_lost_nothing_twice(office: Office, load: Load) -> None:
    """Every conversation was talked to its end: each holds every message once."""
    found = [_spoken(events) for _, events in _rows(office)]
    assert load.acknowledged == load.sessions * len(_DIALOGUE) and load.sessions > 5
    assert found == [len(_DIALOGUE) - 1] * load.sessions


async def test_a_process_killed_under_load_is_hidden_by_nginx_and_loses_nothing(office: Office) -> None:
    _forget_all(office)
    load, dice = Load(office.nginx.url), random.Random(7)
    async with load.going_on(12):
        for kill in range(3):
            killed = office.open[kill % 2]
            await asyncio.sleep(dice.uniform(0.2, 1.0))
            killed.send(signal.SIGKILL)
            await asyncio.sleep(1.0)
            await asyncio.to_thread(killed.ensure)
    _nothing_lost_nothing_twice(office, load)
    assert not load.again


async def test_redis_restarted_under_load_is_not_noticed(office: Office) -> None:
    _forget_all(office)
    load = Load(office.nginx.url)
    async with load.going_on(8):
        office.redis.stop(signal.SIGKILL)
        await asyncio.sleep(1.5)
        office.redis.start()
    _nothing_lost_nothing_twice(office, load)
    assert not load.troubled
    for process in office.open:
        wait_until(lambda process=process: _faults(process) == [], "Redis is used again")  # type: ignore[misc]
        past = httpx.get(f"{process.url}/health", timeout=10).json()["past"]
        assert "redis" in [fault["name"] for fault in past]


async def test_postgresql_restarted_under_load_loses_nothing(office: Office) -> None:
    _forget_all(office)
    load = Load(office.nginx.url)
    async with load.going_on(8):
        await asyncio.to_thread(office.postgres.stop)
        await asyncio.sleep(0.5)
        await asyncio.to_thread(office.postgres.start)
    _nothing_lost_nothing_twice(office, load)
    assert all("窓口" in trouble or _PHONE in trouble for trouble in load.troubled)


async def test_without_both_residents_are_told_whom_to_call_and_it_recovers_by_itself(office: Office) -> None:
    async with _client() as client:
        session = await _open(client, office.nginx.url)
        url, asked = office.nginx.url, {"text": "何時まで開いてますか", "municipality": "中野区"}
        assert (await _ask(client, url, session, **asked)).status_code == 200
        office.redis.stop()
        office.postgres.stop()
        for process in office.open:
            began = time.monotonic()
            assert (await client.get(f"{process.url}/health")).status_code == 200 and time.monotonic() - began < 3
        for number in range(6):
            reply = await _ask(client, url, session, **asked, id=f"m{number}")
            assert reply.status_code == 503 and _PHONE in reply.json()["error"] and reply.headers["Retry-After"]
        assert (await client.post(f"{office.nginx.url}/api/session")).status_code == 201
        named = [await asyncio.to_thread(_faults, process) for process in office.open]
        assert any({"redis", "store_unsaved"} <= set(names) for names in named)
        office.redis.start()
        office.postgres.start()
        came_back = time.monotonic()
        while (await _ask(client, url, session, **asked)).status_code != 200:
            assert time.monotonic() - came_back < 20
            await asyncio.sleep(0.1)


def _faults(process: BotProcess) -> list[str]:
    return [fault["name"] for fault in httpx.get(f"{process.url}/health", timeout=10).json()["faults"]]


def test_nginx_lets_in_what_is_for_outside(office: Office) -> None:
    with httpx.Client(base_url=office.nginx.url, verify=False, timeout=30) as client:
        assert client.get("/health").status_code == 200 and "max-age" in client.get("/").headers["Strict-Transport-Security"]
        assert [client.get(path).status_code for path in ("/metrics", "/ready", "/webhooks/rest/webhook")] == [404, 404, 404]
        assert client.post("/api/messages", headers=opened(client), content=b"x" * 20_000).status_code == 413


def test_no_log_holds_a_secret_or_what_was_said(office: Office) -> None:
    logs = [path.read_text(encoding="utf-8", errors="replace") for path in (office.nginx.folder.parent).rglob("*") if path.is_file() and "log" in path.name]
    assert len(logs) >= 5
    for log in logs:
        assert not [secret for secret in (PASSWORD, "カードをなくした", "代理人なら", "Bearer", "Traceback", "Task was destroyed") if secret in log]
