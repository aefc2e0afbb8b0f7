"""A password at rest: scrypt, in one line that describes itself."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass

SHORTEST, LONGEST = 12, 200
_FEWEST_LETTERS = 5
_RUNS = "0123456789012345678901234567890 abcdefghijklmnopqrstuvwxyz qwertyuiopasdfghjklzxcvbnm passwordpassword password1234 password123456"
_NAME = "scrypt"
_N, _R, _P = 2**16, 8, 2
_SALT, _DIGEST = 16, 32
_FEWEST_VALUES = 8
_LEAST_N, _MOST_MEMORY, _MOST_P = 2**14, 256 * 2**20, 16


class PasswordError(Exception):
    """A hash or a new password that cannot be used; the message says why."""


@dataclass(frozen=True)
class PasswordHash:
    """`n`, `r` and `p` are scrypt's cost, block size and parallelism."""

    n: int
    r: int
    p: int
    salt: bytes
    digest: bytes

    @classmethod
    def of(cls, password: str) -> PasswordHash:
        """Of a new password. Raises PasswordError when it is too short or too long."""
        if not SHORTEST <= len(_plain(password)) <= LONGEST:
            raise PasswordError(f"パスワードは {SHORTEST}〜{LONGEST} 文字にしてください")
        if len(set(_plain(password))) < _FEWEST_LETTERS or _plain(password).lower() in _RUNS:
            raise PasswordError("同じ文字のくり返しや、順に並んだ文字でないものにしてください")
        salt = _salt()
        return cls(_N, _R, _P, salt, _digest(password, _N, _R, _P, salt))

    @classmethod
    def read(cls, line: str) -> PasswordHash:
        """From what `str` gave. Raises PasswordError when it is malformed or too weak to trust."""
        name, *parts = line.strip().split(":")
        if name != _NAME or len(parts) != 5:
            raise PasswordError("「scrypt:n:r:p:塩:ハッシュ」の形ではありません")
        try:
            n, r, p = (int(part) for part in parts[:3])
            salt, digest = (base64.b64decode(part, altchars=b"-_", validate=True) for part in parts[3:])
        except (ValueError, binascii.Error) as error:
            raise PasswordError("数か、塩かハッシュの書き方が違います") from error
        if n < _LEAST_N or n & (n - 1) or r < 1 or not 1 <= p <= _MOST_P or 128 * n * r > _MOST_MEMORY:
            raise PasswordError("n・r・p の値が、弱すぎるか大きすぎます")
        if len(salt) < _SALT or len(digest) != _DIGEST:
            raise PasswordError("塩かハッシュの長さが違います（途中で切れていませんか）")
        if salt.isascii() or min(len(set(salt)), len(set(digest))) < _FEWEST_VALUES:
            raise PasswordError("塩かハッシュが、見本からの写しのようです")
        return cls(n, r, p, salt, digest)

    def fits(self, password: str) -> bool:
        """Takes about a third of a second, whether or not the password is right."""
        if len(password) > LONGEST:
            return False
        return hmac.compare_digest(_digest(password, self.n, self.r, self.p, self.salt), self.digest)

    def __str__(self) -> str:
        parts = (base64.urlsafe_b64encode(part).decode("ascii") for part in (self.salt, self.digest))
        return ":".join([_NAME, str(self.n), str(self.r), str(self.p), *parts])


def _salt() -> bytes:
    """Random; drawn again in the rare case that `read` would take it for an example's."""
    while (salt := secrets.token_bytes(_SALT)).isascii() or len(set(salt)) < _FEWEST_VALUES:
        pass
    return salt


def _plain(password: str) -> str:
    """Full-width and half-width letters are the same: an input method decides which are typed."""
    return unicodedata.normalize("NFKC", password)


def _digest(password: str, n: int, r: int, p: int, salt: bytes) -> bytes:
    memory = 128 * r * (n + p + 2)
    return hashlib.scrypt(_plain(password).encode("utf-8", "surrogatepass"), salt=salt, n=n, r=r, p=p, maxmem=memory + 2**20, dklen=_DIGEST)
