"""Sessions: signed, with an end, good on one site; and the key they are signed with."""

from __future__ import annotations

import base64
import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import jwt
import pytest

from bot.channels.session import LIFE, SessionError, SessionKeyError, Sessions
from bot.private_files import NotPrivate

KEY = bytes(range(7, 39))
DAY = 86_400.0
NOW = 1_790_000_000.0
CITY, OTHER = "https://www.city.example.jp", "https://other.example.jp"


class Clock:
    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(clock: Clock) -> Sessions:
    return Sessions(KEY, clock=clock)


def test_a_session_is_one_conversation_for_as_long_as_it_lasts(sessions: Sessions, clock: Clock) -> None:
    token = sessions.issue(CITY)
    conversation = sessions.conversation(token, CITY)
    clock.now += LIFE.total_seconds() - 1
    assert sessions.conversation(token, CITY) == conversation
    clock.now += 2
    with pytest.raises(SessionError, match="期限"):
        sessions.conversation(token, CITY)


def test_its_life_is_that_of_what_is_kept(clock: Clock) -> None:
    short = Sessions(KEY, timedelta(days=1), clock)
    token = short.issue()
    long = Sessions(KEY, timedelta(days=365), clock).issue()
    clock.now += DAY + 1
    for each in (token, long):
        with pytest.raises(SessionError):
            short.conversation(each)


@pytest.mark.parametrize("hours", [-9, -1, 0, 1, 9])
def test_a_clock_set_to_another_time_zone_ends_no_session(sessions: Sessions, clock: Clock, hours: int) -> None:
    token = sessions.issue()
    clock.now += hours * 3_600
    assert sessions.conversation(token)


@pytest.mark.parametrize("days", [-400, -30, 31, 400])
def test_a_clock_that_jumps_by_days_ends_them_for_as_long_as_it_is_wrong(sessions: Sessions, clock: Clock, days: int) -> None:
    token = sessions.issue()
    clock.now += days * DAY
    with pytest.raises(SessionError):
        sessions.conversation(token)
    again = sessions.issue()
    assert sessions.conversation(again)
    clock.now = NOW
    assert sessions.conversation(token)
    with pytest.raises(SessionError):
        sessions.conversation(again)


@pytest.mark.parametrize(
    ("issued", "used", "good"),
    [
        (CITY, CITY, True),
        (CITY, OTHER, False),
        (CITY, "", False),
        (CITY, "null", False),
        ("", "", True),
        ("", CITY, False),
        ("null", "null", True),
        ("\udcff", "\udcff", True),
        ("\udcff", "", False),
    ],
)
def test_a_session_is_good_on_the_site_it_was_issued_on(sessions: Sessions, issued: str, used: str, good: bool) -> None:
    token = sessions.issue(issued)
    if good:
        assert sessions.conversation(token, used)
    else:
        with pytest.raises(SessionError, match="サイト"):
            sessions.conversation(token, used)


def test_the_token_names_neither_the_conversation_nor_the_site(sessions: Sessions) -> None:
    token = sessions.issue(CITY)
    read = base64.urlsafe_b64decode(token.split(".")[1] + "==").decode()
    assert "example" not in read and sessions.conversation(token, CITY) not in read
    assert set(json.loads(read)) == {"sid", "iat", "exp", "org"}


def _signed(claims: dict[str, object], key: bytes = KEY, algorithm: str = "HS256") -> str:
    return jwt.encode(claims, key, algorithm=algorithm)


_GOOD = {"sid": "a", "iat": int(NOW), "exp": int(NOW) + 60, "org": ""}
_FORGED = {
    "another key": _signed(_GOOD, b"x" * 32),
    "no signature": jwt.encode(_GOOD, None, algorithm="none"),
    "another algorithm": _signed(_GOOD, bytes(64), "HS512"),
    "no end": _signed({name: value for name, value in _GOOD.items() if name != "exp"}),
    "no beginning": _signed({name: value for name, value in _GOOD.items() if name != "iat"}),
    "no site": _signed({name: value for name, value in _GOOD.items() if name != "org"}),
    "no name": _signed({name: value for name, value in _GOOD.items() if name != "sid"}),
    "of before there was an end": _signed({"sid": "a"}),
    "empty": "",
    "dots": "..",
    "Japanese": "あ.い.う",
    "a lone surrogate": "\udcff.\udcff.\udcff",
    "very long": "a" * 100_000,
}


