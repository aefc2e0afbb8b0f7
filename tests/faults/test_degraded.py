"""Everything that a machine can do to a server, done to a real one: it says whom to call, tells the operator, and recovers."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.faults.small_disk import SmallDisk, require_namespace, running

Say = Callable[[str], httpx.Response]


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Iterator[SmallDisk]:
    require_namespace()
    with running(tmp_path_factory.mktemp("small"), model) as found:
        yield found


def talk(disk: SmallDisk, municipality: str) -> Say:
    """A new conversation of somebody in `municipality`; each message has a name of its own."""
    session = disk.client.post("/api/session").json()["session"]

    def say(text: str) -> httpx.Response:
        body = {"text": text, "municipality": municipality, "id": f"m{time.monotonic_ns()}"}
        return disk.client.post("/api/messages", json=body, headers={"Authorization": f"Bearer {session}"})

    return say


def logged(disk: SmallDisk, fault: str) -> list[str]:
    """States of a fault in the log, in order."""
    lines = [json.loads(line) for line in disk.log.read_text().splitlines() if line.startswith("{")]
    return [line["fault_state"] for line in lines if line.get("fault") == fault and "fault_state" in line]


@pytest.mark.parametrize(("breaks", "mends"), [(SmallDisk.fill, SmallDisk.empty), (SmallDisk.lock, SmallDisk.unlock)], ids=["full", "read-only"])
def test_a_full_or_read_only_disk_stops_no_conversation(disk: SmallDisk, breaks: Callable[[SmallDisk], None], mends: Callable[[SmallDisk], None]) -> None:
    say = talk(disk, "中野区")
    assert "1,000円" in say("カードをなくした。手数料は?").json()["text"]
    breaks(disk)
    answer = say("代理人でもできる?")
    assert answer.status_code == 200 and answer.json()["municipality"] == "中野区"
    stranger = talk(disk, "野田村")("カードをなくした")
    assert stranger.status_code == 200 and "0194-78-2928" in stranger.text
    disk.until({"store_unsaved"})
    assert disk.client.get("/ready").status_code == 503 and "store" in disk.client.get("/ready").json()["missing"]
    mends(disk)
    disk.until(set())
    assert disk.past()[-1] == "store_unsaved" and logged(disk, "store_unsaved")[-2:] == ["begins", "ends"]
    assert "03-3228-5425" in say("そこの電話は?").text
    stored = disk.inside("sh", "-c", f"cat {disk.state}/conversations.sqlite3*")
    assert '"noda"' in stored, "what was said meanwhile was written afterwards"


def test_a_torn_file_is_set_aside_and_what_was_being_said_goes_on(disk: SmallDisk) -> None:
    say = talk(disk, "杉並区")
    say("暗証番号を忘れた")
    torn = f"cd {disk.state}; dd if=/dev/urandom of=torn bs=4k count=8; rm -f conversations.sqlite3-*; mv torn conversations.sqlite3"
    disk.inside("sh", "-c", torn)
    _until(lambda: "store_corrupt" in disk.past())
    answers = [say(text) for text in ("4桁のほう", "そこの電話は?", "手数料は?")]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert {answer.json()["municipality"] for answer in answers} == {"杉並区"}
    disk.until(set())
    aside = disk.inside("sh", "-c", f"ls {disk.state}")
    assert "corrupt-" in aside
    disk.inside("sh", "-c", f"rm {disk.state}/*corrupt-*")


def test_files_taken_away_are_made_anew(disk: SmallDisk) -> None:
    say = talk(disk, "中野区")
    say("更新したい")
    disk.inside("sh", "-c", f"rm {disk.state}/conversations.sqlite3*")
    end = time.monotonic() + 60
    while "conversations.sqlite3" not in disk.inside("sh", "-c", f"ls {disk.state}"):
        assert time.monotonic() < end
        time.sleep(0.5)
    assert "03-3228" in say("そこの電話は?").text


def test_knowledge_is_taken_over_while_running_or_refused_whole(disk: SmallDisk) -> None:
    facts = disk.project / "data/knowledge/national/lost.yml"
    kept = facts.read_text()
    say = talk(disk, "中野区")
    assert "更新" in say("更新の手数料は?").text
    version = _version(disk)
    facts.write_text(kept + "\n# 直した\n")
    _until(lambda: _version(disk) != version)
    assert disk.faults() == set() and "中野区" in say("必要なものは?").text
    version = _version(disk)
    facts.write_text(kept + "\nfacts: [壊れた\n")
    disk.until({"knowledge_refused"})
    answer = say("カードをなくした。手数料は?")
    assert answer.status_code == 200 and "1,000円" in answer.text and _version(disk) == version
    assert any(facts.name in line for line in disk.log.read_text().splitlines() if "knowledge_refused" in line), "the log names the file"
    facts.write_text(kept)
    disk.until(set())
    assert say("代理人でも?").json()["municipality"] == "中野区", "no conversation was lost over it"


def test_a_change_of_phrases_waits_for_a_new_start(disk: SmallDisk) -> None:
    topic = disk.project / "data/topics/fees.yml"
    kept = topic.read_text()
    topic.write_text(kept.replace("phrases:\n", "phrases:\n- おいくら万円かかりますか知りたいのです\n", 1))
    disk.until({"knowledge_refused"})
    assert talk(disk, "中野区")("手数料は?").status_code == 200
    topic.write_text(kept)
    disk.until(set())


def test_without_a_model_everybody_is_told_whom_to_call_until_there_is_one(tmp_path: Path, model: Path) -> None:
    require_namespace()
    empty = tmp_path / "models"
    empty.mkdir()
    # Training cannot write where a file has the folder's name.
    (empty / "blocked").write_text("")
    with running(tmp_path / "server", empty / "blocked" / "model.tar.gz") as disk:
        answer = talk(disk, "野田村")("カードをなくした")
        assert answer.status_code == 503 and "0194-78-2928" in answer.json()["error"] and answer.headers["Retry-After"]
        assert "03-3228" in talk(disk, "")("中野区です。カードをなくした").json()["error"]
        assert disk.faults() == {"model_missing"} and disk.client.get("/ready").status_code == 503
        (empty / "blocked").unlink()
        (empty / "blocked").mkdir()
        for file in (model, model.with_name("jpki-bot.fingerprint")):
            shutil.copy(file, empty / "blocked" / file.name)
        disk.until(set())
        assert talk(disk, "野田村")("カードをなくした").status_code == 200 and logged(disk, "model_missing") == ["begins", "ends"]


def _version(disk: SmallDisk) -> str:
    lines = disk.client.get("/metrics").text.splitlines()
    return next(line for line in lines if "knowledge" in line and "version=" in line)


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.2)


def test_a_store_opened_by_hand_is_whole(disk: SmallDisk, tmp_path: Path) -> None:
    talk(disk, "西東京市")("更新したい")
    copy = tmp_path / "c.sqlite3"
    copied = disk.inside("sh", "-c", f"cat {disk.state}/conversations.sqlite3 > {copy}; cat {disk.state}/conversations.sqlite3-wal > {copy}-wal")
    assert not copied
    with sqlite3.connect(copy) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
