"""The 利用者証明用 certificate: who issued it, by signature, and until when it runs. Nothing else of it is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from bot.counter.reading import Auth, AuthState
from bot.settings import JAPAN

FEWEST, MOST = 512, 4096
"""Bytes; a certificate on a card is never shorter or longer."""
HEADER = 4


def whole_length(start: bytes) -> int | None:
    """How long the certificate is that begins with `start`; None when that is no beginning of one."""
    if len(start) < HEADER or start[:2] != b"\x30\x82":
        return None
    length = HEADER + int.from_bytes(start[2:HEADER], "big")
    return length if FEWEST <= length <= MOST else None


def judge(der: bytes, roots: Sequence[bytes], now: datetime) -> Auth:
    """The state at `now`. Without a root that signed it, no day is taken from it: anybody can write days into a certificate."""
    try:
        return _judged(x509.load_der_x509_certificate(der), roots, now)
    except Exception:
        # Anybody can write these bytes, and the library has errors of many families for them.
        return Auth("unreadable")


def _judged(certificate: x509.Certificate, roots: Sequence[bytes], now: datetime) -> Auth:
    """A root is no holder's certificate, though a root signed it too."""
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if certificate.subject == certificate.issuer or not any(_signed(certificate, root) for root in roots):
        return Auth("foreign")
    state: AuthState = "not_yet" if now < begins else "expired" if now > ends else "within"
    return Auth(state, begins.astimezone(JAPAN).date(), ends.astimezone(JAPAN).date())


def _signed(certificate: x509.Certificate, root: bytes) -> bool:
    """Generations of a root share one name: only the signature tells which of them issued."""
    try:
        certificate.verify_directly_issued_by(x509.load_der_x509_certificate(root))
    except (InvalidSignature, UnsupportedAlgorithm, TypeError, ValueError):
        # A wrong signature, another kind of key, another name: in none of these cases did that root sign it.
        return False
    return True
