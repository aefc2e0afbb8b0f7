"""A real server under nasty inputs, on every channel: nothing that was typed is in any file, database or log; `privacy` tells the rest."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import socket
import sqlite3
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from bot.engine.privacy import Shared, report
from bot.engine.rows import Row
from bot.engine.sqlite_rows import SqliteRows
from bot.settings import read_settings
from tests.conftest import server
from tests.fakes.line_api import TOKEN as LINE_TOKEN
from tests.fakes.line_api import line_api
from tests.fakes.line_webhook import SECRET, LineWebhook, a_user
from tests.fakes.telegram_api import TOKEN as TELEGRAM_TOKEN
from tests.fakes.telegram_api import TelegramApi

CHAT = 870_551_904
NAME, PLACE, INJECTED, BREAK = "綾小路麿呂右衛門", "架空郡幻町九十九番地", "ヌスットモウシ", "コワレテシマエ"
NUMBERS = ("9021 3345 6781", "902133456781", "７７１４ ２２９０ ３３５１", "4012888888881881", "9876-543210", "UH98765432ER", "0987 6543", "9876543")
SECRETS = ("QZX73KWV", "090-8765-4321", "zqxj@nasty.example", "TS9876543")
BIRTHDAYS = ("昭和22年11月23日", "1947年11月23日", "19471123", "1947-11-23")
TYPED = (
    f"{NAME}です。マイナンバーは {NUMBERS[0]} です。更新したい",
    f"{NAME}の番号 {NUMBERS[1]}、妻は{NUMBERS[2]}",
    f"署名用パスワード {SECRETS[0]} が通らない。{NAME}",
    f"電話は{SECRETS[1]}、メールは{SECRETS[2]}、{NAME}、{PLACE}",
    f"カード {NUMBERS[3]} で払いたい。年金番号{NUMBERS[4]}、在留カード{NUMBERS[5]}、口座番号{NUMBERS[7]}、旅券{SECRETS[3]}",
    f"2021年6月10日に発行、誕生日は{BIRTHDAYS[0]}",
    f"生年月日は{BIRTHDAYS[1]}です。{PLACE}のラーメン屋",
    f"生年月日{BIRTHDAYS[2]}、{BIRTHDAYS[3]}",
    f"'; DROP TABLE conversations; -- {INJECTED}",
    f'/inform{{"person": "{INJECTED}"}}',
    f"{{{{7*7}}}} ${{jndi:ldap://{INJECTED}}} <script>{INJECTED}</script> %s%n \x00 {INJECTED}",
    f"{BREAK} {NAME} {NUMBERS[1]}",
    f"役に立たなかった。{NAME}",
    f"間違っている。{NAME}より",
    f"人と話したい。{NAME} {SECRETS[1]}",
    f"{NAME}" * 200,
)
PLANTED = (NAME, PLACE, INJECTED, BREAK, *NUMBERS, *SECRETS, *BIRTHDAYS, "ナイショノイド", "ヒミツノセンタク", "シラナイマチ", "planted-agent")
_FAULTY = f"""
import sys
from bot.engine.quiet import quiet_rasa
from bot.engine.without_tensorflow import keep_tensorflow_out
quiet_rasa()
keep_tensorflow_out()
import actions.answering as answering
from bot.cli import main

respond = answering.respond


def broken(heard, *more):
    if "{BREAK}" in heard.text:
        raise ValueError(heard.text)
    return respond(heard, *more)


