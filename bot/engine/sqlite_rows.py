"""Conversations in one SQLite file of this machine."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from bot.engine.rows import Row, StoreError

_FORMAT = 2
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS conversations (
    sender_id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    updated REAL NOT NULL,
    events TEXT NOT NULL,
    message TEXT,
    before TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS conversations_updated ON conversations (updated);
CREATE TABLE IF NOT EXISTS probe (id INTEGER PRIMARY KEY, at TEXT);
PRAGMA user_version = {_FORMAT};
"""
_SELECT = "SELECT version, updated, events, message, before FROM conversations WHERE sender_id = ?"
_UPSERT = """
INSERT INTO conversations (sender_id, version, updated, events, message, before) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (sender_id) DO UPDATE SET version = excluded.version, updated = excluded.updated, events = excluded.events,
    message = excluded.message, before = excluded.before
"""
_WAIT_FOR_ANOTHER_PROCESS = 2.0
QUARANTINED = ".corrupt-"
"""Stands in the name of a file that was set aside because it could not be read."""


T = TypeVar("T")


class _SetAside(Exception):
    """The file was corrupt, and an empty one can take its place."""


class SqliteRows:
    """`path` None keeps all in memory. `set_aside` hears of a corrupt file that was renamed and replaced by an empty one.

    A file that cannot be opened now is tried again at each use. Raises StoreError when its folder can never hold it.
    """

    shared = False

    def __init__(self, path: Path | None, set_aside: Callable[[Path], None] = lambda path: None) -> None:
        self._path, self._set_aside = path, set_aside
        self._database: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None
        self.generation = 0
        _make_place(path)

    def read(self, name: str) -> Row | None:
        row = self._run(lambda database: database.execute(_SELECT, (name,)).fetchone())
        return Row(*row) if row else None

    def write(self, name: str, row: Row) -> None:
        self._run(lambda database: _changed(database, _UPSERT, name, row.version, row.updated, row.events, row.message, row.before))

    def delete(self, name: str) -> None:
        def deleted(database: sqlite3.Connection) -> None:
            _changed(database, "DELETE FROM conversations WHERE sender_id = ?", name)
            _wipe_journal(database)

        self._run(deleted)

    def purge(self, before: float) -> int:
        def purged(database: sqlite3.Connection) -> int:
            count = _changed(database, "DELETE FROM conversations WHERE updated < ?", before)
            _wipe_journal(database)
            return count

        return self._run(purged)

    def names(self) -> list[str]:
        return self._run(lambda database: [name for (name,) in database.execute("SELECT sender_id FROM conversations")])

    def probe(self) -> None:
        """Writes for real: a full disk is only noticed so. Notices as well that the file was taken away."""
        if self._path is not None and self._database is not None and self._opened != _identity(self._path):
            self.close()
            self.generation += 1
        self._run(lambda database: _changed(database, "INSERT OR REPLACE INTO probe VALUES (0, ?)", datetime.now().isoformat()))

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return self._tried(work)
        except _SetAside:
            return self._tried(work)

    def _tried(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            if self._database is None:
                self._database = self._open()
            return work(self._database)
        except sqlite3.Error as error:
            self.close()
            # Exactly this class, and none derived from it, is what a file that is no database, or a torn one, gives.
            if type(error) is sqlite3.DatabaseError and self._path is not None:
                self._quarantine(self._path)
            raise StoreError(f"{self._path}: 会話を保存できません（{error}）。空き容量と、書き込めるかを確かめてください") from error
        except OSError as error:
            self.close()
            raise StoreError(f"{self._path}: 会話の保存先を使えません（{error.strerror}）") from error

    def _quarantine(self, path: Path) -> None:
        """Raises _SetAside, or StoreError where it cannot even be renamed."""
        aside = path.with_name(f"{path.name}{QUARANTINED}{datetime.now():%Y%m%dT%H%M%S}")
        try:
            for suffix in ("-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            path.rename(aside)
        except OSError as error:
            raise StoreError(f"{path}: 壊れていて、移すこともできません（{error.strerror}）") from error
        self.generation += 1
        self._set_aside(aside)
        raise _SetAside

    def _open(self) -> sqlite3.Connection:
        if self._path is not None:
            self._path.touch(mode=0o600)
        database = sqlite3.connect(self._path or ":memory:", check_same_thread=False, timeout=_WAIT_FOR_ANOTHER_PROCESS)
        try:
            _prepare(database)
        except sqlite3.Error:
            database.close()
            raise
        self._opened = _identity(self._path) if self._path else None
        return database

    def close(self) -> None:
        if self._database is not None:
            self._database.close()
        self._database = None


def _make_place(path: Path | None) -> None:
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.parent.stat()
    except OSError as error:
        raise StoreError(f"{path}: 会話の保存先を開けません（{error.strerror}）。書き込める場所を JPKI_BOT_STATE で指定してください") from error
    if path.is_dir():
        raise StoreError(f"{path}: 会話の保存先を開けません（フォルダです）。JPKI_BOT_STATE で別の場所を指定してください")


def _prepare(database: sqlite3.Connection) -> None:
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute("PRAGMA secure_delete = ON")
    (found,) = database.execute("PRAGMA user_version").fetchone()
    if found != _FORMAT:
        # Earlier formats could hold sentences of a first message: they are not carried over.
        database.execute("DROP TABLE IF EXISTS conversations")
        database.executescript(_SCHEMA)
        database.execute("VACUUM")
        _wipe_journal(database)


def _changed(database: sqlite3.Connection, statement: str, *values: object) -> int:
    """How many rows were."""
    with database:
        return database.execute(statement, values).rowcount


def _wipe_journal(database: sqlite3.Connection) -> None:
    """What was deleted must not live on in the write-ahead log."""
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
