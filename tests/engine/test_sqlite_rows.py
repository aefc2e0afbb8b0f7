"""The SQLite file when the machine fails it: full, read-only, torn, taken away."""

from __future__ import annotations

import resource
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.engine.rows import Row, StoreError
from bot.engine.sqlite_rows import QUARANTINED, SqliteRows

ROW = Row(1, 1_700_000_000.0, "[]", "m", "")


def _large(version: int) -> Row:
    return Row(version, time.time(), "x" * 50_000)


@contextmanager
def no_larger_file_than(size: int) -> Iterator[None]:
    """As on a full disk: what would make a file longer fails."""
    import signal

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_row_comes_back_as_it_was(tmp_path: Path) -> None:
    rows = SqliteRows(tmp_path / "c.sqlite3")
    assert rows.read("a") is None
    rows.write("a", ROW)
    rows.write("b", Row(7, 1.0, "[1]"))
    assert rows.read("a") == ROW and rows.read("b") == Row(7, 1.0, "[1]") and sorted(rows.names()) == ["a", "b"]
    rows.write("a", Row(2, 2.0, "[2]"))
    rows.close()
    assert SqliteRows(tmp_path / "c.sqlite3").read("a") == Row(2, 2.0, "[2]")


def test_rows_are_deleted_one_by_one_and_by_age(tmp_path: Path) -> None:
    rows = SqliteRows(tmp_path / "c.sqlite3")
    for name, updated in (("old", 100.0), ("new", 200.0), ("mine", 300.0)):
        rows.write(name, Row(1, updated, "[]"))
    rows.delete("mine")
    assert rows.purge(150.0) == 1 and rows.names() == ["new"]


def test_a_full_disk_is_told_and_nothing_stored_before_is_lost(tmp_path: Path) -> None:
    rows = SqliteRows(tmp_path / "c.sqlite3")
    rows.write("a", ROW)
    with no_larger_file_than(100_000), pytest.raises(StoreError, match="空き容量"):
        for number in range(100):
            rows.write(f"n{number}", _large(1))
    rows.probe()
    assert rows.read("a") == ROW
    rows.write("b", _large(1))


def test_another_process_that_holds_the_file_too_long_is_told(tmp_path: Path) -> None:
    rows = SqliteRows(tmp_path / "c.sqlite3")
    rows.write("a", ROW)
    other = sqlite3.connect(tmp_path / "c.sqlite3")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked"):
        rows.write("a", Row(2, 0.0, "[]"))
    other.rollback()
    rows.write("a", Row(2, 0.0, "[]"))


@pytest.mark.parametrize("content", [b"", b"not a database at all " * 400, bytes(8192)])
def test_a_file_that_is_no_database_is_set_aside_and_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "c.sqlite3"
    path.write_bytes(content)
    aside: list[Path] = []
    rows = SqliteRows(path, aside.append)
    assert rows.read("a") is None
    rows.write("a", ROW)
    assert rows.read("a") == ROW
    if content.startswith(b"not"):
        assert [file.read_bytes() for file in aside] == [content] and QUARANTINED in aside[0].name and rows.generation == 1


def test_a_file_that_is_torn_while_in_use_is_set_aside(tmp_path: Path) -> None:
    path, aside = tmp_path / "c.sqlite3", list[Path]()
    rows = SqliteRows(path, aside.append)
    for number in range(50):
        rows.write(f"n{number}", _large(1))
    rows.close()
    torn = bytearray(path.read_bytes())
    torn[:200_000] = b"\xa5" * 200_000
    path.write_bytes(bytes(torn))
    assert rows.read("n1") is None
    rows.write("n1", ROW)
    assert rows.read("n1") == ROW and len(aside) == 1


def test_a_file_that_was_taken_away_is_noticed_and_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite3"
    rows = SqliteRows(path)
    rows.write("a", ROW)
    for file in tmp_path.iterdir():
        file.unlink()
    rows.probe()
    assert path.exists() and rows.generation == 1 and rows.read("a") is None


def test_a_folder_that_can_never_hold_it_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "c.sqlite3").mkdir()
    for path in (tmp_path / "file" / "c.sqlite3", tmp_path / "c.sqlite3"):
        with pytest.raises(StoreError, match="JPKI_BOT_STATE"):
            SqliteRows(path)


def test_conversations_of_an_earlier_format_are_not_carried_over(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite3"
    with sqlite3.connect(path) as old:
        old.execute("CREATE TABLE conversations (sender_id TEXT PRIMARY KEY, updated REAL NOT NULL, events TEXT NOT NULL) WITHOUT ROWID")
        old.execute("INSERT INTO conversations VALUES ('a', 1.0, 'ヤマダハナコ')")
    rows = SqliteRows(path)
    assert rows.names() == []
    rows.close()
    assert b"\xe3\x83\xa4\xe3\x83\x9e" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
