"""The log: each line is JSON, belongs to its request, and holds nothing of the people who ask."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import os
import pty
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from bot.channels.password import PasswordHash
from bot.logs import FIELDS, Lines, begin_request, leave_request, route_rasa, what_failed
from tests.conftest import PROJECT, server
from tests.fakes.line_api import TOKEN as LINE_TOKEN
from tests.fakes.line_api import LineApi, line_api
from tests.fakes.line_webhook import SECRET, LineWebhook, a_user
from tests.fakes.telegram_api import TOKEN as TELEGRAM_TOKEN
from tests.fakes.telegram_api import TelegramApi

PLANTED = "ヒミツノコトバ"
BREAK = "コワレテ"
CHAT = 870_551_904
ADDRESS = "203.0.113.77"
HASH = str(PasswordHash.of("planted-password-1"))
NASTY = (
    f"{PLANTED}。タナカハナコです。私のマイナンバーは 9021 3345 6781 です",
    f"{BREAK} {PLANTED}",
    f'{PLANTED}\n{{"level": "info"}}\x1b[31m\r\n\u2028',
    f"/{PLANTED}",
    "手数料は？",
)


class Written(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.setFormatter(Lines("json"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    @property
    def last(self) -> dict[str, object]:
        return dict(json.loads(self.lines[-1]))


@pytest.fixture
def written() -> Iterator[Written]:
    handler, root = Written(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)


def failing(error: Exception) -> Exception:
    try:
        raise error
    except Exception as caught:
        return caught


def test_a_line_of_ours_has_its_time_its_words_and_its_fields(written: Written) -> None:
    logging.getLogger("bot.engine.x").warning("%s がこわれました", "保存先", extra={"fault": "store", "status": 503, "milliseconds": 1.5})
    line = written.last
    assert line["event"] == "保存先 がこわれました" and line["level"] == "warning"
    assert line["fault"] == "store" and line["status"] == 503 and line["milliseconds"] == 1.5
    assert str(line["time"]).endswith("+09:00") and abs(datetime.now().timestamp() - datetime.fromisoformat(str(line["time"])).timestamp()) < 60


def test_only_known_fields_are_written(written: Written) -> None:
    logging.getLogger("bot.x").warning("あ", extra={"text": PLANTED, "session": PLANTED, "ip": PLANTED, "outcome": "answer"})
    assert PLANTED not in written.lines[-1] and set(written.last) == {"time", "level", "event", "outcome"}
    assert not {"text", "session", "ip", "token", "path", "query"} & set(FIELDS)


@pytest.mark.parametrize("name", ["sanic.error", "sanic.root", "telegram.ext", "httpx", "asyncio", "rasa.core.processor", "botany", "root"])
def test_of_other_packages_only_where_they_said_it_is_written(written: Written, name: str) -> None:
    log = logging.getLogger(name)
    kept = log.level
    log.setLevel(logging.INFO)
    try:
        log.error(f"GET http://x/?q={PLANTED}")
        log.error("%s", PLANTED, exc_info=failing(ValueError(PLANTED)), extra={"outcome": PLANTED})
        log.error({"event": PLANTED})
    finally:
        log.setLevel(kept)
    assert len(written.lines) == 3 and not [line for line in written.lines if PLANTED in line]
    line = json.loads(written.lines[1])
    assert line["logger"] == name and line["place"].startswith("tests/test_logs.py:") and line["error"] == "ValueError"


def test_what_rasa_writes_goes_the_same_way(written: Written) -> None:
    import structlog

    route_rasa()
    structlog.get_logger("rasa.core.processor").error("processor.message.log", text=PLANTED, event_info=PLANTED)
    assert written.last["event"] == "processor.message.log" and PLANTED not in written.lines[-1]
    structlog.get_logger("rasa.core.processor").error(f"said {PLANTED}", exc_info=failing(ValueError(PLANTED)))
    assert PLANTED not in written.lines[-1] and written.last["error"] == "ValueError"
    count = len(written.lines)
    structlog.get_logger("rasa.core.processor").debug("processor.message.log", text=PLANTED)
    structlog.get_logger("rasa.core.processor").info("processor.message.log", text=PLANTED)
    assert len(written.lines) == count


def test_an_error_is_its_type_and_our_places(written: Written) -> None:
    log = logging.getLogger("bot.x")
    log.error("だめ", exc_info=failing(OSError(28, PLANTED, PLANTED)))
    assert written.last["error"] == "OSError(ENOSPC)" and PLANTED not in written.lines[-1]
    try:
        json.loads("{" + PLANTED)
    except ValueError:
        log.exception("だめ")
    assert written.last["error"] == "json.decoder.JSONDecodeError" and written.last["at"] == [f"json/decoder.py:{_line_of_the_raise()}"]
    log.error("だめ", exc_info=(None, None, None))
    assert "error" not in written.last
    log.error("だめ", extra=what_failed(failing(KeyError(PLANTED))))
    assert written.last["error"] == "KeyError" and written.last["at"] and PLANTED not in written.lines[-1]


def test_no_error_is_handed_to_a_log_whose_form_somebody_else_may_choose() -> None:
    code = "".join(path.read_text(encoding="utf-8") for name in ("bot", "actions") for path in (PROJECT / name).rglob("*.py") if path.name != "logs.py")
    assert "what_failed(" in code and "exc_info" not in code and "_log.exception(" not in code


def _line_of_the_raise() -> int:
    try:
        json.loads("{x")
    except ValueError as error:
        trace = error.__traceback__
        while trace and trace.tb_next:
            trace = trace.tb_next
        return trace.tb_lineno if trace else 0
    raise AssertionError


async def test_lines_carry_the_request_they_belong_to(written: Written) -> None:
    log = logging.getLogger("bot.x")

    async def request(name: str) -> None:
        begin_request(name)
        await asyncio.sleep(0)
        log.warning("1 %s", name)
        await asyncio.create_task(deeper(name))

    async def deeper(name: str) -> None:
        log.warning("2 %s", name)
        leave_request()
        log.warning("3 %s", name)

    await asyncio.gather(*(asyncio.create_task(request(f"request-{number}")) for number in range(5)))
    log.warning("outside")
    lines = [json.loads(line) for line in written.lines]
    assert len(lines) == 16
    for line in lines:
        step, _, name = line["event"].partition(" ")
        assert line.get("request_id") == (name if step in ("1", "2") else None)


def test_nothing_breaks_a_line(written: Written) -> None:
    record = logging.LogRecord("bot.x", logging.ERROR, __file__, 1, "a\r\n23:59:59 b\x1b[31mc\u2028d\x85e\x00", (), None)
    first, second = Lines("text").format(record).splitlines()
    assert first.endswith("誤り: a ") and second == "  23:59:59 b [31mc d e "
    logging.getLogger("bot.x").error("a\nb")
    assert len(written.lines[-1].splitlines()) == 1


def _told(stderr: int, **env: str) -> None:
    code = """
