"""Questions that nobody has written an answer for, at rest: how many of what kind; their words only where the operator wants them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.engine.rows import StoreError
from bot.engine.sqlite_rows import QUARANTINED

_SCHEMA = """
CREATE TABLE IF NOT EXISTS misses (
    day TEXT NOT NULL,
    municipality TEXT NOT NULL,
    outcome TEXT NOT NULL,
    topics TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (day, municipality, outcome, topics)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS words (
    day TEXT NOT NULL,
    municipality TEXT NOT NULL,
    outcome TEXT NOT NULL,
    topics TEXT NOT NULL,
    text TEXT NOT NULL
);
"""
_COUNT = """
INSERT INTO misses VALUES (?, ?, ?, ?, 1)
ON CONFLICT (day, municipality, outcome, topics) DO UPDATE SET count = count + 1
"""
_WAIT_FOR_ANOTHER_PROCESS = 2.0
_MOST_WORDS_A_DAY = 2000
"""A flood of nonsense must not fill the disk; it is counted all the same."""


@dataclass(frozen=True)
class Miss:
    """`topics` are the candidates that were offered; `text` what was typed, masked for keeping, None where it is not to be kept."""

    municipality: str | None
    outcome: str
    topics: tuple[str, ...]
    text: str | None = None


class MissesStore:
    """`path` None keeps it in memory. A file that cannot be opened now is tried again at each use; a broken one is set aside."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._database: sqlite3.Connection | None = None

    def add(self, miss: Miss, day: date) -> None:
        """Raises StoreError."""
        place = (day.isoformat(), miss.municipality or "", miss.outcome, ",".join(miss.topics))
        with self._connection() as database, database:
            database.execute(_COUNT, place)
            (words,) = database.execute("SELECT count(*) FROM words WHERE day = ?", place[:1]).fetchone()
            if miss.text and words < _MOST_WORDS_A_DAY:
                database.execute("INSERT INTO words VALUES (?, ?, ?, ?, ?)", (*place, miss.text))

    def purge_words(self, before: date) -> int:
        """Deletes the words of earlier days; what they counted stays. Raises StoreError."""
        return self._purge("DELETE FROM words WHERE day < ?", before)

    def purge(self, before: date) -> int:
        """Deletes the counts of earlier days. Raises StoreError."""
        return self._purge("DELETE FROM misses WHERE day < ?", before)

    def counts(self) -> Sequence[tuple[str, str, str, str, int]]:
        """By day: day, municipality, outcome, topics, count. Raises StoreError."""
        with self._connection() as database:
            return list(database.execute("SELECT day, municipality, outcome, topics, count FROM misses ORDER BY day"))

    def words(self) -> Sequence[tuple[str, str, str, str, str]]:
        """Oldest first: day, municipality, outcome, topics, text. Raises StoreError."""
        with self._connection() as database:
            return list(database.execute("SELECT day, municipality, outcome, topics, text FROM words ORDER BY rowid"))

    def close(self) -> None:
        if self._database is not None:
            self._database.close()
        self._database = None

    def _purge(self, statement: str, before: date) -> int:
        with self._connection() as database:
            with database:
                count = database.execute(statement, (before.isoformat(),)).rowcount
            # What was deleted must not live on in the write-ahead log.
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return count

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            if self._database is None:
                self._database = self._open()
            yield self._database
        except (sqlite3.Error, OSError) as error:
            self.close()
            # Exactly this class is what a file that is no database gives.
            if type(error) is sqlite3.DatabaseError and self._path is not None and self._path.is_file():
                self._path.rename(self._path.with_name(f"{self._path.name}{QUARANTINED}{self._path.stat().st_mtime_ns}"))
            raise StoreError(f"{self._path}: 答えられなかった質問の数を保存できません（{error}）。空き容量と、書き込めるかを確かめてください") from error

    def _open(self) -> sqlite3.Connection:
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch(mode=0o600)
        database = sqlite3.connect(self._path or ":memory:", check_same_thread=False, timeout=_WAIT_FOR_ANOTHER_PROCESS)
        try:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            database.execute("PRAGMA secure_delete = ON")
            database.executescript(_SCHEMA)
        except sqlite3.Error:
            database.close()
            raise
        return database
