"""Conversations in PostgreSQL, for several processes: one connection each, every wait bounded on this side."""

from __future__ import annotations

import select
import threading
from collections.abc import Sequence
from time import monotonic
from typing import Any

import psycopg2
from psycopg2 import extensions

from bot.engine.rows import Overtaken, Row, StoreError

_SETTING = "JPKI_BOT_DATABASE"
_TABLE = "jpki_bot_conversations"
_PROBE = "jpki_bot_probe"
# One implicit transaction: processes that start together make the tables one after the other.
_SCHEMA = f"""
SELECT pg_advisory_xact_lock(hashtext('{_TABLE}'));
CREATE TABLE IF NOT EXISTS {_TABLE} (
    name text PRIMARY KEY,
    version bigint NOT NULL,
    updated double precision NOT NULL,
    events text NOT NULL,
    message text,
    before text
);
CREATE INDEX IF NOT EXISTS {_TABLE}_updated ON {_TABLE} (updated);
CREATE TABLE IF NOT EXISTS {_PROBE} (id integer PRIMARY KEY, written timestamptz NOT NULL);
"""
_READ = f"SELECT version, updated, events, message, before FROM {_TABLE} WHERE name = %s"
# Writing the same row again changes nothing, so that a write whose answer was lost may be repeated.
_WRITE = f"""
INSERT INTO {_TABLE} AS kept (name, version, updated, events, message, before) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (name) DO UPDATE
SET version = excluded.version, updated = excluded.updated, events = excluded.events, message = excluded.message, before = excluded.before
WHERE kept.version < excluded.version
OR (kept.version = excluded.version AND kept.events = excluded.events AND kept.message IS NOT DISTINCT FROM excluded.message)
"""
_DELETE = f"DELETE FROM {_TABLE} WHERE name = %s"
_PURGE = f"DELETE FROM {_TABLE} WHERE name IN (SELECT name FROM {_TABLE} WHERE updated < %s LIMIT 500)"
_NAMES = f"SELECT name FROM {_TABLE} ORDER BY name"
_WRITE_PROBE = f"INSERT INTO {_PROBE} VALUES (1, now()) ON CONFLICT (id) DO UPDATE SET written = excluded.written"

_SECONDS = 2.0
"""The longest that one statement, with connecting for it, holds the caller up."""
_BETWEEN_TRIES = 0.25
_BROKEN = (psycopg2.OperationalError, psycopg2.InterfaceError)
Answer = tuple[list[tuple[Any, ...]], int]


