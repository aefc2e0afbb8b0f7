"""LINE's settings: both or neither, and never a value in an error."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.environment import SettingsError
from bot.settings import read_settings
from tests.conftest import server

Command = Callable[..., "subprocess.CompletedProcess[str]"]
_BOTH = {"JPKI_BOT_LINE_SECRET": "s3cret-of-a-channel", "JPKI_BOT_LINE_TOKEN": "t0ken+/="}


def _set(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name in ("LINE_SECRET", "LINE_TOKEN", "LINE_PUSH", "LINE_API", "PUBLIC_URL"):
        monkeypatch.delenv(f"JPKI_BOT_{name}", raising=False)
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def test_without_settings_there_is_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch)
    assert read_settings().line is None and read_settings().public_url is None


def test_with_both_line_is_reached_at_its_own_addresses_and_nothing_is_pushed(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, **_BOTH, JPKI_BOT_PUBLIC_URL="https://bot.example/jpki")
    line = read_settings().line
    assert line and (line.secret, line.token, line.push) == ("s3cret-of-a-channel", "t0ken+/=", False)
    assert (line.api, line.uploads) == ("https://api.line.me", "https://api-data.line.me") and "s3cret-of-a-channel" not in repr(line)
    assert read_settings().public_url == "https://bot.example/jpki"


@pytest.mark.parametrize("missing", sorted(_BOTH))
def test_one_without_the_other_is_named(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    _set(monkeypatch, **{name: value for name, value in _BOTH.items() if name != missing})
    with pytest.raises(SettingsError, match=f"^{missing}: ") as refused:
        read_settings()
    assert not [value for value in _BOTH.values() if value in str(refused.value)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JPKI_BOT_LINE_PUSH", "yes"),
        ("JPKI_BOT_LINE_API", "https://api.example"),
        ("JPKI_BOT_LINE_API", "http://192.168.0.2:80"),
        ("JPKI_BOT_LINE_API", "http://127.0.0.1.example:80"),
        ("JPKI_BOT_PUBLIC_URL", "http://bot.example"),
        ("JPKI_BOT_PUBLIC_URL", "https://bot.example/"),
        ("JPKI_BOT_LINE_TOKEN", "t0ken ヒミツ"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    _set(monkeypatch, **{**_BOTH, name: value})
    with pytest.raises(SettingsError, match=name) as refused:
        read_settings()
    assert "ヒミツ" not in str(refused.value)


def test_half_a_setting_stops_the_start_at_once(command: Command) -> None:
    done = command("run", env={"JPKI_BOT_LINE_SECRET": "s3cret-of-a-channel", "JPKI_BOT_LINE_TOKEN": ""})
    assert done.returncode == 1 and "JPKI_BOT_LINE_TOKEN" in done.stderr and "s3cret-of-a-channel" not in done.stderr


def test_without_line_there_is_no_webhook(tmp_path: Path, model: Path) -> None:
    with server(tmp_path, JPKI_BOT_LINE_SECRET="", JPKI_BOT_LINE_TOKEN="") as (client, _):
        assert client.post("/line/webhook", content=b"{}").status_code == 404
        assert client.get("/calendar/a.ics").status_code == 404
