"""Horrors as they come in: over HTTP, on the staff page, in chats, in batches and in the terminal."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from bot.channels.batch import answer_batch
from tests.channels.drivers import DRIVERS
from tests.channels.test_staff import HASH, signed_in
from tests.conftest import server
from tests.fuzz.horrors import Horror, faults_of_answer, faults_of_text, horrors
from tests.fuzz.profiles import LONG
from tests.fuzz.test_horrors import PLAIN, words_of

if TYPE_CHECKING:
    from bot.engine.bot import Bot

pytestmark = pytest.mark.usefixtures("model")

_TRACES = (
    "evil.example",
    "jndi",
    "onerror",
    "__class__",
    "sqlite_master",
    "passwd",
    "restart",
    "im_start",
    "ﷺ",
    "𝒻𝓮𝓮",
    "👨",
    "꧁",
    "пот",
    "thẻ",
    "係係",
    "forged",
)
"""Pieces of the corpus that no answer, fact or log line of ours holds."""
_TELEGRAM_LONGEST, _WEB_LONGEST = 4_096, 1_200


def some(of_each: int) -> list[Horror]:
    """The first of each kind, which differ most."""
    return [horror for horror in horrors() if horror.number <= of_each]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("horrors")


@pytest.fixture(scope="module")
def client(state: Path) -> Iterator[httpx.Client]:
    with server(state, JPKI_BOT_LIMITS="off", JPKI_BOT_STAFF_PASSWORD_HASH=str(HASH), JPKI_BOT_STAFF_MUNICIPALITY="中野区") as (client, _):
        yield client


def _session(client: httpx.Client) -> dict[str, str]:
    return {"Authorization": f"Bearer {client.post('/api/session').json()['session']}", "Content-Type": "application/json"}


def _ask(client: httpx.Client, session: dict[str, str], body: dict[str, Any]) -> httpx.Response:
    """With escapes for what UTF-8 cannot hold."""
    return client.post("/api/messages", headers=session, content=json.dumps(body))


def test_the_json_endpoint(client: httpx.Client) -> None:
    session, wrong = _session(client), dict[str, Any]()
    for horror in horrors() if LONG else some(4):
        reply = _ask(client, session, {"text": horror.text, "municipality": "中野区"})
        if len(horror.text) > _WEB_LONGEST:
            faults = [] if reply.status_code in (200, 413) else [reply.status_code]
        else:
            faults = faults_of_answer(reply.json()) if reply.status_code == 200 else [reply.status_code]
        wrong |= {horror.name: faults} if faults else {}
    assert wrong == {}
    assert _ask(client, session, {"text": PLAIN}).json()["topic"] == "card_lost"


def test_every_other_field_of_the_json_endpoint(client: httpx.Client) -> None:
    """Taken or refused with a sentence; and the sentence says nothing of what was sent."""
    session, wrong = _session(client), dict[str, Any]()
    for horror in some(2):
        for name in ("choice", "municipality", "id"):
            reply = _ask(client, session, {"text": "手数料は？", name: horror.text[:2_000]})
            faults = faults_of_answer(reply.json()) if reply.status_code == 200 else faults_of_text(reply.json()["error"])
            if reply.status_code not in (200, 400):
                faults = [reply.status_code]
            wrong |= {f"{name} {horror.name}": faults} if faults else {}
    assert wrong == {}


@pytest.mark.parametrize(
    "header",
    [b"Bearer \xff\xfe", b"Bearer \xe3\x81", b"Bearer a.b.c", b"\xff", b"Bearer " + b"." * 300, b"Basic YTpi", b"Bearer eyJhbGciOiJub25lIn0.eyJzaWQiOiJ4In0."],
)
def test_a_token_of_any_bytes_is_refused(client: httpx.Client, header: bytes) -> None:
    for method, path in (("POST", "/api/messages"), ("DELETE", "/api/session")):
        reply = client.request(method, path, headers={b"Authorization": header}, content=b'{"text": "a"}')
        assert reply.status_code == 401 and "session" in reply.json()["error"]


@pytest.mark.parametrize(
    "cookie", [b"jpki_staff=\xff\xfe.\xff", b"jpki_staff=a.b", b"jpki_staff=", b'jpki_staff="\\303\\277.x"', b"\xff=\xff; jpki_staff=\xe3"]
)
def test_a_cookie_of_any_bytes_signs_nobody_in(client: httpx.Client, cookie: bytes) -> None:
    client.cookies.clear()
    assert client.get("/staff/api/desk", headers={b"Cookie": cookie}).status_code == 401
    page = client.get("/staff", headers={b"Cookie": cookie})
    assert page.status_code == 200 and 'type="password"' in page.text
    refused = client.post("/staff/sign-in", headers={b"Cookie": cookie}, content=b"token=%FF%ED%A0%80&password=%FF%00")
    assert refused.status_code in (400, 403, 303) and "Traceback" not in refused.text


def test_the_staff_search(client: httpx.Client) -> None:
    headers, wrong = {**signed_in(client), "Content-Type": "application/json"}, dict[str, Any]()
    for horror in some(4):
        reply = client.post("/staff/api/search", headers=headers, content=json.dumps({"query": horror.text[:2_000]}))
        if reply.status_code not in (200, 400):
            wrong[horror.name] = reply.status_code
        elif faults := faults_of_text("".join(words_of(reply.json()))):
            wrong[horror.name] = faults
        card = client.post("/staff/api/card", headers=headers, content=json.dumps({"hit": horror.text[:100], "query": horror.text[:100]}))
        if card.status_code not in (200, 400, 404) or faults_of_text("".join(words_of(card.json()))):
            wrong[f"card {horror.name}"] = card.status_code
    assert wrong == {}
    assert client.post("/staff/api/search", headers=headers, json={"query": "紛失"}).json()["hits"]


def test_nothing_of_it_is_at_rest(client: httpx.Client, state: Path) -> None:
    """After all of the above: in no database and in no line of the log."""
    session = _session(client)
    for horror in some(20 if LONG else 2):
        _ask(client, session, {"text": horror.text[:_WEB_LONGEST]})
    files = [path for path in state.rglob("*") if path.is_file()]
    assert {"conversations.sqlite3", "server.log"} <= {path.name for path in files}
    found = {(path.name, trace) for path in files for trace in _TRACES if trace.encode() in path.read_bytes()}
    assert found == set()
    assert b"Traceback" not in (state / "server.log").read_bytes()


@pytest.mark.parametrize("channel", ["console", "telegram", "line"])
async def test_a_chat(channel: str, bot: Bot, tmp_path: Path) -> None:
    turns = [*_sendable(channel, [horror.text for horror in some(2)]), PLAIN]
    async with DRIVERS[channel](bot, tmp_path) as hold:
        shown = await hold(turns)
    assert len(shown) == len(turns) > 35 and shown[-1].topic == "card_lost"
    assert [title for answer in shown for title in answer.buttons if faults_of_text(title)] == []


def _sendable(channel: str, texts: Sequence[str]) -> list[str]:
    """Apps send nothing empty or longer than they allow, and have a meaning of their own for commands."""
    if channel == "console":
        return [text for text in texts if "\n" not in text]
    return [
        text
        for text in texts
        if text.strip() and not text.startswith("/") and len(text) <= _TELEGRAM_LONGEST and not any("\ud800" <= c <= "\udfff" for c in text)
    ]


def test_a_batch(bot: Bot, tmp_path: Path) -> None:
    lines = [json.dumps({"id": horror.name, "municipality": "中野区", "turns": [horror.text, PLAIN]}) for horror in some(2)]
    (tmp_path / "horrors.jsonl").write_text("\n".join(lines), encoding="utf-8")
    raw = io.BytesIO()
    with io.TextIOWrapper(raw, encoding="utf-8", write_through=True) as screen, contextlib.redirect_stdout(screen):
        answer_batch(bot, str(tmp_path / "horrors.jsonl"))
        answers = [json.loads(line) for line in raw.getvalue().decode().splitlines()]
    assert [answer["id"] for answer in answers] == [horror.name for horror in some(2)]
    assert [len(answer["turns"]) for answer in answers] == [2] * len(answers) and {answer["turns"][1]["topic"] for answer in answers} == {"card_lost"}
