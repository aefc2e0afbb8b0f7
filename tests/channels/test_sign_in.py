"""Passwords at rest, sessions and throttling by themselves, with a clock that the test turns."""

from __future__ import annotations

import pytest

from bot.channels.password import LONGEST, PasswordError, PasswordHash
from bot.channels.sign_in import SignIns, Throttle

IDLE = 30 * 60.0
GOOD = PasswordHash.of("まどぐちのあいことば2026")


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


# Passwords


def test_a_hash_knows_its_own_password_and_no_other() -> None:
    line = str(GOOD)
    again = PasswordHash.read(line)
    assert again.fits("まどぐちのあいことば2026") and again.fits("まどぐちのあいことば２０２６")
    assert not again.fits("まどぐちのあいことば2025") and not again.fits("") and not again.fits("x" * (LONGEST + 1))
    assert "まどぐち" not in line and "$" not in line and " " not in line
    assert str(PasswordHash.of("まどぐちのあいことば2026")) != line, "every hash has its own salt"


@pytest.mark.parametrize("password", ["", "short", "eleven char", "x" * (LONGEST + 1)])
def test_a_password_too_short_or_too_long_is_not_hashed(password: str) -> None:
    with pytest.raises(PasswordError):
        PasswordHash.of(password)


@pytest.mark.parametrize(
    "password", ["aaaaaaaaaaaa", "abababababab", "123456789012", "１２３４５６７８９０１２", "PasswordPassword", "password1234", "qwertyuiopas", "abcdefghijkl"]
)
def test_a_password_that_everybody_tries_first_is_not_hashed(password: str) -> None:
    with pytest.raises(PasswordError, match="くり返し"):
        PasswordHash.of(password)


PARTS = str(GOOD).split(":")
MALFORMED = [
    "x",
    "scrypt",
    ":".join(PARTS[:-1]),
    ":".join([*PARTS, "more"]),
    ":".join(["bcrypt", *PARTS[1:]]),
    ":".join(["scrypt", "viele", *PARTS[2:]]),
    ":".join(["scrypt", "1024", *PARTS[2:]]),
    ":".join(["scrypt", "65535", *PARTS[2:]]),
    ":".join(["scrypt", "-65536", *PARTS[2:]]),
    ":".join(["scrypt", str(2**30), *PARTS[2:]]),
    ":".join([*PARTS[:3], "0", *PARTS[4:]]),
    ":".join([*PARTS[:4], "c2FsdA==", PARTS[5]]),
    ":".join([*PARTS[:5], PARTS[5][:20]]),
    ":".join([*PARTS[:4], "塩", PARTS[5]]),
]


@pytest.mark.parametrize("line", MALFORMED)
def test_a_malformed_or_weak_hash_is_refused_in_words(line: str) -> None:
    with pytest.raises(PasswordError) as raised:
        PasswordHash.read(line)
    assert str(raised.value)


# Sessions


def test_a_session_lives_while_it_is_used_and_ends_when_idle(clock: Clock) -> None:
    sign_ins = SignIns(IDLE, clock)
    cookie = sign_ins.begin()
    token = sign_ins.token(cookie)
    for _ in range(3):
        clock.now += IDLE - 1
        assert token and sign_ins.token(cookie) == token
    clock.now += IDLE
    assert sign_ins.token(cookie) is None
    clock.now -= IDLE
    assert sign_ins.token(cookie) is None, "what has ended does not come back"


def test_a_session_ends_after_a_working_day_however_it_is_used(clock: Clock) -> None:
    sign_ins = SignIns(IDLE, clock)
    cookie = sign_ins.begin()
    uses = 0
    while sign_ins.token(cookie):
        clock.now += IDLE / 2
        uses += 1
    assert uses == 48


def test_signing_out_ends_one_session_only(clock: Clock) -> None:
    sign_ins = SignIns(IDLE, clock)
    mine, yours = sign_ins.begin(), sign_ins.begin()
    sign_ins.end(mine)
    assert sign_ins.token(mine) is None and sign_ins.token(yours)


@pytest.mark.parametrize("spoilt", [None, "", ".", "x", "x.y", "日本.語"])
def test_a_cookie_not_issued_here_is_nobody(clock: Clock, spoilt: str | None) -> None:
    assert SignIns(IDLE, clock).token(spoilt) is None


def test_a_changed_or_foreign_cookie_is_nobody(clock: Clock) -> None:
    sign_ins = SignIns(IDLE, clock)
    cookie = sign_ins.begin()
    name, _, signature = cookie.partition(".")
    assert sign_ins.token(f"{name}.{signature[:-1]}0" if signature[-1] != "0" else f"{name}.{signature[:-1]}1") is None
    assert sign_ins.token(f"{name}x.{signature}") is None
    assert SignIns(IDLE, clock).token(cookie) is None, "another process has another key"


def test_the_form_token_fits_its_own_form_only(clock: Clock) -> None:
    sign_ins = SignIns(IDLE, clock)
    (cookie, token), (other, _) = sign_ins.form(), sign_ins.form()
    assert sign_ins.fits_form(cookie, token)
    assert not sign_ins.fits_form(other, token) and not sign_ins.fits_form(cookie, "") and not sign_ins.fits_form(None, token)
    assert sign_ins.token(cookie) is None, "a form's cookie is no session"


def test_sessions_do_not_pile_up(clock: Clock) -> None:
    sign_ins = SignIns(IDLE, clock)
    cookies = [sign_ins.begin() for _ in range(300)]
    assert sum(sign_ins.token(cookie) is not None for cookie in cookies) == 200 and sign_ins.token(cookies[-1])


# Throttling


def fail(throttle: Throttle, client: str, times: int) -> None:
    for _ in range(times):
        throttle.attempt(client)


def test_the_wait_doubles_with_every_wrong_password_and_has_an_end(clock: Clock) -> None:
    throttle = Throttle(clock)
    fail(throttle, "a", 2)
    assert throttle.wait("a") == 0
    waits = []
    for _ in range(10):
        throttle.attempt("a")
        waits.append(throttle.wait("a"))
        clock.now += waits[-1]
        assert throttle.wait("a") == 0
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]


def test_only_the_client_that_failed_waits(clock: Clock) -> None:
    throttle = Throttle(clock)
    fail(throttle, "a", 5)
    assert throttle.wait("a") > 0 and throttle.wait("b") == 0


def test_attempts_at_the_same_time_count_before_they_are_known_to_be_wrong(clock: Clock) -> None:
    throttle = Throttle(clock)
    passed = 0
    for _ in range(50):
        if throttle.wait("a") == 0:
            throttle.attempt("a")
            passed += 1
    assert passed == 3


def test_many_places_together_wait_a_minute_at_most(clock: Clock) -> None:
    throttle = Throttle(clock)
    for number in range(200):
        throttle.attempt(f"10.0.0.{number}")
    assert 0 < throttle.wait("somebody at the counter") <= 60


def test_the_right_password_clears_the_clients_failures(clock: Clock) -> None:
    throttle = Throttle(clock)
    fail(throttle, "a", 3)
    throttle.succeeded("a")
    assert throttle.wait("a") == 0
    fail(throttle, "a", 2)
    assert throttle.wait("a") == 0


def test_failures_are_forgiven_after_an_hour(clock: Clock) -> None:
    throttle = Throttle(clock)
    fail(throttle, "a", 8)
    clock.now += 60 * 60 + 1
    throttle.attempt("a")
    assert throttle.wait("a") == 0
