"""The gate before the card: four shapes of command pass, each only where it belongs. A PIN has none of them."""

from __future__ import annotations

from bot.counter import apdu
from bot.counter.apdu import AUTH_CERTIFICATE, AUTH_PIN, AVAILABILITY, SIGN_PIN, TOKEN_INFO, Reply
from bot.counter.transport import Transport

_FILES = {apdu.select_file(file): file for file in (TOKEN_INFO, AVAILABILITY, AUTH_CERTIFICATE, AUTH_PIN, SIGN_PIN)}
_BEGINNINGS = {
    TOKEN_INFO: apdu.read_binary(0, apdu.TOKEN_LENGTH),
    AVAILABILITY: apdu.read_binary(0, apdu.AVAILABILITY_LENGTH),
}
"""Files of which only these first bytes are read."""
_READ = bytes([0x00, 0xB0])


class RefusedCommand(Exception):
    """A command that is not on the list. It did not reach the card, and is not in this message."""


class Gate:
    """A Transport that lets nothing else through. It follows which file is selected: reading and asking need the right one."""

    def __init__(self, card: Transport) -> None:
        self._card = card
        self._file: int | None = None
        self._inside = False

    def transmit(self, command: bytes) -> bytes:
        """Raises RefusedCommand before anything is sent."""
        if not self._permits(command):
            raise RefusedCommand
        answer = self._card.transmit(command)
        self._follow(command, Reply.of(answer).status == apdu.OK)
        return answer

    def _permits(self, command: bytes) -> bool:
        if command == apdu.SELECT_APPLICATION:
            return True
        if command in _FILES:
            return self._inside
        if command == apdu.TRIES_LEFT:
            return self._file in (AUTH_PIN, SIGN_PIN)
        if self._file in _BEGINNINGS:
            return command == _BEGINNINGS[self._file]
        return self._file == AUTH_CERTIFICATE and len(command) == 5 and command.startswith(_READ) and command[2] <= apdu.LAST_OFFSET >> 8

    def _follow(self, command: bytes, done: bool) -> None:
        if command == apdu.SELECT_APPLICATION:
            self._inside, self._file = done, None
        elif command in _FILES:
            self._file = _FILES[command] if done else None
