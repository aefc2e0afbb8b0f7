"""The staff page's panel over HTTP: one press, one read, and only for whoever is signed in at the counter."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from sanic import Sanic

from actions.resources import provide_card_check
from bot.channels.card_panel import CardPanel, CounterPanel
from bot.channels.limits import Limits
from bot.channels.server import make_server
from bot.channels.session import Sessions
from bot.channels.staff import Desk, staff_channel
from bot.counter.check import CardCheck
from bot.counter.process import Progress
from bot.counter.reading import Auth, Reading, Situation
from bot.counter.roots import Roots
from bot.counter.wording import CounterWording
from bot.dialogue.reference import Reference
from bot.knowledge.staff import StaffWording, read_staff_wording
from tests.channels.test_sign_in import Clock
from tests.channels.test_staff import HASH, PASSWORD, Command, form_token, page_token

if TYPE_CHECKING:
    from bot.engine.bot import Bot

pytestmark = pytest.mark.usefixtures("model")
READ = Reading(Situation.read, Auth("within", date(2022, 3, 1), date(2026, 12, 1)), "present", 1, "locked")
SECRET = "997794E9AGCIEG"
PRESSES = ["カード確認", "card:read", "了承を得たので、読み取る", "カードを読み取って", "リーダーで状態確認", "1", "/check_card_status"]


class Desktop:
    """A reader that gives what it is told to, and counts how often it is asked."""

    def __init__(self) -> None:
        self.reading, self.reads, self.ended = READ, 0, 0
        self.fault: Exception | None = None
        self.holding: asyncio.Event | None = None

    async def read(self, roots: Sequence[bytes], now: datetime, progress: Progress) -> Reading:
        self.reads += 1
        progress("waiting")
        try:
            if self.holding:
                await self.holding.wait()
        finally:
            self.ended += 1
        if self.fault:
            raise self.fault
        progress("reading")
        return self.reading

    async def taken_away(self, seconds: float) -> bool:
        return True


@pytest.fixture
def reader() -> Desktop:
    return Desktop()


@pytest.fixture
def check(reader: Desktop, wording: CounterWording, bot: Bot, tmp_path: Path) -> CardCheck:
    return CardCheck(wording, bot.content.base, Roots(tmp_path, []), reader, bot.clock)


@pytest.fixture(scope="module")
def staff_wording(bot: Bot, project: Path) -> StaffWording:
    return read_staff_wording(project / "data", bot.content.base)


@pytest.fixture(scope="module")
def reference(bot: Bot, staff_wording: StaffWording) -> Reference:
    return Reference(bot.content, staff_wording.legal_basis, bot.clock().date())


@pytest.fixture
async def client(
    monkeypatch: pytest.MonkeyPatch, bot: Bot, staff_wording: StaffWording, reference: Reference, check: CardCheck, request: pytest.FixtureRequest
) -> AsyncIterator[httpx.AsyncClient]:
    """Before the door of a counter's staff page; its parameter False means that no reader is configured."""
    monkeypatch.setattr(Sanic, "test_mode", True)
    panel: CardPanel | None = CounterPanel(check) if getattr(request, "param", True) else None
    application = make_server(bot, Sessions(b"k" * 32), Limits(None), 16_384)
    application.blueprint(staff_channel(bot, lambda: reference, Desk(HASH, staff_wording, None, False, 30, Clock()), panel))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        running = await application.create_server(sock=listening, return_asyncio_server=True, access_log=False, debug=False)
        await running.startup()
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}", timeout=10) as opened:
                yield opened
        finally:
            running.close()


async def signed_in(client: httpx.AsyncClient) -> dict[str, str]:
    token = form_token((await client.get("/staff")).text)
    assert (await client.post("/staff/sign-in", data={"token": token, "password": PASSWORD})).status_code == 303
    return {"X-Staff-Token": page_token((await client.get("/staff")).text)}


async def press(client: httpx.AsyncClient, headers: dict[str, str], **body: str) -> list[dict[str, Any]]:
    reply = await client.post("/staff/api/reader/read", json=body, headers=headers)
    assert reply.status_code == 200, reply.text
    return [json.loads(line) for line in reply.text.splitlines()]


async def test_one_press_reads_once_and_tells_how_it_goes(client: httpx.AsyncClient, reader: Desktop) -> None:
    headers = await signed_in(client)
    waiting, reading, told = await press(client, headers, municipality="nakano")
    assert (waiting, reading) == ({"stage": "waiting"}, {"stage": "reading"}) and reader.reads == 1
    report = told["report"]
    assert report["revocation"] == "not_checked" and report["auth"]["last_day"] == "2026-12-01" and report["auth"]["renewal"] == "open"
    assert [(step["topic"], step["query"]) for step in report["next"]] == [
        ("renewal", ""), ("required_items", "更新"), ("pin_forgotten", "利用者証明用"), ("pin_locked", "署名用"), ("revocation_reasons", ""),
    ]  # fmt: skip


