"""Questions without an answer: counted by day, their words only where they are wanted, all of it gone when it is old."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.engine.misses_store import Miss, MissesStore
from bot.engine.rows import StoreError

DAY = date(2026, 11, 20)
ASKED = Miss("nakano", "suggest", ("fees", "renewal"))
WORDS = Miss(None, "out_of_scope", (), "〔電話番号〕のラーメン屋")


def test_the_same_kind_of_miss_is_one_row_of_a_day(tmp_path: Path) -> None:
    store = MissesStore(tmp_path / "m.sqlite3")
    for day in (DAY, DAY, DAY + timedelta(days=1)):
        store.add(ASKED, day)
    assert list(store.counts()) == [("2026-11-20", "nakano", "suggest", "fees,renewal", 2), ("2026-11-21", "nakano", "suggest", "fees,renewal", 1)]
    assert list(store.words()) == []


def test_words_go_before_what_they_counted_and_leave_nothing_in_the_files(tmp_path: Path) -> None:
    path = tmp_path / "m.sqlite3"
    store = MissesStore(path)
    store.add(WORDS, DAY)
    store.add(WORDS, DAY + timedelta(days=1))
    assert store.purge_words(DAY + timedelta(days=1)) == 1 and len(store.words()) == 1
    assert store.purge_words(DAY + timedelta(days=2)) == 1 and store.purge(DAY) == 0 and len(store.counts()) == 2
    assert not [file for file in tmp_path.iterdir() if "ラーメン".encode() in file.read_bytes()]
    assert store.purge(DAY + timedelta(days=2)) == 2 and list(store.counts()) == []


def test_a_flood_is_counted_and_its_words_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.engine.misses_store._MOST_WORDS_A_DAY", 3)
    store = MissesStore(None)
    for _ in range(10):
        store.add(WORDS, DAY)
    store.add(WORDS, DAY + timedelta(days=1))
    assert len(store.words()) == 4 and [row[-1] for row in store.counts()] == [10, 1]


def test_the_file_is_its_owner_s_alone(tmp_path: Path) -> None:
    MissesStore(tmp_path / "m.sqlite3").add(ASKED, DAY)
    assert [file.stat().st_mode & 0o077 for file in tmp_path.iterdir()] == [0] * len(list(tmp_path.iterdir()))


def test_a_broken_file_is_set_aside_and_the_next_miss_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "m.sqlite3"
    path.write_bytes(b"this is no database\n" * 500)
    store = MissesStore(path)
    with pytest.raises(StoreError, match="m.sqlite3"):
        store.add(ASKED, DAY)
    store.add(ASKED, DAY)
    assert len(store.counts()) == 1 and len(list(tmp_path.glob("m.sqlite3.corrupt-*"))) == 1


def test_a_place_that_cannot_be_written_is_named_and_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "taken" / "m.sqlite3"
    path.parent.write_text("")
    store = MissesStore(path)
    with pytest.raises(StoreError, match="taken"):
        store.add(ASKED, DAY)
    path.parent.unlink()
    store.add(ASKED, DAY)
    assert len(store.counts()) == 1


def test_words_that_look_like_sql_stay_words() -> None:
    store = MissesStore(None)
    store.add(Miss(None, "suggest", (), "'); DROP TABLE words; --"), DAY)
    assert store.words()[0][-1] == "'); DROP TABLE words; --"


def test_two_processes_count_in_one_file(tmp_path: Path) -> None:
    first, second = (MissesStore(tmp_path / "m.sqlite3") for _ in range(2))
    for store in (first, second, first):
        store.add(ASKED, DAY)
    assert second.counts()[0][-1] == 3
    with sqlite3.connect(tmp_path / "m.sqlite3") as database:
        assert {row[1] for row in database.execute("PRAGMA table_info(words)")} == {"day", "municipality", "outcome", "topics", "text"}
