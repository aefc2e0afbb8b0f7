"""One look at a card through the gate: is it a My Number card, and what states its application gives without a PIN."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.counter import apdu
from bot.counter.apdu import AUTH_CERTIFICATE, AUTH_PIN, AVAILABILITY, SIGN_PIN, TOKEN_INFO, Reply
from bot.counter.certificate import judge, whole_length
from bot.counter.gate import Gate
from bot.counter.reading import Auth, Reading, SignState, Situation, Tries
from bot.counter.transport import Transport

_TOKENS = {
    "JPKIAPICCTOKEN2": Situation.read,
    "JPKIAPICCTOKEN": Situation.juki_card,
    "JPKIAPGPSETOKEN": Situation.phone,
    "JPKIAPIOSTOKEN": Situation.phone,
}
"""The token's name tells a My Number card; what else calls itself something is of a kind that we do not know."""
_NOT_READY = 0x6F00
"""One report: a card answers so to the first command after power-up."""
_NO_SUCH_APPLICATION = (0x6A82, 0x6D00, 0x6E00)
_PRESENT = 0x8F
_TRIES, _TRIES_MASK, _LOCKED = 0x63C0, 0xFFF0, (0x6983, 0x6984)
_WRONG_LENGTH, _END_OF_FILE = 0x6C00, 0x6282
_MOST_READS = 64
"""A certificate takes a dozen; a card that gives a byte at a time is not waited for."""


class Card:
    """Raises Interrupted wherever the card stops answering."""

    def __init__(self, transport: Transport) -> None:
        self._gate = Gate(transport)

    def recognise(self) -> Situation:
        """`read` for a My Number card; else what it is instead. Selects the application."""
        status = self._send(apdu.SELECT_APPLICATION).status
        if status == _NOT_READY:
            status = self._send(apdu.SELECT_APPLICATION).status
        if status in _NO_SUCH_APPLICATION:
            return Situation.other_card
        return self._token() if status == apdu.OK else Situation.app_locked

    def read(self, roots: Sequence[bytes], now: datetime) -> Reading:
        """The states of a recognised card. `roots` are certificates (DER) that may have issued the 利用者証明用 one."""
        sign = self._sign_state()
        auth_tries, sign_tries = self._tries(AUTH_PIN), self._tries(SIGN_PIN)
        der = self.certificate()
        return Reading(Situation.read, Auth("unreadable") if der is None else judge(der, roots, now), sign, auth_tries, sign_tries)

    def certificate(self) -> bytes | None:
        """None when what lies there is no certificate; filler behind it is left alone."""
        if not self._select(AUTH_CERTIFICATE):
            return None
        found = self._part(0, apdu.WHOLE)
        length = whole_length(found)
        reads = 1
        while length is not None and len(found) < length:
            part = self._part(len(found), min(apdu.WHOLE, length - len(found)))
            reads += 1
            if not part or reads > _MOST_READS:
                return None
            found += part
        return None if length is None else found[:length]

    def _token(self) -> Situation:
        name = self._beginning(TOKEN_INFO, apdu.TOKEN_LENGTH)
        return _TOKENS.get(name.decode("ascii", "replace").rstrip(" \0"), Situation.unknown_token)

    def _sign_state(self) -> SignState:
        """Other values than the known one are no proof of absence."""
        found = self._beginning(AVAILABILITY, apdu.AVAILABILITY_LENGTH)
        if len(found) != apdu.AVAILABILITY_LENGTH:
            return "unknown"
        return "present" if found[0] == _PRESENT else "absent_or_unknown"

    def _tries(self, file: int) -> Tries:
        """Never asked unless the PIN's file was selected: it would be another PIN's count."""
        if not self._select(file):
            return "unknown"
        status = self._send(apdu.TRIES_LEFT).status
        if status in _LOCKED:
            return "locked"
        if status & _TRIES_MASK != _TRIES:
            return "unknown"
        return status & 0xF or "locked"

    def _beginning(self, file: int, length: int) -> bytes:
        if not self._select(file):
            return b""
        reply = self._send(apdu.read_binary(0, length))
        return reply.data[:length] if reply.status in (apdu.OK, _END_OF_FILE) else b""

    def _part(self, offset: int, length: int) -> bytes:
        reply = self._send(apdu.read_binary(offset, length))
        if reply.status & 0xFF00 == _WRONG_LENGTH:
            reply = self._send(apdu.read_binary(offset, reply.status & 0xFF or apdu.WHOLE))
        return reply.data[:length] if reply.status in (apdu.OK, _END_OF_FILE) else b""

    def _select(self, file: int) -> bool:
        return self._send(apdu.select_file(file)).status == apdu.OK

    def _send(self, command: bytes) -> Reply:
        return Reply.of(self._gate.transmit(command))