answering.respond = broken
sys.exit(main(sys.argv[1:]))
"""


def forms(planted: str) -> Iterator[bytes]:
    """A text in every way it could lie in a file."""
    for text in {planted, planted.replace(" ", "").replace("-", ""), planted.translate({ord(c): ord(c) - 0xFEE0 for c in "０１２３４５６７８９"})}:
        raw = text.encode()
        yield from (raw, text.encode("utf-16-le"), text.encode("utf-16-be"), raw.hex().encode(), raw.hex().upper().encode())
        for legacy in ("cp932", "euc-jp"):
            yield text.encode(legacy, "ignore") or raw
        escaped = json.dumps(text)[1:-1]
        yield from (escaped.encode(), re.sub(r"\\u....", lambda found: found.group().upper().replace("U", "u", 1), escaped).encode())
        yield from (quote(text).encode(), quote(text).lower().encode(), repr(raw)[2:-1].encode(), text.encode("unicode_escape"))
        for shift in range(3):
            # Base64 of something longer: the part that only depends on the text itself.
            for encode in (base64.b64encode, base64.urlsafe_b64encode):
                yield encode(b"\0" * shift + raw)[4 if shift else 0 : -4]
        yield from (hashlib.new(name, raw).hexdigest().encode() for name in ("md5", "sha1", "sha256"))


def found(planted: Iterable[str], contents: Iterable[tuple[str, bytes]]) -> set[tuple[str, str]]:
    looked_for = [(text, form) for text in planted for form in set(forms(text)) if len(form) >= 7]
    return {(place, text) for place, content in contents for text, form in looked_for if form in content}


def at_rest(state: Path) -> Iterator[tuple[str, bytes]]:
    """Every file as it lies there, its name, and every database read as one (long values are torn over pages)."""
    for path in sorted(path for path in state.rglob("*") if path.is_file()):
        yield path.name, path.name.encode() + b"\n" + path.read_bytes()
        if path.suffix == ".sqlite3":
            with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
                yield f"{path.name} read", "\n".join(database.iterdump()).encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("how", ["raw", "json", "percent", "base64", "utf16", "database", "name", "hash"])
def test_the_search_finds_what_it_looks_for(tmp_path: Path, how: str) -> None:
    text = f"x{NAME}y"
    if how == "database":
        with closing(sqlite3.connect(tmp_path / "a.sqlite3")) as database:
            database.execute("CREATE TABLE t (v)")
            database.execute("INSERT INTO t VALUES (?)", ("―" * 2500 + NAME + "―" * 2500,))
            database.commit()
    else:
        content = {
            "raw": text.encode(),
            "json": json.dumps(text).encode(),
            "percent": quote(text).encode(),
            "base64": base64.b64encode(b"ab" + text.encode() + b"cd"),
            "utf16": text.encode("utf-16-le"),
            "name": b"",
            "hash": hashlib.sha256(NAME.encode()).hexdigest().encode(),
        }[how]
        (tmp_path / (NAME if how == "name" else "file")).write_bytes(b"before " + content + b" after")
    assert {text for _, text in found([NAME], at_rest(tmp_path))} == {NAME}


def _ask(client: httpx.Client, texts: Iterable[str]) -> list[str]:
    """All of `texts` in one conversation, then requests that fail; returns what names the conversation."""
    token = client.post("/api/session").json()["session"]
    session = {"Authorization": f"Bearer {token}", "User-Agent": "planted-agent", "X-Forwarded-For": "203.0.113.77"}
    asked = [json.dumps({"text": text, "id": f"ナイショノイド{number}"}).encode() for number, text in enumerate(texts)]
    replies = [client.post("/api/messages", headers=session, content=body) for body in asked]
    assert {reply.status_code for reply in replies} <= {200, 400, 503}, [reply.status_code for reply in replies]
    bodies = (f'{{"text": "{NAME}', f'{{"text": ["{NAME}"]}}', json.dumps({"text": "更新", "municipality": "シラナイマチ"}), NAME * 2000, f'{{"{NAME}": 1}}')
    failed = [client.post("/api/messages", headers=session, content=body.encode()) for body in bodies]
    failed += [client.post("/api/messages", headers=session, json={"text": "", "choice": "ヒミツノセンタク"})]
    failed += [client.post("/api/messages", headers={"Authorization": f"Bearer {NAME}".encode()}, json={"text": NAME})]
    failed += [client.get(f"/{NAME}?{NAME}={NUMBERS[1]}"), client.request("DELETE", f"/api/{NAME}"), client.get("/", headers={"Cookie": f"x={NUMBERS[1]}"})]
    assert {400, 401, 404} <= {reply.status_code for reply in failed}
    with socket.create_connection((client.base_url.host, client.base_url.port or 0), 10) as connection:
        connection.sendall(f"GET /{NAME} HTTP/9\r\nX: {NUMBERS[1]}\r\n\r\n".encode())
        connection.recv(100)
    named = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))["sid"]
    return [token, named]


@pytest.fixture(scope="module")
def state(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, list[str]]]:
    """Where a server that is still running keeps what it keeps, and the names by which others know their conversations."""
    folder = tmp_path_factory.mktemp("state")
    with line_api() as api, TelegramApi() as telegram:
        line = {"JPKI_BOT_LINE_SECRET": SECRET, "JPKI_BOT_LINE_TOKEN": LINE_TOKEN, "JPKI_BOT_LINE_API": api.url}
        env = {**line, "JPKI_BOT_TELEGRAM_TOKEN": TELEGRAM_TOKEN, "JPKI_BOT_TELEGRAM_API": telegram.url, "JPKI_BOT_LIMITS": "off"}
        with server(folder, program=("-c", _FAULTY), **env) as (client, _):
            named, user, webhook = _ask(client, TYPED), a_user(), LineWebhook(client, api)
            for count, text in enumerate(TYPED[:-1], 1):
                webhook.say(user, text)
                api.wait_for(user, count)
                telegram.say(CHAT, text)
                telegram.wait_messages(CHAT, count)
            webhook.raw(json.dumps({"events": [{"type": NAME}]}).encode(), "wrong")
            yield folder, [*named, user, str(CHAT)]


def test_nothing_that_was_typed_is_at_rest_while_the_server_runs(state: tuple[Path, list[str]]) -> None:
    folder, named = state
    contents = list(at_rest(folder))
    assert {"conversations.sqlite3", "conversations.sqlite3-wal", "feedback.sqlite3", "misses.sqlite3", "session.key", "server.log"} <= {
        name for name, _ in contents
    }
    with closing(sqlite3.connect(folder / "conversations.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM conversations").fetchone()[0] >= 3
    with closing(sqlite3.connect(folder / "feedback.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM feedback").fetchone()[0] >= 1
    assert found([*PLANTED, *named, SECRET, LINE_TOKEN, TELEGRAM_TOKEN], contents) == set()


def test_misses_are_counted_and_no_word_is_kept_unless_the_operator_says_so(state: tuple[Path, list[str]]) -> None:
    with closing(sqlite3.connect(state[0] / "misses.sqlite3")) as database:
        assert database.execute("SELECT sum(count) FROM misses").fetchone()[0] >= 3
        assert database.execute("SELECT count(*) FROM words").fetchone() == (0,)


def test_the_command_tells_of_every_file_and_of_its_rows(state: tuple[Path, list[str]], command: Callable[..., object]) -> None:
    folder = state[0]
    told = command("privacy", env={"JPKI_BOT_STATE": str(folder), "JPKI_BOT_RETENTION_DAYS": "7"}).stdout  # type: ignore[attr-defined]
    kept = [path for path in folder.iterdir() if path.name != "server.log" and not path.name.endswith(("-wal", "-shm", "-journal", ".lock"))]
    assert len(kept) >= 4 and all(str(path) in told for path in kept) and "このボットの記録ではありません" in told and "server.log" in told
    with closing(sqlite3.connect(folder / "conversations.sqlite3")) as database:
        (rows,) = database.execute("SELECT count(*) FROM conversations").fetchone()
    assert f"いま: {rows} 件の会話" in told and "7 日（JPKI_BOT_RETENTION_DAYS）" in told and "持ち主（" in told and "文は残しません" in told


def test_conversations_in_a_shared_database_are_told_of_too(tmp_path: Path) -> None:
    rows = SqliteRows(None)
    rows.write("a", Row(1, 0.0, "[]"))
    told = "\n".join(report(replace(read_settings(), state=tmp_path / "none"), Shared("PostgreSQL 127.0.0.1:5432/jpki", rows, "Redis 127.0.0.1:6379")))
    assert "会話: PostgreSQL 127.0.0.1:5432/jpki" in told and "1 件の会話" in told and "Redis" in told and "conversations.sqlite3" not in told


def test_a_file_that_others_can_read_is_named(tmp_path: Path, command: Callable[..., object]) -> None:
    (tmp_path / "session.key").write_bytes(b"x" * 32)
    (tmp_path / "session.key").chmod(0o644)
    told = command("privacy", env={"JPKI_BOT_STATE": str(tmp_path)}).stdout  # type: ignore[attr-defined]
    assert f"chmod 600 {tmp_path}/session.key" in told and not (tmp_path / "conversations.sqlite3").exists()


def test_words_that_the_operator_wants_are_kept_without_numbers_and_birthdays(model: Path, tmp_path: Path) -> None:
    texts = (
        *TYPED[:8],
        f"ラーメン屋を{PLACE}で探しています。{BIRTHDAYS[0]}生まれ、{SECRETS[1]}",
        f"宇宙人は{NUMBERS[1]}ですか {uuid.uuid4().hex[:8]}です",
        "宇宙\ud800人の\x00家",
    )
    with server(tmp_path, JPKI_BOT_KEEP_MISSES="on", JPKI_BOT_LIMITS="off") as (client, _):
        named = _ask(client, texts)
        contents = list(at_rest(tmp_path))
    with closing(sqlite3.connect(tmp_path / "misses.sqlite3")) as database:
        words = [text for (text,) in database.execute("SELECT text FROM words")]
    assert any("ラーメン屋" in text and "〔生年月日〕" in text and "〔電話番号〕" in text for text in words)
    assert found([*NUMBERS, *SECRETS, *BIRTHDAYS, *named], contents) == set()
    # Names and places cannot be told from other words; the operator has been told so.
    assert {place for place, _ in found([PLACE], contents)} <= {"misses.sqlite3", "misses.sqlite3-wal", "misses.sqlite3 read"}
