"""Feedback at rest: the day, ids of what was answered, a verdict; nothing about anybody."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.dialogue.turn import Content
from bot.engine.quiet import quiet_rasa
from bot.engine.without_tensorflow import keep_tensorflow_out

quiet_rasa()
keep_tensorflow_out()

from bot.engine.feedback_store import FeedbackStore  # noqa: E402
from bot.engine.rows import StoreError  # noqa: E402
from bot.knowledge.answer import Feedback  # noqa: E402
from bot.settings import JAPAN  # noqa: E402
from tests.dialogue.test_corrections import Said, talk  # noqa: E402

NOW = datetime(2026, 11, 20, 23, 59, 58, tzinfo=JAPAN)
GOOD = Feedback(True, None, "renewal", "nakano")
BAD = Feedback(False, "outdated", "fees", None)


@pytest.mark.parametrize("kept", ["f.sqlite3", "new/folder/f.sqlite3", None])
def test_rows_come_back_oldest_first_as_ids_and_a_day(tmp_path: Path, kept: str | None) -> None:
    store = FeedbackStore(tmp_path / kept if kept else None)
    assert store.rows() == []
    store.add(GOOD, "v1", NOW)
    store.add(BAD, "v2", NOW.replace(day=21))
    store.add(Feedback(False, None, None, None), "v2", NOW.replace(day=21))
    assert store.rows() == [
        ("2026-11-20", "renewal", "nakano", 1, None, "v1"),
        ("2026-11-21", "fees", None, 0, "outdated", "v2"),
        ("2026-11-21", None, None, 0, None, "v2"),
    ]


def test_rows_survive_reopening(tmp_path: Path) -> None:
    path = tmp_path / "f.sqlite3"
    FeedbackStore(path).add(GOOD, "v1", NOW)
    again = FeedbackStore(path)
    again.add(BAD, "v1", NOW)
    assert [row[1] for row in again.rows()] == ["renewal", "fees"]


def test_there_is_no_column_for_words_persons_or_times(tmp_path: Path) -> None:
    path = tmp_path / "f.sqlite3"
    FeedbackStore(path).add(GOOD, "v1", NOW)
    with sqlite3.connect(path) as database:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = {row[1] for row in database.execute("PRAGMA table_info(feedback)")}
    assert tables == ["feedback"]
    assert columns == {"day", "topic", "municipality", "helpful", "reason", "facts_version", "mark"}


def test_the_same_message_counts_once_and_its_mark_is_gone_the_next_day(tmp_path: Path) -> None:
    path = tmp_path / "f.sqlite3"
    store = FeedbackStore(path)
    for _ in range(3):
        store.add(GOOD, "v1", NOW, "marked")
    assert len(store.rows()) == 1
    store.add(GOOD, "v1", NOW + timedelta(days=1))
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT mark FROM feedback").fetchall() == [(None,), (None,)]


def test_a_store_of_an_earlier_version_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "f.sqlite3"
    with sqlite3.connect(path) as old:
        old.execute("CREATE TABLE feedback (day TEXT NOT NULL, topic TEXT, municipality TEXT, helpful INTEGER NOT NULL, reason TEXT, facts_version TEXT)")
        old.execute("INSERT INTO feedback VALUES ('2026-11-01', 'fees', NULL, 1, NULL, 'v0')")
    store = FeedbackStore(path)
    store.add(GOOD, "v1", NOW, "marked")
    assert [row[0] for row in store.rows()] == ["2026-11-01", f"{NOW:%Y-%m-%d}"]
    assert b"23:59" not in path.read_bytes()


def test_what_a_conversation_records_holds_nothing_that_was_typed(tmp_path: Path, content: Content) -> None:
    path = tmp_path / "f.sqlite3"
    store = FeedbackStore(path)
    turns = [Said("山田花子です。更新したい", "renewal"), Said("役に立たなかった。花子より", "feedback"), Said("古い情報でした。花子", "feedback")]
    for answer in talk(content, turns, town="中野区")[0]:
        if answer.feedback:
            store.add(answer.feedback, content.base.version, NOW)
    assert store.rows()[-1] == ("2026-11-20", "renewal", "nakano", 0, "outdated", content.base.version)
    at_rest = path.read_bytes()
    assert not [word for word in ("山田", "花子", "役に立た", "古い") if word.encode() in at_rest]


def test_a_reason_that_looks_like_sql_stays_a_value() -> None:
    store = FeedbackStore(None)
    store.add(Feedback(False, "'); DROP TABLE feedback; --", "fees", None), "v1", NOW)
    store.add(GOOD, "v1", NOW)
    assert len(store.rows()) == 2


def test_the_file_is_its_owner_s_alone(tmp_path: Path) -> None:
    FeedbackStore(tmp_path / "f.sqlite3")
    assert (tmp_path / "f.sqlite3").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("broken", ["under_a_file", "no_database"])
def test_a_place_that_cannot_be_opened_is_named(tmp_path: Path, broken: str) -> None:
    file = tmp_path / "file"
    file.write_text("this is not a database, whatever its name says\n" * 50)
    path = file / "f.sqlite3" if broken == "under_a_file" else file
    with pytest.raises(StoreError, match="JPKI_BOT_STATE") as raised:
        FeedbackStore(path)
    assert str(path) in str(raised.value)


def test_a_reason_completes_the_verdict_before_it_and_counts_alone_where_there_is_none(tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path / "f.sqlite3")
    verdict = Feedback(False, None, "fees", "nakano")
    reason = replace(verdict, reason="outdated")
    store.add(verdict, "v1", NOW, "m1")
    store.add(replace(verdict, topic="renewal"), "v1", NOW, "m2")
    for _ in range(2):
        store.add(reason, "v1", NOW, "m3")
    assert [(row[1], row[4]) for row in store.rows()] == [("fees", "outdated"), ("renewal", None)]
    store.add(reason, "v1", NOW, "m4")
    assert [(row[1], row[4]) for row in store.rows()] == [("fees", "outdated"), ("renewal", None), ("fees", "outdated")]
