"""The shipped unit does what docs/operations.md promises of it: the real systemd starts it, watches it and starts it anew."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.systemd_box import Box, booted, require_systemd


@pytest.fixture(scope="module")
def box(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    require_systemd()
    with booted(tmp_path_factory.mktemp("systemd")) as made:
        made.wait_until_ready()
        yield made


def test_it_says_that_it_is_ready_when_it_answers(box: Box) -> None:
    assert box.shown("ActiveState") == "active" and box.shown("Type") == "notify"


def test_it_runs_without_rights(box: Box) -> None:
    status = dict(line.split(":\t", 1) for line in box.inside("cat", f"/proc/{box.shown('MainPID')}/status").splitlines() if ":\t" in line)
    assert status["Uid"].split()[0] == "61234"
    assert int(status["CapEff"], 16) == 0 and int(status["CapBnd"], 16) == 0
    assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"


def test_its_state_is_closed_to_others(box: Box) -> None:
    assert box.inside("stat", "-c", "%U %a", "/var/lib/jpki-bot") == "jpki-bot 700"


@pytest.mark.parametrize("signal", ["KILL", "SEGV"])
def test_a_killed_server_is_back_by_itself_and_knows_the_conversation(box: Box, signal: str) -> None:
    session = box.call("/api/session", {})["session"]
    assert box.call("/api/messages", {"text": "杉並区に住んでいます"}, session)
    before, first = int(box.shown("NRestarts")), box.shown("MainPID")
    box.signal(signal)
    assert box.wait_until_ready() < 60
    assert int(box.shown("NRestarts")) == before + 1 and box.shown("MainPID") != first
    answer = box.call("/api/messages", {"text": "電話番号は?"}, session)
    assert answer["municipality"] == "杉並区" and "03-3312-2111" in answer["text"]


def test_a_server_that_hangs_is_ended_and_started_anew(box: Box) -> None:
    before = int(box.shown("NRestarts"))
    box.signal("STOP")
    began = time.monotonic()
    while int(box.shown("NRestarts")) == before and time.monotonic() - began < 60:
        time.sleep(0.5)
    assert int(box.shown("NRestarts")) == before + 1
    assert box.wait_until_ready() < 60


def test_it_ends_at_once_when_it_is_asked_to(box: Box) -> None:
    box.inside("systemctl", "stop", "jpki-bot")
    assert box.shown("ActiveState") == "inactive" and box.shown("Result") == "success"
    box.inside("systemctl", "start", "jpki-bot")
    assert box.wait_until_ready() < 60
