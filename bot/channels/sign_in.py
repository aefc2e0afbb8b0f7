"""Who is signed in at the staff page, and how fast passwords may be tried. All of it lives in this process only."""

from __future__ import annotations

import hashlib
import hmac
import math
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

Clock = Callable[[], float]
"""Seconds that never go back: time.monotonic."""

_LONGEST_SESSION = 12 * 60 * 60
_MOST_SESSIONS = 200


@dataclass
class _Session:
    token: str
    began: float
    used: float


class SignIns:
    """Signed session cookies with an idle time-out, and the tokens that every POST must bring.

    The key dies with the process: nobody stays signed in over a restart.
    """

    def __init__(self, idle_seconds: float, clock: Clock) -> None:
        self._key = secrets.token_bytes(32)
        self._idle, self._clock = idle_seconds, clock
        self._sessions: OrderedDict[bytes, _Session] = OrderedDict()

    def begin(self) -> str:
        """A new session's cookie."""
        name = secrets.token_urlsafe(32)
        now = self._clock()
        self._sessions[_hidden(name)] = _Session(secrets.token_urlsafe(32), now, now)
        while len(self._sessions) > _MOST_SESSIONS:
            self._sessions.popitem(last=False)
        return self._signed(name)

    def token(self, cookie: str | None) -> str | None:
        """The token of a live session, whose idle time begins anew; None for any other cookie."""
        name = self._name(cookie)
        session = self._sessions.get(_hidden(name)) if name else None
        if name is None or session is None:
            return None
        now = self._clock()
        if now - session.used >= self._idle or now - session.began >= _LONGEST_SESSION:
            del self._sessions[_hidden(name)]
            return None
        session.used = now
        return session.token

    def end(self, cookie: str | None) -> None:
        if name := self._name(cookie):
            self._sessions.pop(_hidden(name), None)

    def form(self) -> tuple[str, str]:
        """(cookie, token) for the sign-in form, where there is no session yet."""
        name = secrets.token_urlsafe(16)
        return self._signed(name), self._form_token(name)

    def fits_form(self, cookie: str | None, token: str) -> bool:
        name = self._name(cookie)
        return name is not None and same(self._form_token(name), token)

    def _form_token(self, name: str) -> str:
        return hmac.new(self._key, f"form:{name}".encode(), hashlib.sha256).hexdigest()

    def _signed(self, name: str) -> str:
        return f"{name}.{self._signature(name)}"

    def _signature(self, name: str) -> str:
        return hmac.new(self._key, f"cookie:{name}".encode(), hashlib.sha256).hexdigest()

    def _name(self, cookie: str | None) -> str | None:
        name, _, signature = (cookie or "").partition(".")
        return name if name and name.isascii() and same(self._signature(name), signature) else None


def _hidden(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def same(wanted: str, given: str) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(wanted.encode(), given.encode("utf-8", "surrogatepass"))


_FREE = 3
_FIRST_WAIT, _LONGEST_WAIT = 5.0, 15 * 60.0
_FREE_OVERALL = 20
_LONGEST_OVERALL = 60.0
_FORGIVEN, _FORGIVEN_OVERALL = 60 * 60.0, 10 * 60.0
_MOST_CLIENTS = 1000


@dataclass
class _Failures:
    count: int = 0
    last: float = -math.inf


class Throttle:
    """Wrong passwords make the next attempt wait, doubling each time: for a client, and less strictly for all together.

    The wait for all has a low ceiling: whoever guesses from many places slows staff down but cannot lock them out.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._clients: OrderedDict[str, _Failures] = OrderedDict()
        self._all = _Failures()

    def wait(self, client: str) -> int:
        """Whole seconds until `client` may try; 0 is now."""
        own = _remaining(self._clients.get(client, _Failures()), _FREE, _LONGEST_WAIT, self._clock())
        return math.ceil(max(own, _remaining(self._all, _FREE_OVERALL, _LONGEST_OVERALL, self._clock())))

    def attempt(self, client: str) -> None:
        """Counts as wrong until `succeeded`: attempts at the same time must not pass together."""
        now = self._clock()
        self._clients[client] = _counted(self._clients.get(client, _Failures()), now, _FORGIVEN)
        self._clients.move_to_end(client)
        self._all = _counted(self._all, now, _FORGIVEN_OVERALL)
        while len(self._clients) > _MOST_CLIENTS:
            self._clients.popitem(last=False)

    def succeeded(self, client: str) -> None:
        self._clients.pop(client, None)
        self._all = _Failures(max(0, self._all.count - 1), self._all.last)


def _counted(before: _Failures, now: float, forgiven: float) -> _Failures:
    return _Failures(1 if now - before.last > forgiven else before.count + 1, now)


def _remaining(failures: _Failures, free: int, longest: float, now: float) -> float:
    if failures.count < free:
        return 0.0
    wait: float = min(longest, _FIRST_WAIT * 2.0 ** min(failures.count - free, 20))
    return max(0.0, failures.last + wait - now)
