"""The two settings of several processes, and the commands that go by them."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.engine.postgres_rows import PostgresRows
from bot.engine.rows import Row
from bot.environment import SettingsError
from bot.settings import read_settings
from tests.scale.programs import PASSWORD, Postgres

_DATABASE, _REDIS = f"postgresql://bot:{PASSWORD}@db.example:5432/bot", f"redis://:{PASSWORD}@redis.example:6379/0"
Command = Callable[..., subprocess.CompletedProcess[str]]


def test_neither_is_needed_and_both_come_from_the_environment_or_from_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert (read_settings().database, read_settings().redis) == (None, None)
    monkeypatch.setenv("JPKI_BOT_DATABASE", _DATABASE)
    file = tmp_path / "redis"
    file.touch(mode=0o600)
    file.write_text(f"{_REDIS}\n")
    monkeypatch.setenv("JPKI_BOT_REDIS_FILE", str(file))
    settings = read_settings()
    assert (settings.database, settings.redis) == (_DATABASE, _REDIS) and PASSWORD not in repr(settings)


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"DATABASE": _DATABASE}, "JPKI_BOT_REDIS"),
        ({"REDIS": _REDIS}, "JPKI_BOT_DATABASE"),
        ({"DATABASE": _DATABASE.replace("postgresql", "mysql"), "REDIS": _REDIS}, "JPKI_BOT_DATABASE.*postgresql://"),
        ({"DATABASE": _DATABASE, "REDIS": f"{PASSWORD}@redis.example"}, "JPKI_BOT_REDIS.*redis://"),
        ({"DATABASE_FILE": "/nowhere/at/all", "REDIS": _REDIS}, "JPKI_BOT_DATABASE_FILE.*/nowhere/at/all"),
    ],
    ids=["redis missing", "database missing", "another database", "no url", "no file"],
)
def test_what_cannot_be_used_is_named_and_not_repeated(monkeypatch: pytest.MonkeyPatch, values: dict[str, str], named: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"JPKI_BOT_{name}", value)
    with pytest.raises(SettingsError, match=named) as refused:
        read_settings()
    assert PASSWORD not in str(refused.value)


def test_purge_and_privacy_go_to_the_shared_database(command: Command, postgres: Postgres, tmp_path: Path) -> None:
    postgres.ensure()
    rows = PostgresRows(postgres.url)
    for name in rows.names():
        rows.delete(name)
    rows.write("old", Row(1, time.time() - 40 * 86_400, "[]"))
    rows.write("new", Row(1, time.time(), "[]"))
    # By the real clock: nothing is deleted by one that lies before the content was checked.
    env = {"JPKI_BOT_DATABASE": postgres.url, "JPKI_BOT_REDIS": _REDIS, "JPKI_BOT_STATE": str(tmp_path / "state"), "JPKI_BOT_NOW": ""}
    (tmp_path / "state").mkdir(mode=0o700)
    purged = command("purge", env=env)
    assert purged.returncode == 0 and "会話: 1 件" in purged.stdout
    assert rows.read("old") is None and rows.read("new") is not None
    told = command("privacy", env=env)
    assert told.returncode == 0 and f"127.0.0.1:{postgres.port}" in told.stdout and "redis.example:6379" in told.stdout
    assert "いま: 1 件の会話" in told.stdout
    assert PASSWORD not in purged.stdout + purged.stderr + told.stdout + told.stderr
    rows.delete("new")
    rows.close()


def test_a_server_that_cannot_reach_its_database_says_so_and_ends(command: Command, model: Path, tmp_path: Path) -> None:
    env = {"JPKI_BOT_DATABASE": f"postgresql://bot:{PASSWORD}@127.0.0.1:1/bot", "JPKI_BOT_REDIS": _REDIS, "JPKI_BOT_STATE": str(tmp_path / "state")}
    ended = command("run", "--port", "0", env=env)
    assert ended.returncode == 1 and "JPKI_BOT_DATABASE（127.0.0.1:1/bot）: データベースにつながりません" in ended.stderr
    assert PASSWORD not in ended.stderr and "Traceback" not in ended.stderr