async def test_the_answers_that_follow_can_be_opened(client: httpx.AsyncClient) -> None:
    headers = await signed_in(client)
    for step in (await press(client, headers))[-1]["report"]["next"]:
        ask = {"hit": f"topic:{step['topic']}", "query": step["query"], "municipality": "nakano"}
        card = (await client.post("/staff/api/card", json=ask, headers=headers)).json()
        assert card["rule"] and card["id"] == ask["hit"]


async def test_nothing_but_the_press_reads(client: httpx.AsyncClient, reader: Desktop) -> None:
    headers = await signed_in(client)
    view = (await client.get("/staff/api/reader")).json()
    assert "了承" in "".join(view["consent"]) + view["words"]["button"]
    for query in PRESSES:
        await client.post("/staff/api/search", json={"query": query}, headers=headers)
        await client.post("/staff/api/card", json={"hit": "topic:check_card_status", "query": query}, headers=headers)
    await client.get("/staff/api/reader/read", headers=headers)
    await client.post("/staff/api/reader/watch", json={}, headers=headers)
    assert reader.reads == 0


async def test_whoever_is_not_signed_in_reads_nothing(client: httpx.AsyncClient, reader: Desktop) -> None:
    for path in ("read", "watch"):
        assert (await client.post(f"/staff/api/reader/{path}", json={})).status_code == 401
    await signed_in(client)
    for headers in ({}, {"X-Staff-Token": "x" * 43}):
        for path in ("read", "watch"):
            assert (await client.post(f"/staff/api/reader/{path}", json={}, headers=headers)).status_code == 403
    assert reader.reads == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"municipality": "yokohama"}', b'{"municipality": 1}'])
async def test_a_broken_press_reads_nothing(client: httpx.AsyncClient, reader: Desktop, body: bytes) -> None:
    headers = await signed_in(client)
    reply = await client.post("/staff/api/reader/read", content=body, headers=headers | {"Content-Type": "application/json"})
    assert reply.status_code == 400 and reader.reads == 0


async def test_no_words_of_a_resident_read_a_card(client: httpx.AsyncClient, reader: Desktop, check: CardCheck) -> None:
    """Even where the process could: not by text, by a button's payload, nor by fields that are not ours."""
    provide_card_check(check)
    try:
        session = (await client.post("/api/session")).json()["session"]
        headers = {"Authorization": f"Bearer {session}"}
        for text in PRESSES:
            fields = {"counter": True, "metadata": {"counter": True}}
            said = [{"text": text}, {"text": text, "choice": "card:read"}, {"text": text, **fields}, {"text": text, "choice": "card:read", **fields}]
            for message in said:
                reply = await client.post("/api/messages", json=message, headers=headers)
                assert "更新の時期です" not in reply.text and "了承" not in reply.text and "card:read" not in reply.text
    finally:
        provide_card_check(None)
    assert reader.reads == 0


async def test_two_presses_at_once_read_one_card(client: httpx.AsyncClient, reader: Desktop) -> None:
    headers, reader.holding = await signed_in(client), asyncio.Event()
    first = asyncio.create_task(press(client, headers))
    while reader.reads == 0:
        await asyncio.sleep(0.01)
    assert (await press(client, headers))[-1]["report"]["situation"] == "busy"
    reader.holding.set()
    assert (await first)[-1]["report"]["situation"] == "read" and reader.reads == 1


async def test_whoever_leaves_the_page_ends_the_read(client: httpx.AsyncClient, reader: Desktop) -> None:
    headers, reader.holding = await signed_in(client), asyncio.Event()
    async with client.stream("POST", "/staff/api/reader/read", json={}, headers=headers) as reply:
        async for _ in reply.aiter_lines():
            break
    for _ in range(300):
        if reader.ended:
            break
        await asyncio.sleep(0.01)
    assert reader.ended == 1
    reader.holding = None
    assert (await press(client, headers))[-1]["report"]["situation"] == "read"