class PostgresRows:
    """`url` as libpq reads it; what it holds of a password is named nowhere.

    The calls block, for a millisecond or two: that is less than handing them to a thread and back costs in complication,
    and another process uses the processor meanwhile. So that a server that hangs does not hold the event loop up again
    and again, one call alone waits for it: then every call fails at once, until a thread of its own got through again.
    """

    generation = 0
    shared = True

    def __init__(self, url: str) -> None:
        """Makes the tables. Raises StoreError."""
        self._url, self._place = url, place_of(url)
        self._lock = threading.Lock()
        self._connection: Any = None
        self._away: str | None = None
        self._closed = threading.Event()
        with self._lock:
            self._ask(_SCHEMA)

    def read(self, name: str) -> Row | None:
        found, _ = self._do(_READ, (name,))
        return Row(*found[0]) if found else None

    def write(self, name: str, row: Row) -> None:
        """Raises Overtaken where another process has written that version, or a later one."""
        _, count = self._do(_WRITE, (name, row.version, row.updated, row.events, row.message, row.before))
        if not count:
            raise Overtaken(f"{self._place}: 同じ会話を、ほかのプロセスが先に書きました")

    def delete(self, name: str) -> None:
        self._do(_DELETE, (name,))

    def purge(self, before: float) -> int:
        purged = 0
        while count := self._do(_PURGE, (before,))[1]:
            purged += count
        return purged

    def names(self) -> list[str]:
        return [name for (name,) in self._do(_NAMES)[0]]

    def probe(self) -> None:
        self._do(_WRITE_PROBE)

    def close(self) -> None:
        self._closed.set()
        with self._lock:
            self._disconnect()

    def _do(self, statement: str, values: Sequence[object] = ()) -> Answer:
        """A connection that was lost since it was last used is made anew once, within the same time."""
        if self._away:
            raise StoreError(self._away)
        with self._lock:
            try:
                return self._ask(statement, values)
            except StoreError as error:
                if self._connection is None:
                    self._goes_away(str(error))
                raise

    def _ask(self, statement: str, values: Sequence[object] = ()) -> Answer:
        end = monotonic() + _SECONDS
        while True:
            was_connected = self._connection is not None
            try:
                return self._once(statement, values, end)
            except _BROKEN as error:
                self._disconnect()
                if not was_connected or monotonic() >= end:
                    raise self._unreachable(error) from None
            except psycopg2.Error as error:
                raise self._refused(error) from None

    def _once(self, statement: str, values: Sequence[object], end: float) -> Answer:
        if self._connection is None:
            self._connect(end)
        cursor = self._connection.cursor()
        cursor.execute(statement, values)
        _wait(self._connection, end)
        return (cursor.fetchall() if cursor.description else []), cursor.rowcount

    def _connect(self, end: float) -> None:
        # Asynchronous: libpq by itself waits for a server that hangs for as long as it hangs.
        self._connection = psycopg2.connect(self._url, async_=1, fallback_application_name="jpki-bot")
        _wait(self._connection, end)
        cursor = self._connection.cursor()
        cursor.execute(f"SET statement_timeout = {round(_SECONDS * 1000)}")
        _wait(self._connection, end)

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _goes_away(self, reason: str) -> None:
        self._away = reason
        threading.Thread(target=self._return, name="postgres", daemon=True).start()

    def _return(self) -> None:
        while not self._closed.wait(_BETWEEN_TRIES):
            with self._lock:
                try:
                    self._ask(_WRITE_PROBE)
                except StoreError as error:
                    self._away = str(error)
                else:
                    self._away = None
                    return

    def _unreachable(self, error: psycopg2.Error) -> StoreError:
        reason = "\n".join(str(error).splitlines()[:1]).strip() or type(error).__name__
        return StoreError(f"{self._place}: データベースにつながりません（{reason}）。PostgreSQLが動いているか、{_SETTING} が正しいかを見てください")

    def _refused(self, error: psycopg2.Error) -> StoreError:
        # Only the kind: the text of such an error repeats the row.
        reason = f"{type(error).__name__}、SQLSTATE {error.pgcode}"
        return StoreError(f"{self._place}: 会話を読み書きできません（{reason}）。{_SETTING} の利用者の権限と、ディスクの空きを見てください")


def place_of(url: str) -> str:
    """Where it is, without who. Raises StoreError."""
    try:
        parts = extensions.parse_dsn(url)
    except psycopg2.Error:
        # What libpq says of it would repeat it.
        raise StoreError(f"{_SETTING}: 読めません。postgresql://利用者@ホスト/データベース の形で書いてください（値はここに出しません）") from None
    host, port = parts.get("host") or "（既定のソケット）", parts.get("port") or "5432"
    return f"{_SETTING}（{host}:{port}/{parts.get('dbname') or parts.get('user') or ''}）"


def _wait(connection: Any, end: float) -> None:
    """Raises psycopg2.OperationalError after `end`."""
    # select.select would refuse the number of a descriptor beyond 1,023, which a busy server has.
    poll = select.poll()
    while (state := connection.poll()) != extensions.POLL_OK:
        left = end - monotonic()
        if left <= 0:
            raise psycopg2.OperationalError(f"{_SECONDS:.0f}秒以内に返事がありません")
        poll.register(connection.fileno(), select.POLLOUT if state == extensions.POLL_WRITE else select.POLLIN)
        poll.poll(left * 1000)
