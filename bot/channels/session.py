"""Sessions that only this server can issue: a client cannot read or continue another's conversation."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt

from bot.private_files import private_folder, read_private

LIFE = timedelta(days=30)
_ALGORITHM = "HS256"
_CLAIMS = ["sid", "iat", "exp", "org"]
_LEEWAY = 12 * 60 * 60
"""A machine's clock that is set to another time zone must not end every session."""
_KEY_BYTES = 32
_FEWEST_VALUES = 10
_WORDS = (b"secret", b"password", b"changeme", b"change-me", b"change_me", b"example", b"default", b"0123456789", b"abcdefgh")


class SessionError(Exception):
    """The token was not issued here, has been changed, has ended, or was issued on another site."""


class SessionKeyError(Exception):
    """The signing key cannot be trusted; the message names its file."""


class Sessions:
    """Signed with a key that survives a restart. `clock` is in seconds since 1970."""

    def __init__(self, key: bytes, life: timedelta = LIFE, clock: Callable[[], float] = time.time) -> None:
        self._key, self._life, self._clock = key, life.total_seconds(), clock

    @classmethod
    def kept_in(cls, folder: Path, key_file: Path | None = None, life: timedelta = LIFE) -> Sessions:
        """With the key in `key_file`, which several processes may share, else with that of `folder`, made on first use.

        Raises NotPrivate where others can read it, SessionKeyError where it can be guessed.
        """
        private_folder(folder)
        path = key_file or folder / "session.key"
        if key_file is None and not path.exists():
            _make_key(path)
        return cls(_strong(read_private(path), path), life)

    def issue(self, origin: str = "") -> str:
        """A new session's token, good on the site `origin` only; empty for a client that is no web page."""
        now = int(self._clock())
        claims = {"sid": secrets.token_urlsafe(18), "iat": now, "exp": now + int(self._life), "org": self._site(origin)}
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)

    def conversation(self, token: str, origin: str = "") -> str:
        """The conversation's id at rest: a keyed hash. Raises SessionError."""
        claims = self._claims(token)
        if not self._is_in_time(claims):
            raise SessionError("session の期限が過ぎました。POST /api/session で受け取り直してください")
        if not hmac.compare_digest(str(claims["org"]).encode(), self._site(origin).encode()):
            raise SessionError("session は、受け取ったサイトでだけ使えます。POST /api/session で受け取り直してください")
        return self._hash(str(claims["sid"]))

    def conversation_of(self, platform: str, member: str) -> str:
        """The conversation's id at rest of somebody whom a chat platform names `member`: the name itself is kept nowhere."""
        return self._hash(f"{platform}\0{member}")

    def message(self, own_id: str) -> str:
        """The name at rest of a message that its client named `own_id`."""
        return self._hash(f"message\0{own_id}")

    def secret(self, purpose: str) -> str:
        """A secret of this installation that a restart does not change, in hexadecimal digits."""
        return self._hash(f"secret\0{purpose}")

    def _claims(self, token: str) -> dict[str, Any]:
        # Times are compared below, with this object's clock.
        try:
            return dict(jwt.decode(token, self._key, algorithms=[_ALGORITHM], options={"require": _CLAIMS, "verify_exp": False, "verify_iat": False}))
        except (jwt.InvalidTokenError, UnicodeEncodeError) as error:
            raise SessionError("session が正しくありません。POST /api/session で受け取り直してください") from error

    def _is_in_time(self, claims: dict[str, Any]) -> bool:
        """A token of tomorrow was issued by a clock that was wrong: it must not outlive the others."""
        now, began, ends = self._clock(), float(claims["iat"]), float(claims["exp"])
        return began - _LEEWAY <= now < min(ends, began + self._life)

    def _site(self, origin: str) -> str:
        return self._hash(f"origin\0{origin}")[:16] if origin else ""

    def _hash(self, text: str) -> str:
        return hmac.new(self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:40]


def _make_key(path: Path) -> None:
    """In one step: another process that starts at the same time finds the whole key or none."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(_KEY_BYTES))
        file.flush()
        os.fsync(handle)
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()


def _strong(key: bytes, path: Path) -> bytes:
    """Long enough, and neither words nor a pattern."""
    advice = f"署名の鍵を作り直してください（例: (umask 077; head -c 32 /dev/urandom > {path})）。それまでの会話の券は使えなくなります"
    if len(key) < _KEY_BYTES:
        raise SessionKeyError(f"{path}: 鍵が短すぎます（{len(key)}バイト。{_KEY_BYTES}バイトから）。{advice}")
    repeats = any(key == (key[:length] * len(key))[: len(key)] for length in range(1, len(key) // 2 + 1))
    if repeats or len(set(key)) < _FEWEST_VALUES or any(word in key.lower() for word in _WORDS):
        raise SessionKeyError(f"{path}: 鍵が、人の考えた言葉か、くり返しのようです。{advice}")
    return key
