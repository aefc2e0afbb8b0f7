"""What one look at a card came to: states and days, nothing that names the holder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Literal, get_args

AuthState = Literal["within", "expired", "not_yet", "foreign", "unreadable"]
SignState = Literal["present", "absent_or_unknown", "unknown"]
Tries = int | Literal["locked", "unknown"]
REVOCATION = "not_checked"
"""Only notified verifiers may ask for revocation; this program never does, so its answer is always the same."""
_MOST_TRIES = 15


class ReadingError(Exception):
    """Something that is no reading; the message holds none of it."""


class Situation(str, Enum):
    """How the attempt ended; only `read` carries the other states."""

    read = "read"
    no_software = "no_software"
    no_service = "no_service"
    no_reader = "no_reader"
    no_card = "no_card"
    two_cards = "two_cards"
    removed = "removed"
    reset = "reset"
    no_answer = "no_answer"
    busy = "busy"
    other_card = "other_card"
    juki_card = "juki_card"
    phone = "phone"
    unknown_token = "unknown_token"
    app_locked = "app_locked"
    failed = "failed"


@dataclass(frozen=True)
class Auth:
    """The 利用者証明用 certificate. The days are in Japan, and there only when a known issuer stands behind them."""

    state: AuthState
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class Reading:
    """`sign` says no more than presence: the 署名用 certificate cannot be read without its password."""

    situation: Situation
    auth: Auth | None = None
    sign: SignState = "unknown"
    auth_tries: Tries = "unknown"
    sign_tries: Tries = "unknown"

    def as_dict(self) -> dict[str, Any]:
        if self.auth is None:
            return {"situation": self.situation.value}
        days = (self.auth.first_day, self.auth.last_day)
        return {
            "situation": self.situation.value,
            "auth": [self.auth.state, *(day.isoformat() if day else None for day in days)],
            "sign": self.sign,
            "tries": [self.auth_tries, self.sign_tries],
        }

    @classmethod
    def of(cls, data: object) -> Reading:
        """Back from `as_dict`. Raises ReadingError for anything else: it comes from another process."""
        try:
            return _reading(data)
        except (TypeError, ValueError, KeyError) as error:
            raise ReadingError("no reading") from error


def _reading(data: Any) -> Reading:
    situation = Situation(data["situation"])
    if situation is not Situation.read:
        return Reading(situation)
    state, first, last = data["auth"]
    auth = Auth(_one_of(state, AuthState), _day(first), _day(last))
    if (state in ("within", "expired", "not_yet")) != (auth.first_day is not None and auth.last_day is not None):
        raise ValueError("days")
    auth_tries, sign_tries = data["tries"]
    return Reading(situation, auth, _one_of(data["sign"], SignState), _tries(auth_tries), _tries(sign_tries))


def _one_of(value: Any, choices: Any) -> Any:
    if value not in get_args(choices):
        raise ValueError("state")
    return value


def _day(value: Any) -> date | None:
    return None if value is None else date.fromisoformat(value)


def _tries(value: Any) -> Tries:
    if value == "locked" or value == "unknown":
        return value  # type: ignore[no-any-return]
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _MOST_TRIES:
        raise ValueError("tries")
    return value
