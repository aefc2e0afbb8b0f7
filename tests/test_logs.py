"""The log: each line is JSON, belongs to its request, and holds nothing of the people who ask."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from bot.logs import FIELDS, Lines, begin_request, leave_request, route_rasa
from tests.conftest import PROJECT

PLANTED = "ヒミツノコトバ"


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