@pytest.mark.parametrize("name", _FORGED)
def test_what_was_not_issued_here_is_refused(sessions: Sessions, name: str) -> None:
    with pytest.raises(SessionError, match="/api/session"):
        sessions.conversation(_FORGED[name])


def test_no_changed_letter_is_overlooked(sessions: Sessions) -> None:
    token = sessions.issue()
    for place in range(0, len(token) - 1, 7):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(SessionError):
            sessions.conversation(changed)


def test_the_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "state"
    token = Sessions.kept_in(folder).issue()
    assert Sessions.kept_in(folder).conversation(token)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, folder / "session.key")] == [0o700, 0o600]
    assert [path.name for path in folder.iterdir()] == ["session.key"]


def test_processes_that_start_together_have_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as together:
        made = list(together.map(lambda _: Sessions.kept_in(tmp_path), range(32)))
    token = made[0].issue()
    assert len({each.conversation(token) for each in made}) == 1 and [path.name for path in tmp_path.iterdir()] == ["session.key"]


def test_a_key_file_of_several_processes_is_used_and_never_made(tmp_path: Path) -> None:
    file = tmp_path / "shared.key"
    with pytest.raises(NotPrivate, match="shared.key"):
        Sessions.kept_in(tmp_path / "a", file)
    file.touch(0o600)
    file.write_bytes(os.urandom(32))
    token = Sessions.kept_in(tmp_path / "a", file).issue()
    assert Sessions.kept_in(tmp_path / "b", file).conversation(token) and not (tmp_path / "a" / "session.key").exists()


_WEAK = {
    "empty": b"",
    "short": os.urandom(31),
    "zeros": bytes(64),
    "one letter": b"a" * 64,
    "a repeated word": b"hush-hush-hush-hush-hush-hush-hush-hush",
    "a repeated random word": os.urandom(16) * 3,
    "two values": b"ab" * 8 + b"ba" * 8 + b"aabb" * 4,
    "words": b"this is the Secret key of our town hall bot",
    "a default": b"please-changeme-before-you-go-to-production",
    "digits in order": b"01234567890123456789012345678901234",
}


@pytest.mark.parametrize("name", _WEAK)
def test_a_key_that_can_be_guessed_is_refused_without_being_shown(tmp_path: Path, name: str) -> None:
    file = tmp_path / "session.key"
    file.touch(0o600)
    file.write_bytes(_WEAK[name])
    with pytest.raises(SessionKeyError) as refused:
        Sessions.kept_in(tmp_path)
    assert str(file) in str(refused.value) and "鍵を作り直して" in str(refused.value)
    assert not _WEAK[name] or _WEAK[name].decode("latin-1") not in str(refused.value)


@pytest.mark.parametrize("make", [lambda: os.urandom(32), lambda: os.urandom(32).hex().encode() + b"\n", lambda: base64.b64encode(os.urandom(32))])
def test_random_keys_are_taken_in_every_spelling(tmp_path: Path, make: object) -> None:
    for number in range(50):
        file = tmp_path / f"{number}.key"
        file.touch(0o600)
        file.write_bytes(make())  # type: ignore[operator]
        assert Sessions.kept_in(tmp_path / "state", file).issue()


@pytest.mark.parametrize("mode", [0o604, 0o602, 0o606, 0o644, 0o666, 0o620])
def test_a_key_that_others_may_touch_is_refused_with_the_command_that_mends_it(tmp_path: Path, mode: int) -> None:
    Sessions.kept_in(tmp_path)
    key = tmp_path / "session.key"
    key.chmod(mode)
    with pytest.raises(NotPrivate) as refused:
        Sessions.kept_in(tmp_path)
    assert f"chmod 600 {key}" in str(refused.value)
    key.chmod(0o640)
    assert Sessions.kept_in(tmp_path).issue(), "the group may read"


@pytest.mark.parametrize("mode", [0o755, 0o701, 0o705, 0o751])
def test_a_folder_that_others_may_only_look_into_is_closed_to_them(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    folder.chmod(mode)
    assert Sessions.kept_in(folder).issue()
    assert folder.stat().st_mode & 0o777 == mode & 0o770


@pytest.mark.parametrize("mode", [0o707, 0o770, 0o777, 0o720])
def test_a_folder_that_others_may_write_is_refused_with_the_command_that_mends_it(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(NotPrivate) as refused:
        Sessions.kept_in(folder)
    assert f"chmod 700 {folder}" in str(refused.value)
