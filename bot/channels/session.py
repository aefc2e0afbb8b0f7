"""Sessions that only this server can issue: a client cannot read or continue another's conversation."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

import jwt

_ALGORITHM = "HS256"


class SessionError(Exception):
    """The token was not issued here or has been changed."""


class Sessions:
    """Signed with a key that survives a restart, kept readable for its owner only."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def kept_in(cls, folder: Path) -> Sessions:
        """Creates the key on first use. Raises OSError when the folder cannot be written."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "session.key"
        if not path.exists():
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(32))
        return cls(path.read_bytes())

    def issue(self) -> str:
        return jwt.encode({"sid": secrets.token_urlsafe(18)}, self._key, algorithm=_ALGORITHM)

    def conversation(self, token: str) -> str:
        """The conversation's id at rest: a keyed hash. Raises SessionError."""
        try:
            claims = jwt.decode(token, self._key, algorithms=[_ALGORITHM], options={"require": ["sid"]})
        # A header may hold bytes that are no UTF-8: the library refuses those in its own way.
        except (jwt.InvalidTokenError, UnicodeEncodeError) as error:
            raise SessionError("session が正しくありません。POST /api/session で受け取り直してください") from error
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

    def _hash(self, text: str) -> str:
        return hmac.new(self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:40]