import logging
from bot.logs import tell, write_log
from bot.settings import read_settings
write_log(read_settings().log)
tell('動いています')
logging.getLogger('bot.x').info('turn')
logging.getLogger('bot.x').error('だめ')
"""
    subprocess.run([sys.executable, "-c", code], cwd=PROJECT, env={**os.environ, **env}, stderr=stderr, check=True)


def test_a_person_at_a_terminal_reads_text_and_a_program_json(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with path.open("wb") as file:
        _told(file.fileno())
    assert [json.loads(line)["event"] for line in path.read_text().splitlines()] == ["動いています", "turn", "だめ"]
    with path.open("wb") as file:
        _told(file.fileno(), JPKI_BOT_LOG="text")
    shown, failed = path.read_text().splitlines()
    assert shown == "動いています" and failed.endswith("誤り: だめ")
    ours, theirs = pty.openpty()
    _told(theirs)
    os.close(theirs)
    shown, failed = os.read(ours, 1000).decode().splitlines()
    os.close(ours)
    assert shown == "動いています" and failed.endswith("誤り: だめ")


def test_an_error_that_nobody_caught_is_a_line_as_well() -> None:
    code = f"from bot.logs import write_log; write_log('json')\nclass X:\n  def __del__(self): raise KeyError('{PLANTED}')\nX()\nraise ValueError('{PLANTED}')"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=False)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert done.returncode == 1 and [line["error"] for line in lines] == ["KeyError", "ValueError"] and PLANTED not in done.stderr


# A started server

_FAULTY = f'''
import asyncio, logging, sys, warnings
from bot.engine.quiet import quiet_rasa
from bot.engine.without_tensorflow import keep_tensorflow_out
quiet_rasa()
keep_tensorflow_out()
import structlog
import bot.engine.bot as engine
from bot.channels.catalogue import Catalogue
from bot.cli import main

sentences = engine.sentences


async def lost(text):
    raise LookupError(text)


def broken(text):
    if "{BREAK}" in text:
        logging.getLogger("sanic.error").error("while handling %s", text)
        structlog.get_logger("rasa.core.processor").error("processor.message.log", text=text)
        warnings.warn(text)
        asyncio.ensure_future(lost(text))
        raise ValueError(text)
    return sentences(text)


def asset(self):
    raise KeyError("{PLANTED}")


engine.sentences = broken
Catalogue.asset = asset
sys.exit(main(sys.argv[1:]))
'''


class Run:
    """What a server under nasty inputs answered and logged."""

    def __init__(self, lines: list[str], metrics: str, secrets: list[str], names: set[str]) -> None:
        self.lines, self.metrics, self.secrets, self.names = lines, metrics, secrets, names
        self.parsed = [json.loads(line) for line in lines]

    def events(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.parsed if line["event"] == event]


@pytest.fixture(scope="module")
def run(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    state = tmp_path_factory.mktemp("state")
    with line_api() as api, TelegramApi() as telegram:
        line = {"JPKI_BOT_LINE_SECRET": SECRET, "JPKI_BOT_LINE_TOKEN": LINE_TOKEN, "JPKI_BOT_LINE_API": api.url}
        env = {**line, "JPKI_BOT_TELEGRAM_TOKEN": TELEGRAM_TOKEN, "JPKI_BOT_TELEGRAM_API": telegram.url, "JPKI_BOT_STAFF_PASSWORD_HASH": HASH}
        with server(state, program=("-c", _FAULTY), **env) as (client, process):
            secrets, names = _ask_nastily(client)
            secrets += _chat_nastily(LineWebhook(client, api), api, telegram)
            metrics = _settled(client)
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
    text = (state / "server.log").read_text(encoding="utf-8")
    return Run(text.splitlines(), metrics, [*secrets, SECRET, LINE_TOKEN, TELEGRAM_TOKEN, HASH, (state / "session.key").read_bytes().hex()], names)


def _settled(client: httpx.Client) -> str:
    """The metrics when nothing waits any more: an answer is out before its event is put away."""
    for _ in range(100):
        metrics = client.get("/metrics").text
        if all(f'jpki_bot_waiting{{channel="{channel}"}} 0.0' in metrics for channel in ("line", "telegram")):
            return metrics
        time.sleep(0.05)
    raise AssertionError(metrics)


def _ask_nastily(client: httpx.Client) -> tuple[list[str], set[str]]:
    """What must not be found, and the names of the requests that were answered."""
    token = client.post("/api/session").json()["session"]
    session = {"Authorization": f"Bearer {token}", "User-Agent": PLANTED.encode().hex(), "X-Forwarded-For": ADDRESS}
    replies = [client.post("/api/messages", headers=session, json={"text": text}) for text in NASTY]
    assert all(reply.status_code in (200, 503) for reply in replies)
    bodies = (b"{", b"[" * 5000, b"\xff\xfe", f'{{"text": "{PLANTED}"'.encode(), json.dumps({"municipality": PLANTED}).encode(), b" " * 20_000)
    replies += [client.post("/api/messages", headers=session, content=body) for body in bodies]
    replies += [client.post("/api/messages", headers=session, json={"id": PLANTED * 20, "choice": PLANTED, "text": ["x"]})]
    replies += [client.get(f"/{PLANTED}?q={PLANTED}"), client.get("/api/session", params={"q": PLANTED}), client.request("SECRETMETHOD", "/")]
    replies += [client.get("/api/catalogue"), client.get("/staff", headers={"Cookie": f"jpki_staff={PLANTED.encode().hex()}"})]
    replies += [client.post("/staff/sign-in", data={"token": PLANTED, "password": PLANTED}), client.get("/", headers={"Host": "planted.example.jp"})]
    replies += [client.post("/api/messages", headers={"Authorization": f"Bearer {PLANTED.encode().hex()}"}, json={"text": PLANTED})]
    assert {400, 401, 404, 405, 413, 500} <= {reply.status_code for reply in replies}
    _send_raw(client, f"GET /{PLANTED} HTTP/9\r\n\r\n".encode(), b"\x16\x03\x01 planted\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"planted" * 5000 + b"\r\n\r\n")
    conversation = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))["sid"]
    return [token, token.split(".")[1], conversation], {reply.headers["X-Request-Id"] for reply in replies}


def _send_raw(client: httpx.Client, *requests: bytes) -> None:
    for request in requests:
        with socket.create_connection((client.base_url.host, client.base_url.port or 0), 10) as connection:
            connection.sendall(request)
            connection.recv(100)


def _chat_nastily(line: LineWebhook, api: LineApi, telegram: TelegramApi) -> list[str]:
    user = a_user()
    for count, text in enumerate((NASTY[0], NASTY[1], "カードをなくした"), 1):
        line.say(user, text)
        telegram.say(CHAT, text)
        api.wait_for(user, count)
        telegram.wait_messages(CHAT, count)
    line.raw(f'{{"events": "{PLANTED}"}}'.encode(), "wrong")
    return [user, str(CHAT)]


def test_every_line_of_a_server_is_json(run: Run) -> None:
    assert len(run.parsed) > 50
    for line in run.parsed:
        assert {"time", "level", "event"} <= set(line), line
        assert set(line) <= {"time", "level", "event", "request_id", "logger", "place", *FIELDS}, line
    assert [line["event"] for line in run.parsed][0] == "起動しています …"


def test_nothing_planted_is_in_the_log_or_the_metrics(run: Run) -> None:
    for text in ("\n".join(run.lines), run.metrics):
        planted = (PLANTED, json.dumps(PLANTED)[1:-1], quote(PLANTED), PLANTED.encode().hex(), BREAK, "SECRETMETHOD", "planted", "3345", "タナカ", ADDRESS)
        assert [secret for secret in (*planted, *run.secrets) if secret in text] == []
    assert not [line for line in run.lines if "127.0.0.1" in line.replace("http://127.0.0.1:", "")]


def test_every_request_has_its_line_and_its_name(run: Run) -> None:
    lines = run.events("request")
    assert run.names <= {line["request_id"] for line in lines}
    routes = {line["route"] for line in lines}
    assert routes == {"/api/session", "/api/messages", "/api/catalogue", "/staff", "/staff/sign-in", "/", "/line/webhook", "other"}
    assert {line["method"] for line in lines} == {"GET", "POST", "other"} and {line["status"] for line in lines} >= {200, 201, 400, 401, 404, 405, 413, 500}
    assert all(isinstance(line["milliseconds"], float) and line["level"] == ("warning" if line["status"] >= 500 else "info") for line in lines)


def test_a_turn_and_its_faults_belong_to_their_request(run: Run) -> None:
    turns = run.events("turn")
    web = [line for line in turns if line["channel"] == "web"]
    assert len(web) == len(NASTY) and {line["channel"] for line in turns} == {"web", "line", "telegram"}
    assert all(line["request_id"] in run.names for line in web)
    assert not [line for line in turns if line["channel"] != "web" and "request_id" in line]
    failed = [line for line in run.parsed if line.get("error") == "ValueError"]
    assert len(failed) == len([line for line in turns if line["outcome"] == "failed"]) == 3 and all(line["at"] for line in failed)
    assert [line["at"][-1].startswith("bot/engine/bot.py:") for line in failed] == [True] * 3
    assert any(line.get("topic") == "card_lost" and line["outcome"] == "answer" and line["channel"] == "telegram" for line in turns)
    assert [line["error"] for line in run.parsed if line.get("status") is None and line.get("error") == "KeyError"] == ["KeyError"]


def test_what_happened_is_counted(run: Run) -> None:
    for sample in (
        'jpki_bot_turns_total{channel="web",outcome="failed"} 1.0',
        'jpki_bot_turns_total{channel="line",outcome="failed"} 1.0',
        'jpki_bot_faults_total{fault="turn"} 3.0',
        'jpki_bot_masks_total{kind="individual_number"} 3.0',
        'jpki_bot_refusals_total{reason="too_large"}',
        'jpki_bot_waiting{channel="line"} 0.0',
        'jpki_bot_waiting{channel="telegram"}',
    ):
        assert sample in run.metrics, sample
