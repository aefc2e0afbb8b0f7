"""docs/operations.md's commands for backing up and restoring, as they stand there."""

from __future__ import annotations

import os
import re
import shlex
import sqlite3
import subprocess
from pathlib import Path

from bot.engine.feedback_store import FeedbackStore
from bot.engine.postgres_rows import PostgresRows
from bot.engine.rows import Row
from bot.knowledge.answer import Feedback
from bot.settings import read_settings
from tests.conftest import PROJECT
from tests.scale.programs import PASSWORD, Postgres, program

_DOCS = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")


def _command(begins: str) -> list[str]:
    """The one that begins so, with its continuation lines, as a shell splits it."""
    found = re.search(rf"^(?:sudo -u jpki-bot )?({re.escape(begins)}(?:.*\\\n)*.*)$", _DOCS, re.MULTILINE)
    assert found, begins
    return shlex.split(found[1].replace("\\\n", " ").replace("$(date +%F)", "2026-11-25"))


def test_feedback_is_copied_while_the_server_writes_and_can_be_put_back(tmp_path: Path) -> None:
    live, copy = tmp_path / "feedback.sqlite3", tmp_path / "copy.sqlite3"
    store = FeedbackStore(live)
    store.add(Feedback(True, None, "renewal", "nakano"), "v1", read_settings().now())
    python, flag, code, *_ = _command("python3 -c")
    subprocess.run([program(python), flag, code, str(live), str(copy)], check=True)
    store.add(Feedback(False, None, "fees", "nakano"), "v1", read_settings().now())
    assert [row[1] for row in FeedbackStore(copy).rows()] == ["renewal"] and len(store.rows()) == 2
    with sqlite3.connect(copy) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_conversations_are_dumped_and_put_back_under_a_running_process(postgres: Postgres, tmp_path: Path) -> None:
    postgres.ensure()
    rows, row = PostgresRows(postgres.url), Row(3, 1764000000.5, '["前"]', "m", "[]")
    rows.write("kept", row)
    dump = tmp_path / "conversations.dump"
    connection = {"PGHOST": "127.0.0.1", "PGPORT": str(postgres.port), "PGUSER": "jpki_bot", "PGPASSWORD": PASSWORD}

    def run(begins: str) -> None:
        name, *options = (re.sub(r"/var/backups/\S+", str(dump), part) for part in _command(begins))
        options = ["postgres" if option == "jpki-bot" else option.replace("--dbname=jpki-bot", "--dbname=postgres") for option in options]
        subprocess.run([program(name), *options], check=True, env={**os.environ, **connection})

    run("pg_dump")
    rows.delete("kept")
    rows.write("later", row)
    run("pg_restore")
    assert rows.read("kept") == row and rows.read("later") is None
    rows.write("kept", Row(4, 1764000001.5, "[]"))
    rows.delete("kept")
    rows.close()
