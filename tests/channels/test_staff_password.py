"""`jpki-bot staff password`: one line for the settings, and only that, on standard output."""

from __future__ import annotations

import getpass
from collections.abc import Iterator

import pytest

from bot.channels.password import PasswordHash
from bot.cli import main

PASSWORD = "まどぐちのあいことば2026"


def typing(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """What the person types, without a terminal."""
    typed: Iterator[str] = iter(lines)
    monkeypatch.setattr(getpass, "getpass", lambda prompt, stream: next(typed))


def test_the_line_goes_into_the_settings_as_it_is(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    typing(monkeypatch, PASSWORD, PASSWORD)
    assert main(["staff", "password"]) == 0
    name, _, value = capsys.readouterr().out.strip().partition("=")
    assert name == "JPKI_BOT_STAFF_PASSWORD_HASH" and PasswordHash.read(value).fits(PASSWORD)


def test_two_different_passwords_give_no_line(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    typing(monkeypatch, PASSWORD, PASSWORD[:-1])
    assert main(["staff", "password"]) == 1
    out, err = capfd.readouterr()
    assert out == "" and "2回のパスワードが違います" in err


def test_a_short_password_gives_no_line(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    typing(monkeypatch, "short", "short")
    assert main(["staff", "password"]) == 1
    out, err = capfd.readouterr()
    assert out == "" and "12〜200 文字" in err and "short" not in err


def test_a_hash_that_is_spoilt_does_not_keep_one_from_making_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    typing(monkeypatch, PASSWORD, PASSWORD)
    monkeypatch.setenv("JPKI_BOT_STAFF_PASSWORD_HASH", "spoilt")
    assert main(["staff", "password"]) == 0
