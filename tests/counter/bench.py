"""A PC/SC service with two virtual readers, and the cards on them; run inside a network namespace of its own.

The reader's driver listens on every interface, so nothing of this may run outside one. Commands come as JSON lines on
standard input, and each is answered with one; it ends, with all it started, when the input does.
"""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.counter.authority import ATR
from tests.counter.virtual_card import VirtualCard

SOCKET = Path("/run/pcscd/pcscd.comm")
_PORT = 35963
_DRIVER = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
_READER = f'FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:0x8C7B\nLIBPATH {_DRIVER}\nCHANNELID 0x8C7B\n'
_OFF, _ON, _RESET, _ATR = 0, 1, 2, 4


class Inserted:
    """A card on a virtual reader; closing it lifts the card off."""

    def __init__(self, slot: int, card: VirtualCard, delay: float, hangs_at: int, leaves_at: int) -> None:
        self.card = card
        self._delay, self._hangs_at, self._leaves_at = delay, hangs_at, leaves_at
        self._line = socket.create_connection(("127.0.0.1", _PORT + slot))
        self._line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
        self._line.close()

    def _serve(self) -> None:
        try:
            while True:
                message = self._received(struct.unpack(">H", self._received(2))[0])
                if len(message) != 1:
                    self._answer(self._transmitted(message))
                elif message[0] == _ATR:
                    self._answer(ATR)
                elif message[0] in (_OFF, _RESET):
                    self.card.power_off()
        except OSError:
            return

    def _transmitted(self, command: bytes) -> bytes:
        time.sleep(self._delay)
        number = len(self.card.commands) + 1
        if number == self._hangs_at:
            time.sleep(3600)
        if number == self._leaves_at:
            self.close()
            raise OSError
        return self.card.transmit(command)

    def _received(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            # The driver sends length and body apart: without this each command waits for a delayed acknowledgement.
            self._line.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            part = self._line.recv(length - len(data))
            if not part:
                raise OSError
            data += part
        return data

    def _answer(self, body: bytes) -> None:
        self._line.sendall(struct.pack(">H", len(body)) + body)


def pcscd(folder: Path) -> subprocess.Popen[bytes]:
    """Started and listening."""
    (folder / "vpcd").write_text(_READER, encoding="ascii")
    command = ["pcscd", "--foreground", "--critical", "--config", str(folder)]
    if "--disable-polkit" in subprocess.run(["pcscd", "--help"], capture_output=True, text=True, check=False).stdout:
        command.append("--disable-polkit")
    daemon = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sys.stderr)
    for _ in range(200):
        if SOCKET.exists() or daemon.poll() is not None:
            break
        time.sleep(0.02)
    return daemon


def inserted(order: dict[str, Any]) -> Inserted:
    made = VirtualCard(**{name: bytes.fromhex(value) if isinstance(value, str) else value for name, value in order["card"].items()})
    return Inserted(order["slot"], made, order.get("delay", 0.0), order.get("hangs_at", 0), order.get("leaves_at", 0))


def main() -> None:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    cards: dict[int, Inserted] = {}
    with tempfile.TemporaryDirectory() as folder:
        daemon = pcscd(Path(folder))
        try:
            print(json.dumps({"ready": daemon.poll() is None}), flush=True)
            for line in sys.stdin:
                order = json.loads(line)
                slot = order["slot"]
                if order["do"] == "insert":
                    cards[slot] = inserted(order)
                elif order["do"] == "remove":
                    cards[slot].close()
                card = cards[slot].card
                print(json.dumps({"commands": len(card.commands), "verified_with_data": card.verified_with_data}), flush=True)
        finally:
            daemon.terminate()
            daemon.wait(10)


if __name__ == "__main__":
    main()
