"""A card in software: the 公的個人認証 application as far as it can be read, and a count of what must never come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

AID = bytes.fromhex("D392F000260100000001")
OTHER_APPLICATIONS = [bytes.fromhex(aid) for aid in ("D3921000310001010408", "D3921000310001010402", "D3921000310001010401", "D3921000310001010100")]
_TOKEN_SERIAL = b"SERIAL0123456789"


@dataclass
class VirtualCard:
    """`auth` and `sign` are what an empty VERIFY answers, `opened` what SELECT does; `answers` overrides single commands.

    `before` is called with the number of each command first: it may wait or raise.
    """

    certificate: bytes = b""
    token: bytes = b"JPKIAPICCTOKEN2"
    availability: bytes = b"\x8f\x8f\x00"
    auth: int = 0x63C3
    sign: int = 0x63C5
    opened: int = 0x9000
    authority: bytes = b""
    answers: dict[bytes, list[bytes]] = field(default_factory=dict)
    before: Callable[[int, bytes], None] = lambda number, command: None
    commands: list[bytes] = field(default_factory=list)
    verified_with_data: int = 0
    _inside: bool = False
    _file: int | None = None

    def transmit(self, command: bytes) -> bytes:
        self.commands.append(command)
        self.before(len(self.commands), command)
        if self.answers.get(command):
            planned = self.answers[command]
            return planned.pop(0) if len(planned) > 1 else planned[0]
        return self._answer(command)

    def power_off(self) -> None:
        self._inside, self._file = False, None

    @property
    def files(self) -> dict[int, bytes]:
        token = self.token.ljust(32) + b"J-LIS".ljust(48) + _TOKEN_SERIAL + bytes(64)
        return {
            0x0006: token,
            0x0008: self.availability,
            0x000A: self.certificate,
            0x000B: self.authority,
            0x0002: self.authority,
            0x0001: self.certificate,
            0x0018: b"",
            0x001B: b"",
        }

    def _answer(self, command: bytes) -> bytes:
        if len(command) < 4:
            return _status(0x6700)
        instruction, mode = command[1], command[2]
        if instruction == 0xA4 and mode == 0x04:
            return self._open(command[5 : 5 + command[4]] if len(command) > 4 else b"")
        if instruction == 0xA4 and mode == 0x02 and len(command) >= 7:
            return self._select(int.from_bytes(command[5:7], "big"))
        if instruction == 0xB0:
            return self._read(command)
        return self._verify(command) if instruction == 0x20 else _status(0x6D00)

    def _open(self, aid: bytes) -> bytes:
        done = aid == AID and self.opened == 0x9000
        self._inside, self._file = done, None
        return _status(self.opened if aid == AID else 0x6A82)

    def _select(self, file: int) -> bytes:
        if not self._inside or file not in self.files:
            return _status(0x6A82)
        self._file = file
        return _status(0x9000)

    def _read(self, command: bytes) -> bytes:
        if self._file is None:
            return _status(0x6986)
        if self._file == 0x0001:
            return _status(0x6982)
        offset, length = int.from_bytes(command[2:4], "big"), (command[4] if len(command) > 4 else 0) or 256
        content = self.files[self._file]
        return content[offset : offset + length] + _status(0x9000) if offset < len(content) else _status(0x6B00)

    def _verify(self, command: bytes) -> bytes:
        if len(command) > 4:
            self.verified_with_data += 1
            return _status(0x6984)
        return _status({0x0018: self.auth, 0x001B: self.sign}.get(self._file or 0, 0x6A88))


def _status(status: int) -> bytes:
    return status.to_bytes(2, "big")
