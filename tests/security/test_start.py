"""`run` refuses what would not be safe, in words that say what to change; before it loads anything."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.channels.session import SessionKeyError
from bot.environment import SettingsError
from bot.private_files import NotPrivate
from bot.settings import read_settings
from bot.start_checks import Start, StartError, check_start
from tests.conftest import free_port
from tests.security.conftest import HASH

Check = Callable[..., tuple[Start, list[str]]]
_PUBLIC = "0.0.0.0"


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    for name in [name for name in os.environ if name.startswith("JPKI_BOT_") and name != "JPKI_BOT_NOW"]:
        monkeypatch.delenv(name)

    def checked(host: str = "127.0.0.1", **env: str) -> tuple[Start, list[str]]:
        """What the checks read, and the warnings."""
        for name, value in {"STATE": str(tmp_path / "state"), **env}.items():
            monkeypatch.setenv(f"JPKI_BOT_{name}", value)
        warnings: list[str] = []
        return check_start(read_settings(), host, free_port(), warnings.append), warnings

    return checked


def test_on_this_computer_everything_may_start(check: Check) -> None:
    for more in ({}, {"LIMITS": "off"}, {"STAFF_PASSWORD_HASH": str(HASH)}, {"PROXIES": "2"}):
        start, warnings = check(**more)
        assert start.sessions.issue() and warnings == []
    assert check(host="::1")[1] == [] and check(host="localhost")[1] == []


@pytest.mark.parametrize("host", [_PUBLIC, "::"])
def test_a_public_address_without_a_proxy_is_warned_of(check: Check, host: str) -> None:
    """No refusal: only the operator knows whether a proxy on another machine stands in front."""
    (_, warnings) = check(host=host)
    assert len(warnings) == 1 and "暗号化されず" in warnings[0] and "JPKI_BOT_PROXIES=1" in warnings[0] and "--host 127.0.0.1" in warnings[0]
    assert len(check(host=host, PROXIES="0")[1]) == 1
    assert check(host=host, PROXIES="1")[1] == []


def test_a_staff_page_on_a_public_address_needs_a_tls_proxy(check: Check) -> None:
    with pytest.raises(StartError, match="JPKI_BOT_STAFF_BEHIND_TLS=1"):
        check(host=_PUBLIC, STAFF_PASSWORD_HASH=str(HASH))
    with pytest.raises(StartError, match="JPKI_BOT_STAFF_BEHIND_TLS=1"):
        check(host=_PUBLIC, STAFF_PASSWORD_HASH=str(HASH), PROXIES="1")
    assert check(host=_PUBLIC, STAFF_PASSWORD_HASH=str(HASH), STAFF_BEHIND_TLS="1")[1] == []


def test_limits_are_not_lifted_for_everybody(check: Check) -> None:
    with pytest.raises(StartError, match="JPKI_BOT_LIMITS=off"):
        check(host=_PUBLIC, LIMITS="off")
    assert check(host=_PUBLIC, LIMITS="off", PROXIES="1")[1] == []


def test_a_card_reader_is_for_this_computer_only(check: Check) -> None:
    with pytest.raises(StartError, match="JPKI_BOT_COUNTER"):
        check(COUNTER="on", STAFF_PASSWORD_HASH=str(HASH), PROXIES="1")


def _line(salt: bytes, digest: bytes = bytes(range(32))) -> str:
    return ":".join(["scrypt", "65536", "8", "2", *(base64.urlsafe_b64encode(part).decode() for part in (salt, digest))])


@pytest.mark.parametrize(
    "value",
    [
        "himitsu",
        "scrypt:…",
        "scrypt:65536:8:2:塩:ハッシュ",
        "$2b$12$abcdefghijklmnopqrstuv",
        "scrypt:2:8:1:AAAAAAAAAAAAAAAAAAAAAA==:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        _line(bytes(16)),
        _line(b"saltsaltsaltsalt"),
        _line(b"SodiumChloride!!"),
        _line(bytes(range(200, 216)), bytes(32)),
    ],
)
def test_a_password_hash_copied_from_an_example_is_refused_without_being_shown(check: Check, value: str) -> None:
    with pytest.raises(StartError) as refused:
        check(STAFF_PASSWORD_HASH=value)
    message = str(refused.value)
    assert "JPKI_BOT_STAFF_PASSWORD_HASH" in message and "jpki-bot staff password" in message and value not in message


def test_a_key_that_others_may_read_and_a_state_folder_that_they_may_write_are_refused(check: Check, tmp_path: Path) -> None:
    check()
    key = tmp_path / "state" / "session.key"
    key.chmod(0o644)
    with pytest.raises(NotPrivate, match=f"chmod 600 {key}"):
        check()
    key.chmod(0o600)
    key.parent.chmod(0o775)
    with pytest.raises(NotPrivate, match=f"chmod 700 {key.parent}"):
        check()


def test_a_state_folder_that_others_may_look_into_is_closed_to_them(check: Check, tmp_path: Path) -> None:
    check()
    folder = tmp_path / "state"
    folder.chmod(0o755)
    check()
    assert folder.stat().st_mode & 0o777 == 0o750


@pytest.mark.parametrize("what", ["data", "models", "models/jpki-bot.tar.gz"])
def test_content_or_a_model_that_anybody_may_change_is_refused(check: Check, tmp_path: Path, what: str) -> None:
    """Reading a model can run code that was put into it."""
    (tmp_path / "data" / "topics").mkdir(parents=True)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "jpki-bot.tar.gz").touch()
    check(PROJECT=str(tmp_path))
    path = tmp_path / what
    path.chmod(path.stat().st_mode | 0o002)
    with pytest.raises(NotPrivate, match=f"chmod o-w {path}"):
        check(PROJECT=str(tmp_path))


def test_a_weak_key_is_refused(check: Check, tmp_path: Path) -> None:
    key = tmp_path / "own.key"
    key.touch(0o600)
    key.write_text("himitsu himitsu himitsu himitsu himitsu")
    with pytest.raises(SessionKeyError, match="own.key"):
        check(SESSION_KEY_FILE=str(key))


def test_a_key_in_the_environment_is_refused_without_being_shown(check: Check) -> None:
    with pytest.raises(SettingsError) as refused:
        check(SESSION_KEY="kaede-kaede-4821")
    assert "JPKI_BOT_SESSION_KEY_FILE" in str(refused.value) and "kaede" not in str(refused.value)


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"LINE_TOKEN": "a-channel-access-token"}, "JPKI_BOT_LINE_SECRET"),
        ({"LINE_SECRET": "a-channel-secret"}, "JPKI_BOT_LINE_TOKEN"),
        ({"LINE_SECRET": "secret", "LINE_TOKEN": "a-channel-access-token"}, "JPKI_BOT_LINE_SECRET: 短すぎます"),
        ({"TELEGRAM_WEBHOOK": "https://bot.example.jp"}, "JPKI_BOT_TELEGRAM_TOKEN"),
        ({"PROXIES": "0", "STAFF_BEHIND_TLS": "1"}, "JPKI_BOT_PROXIES=0"),
        ({"PROXIES": "many"}, "JPKI_BOT_PROXIES=many"),
        ({"PROXIES": "-1"}, "JPKI_BOT_PROXIES=-1"),
        ({"PROXIES": "12"}, "JPKI_BOT_PROXIES=12"),
        ({"PROXIES": "²"}, "JPKI_BOT_PROXIES=²"),
    ],
)
def test_a_half_set_up_channel_or_a_wrong_number_is_refused_by_name(check: Check, env: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        check(**env)


def test_a_telegram_webhook_always_has_a_secret_of_its_own(check: Check) -> None:
    """Nobody has to set it, so nobody can forget it."""
    start, _ = check(TELEGRAM_TOKEN="123456789:AAFake-token_of_the_tests-0123456789", TELEGRAM_WEBHOOK="https://bot.example.jp")
    assert len(start.sessions.secret("telegram-webhook")) == 40


def test_the_command_says_it_and_stops(command: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    state.chmod(0o777)
    done = command("run", "--port", str(free_port()), env={"JPKI_BOT_STATE": str(state)})
    assert done.returncode == 1 and done.stdout == "" and done.stderr.startswith("jpki-bot: ") and f"chmod 700 {state}" in done.stderr
    assert "Traceback" not in done.stderr and list(state.iterdir()) == []
