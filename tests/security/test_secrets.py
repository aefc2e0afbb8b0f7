"""Secrets come from the environment or from private files, and are printed nowhere, however it fails."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from bot.environment import SettingsError
from bot.private_files import NotPrivate, make_folder, private_folder, read_private
from bot.settings import Settings, read_settings
from tests.conftest import PROJECT, free_port
from tests.security.conftest import HASH

Command = Callable[..., subprocess.CompletedProcess[str]]
_TOKEN = "987654321:AAkaede_momiji_Kaede-0123456789"
_LINE_SECRET = "kaede0momiji1kaede2momiji3kaede4"
_LINE_TOKEN = "kaede+momiji/line/token+0123456789="
_SECRETS = {
    "JPKI_BOT_TELEGRAM_TOKEN": _TOKEN,
    "JPKI_BOT_LINE_SECRET": _LINE_SECRET,
    "JPKI_BOT_LINE_TOKEN": _LINE_TOKEN,
    "JPKI_BOT_STAFF_PASSWORD_HASH": str(HASH),
}
_FRAGMENTS = (_TOKEN, _TOKEN.split(":")[1], _LINE_SECRET, _LINE_TOKEN, str(HASH), str(HASH).split(":")[-1], "kaede", "momiji")


def _shows(text: str) -> list[str]:
    return [fragment for fragment in _FRAGMENTS if fragment in text]


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("JPKI_BOT_") and name != "JPKI_BOT_NOW"]:
        monkeypatch.delenv(name)


def _kept(folder: Path, name: str, value: str, mode: int = 0o600) -> Path:
    file = folder / name.lower()
    file.write_text(f"{value}\n")
    file.chmod(mode)
    return file


def _read(settings: Settings) -> dict[str, str | None]:
    assert settings.telegram and settings.line
    values = (settings.telegram.token, settings.line.secret, settings.line.token, settings.staff.password_hash)
    return dict(zip(_SECRETS, values, strict=True))


def test_each_secret_comes_from_its_variable_or_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in _SECRETS.items():
        monkeypatch.setenv(name, value)
    assert _read(read_settings()) == _SECRETS
    for name, value in _SECRETS.items():
        monkeypatch.delenv(name)
        monkeypatch.setenv(f"{name}_FILE", str(_kept(tmp_path, name, value, 0o440)))
    assert _read(read_settings()) == _SECRETS


def test_settings_show_no_secret_when_they_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in _SECRETS.items():
        monkeypatch.setenv(name, value)
    settings = read_settings()
    for shown in (repr(settings), str(settings), f"{settings.telegram} {settings.line} {settings.staff}"):
        assert not _shows(shown)


@pytest.mark.parametrize("name", _SECRETS)
def test_a_secret_given_twice_or_in_a_file_for_all_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    file = _kept(tmp_path, name, _SECRETS[name])

    def refusal() -> str:
        with pytest.raises(SettingsError) as refused:
            read_settings()
        assert f"{name}_FILE" in str(refused.value) and not _shows(str(refused.value).replace(str(tmp_path), ""))
        assert not _shows(repr(refused.getrepr(style="short", funcargs=False, showlocals=False)))
        return str(refused.value)

    monkeypatch.setenv(f"{name}_FILE", str(file))
    monkeypatch.setenv(name, _SECRETS[name])
    assert "両方" in refusal()
    monkeypatch.delenv(name)
    for mode in (0o604, 0o644, 0o602, 0o620, 0o666):
        file.chmod(mode)
        assert f"chmod 600 {file}" in refusal()
    file.chmod(0o600)
    for content, words in ((b"", "空です"), (b" \n\t", "空です"), (b"\xff\xfe", "文字として"), (b"kaede" * 1_000, "大きすぎます")):
        file.write_bytes(content)
        assert words in refusal()
    file.unlink()
    assert "読めません" in refusal()
    os.mkfifo(file, 0o600)
    assert "ふつうのファイル" in refusal()
    monkeypatch.setenv(f"{name}_FILE", str(tmp_path))
    assert "ふつうのファイル" in refusal()


def test_a_link_is_as_private_as_what_it_leads_to(tmp_path: Path) -> None:
    file, link = _kept(tmp_path, "real", "kaede"), tmp_path / "link"
    link.symlink_to(file)
    assert read_private(link) == b"kaede\n"
    file.chmod(0o644)
    with pytest.raises(NotPrivate):
        read_private(link)
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    (tmp_path / "state").symlink_to(folder)
    with pytest.raises(NotPrivate):
        private_folder(tmp_path / "state")


def test_folders_are_made_for_their_owner_only_and_left_as_they_are(tmp_path: Path) -> None:
    make_folder(tmp_path / "state" / "roots")
    assert [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "state", tmp_path / "state" / "roots")] == [0o700, 0o700]
    private_folder(tmp_path / "state")
    (tmp_path / "open").mkdir(0o755)
    make_folder(tmp_path / "open")
    assert stat.S_IMODE((tmp_path / "open").stat().st_mode) == 0o755


_FAILURES = {
    "a token of another form": ("ask", {"JPKI_BOT_TELEGRAM_TOKEN": "kaede:momiji kaede"}),
    "a token with a line feed": ("ask", {"JPKI_BOT_LINE_TOKEN": "kaede\nmomiji"}),
    "a secret without its token": ("ask", {"JPKI_BOT_LINE_TOKEN": ""}),
    "a short secret": ("ask", {"JPKI_BOT_LINE_SECRET": "kaede"}),
    "a hash of another kind": ("run", {"JPKI_BOT_STAFF_PASSWORD_HASH": "$2b$12$kaedemomijikaedemomiji"}),
    "a hash cut off": ("run", {"JPKI_BOT_STAFF_PASSWORD_HASH": str(HASH)[:-20]}),
    "an unknown municipality": ("run", {"JPKI_BOT_STAFF_MUNICIPALITY": "みどり町"}),
    "a public address": ("run --host 0.0.0.0", {}),
    "no such address": ("run --host 203.0.113.1", {}),
    "a password in a URL": ("ask", {"JPKI_BOT_TELEGRAM_API": "http://kaede:momiji@127.0.0.1:1"}),
    "a token in a URL": ("ask", {"JPKI_BOT_LINE_API": "http://127.0.0.1:1/?kaede=momiji"}),
    "a password in the public address": ("ask", {"JPKI_BOT_PUBLIC_URL": "https://kaede:momiji@bot.example.jp"}),
    "a password in the webhook's address": ("ask", {"JPKI_BOT_TELEGRAM_WEBHOOK": "https://kaede:momiji@bot.example.jp"}),
    "a password in an origin": ("ask", {"JPKI_BOT_ORIGINS": "https://kaede:momiji@www.example.jp"}),
    "a database of another kind": ("ask", {"JPKI_BOT_DATABASE": "mysql://kaede:momiji@127.0.0.1:1/kaede"}),
    "a database without its turns": ("ask", {"JPKI_BOT_DATABASE": "postgresql://kaede:momiji@127.0.0.1:1/kaede"}),
    "turns of another kind": ("ask", {"JPKI_BOT_REDIS": "http://:kaede-momiji@127.0.0.1:1/0"}),
    "a key in the environment": ("ask", {"JPKI_BOT_SESSION_KEY": "kaede-momiji"}),
    "a state that is a file": ("run", {"JPKI_BOT_STATE": str(PROJECT / "README.md")}),
    "content that cannot be read": ("ask", {"JPKI_BOT_PROJECT": "/nonexistent"}),
}


@pytest.mark.parametrize("name", _FAILURES)
def test_no_failure_shows_a_secret(command: Command, tmp_path: Path, name: str) -> None:
    words, env = _FAILURES[name]
    arguments = [*words.split(), "--port", str(free_port())] if words.startswith("run") else [words, "手数料は?"]
    done = command(*arguments, env={**_SECRETS, "JPKI_BOT_STATE": str(tmp_path / "state"), **env})
    assert done.returncode == 1 and done.stderr.strip(), "it must fail for this test to say anything"
    assert not _shows(done.stdout + done.stderr)


@pytest.fixture
def started(tmp_path: Path, model: Path) -> Iterator[tuple[subprocess.Popen[bytes], int, Path]]:
    """With every secret planted, and platforms' servers that are not there."""
    nobody, port, log = f"http://127.0.0.1:{free_port()}", free_port(), tmp_path / "server.log"
    servers = {"JPKI_BOT_TELEGRAM_API": nobody, "JPKI_BOT_LINE_API": nobody}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "run", "--port", str(port)],
            cwd=PROJECT,
            env={**os.environ, **_SECRETS, **servers, "JPKI_BOT_STATE": str(tmp_path / "state")},
            stdout=output,
            stderr=output,
        )
        try:
            yield process, port, log
        finally:
            process.terminate()
            process.wait(60)


