"""The server killed at random under load: nothing that was acknowledged is lost, nothing counts twice."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.conftest import PROJECT, free_port, server
from tests.faults.residents import SCRIPTS, VERDICTS, Told, talk

if TYPE_CHECKING:
    from bot.engine.bot import Bot

_LIVES = int(os.environ.get("JPKI_BOT_TEST_KILLS", "100"))
_AT_ONCE = 6


async def _expected(bot: Bot) -> list[list[str]]:
    """The same conversations, undisturbed."""
    found = []
    for number, (municipality, turns) in enumerate(SCRIPTS):
        name = f"undisturbed-{number}"
        found.append([(await bot.reply(name, text, municipality=municipality))["text"] for text in turns])
        await bot.forget(name)
    return found


def _judge(told: list[Told], expected: list[list[str]], state: Path) -> None:
    for one in told:
        assert one.answers == expected[one.script], SCRIPTS[one.script]
    with sqlite3.connect(state / "conversations.sqlite3") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("SELECT count(*) FROM conversations").fetchone() == (len(told),)
    with sqlite3.connect(state / "feedback.sqlite3") as database:
        reasons_wanted = sum(one.verdicts for one in told)
        assert database.execute("SELECT count(*) FROM feedback").fetchone() == (reasons_wanted,)


def test_the_scripts_judge_answers_and_lean_on_what_was_said() -> None:
    assert sum(text in VERDICTS for _, turns in SCRIPTS for text in turns) >= len(SCRIPTS)


@pytest.mark.soak
async def test_killed_a_hundred_times(tmp_path: Path, bot: Bot) -> None:
    expected, port = await _expected(bot), free_port()
    base, stop = f"http://127.0.0.1:{port}", asyncio.Event()
    nursery = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.nursery", str(tmp_path), str(port)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=(tmp_path / "server.log").open("wb"),
        text=True,
    )
    try:
        told, killed = await asyncio.gather(_residents(base, stop), _lives(nursery, base, stop))
    finally:
        _end(nursery)
    assert killed == _LIVES and sum(one.resent for one in told) > 0
    _judge(told, expected, tmp_path)


async def _residents(base: str, stop: asyncio.Event) -> list[Told]:
    """Conversation after conversation, some side by side; each that was begun is finished."""

    async def one() -> list[Told]:
        done = []
        while not stop.is_set():
            done.append(await talk(base, random.randrange(len(SCRIPTS))))
        return done

    return [told for each in await asyncio.gather(*(one() for _ in range(_AT_ONCE))) for told in each]


async def _lives(nursery: subprocess.Popen[str], base: str, stop: asyncio.Event) -> int:
    assert await asyncio.to_thread(nursery.stdout.readline) == "ready\n"  # type: ignore[union-attr]
    for number in range(_LIVES + 1):
        pid = await asyncio.to_thread(_born, nursery)
        await _answers(base)
        if number == _LIVES:
            # The last one lives, so that what was begun can end.
            stop.set()
            return number
        await asyncio.sleep(random.uniform(0.01, 0.4))
        os.kill(pid, signal.SIGKILL)
    raise AssertionError


def _born(nursery: subprocess.Popen[str]) -> int:
    nursery.stdin.write("live\n")  # type: ignore[union-attr]
    nursery.stdin.flush()  # type: ignore[union-attr]
    return int(nursery.stdout.readline())  # type: ignore[union-attr]


async def _answers(base: str) -> None:
    async with httpx.AsyncClient(base_url=base, timeout=5) as client:
        for _ in range(600):
            with suppress(httpx.TransportError):
                if (await client.get("/health")).status_code == 200:
                    return
            await asyncio.sleep(0.05)
    raise AssertionError("no life answered")


def _end(nursery: subprocess.Popen[str]) -> None:
    """The life that is left, and the nursery with it."""
    found = subprocess.run(["pgrep", "-P", str(nursery.pid)], capture_output=True, text=True, check=False).stdout.split()
    for pid in [*map(int, found), nursery.pid]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    nursery.wait(30)


@pytest.mark.soak
async def test_the_command_itself_killed_and_started_again(tmp_path: Path, bot: Bot) -> None:
    """As a supervisor does: started again at once, on the same port, with the same state."""
    expected, port, stop = await _expected(bot), free_port(), asyncio.Event()

    def supervise() -> None:
        for life in range(3):
            with server(tmp_path, port=port, JPKI_BOT_LIMITS="off") as (_, process):
                if life == 2:
                    stop.set()
                    residents_done.result(120)
                    return
                time.sleep(random.uniform(0.2, 1.0))
                process.kill()

    loop = asyncio.get_running_loop()
    residents_done = asyncio.run_coroutine_threadsafe(_residents(f"http://127.0.0.1:{port}", stop), loop)
    await asyncio.to_thread(supervise)
    told = residents_done.result()
    assert len(told) >= _AT_ONCE
    _judge(told, expected, tmp_path)
