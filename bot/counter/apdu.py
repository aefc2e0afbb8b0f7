"""Commands and answers of ISO 7816-4, as far as a state can be read without a PIN."""

from __future__ import annotations

from dataclasses import dataclass

AID = bytes.fromhex("D392F000260100000001")
"""The 公的個人認証 application; no other one is ever selected."""
TOKEN_INFO, AVAILABILITY, AUTH_CERTIFICATE, AUTH_PIN, SIGN_PIN = 0x0006, 0x0008, 0x000A, 0x0018, 0x001B
TOKEN_LENGTH, AVAILABILITY_LENGTH, WHOLE = 32, 3, 256
"""Of the token information only the name: a serial number stands further behind."""
LAST_OFFSET = 0x7FFF

SELECT_APPLICATION = bytes([0x00, 0xA4, 0x04, 0x0C, len(AID)]) + AID
TRIES_LEFT = bytes([0x00, 0x20, 0x00, 0x80])
"""VERIFY without data: asks for the tries left and costs none."""

OK = 0x9000


@dataclass(frozen=True)
class Reply:
    """`status` is 0 for an answer that is too short to hold one."""

    data: bytes
    status: int

    @classmethod
    def of(cls, answer: bytes) -> Reply:
        return cls(answer[:-2], int.from_bytes(answer[-2:], "big")) if len(answer) >= 2 else cls(b"", 0)


def select_file(file: int) -> bytes:
    return bytes([0x00, 0xA4, 0x02, 0x0C, 0x02]) + file.to_bytes(2, "big")


def read_binary(offset: int, length: int) -> bytes:
    """`length` up to 256, which is written as 0."""
    return bytes([0x00, 0xB0]) + offset.to_bytes(2, "big") + bytes([length % WHOLE])