def test_a_running_server_shows_no_secret(started: tuple[subprocess.Popen[bytes], int, Path], tmp_path: Path) -> None:
    """Neither in its log, its command line, its files nor in what it answers; Telegram and LINE fail all the while."""
    process, port, log = started
    seen = [_answer(port, "/ready", patience=120)]
    for path in ("/health", "/metrics", "/staff", "/openapi.json", "/api/catalogue", "/nowhere", "/telegram/webhook", "/line/webhook"):
        seen.append(_answer(port, path))
    body = b'{"events":[{"type":"message","webhookEventId":"1","replyToken":"kotae"}]}'
    for headers in ({}, {"X-Line-Signature": "wrong"}):
        seen.append(httpx.post(f"http://127.0.0.1:{port}/line/webhook", headers=headers, content=body).text)
    for _ in range(4):
        seen.append(httpx.post(f"http://127.0.0.1:{port}/staff/sign-in", data={"token": "a", "password": "kotae"}).text)
    for shown in seen:
        assert not _shows(shown)
    assert not _shows(Path(f"/proc/{process.pid}/cmdline").read_bytes().decode())
    key = (tmp_path / "state" / "session.key").read_bytes()
    until = time.monotonic() + 60
    while "Telegram" not in log.read_text():
        assert time.monotonic() < until, "its failure must be told for this test to say anything"
        time.sleep(0.5)
    process.terminate()
    process.wait(60)
    written = log.read_bytes()
    assert not _shows(written.decode()) and key not in written and key.hex().encode() not in written
    for file in (tmp_path / "state").rglob("*"):
        assert not file.is_file() or not _shows(file.read_bytes().decode("latin-1"))


def _answer(port: int, path: str, patience: float = 5) -> str:
    until = time.monotonic() + patience
    while True:
        try:
            return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=30).text
        except httpx.TransportError:
            assert time.monotonic() < until, f"{path} was not answered"
            time.sleep(0.3)
