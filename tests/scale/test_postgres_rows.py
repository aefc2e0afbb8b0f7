"""Rows in a real PostgreSQL: kept, guarded, bounded in time, back after a restart, and silent about the password."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator

import psycopg2
import pytest

from bot.engine.postgres_rows import PostgresRows
from bot.engine.rows import Overtaken, Row, StoreError
from tests.conftest import free_port
from tests.scale.programs import PASSWORD, Postgres, wait_until


@pytest.fixture
def rows(postgres: Postgres) -> Iterator[PostgresRows]:
    made = PostgresRows(postgres.url)
    yield made
    made.close()


def _row(version: int, events: str = "[]", updated: float = 0.0) -> Row:
    return Row(version, updated, events, "m", "[]")


def _works(rows: PostgresRows) -> bool:
    try:
        rows.probe()
    except StoreError:
        return False
    return True


def test_a_row_comes_back_as_it_was_written(rows: PostgresRows, postgres: Postgres) -> None:
    first, second = Row(1, 1764000000.125, '["漢字", 1]', None, None), Row(2, 1764000001.5, "[]", "m" * 40, '["前"]')
    assert rows.read("kept") is None
    rows.write("kept", first)
    assert rows.read("kept") == first
    rows.write("kept", second)
    other = PostgresRows(postgres.socket_url)
    assert other.read("kept") == second and "kept" in other.names()
    other.delete("kept")
    other.close()
    assert rows.read("kept") is None and "kept" not in rows.names()


def test_old_rows_are_purged_however_many(rows: PostgresRows) -> None:
    for number in range(501):
        rows.write(f"old{number}", _row(1, updated=100.0 + number))
    rows.write("new", _row(1, updated=10_000.0))
    assert rows.purge(100.0) == 0 and rows.purge(601.0) == 501
    assert rows.read("new") is not None and rows.read("old500") is None
    rows.delete("new")


def test_a_row_that_another_process_wrote_is_not_written_over(rows: PostgresRows, postgres: Postgres) -> None:
    other = PostgresRows(postgres.url)
    rows.write("both", _row(1))
    other.write("both", _row(2, "[1]"))
    with pytest.raises(Overtaken):
        rows.write("both", _row(2, "[2]"))
    with pytest.raises(Overtaken):
        rows.write("both", _row(1))
    kept = rows.read("both")
    rows.write("both", _row(2, "[1]"))
    assert kept is not None and kept.events == "[1]" and rows.read("both") == kept
    other.close()
    rows.delete("both")


def test_processes_that_start_together_make_the_tables_once() -> None:
    fresh = Postgres()
    fresh.start()
    failed: list[BaseException] = []

    def begin() -> None:
        try:
            made = PostgresRows(fresh.url)
            made.probe()
            made.close()
        except BaseException as error:
            failed.append(error)

    starting = [threading.Thread(target=begin) for _ in range(8)]
    for thread in starting:
        thread.start()
    for thread in starting:
        thread.join()
    fresh.end()
    assert not failed


def test_after_a_restart_of_the_database_it_goes_on(rows: PostgresRows, postgres: Postgres) -> None:
    rows.write("over", _row(1))
    postgres.stop()
    with pytest.raises(StoreError, match="JPKI_BOT_DATABASE.*つながりません") as refused:
        rows.read("over")
    assert PASSWORD not in str(refused.value)
    postgres.start()
    wait_until(lambda: _works(rows), "the rows can be written again", 10)
    assert rows.read("over") == _row(1)
    # Between two calls, nobody notices.
    postgres.stop()
    postgres.start()
    assert rows.read("over") == _row(1)
    rows.delete("over")


def test_a_database_that_hangs_holds_up_one_call_and_not_the_next(rows: PostgresRows, postgres: Postgres) -> None:
    postgres.freeze(signal.SIGSTOP)
    try:
        began = time.monotonic()
        with pytest.raises(StoreError, match="秒以内に返事がありません"):
            rows.read("any")
        first = time.monotonic() - began
        for _ in range(20):
            with pytest.raises(StoreError):
                rows.read("any")
        rest = time.monotonic() - began - first
    finally:
        postgres.freeze(signal.SIGCONT)
    assert 1.5 < first < 8 and rest < 2
    wait_until(lambda: _works(rows), "the rows can be written again", 10)


def test_a_database_that_cannot_be_used_is_named_without_the_password(postgres: Postgres) -> None:
    wrong = "another-password-than-the-right-one"
    port = free_port()
    for url, said in (
        (postgres.url.replace(PASSWORD, wrong), "password authentication failed"),
        (f"postgresql://jpki_bot:{wrong}@127.0.0.1:{port}/postgres", f"127.0.0.1:{port}/postgres"),
        (f"postgresql://jpki_bot:{wrong}@127.0.0.1:{postgres.port}/nowhere", "JPKI_BOT_DATABASE"),
        (f"postgresql://jpki_bot:{wrong}@127.0.0.1:port/postgres", "JPKI_BOT_DATABASE"),
        (f"jpki_bot:{wrong}", "postgresql://"),
    ):
        with pytest.raises(StoreError, match=said) as refused:
            PostgresRows(url)
        assert wrong not in str(refused.value) and refused.value.__suppress_context__


def test_a_role_that_may_not_write_is_told_so(rows: PostgresRows, postgres: Postgres) -> None:
    with psycopg2.connect(postgres.url) as owner, owner.cursor() as cursor:
        cursor.execute(f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'")
    reader = postgres.url.replace("jpki_bot:", "reader:")
    with pytest.raises(StoreError, match="SQLSTATE 42501.*権限"):
        PostgresRows(reader)