async def test_a_fault_is_told_without_its_words(client: httpx.AsyncClient, reader: Desktop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    headers, reader.fault = await signed_in(client), ValueError(SECRET)
    assert (await press(client, headers))[-1] == {"report": None}
    assert SECRET not in caplog.text


async def test_a_report_may_not_be_stored_on_the_way(client: httpx.AsyncClient) -> None:
    headers = await signed_in(client)
    reply = await client.post("/staff/api/reader/read", json={}, headers=headers)
    assert reply.headers["Cache-Control"] == "no-store" and "default-src 'none'" in reply.headers["Content-Security-Policy"]


async def test_that_the_card_is_gone_is_told(client: httpx.AsyncClient) -> None:
    headers = await signed_in(client)
    assert (await client.post("/staff/api/reader/watch", json={}, headers=headers)).json() == {"gone": True}


@pytest.mark.parametrize("client", [False], indirect=True)
async def test_without_a_configured_reader_a_press_reads_nothing(client: httpx.AsyncClient, reader: Desktop) -> None:
    headers = await signed_in(client)
    assert (await client.get("/staff/api/reader")).json()["ready"] is False
    assert await press(client, headers) == [{"report": None}] and reader.reads == 0


# The chat of a counter's own terminal


@pytest.fixture
def say(bot: Bot, check: CardCheck) -> Any:
    provide_card_check(check)
    yield lambda text, counter=True, choice=None: bot.reply("card-chat", text, choice=choice, municipality="中野区", counter=counter)
    provide_card_check(None)


@pytest.fixture(autouse=True)
async def forgotten(bot: Bot) -> AsyncIterator[None]:
    yield
    await bot.forget("card-chat")


Say = Callable[..., Any]


async def test_in_the_chat_the_words_offer_and_the_button_reads(say: Say, reader: Desktop) -> None:
    offered = await say("カード確認")
    assert offered["topic"] == "check_card_status" and "了承" in offered["text"] and reader.reads == 0
    assert [button["payload"] for button in offered["buttons"]] == ["card:read"]
    told = await say("1")
    assert reader.reads == 1 and "更新の時期です" in told["text"] and "失効していないかは、この端末では確認していません" in told["text"]
    assert told["buttons"][0]["payload"] == "topic:renewal" and told["buttons"][-1]["payload"] == "card:read"
    assert (await say("1"))["topic"] == "renewal" and reader.reads == 1


@pytest.mark.parametrize("text", ["カード確認", "カードを読んで", "はい", "うん、お願い", "2", "了承を得ました"])
async def test_no_other_word_after_the_offer_reads(say: Say, reader: Desktop, text: str) -> None:
    await say("カード確認")
    await say(text)
    assert reader.reads == 0


async def test_outside_a_counters_channel_the_button_is_not_offered(say: Say, reader: Desktop) -> None:
    told = await say("カード確認", counter=False)
    assert "ここでは使えません" in told["text"] and all(button["payload"] != "card:read" for button in told["buttons"])
    await say("card:read", counter=False, choice="card:read")
    await say("card:read", counter=False)
    assert reader.reads == 0


async def test_without_a_reader_nothing_is_offered_in_the_chat(bot: Bot) -> None:
    told = await bot.reply("card-chat", "カード確認", counter=True)
    assert "ここでは使えません" in told["text"]


async def test_no_state_that_was_read_is_kept_in_the_conversation(say: Say, bot: Bot) -> None:
    """Only which answers were offered next, until the next turn, so that a number can choose one."""
    await say("カード確認")
    assert "2026年12月1日" in (await say("1"))["text"]
    stored_events = bot._store._rows.read("card-chat").events
    stored = json.dumps(json.loads(stored_events), ensure_ascii=False)
    assert [word for word in ("有効期間内", "2026年12月1日", "2026-12-01", "within", "残り", "ロックされて", "not_checked") if word in stored] == []
    await say("更新の手数料は?")
    stored_events = bot._store._rows.read("card-chat").events
    assert "card:read" not in stored_events.rpartition("offered")[2]


# Refusing to start


@pytest.mark.parametrize(
    ("settings", "host", "words"),
    [
        ({"JPKI_BOT_COUNTER": "on"}, "127.0.0.1", "JPKI_BOT_STAFF_PASSWORD_HASH"),
        ({"JPKI_BOT_COUNTER": "on", "JPKI_BOT_STAFF_PASSWORD_HASH": str(HASH), "JPKI_BOT_STAFF_BEHIND_TLS": "1"}, "0.0.0.0", "JPKI_BOT_COUNTER"),
        ({"JPKI_BOT_COUNTER": "on", "JPKI_BOT_STAFF_PASSWORD_HASH": str(HASH), "JPKI_BOT_STAFF_BEHIND_TLS": "1"}, "127.0.0.1", "JPKI_BOT_COUNTER"),
        ({"JPKI_BOT_COUNTER": "yes"}, "127.0.0.1", "JPKI_BOT_COUNTER=yes"),
    ],
)
def test_a_counter_that_others_could_reach_does_not_start(command: Command, settings: dict[str, str], host: str, words: str) -> None:
    done = command("run", "--host", host, "--port", "0", env=settings)
    assert done.returncode == 1 and words in done.stderr and "Traceback" not in done.stderr


def test_without_the_setting_nothing_of_the_reader_is_loaded() -> None:
    code = "import sys, actions.answering, bot.channels.staff; print([m for m in sys.modules if m.split('.')[0] == 'smartcard' or m == 'bot.counter.pcsc'])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
