"""The inbox of one process in an SQLite file, its contents enciphered."""

from __future__ import annotations

import asyncio
import base64
import fcntl
import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from cryptography.fernet import Fernet, InvalidToken

from bot.channels.inbox import Arrival, InboxError
from bot.channels.session import Sessions
from bot.engine.faults import Faults
from bot.engine.sqlite_rows import QUARANTINED

FAULT, CORRUPT, GIVEN_UP = "inbox", "inbox_corrupt", "inbox_given_up"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS waiting (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL,
    tried INTEGER NOT NULL,
    starts INTEGER NOT NULL DEFAULT 0,
    sealed BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS seen (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS seen_at ON seen (at);
"""
_ANSWERED = "AND name NOT IN (SELECT name FROM waiting)"
_REMEMBERED_SECONDS = 2 * 86_400.0
"""Telegram keeps what it could not deliver for one day; LINE does not say how long it delivers again."""
_MOST_REMEMBERED = 200_000
_MOST_STARTS = 30
"""An event with which the process ends each time must not keep it from ever starting."""
_PATIENCE = 5.0
_Step = Callable[[sqlite3.Connection], Any]
_Row = tuple[list[str], str, bool, bytes]
_Result = TypeVar("_Result")


class SqliteInbox:
    """`path` None keeps it in memory. `clock` gives seconds since 1970.

    Names are kept as keyed hashes and bodies enciphered, so that neither a copy of the file nor what deleting leaves on the
    disk can be read without the key in `sessions`. A lock beside the file keeps a second process out of it.
    """

    def __init__(self, path: Path | None, sessions: Sessions, faults: Faults, clock: Callable[[], float] = time.time) -> None:
        self._path, self._sessions, self._faults, self._clock = path, sessions, faults, clock
        self._cipher = Fernet(base64.urlsafe_b64encode(hashlib.sha256(sessions.secret("inbox").encode()).digest()))
        self._database: sqlite3.Connection | None = None
        self._lock: int | None = None
        self._steps: list[tuple[_Step, asyncio.Future[Any]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._answered: set[str] = set()

    async def take(self, arrivals: Sequence[Arrival]) -> list[bool]:
        if not arrivals:
            return []
        rows = [([self._hash(one.channel, name) for name in one.names], one.channel, one.tried, self._sealed(one)) for one in arrivals]
        return await self._do(lambda database: self._take(database, rows))

    async def waiting(self, channel: str) -> list[Arrival]:
        found, lost = await self._do(lambda database: self._waiting(database, channel))
        if lost:
            why = f"鍵が変わったか、{_MOST_STARTS}回動かしても答え終わりませんでした"
            self._faults.happened(GIVEN_UP, f"{self._path}: 受信箱の{lost}件に答えられません（{why}）")
        return found

    async def trying(self, channel: str, name: str) -> None:
        own = self._hash(channel, name)
        await self._do(lambda database: database.execute("UPDATE waiting SET tried = 1 WHERE name = ?", (own,)).rowcount)

    async def done(self, channel: str, name: str) -> None:
        self._answered.add(self._hash(channel, name))
        with suppress(InboxError):
            await self._do(lambda _: None)

    async def tend(self) -> None:
        """Now and then: where something could not be written, that is tried again."""
        if self._faults.has(FAULT):
            with suppress(InboxError):
                await self._do(lambda database: database.execute("INSERT OR REPLACE INTO seen (name, at) VALUES ('', 0)").rowcount)

    async def close(self) -> None:
        if self._writing is not None:
            await self._writing
        await asyncio.to_thread(self._shut)

    async def _do(self, step: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """Steps that come while others are being written go to the disk together."""
        loop = asyncio.get_running_loop()
        result: asyncio.Future[_Result] = loop.create_future()
        self._steps.append((step, result))
        if self._writing is None:
            self._writing = loop.create_task(self._write())
        return await result

    async def _write(self) -> None:
        while self._steps:
            batch, self._steps = self._steps, []
            answered = frozenset(self._answered)
            outcomes: Sequence[Any]
            try:
                outcomes = await asyncio.to_thread(self._commit, [step for step, _ in batch], answered)
            except Exception as error:
                refusal = InboxError(f"{self._path}: {_reason(error)}")
                self._faults.begin(FAULT, f"{refusal}。書けるようになるまで、LINEとTelegramの質問は受け取らず、あとで届け直してもらいます")
                outcomes = [refusal] * len(batch)
            else:
                self._answered -= answered
                self._faults.end(FAULT)
            for (_, result), outcome in zip(batch, outcomes, strict=True):
                _settle(result, outcome)
        self._writing = None

    def _commit(self, steps: Sequence[_Step], answered: Iterable[str]) -> list[Any]:
        try:
            if self._database is None:
                self._database = self._open()
            with self._database:
                self._database.executemany("DELETE FROM waiting WHERE name = ?", ((name,) for name in answered))
                return [step(self._database) for step in steps]
        except BaseException:
            self._shut()
            raise

    def _take(self, database: sqlite3.Connection, rows: Sequence[_Row]) -> list[bool]:
        now = self._clock()
        database.execute(f"DELETE FROM seen WHERE at < ? {_ANSWERED}", (now - _REMEMBERED_SECONDS,))
        found = [_is_new(database, row, now) for row in rows]
        database.execute(f"DELETE FROM seen WHERE number <= (SELECT max(number) FROM seen) - ? {_ANSWERED}", (_MOST_REMEMBERED,))
        return found

    def _waiting(self, database: sqlite3.Connection, channel: str) -> tuple[list[Arrival], int]:
        database.execute("UPDATE waiting SET starts = starts + 1 WHERE channel = ?", (channel,))
        rows = database.execute("SELECT number, tried, starts, sealed FROM waiting WHERE channel = ? ORDER BY number", (channel,)).fetchall()
        found = []
        for number, tried, starts, sealed in rows:
            arrival = self._opened(channel, sealed, bool(tried)) if starts <= _MOST_STARTS else None
            if arrival is None:
                database.execute("DELETE FROM waiting WHERE number = ?", (number,))
            else:
                found.append(arrival)
        return found, len(rows) - len(found)

    def _sealed(self, arrival: Arrival) -> bytes:
        return self._cipher.encrypt(json.dumps([arrival.names, arrival.body]).encode())

    def _opened(self, channel: str, sealed: bytes, tried: bool) -> Arrival | None:
        """None where it was sealed with another key."""
        try:
            names, body = json.loads(self._cipher.decrypt(sealed))
        except InvalidToken:
            return None
        return Arrival(channel, tuple(names), body, tried)

    def _hash(self, channel: str, name: str) -> str:
        return self._sessions.conversation_of(f"inbox\0{channel}", name)

    def _open(self) -> sqlite3.Connection:
        if self._path is None:
            return _connected(":memory:")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._lock is None:
            self._lock = _locked(self._path.with_name(f"{self._path.name}.lock"))
        try:
            return _connected(self._path)
        except sqlite3.DatabaseError as error:
            if type(error) is not sqlite3.DatabaseError:
                raise
            self._set_aside(self._path)
            return _connected(self._path)

    def _set_aside(self, path: Path) -> None:
        """What is broken can be looked at, and a new file begins."""
        aside = path.with_name(f"{path.name}{QUARANTINED}{datetime.now():%Y%m%dT%H%M%S}")
        path.replace(aside)
        path.with_name(f"{path.name}-journal").unlink(missing_ok=True)
        lost = "答えていない質問が、消えたかもしれません"
        self._faults.happened(CORRUPT, f"{path}: 受信箱が壊れていたので、{aside.name} によけて、新しく作りました。{lost}")

    def _shut(self) -> None:
        if self._database is not None:
            with suppress(sqlite3.Error):
                self._database.close()
            self._database = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _is_new(database: sqlite3.Connection, row: _Row, now: float) -> bool:
    names, channel, tried, sealed = row
    fresh = [database.execute("INSERT OR IGNORE INTO seen (name, at) VALUES (?, ?)", (name, now)).rowcount for name in names]
    if not all(fresh):
        return False
    database.execute("INSERT INTO waiting (name, channel, tried, sealed) VALUES (?, ?, ?, ?)", (names[0], channel, tried, sealed))
    return True


def _connected(path: Path | str) -> sqlite3.Connection:
    if isinstance(path, Path):
        path.touch(mode=0o600)
    database = sqlite3.connect(path, timeout=_PATIENCE, check_same_thread=False)
    try:
        # With a write-ahead log, what was deleted would stay in it until a checkpoint; this journal is emptied at each commit.
        database.execute("PRAGMA journal_mode = TRUNCATE")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA secure_delete = ON")
        if database.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("malformed")
        database.executescript(_SCHEMA)
    except sqlite3.Error:
        database.close()
        raise
    return database


def _locked(path: Path) -> int:
    """The handle that holds the lock; it ends with the process, however that ends."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return handle


def _settle(result: asyncio.Future[Any], outcome: Any) -> None:
    """Whoever waited for it may have been cancelled meanwhile."""
    if result.done():
        return
    if isinstance(outcome, InboxError):
        result.set_exception(outcome)
    else:
        result.set_result(outcome)


def _reason(error: Exception) -> str:
    if isinstance(error, BlockingIOError):
        return "受信箱を別のプロセスが使っています。LINEとTelegramは、1つのプロセスだけで動かしてください"
    what = error.strerror if isinstance(error, OSError) else error if isinstance(error, sqlite3.Error) else type(error).__name__
    return f"受信箱に書けません（{what}）。空きと権限を確かめるか、JPKI_BOT_STATE で別の場所を指定してください"
