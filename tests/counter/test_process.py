"""The child that reads: ended in time, believed only in states, and started with nothing of ours around it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.counter.process import Child, Patience, Stage
from bot.counter.reading import Auth, Reading, Situation
from tests.conftest import PROJECT
from tests.counter.authority import NOW

SHORT = Patience(start=1.5, wait=0.3, read=0.4)
SAY = "import json, sys, time, os; say = lambda line: print(json.dumps(line), flush=True); task = json.loads(sys.stdin.readline()); "
STATES = {"situation": "read", "auth": ["foreign", None, None], "sign": "unknown", "tries": [3, 5]}


def read(begin: str, patience: Patience = SHORT) -> tuple[Reading, list[Stage]]:
    stages: list[Stage] = []
    return asyncio.run(Child(patience, begin).read([], NOW, stages.append)), stages


def test_the_stages_and_the_reading_come_through() -> None:
    reading, stages = read(SAY + f"say({{'stage': 'waiting'}}); say({{'stage': 'reading'}}); say({{'reading': {STATES!r}}})")
    assert reading == Reading(Situation.read, Auth("foreign"), "unknown", 3, 5) and stages == ["waiting", "reading"]


@pytest.mark.parametrize("before", ["", "say({'stage': 'waiting'}); ", "say({'stage': 'waiting'}); say({'stage': 'reading'}); "])
def test_a_child_that_hangs_is_ended(before: str, tmp_path: Path) -> None:
    started = time.monotonic()
    reading, _ = read(f"{SAY}open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); {before}time.sleep(60)")
    assert reading == Reading(Situation.no_answer) and time.monotonic() - started < 10
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


@pytest.mark.parametrize(
    "ends",
    [
        "",
        "sys.exit(3)",
        "os.abort()",
        "print('x')",
        "print('[]', flush=True)",
        "print('\\\\xff', flush=True)",
        "sys.stdout.buffer.write(b'\\xff\\n')",
        "print('x' * 1_000_000)",
        "say({})",
        "say({'reading': None})",
        "say({'reading': {'situation': 'valid'}})",
        "say({'reading': {**task, 'situation': 'read', 'auth': ['within', None, None]}})",
    ],
)
def test_whatever_else_a_child_says_is_no_reading(ends: str) -> None:
    assert read(SAY + ends)[0] == Reading(Situation.failed)


def test_when_the_press_is_taken_back_the_child_ends(tmp_path: Path) -> None:
    async def leave() -> None:
        begin = f"{SAY}open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); say({{'stage': 'waiting'}}); time.sleep(60)"
        waiting = asyncio.Event()
        task = asyncio.create_task(Child(Patience(), begin).read([], NOW, lambda stage: waiting.set()))
        await asyncio.wait_for(waiting.wait(), 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(leave())
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_the_child_sees_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PCSCLITE_CSOCK_NAME", "/tmp/false")
    monkeypatch.setenv("PYTHONSTARTUP", "/tmp/false.py")
    seen = tmp_path / "seen"
    what = "[dict(os.environ), sys.flags.isolated, sys.flags.dont_write_bytecode]"
    read(f"{SAY}open({str(seen)!r}, 'w').write(json.dumps({what}))")
    environment, isolated, no_bytecode = json.loads(seen.read_text())
    assert set(environment) <= {"LC_CTYPE"} and isolated == 1 and no_bytecode == 1


@pytest.mark.parametrize(
    ("says", "gone"),
    [("say({'removed': False})", False), ("say({'removed': True})", True), ("sys.exit(1)", True), ("say({'reading': {'situation': 'no_service'}})", True)],
)
def test_a_card_that_cannot_be_watched_counts_as_gone(says: str, gone: bool) -> None:
    """What was read is cleared too early rather than too late."""
    assert asyncio.run(Child(SHORT, SAY + says).taken_away(0.1)) is gone


def child(code: str, task: str) -> subprocess.CompletedProcess[str]:
    """The real child with something changed before it starts."""
    return subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(PROJECT)!r}); {code}; from bot.counter.child import main; main()"],
        input=task, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_without_the_readers_library_the_child_says_so() -> None:
    done = child("sys.modules['smartcard'] = None", json.dumps({"do": "read", "wait": 0, "now": NOW.isoformat(), "roots": []}))
    assert [json.loads(line) for line in done.stdout.splitlines()] == [{"stage": "waiting"}, {"reading": {"situation": "no_software"}}]


@pytest.mark.parametrize("task", ["", "{", "[]", "{}", '{"do": "write"}'])
def test_a_task_that_cannot_be_done_is_told_as_a_failure_only(task: str) -> None:
    done = child("sys.modules['smartcard'] = None", task)
    assert done.returncode == 0 and "Traceback" not in done.stderr + done.stdout
    assert json.loads(done.stdout.splitlines()[-1])["reading"]["situation"] in ("failed", "no_software")


def test_an_error_that_holds_what_was_read_is_told_to_nobody() -> None:
    """What a library prints goes where nobody reads, and does not get between the lines."""
    fault = "import bot.counter.pcsc as p\ndef fail():\n print('chatter', flush=True)\n raise ValueError('997794E9AGCIEG')\np.Readers = fail"
    done = child(f"exec({fault!r})", json.dumps({"do": "read", "wait": 0, "now": NOW.isoformat(), "roots": []}))
    assert done.stdout.splitlines() == ['{"stage": "waiting"}', '{"reading": {"situation": "failed"}}'] and done.stderr == "chatter\n"


def test_a_child_that_nobody_ends_any_more_ends_itself() -> None:
    fault = "import time, bot.counter.child as c, bot.counter.pcsc as p\nc._LONGEST_LIFE = 1\nc.Readers = lambda: time.sleep(60)"
    done = child(f"exec({fault!r})", json.dumps({"do": "read", "wait": 0, "now": NOW.isoformat(), "roots": []}))
    assert done.returncode == -signal.SIGALRM


def test_the_child_leaves_no_core_and_loads_little() -> None:
    code = "import resource, bot.counter.child as c; c._without_core_dump(); assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)"
    heavy = "; assert not {'rasa', 'yaml', 'pydantic', 'sanic', 'fugashi', 'smartcard'} & set(sys.modules), sorted(sys.modules)"
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(PROJECT)!r}); {code}{heavy}"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
