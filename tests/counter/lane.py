"""The bench as tests use it: started in a network namespace of its own, or the reason why that cannot be done here."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PROJECT
from tests.counter.bench import SOCKET

_REQUIRE = "JPKI_BOT_TEST_REQUIRE_COUNTER"
_DRIVER = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
_NAMESPACE = ["unshare", "--net", "--fork", "--kill-child", "--"]
_LOOKS_EVERY = 0.5


class Bench:
    """Two virtual readers behind a real PC/SC service."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._leaving: set[int] = set()

    def insert(self, slot: int = 0, *, delay: float = 0.0, hangs_at: int = 0, leaves_at: int = 0, **card: Any) -> None:
        """Lays a card on a reader and waits until the service has seen it. `delay` is in seconds for each command."""
        spec = {name: value.hex() if isinstance(value, bytes) else value for name, value in card.items()}
        self._do({"do": "insert", "slot": slot, "card": spec, "delay": delay, "hangs_at": hangs_at, "leaves_at": leaves_at})
        self._leaving |= {slot} if leaves_at else set()
        wait_until(slot, present=True)

    def remove(self, slot: int = 0) -> dict[str, int]:
        """Lifts a card off; what it counted."""
        counts = self._do({"do": "remove", "slot": slot})
        wait_until(slot, present=False)
        if slot in self._leaving:
            # The service has its word from the failed command; a card laid on before its next look would never be noticed.
            time.sleep(_LOOKS_EVERY)
            self._leaving.remove(slot)
        return counts

    def counts(self, slot: int = 0) -> dict[str, int]:
        return self._do({"do": "count", "slot": slot})

    def lift(self, slot: int = 0) -> None:
        """Lifts a card off without waiting for anybody to notice."""
        self._do({"do": "remove", "slot": slot})

    def _do(self, order: dict[str, Any]) -> dict[str, int]:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return dict(json.loads(self._process.stdout.readline()))


@contextmanager
def bench() -> Iterator[Bench]:
    """Skips where something is missing, with the reason; JPKI_BOT_TEST_REQUIRE_COUNTER=1 makes that a failure."""
    if reason := missing():
        if os.environ.get(_REQUIRE) == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    command = [*_NAMESPACE, sys.executable, "-m", "tests.counter.bench"]
    process = subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin and process.stdout
    try:
        assert json.loads(process.stdout.readline()) == {"ready": True}
        yield Bench(process)
    finally:
        process.stdin.close()
        process.wait(20)


def missing() -> str | None:
    """Why there can be no bench on this computer."""
    if find_spec("smartcard") is None:
        return "pyscard がありません（uv run --extra counter …）"
    absent = [name for name in ("unshare", "ip", "pcscd", "pkcs15-tool") if shutil.which(name) is None]
    if absent or not Path(_DRIVER).exists():
        return f"{'・'.join(absent) or 'vpcd'} がありません（apt-get install pcscd vsmartcard-vpcd opensc iproute2 util-linux）"
    if subprocess.run([*_NAMESPACE, "true"], capture_output=True, check=False).returncode:
        return "ネットワークの名前空間を作れません（unshare --net）"
    return "pcscd がもう動いています" if _listening() else None


def _listening() -> bool:
    with closing(socket.socket(socket.AF_UNIX)) as probe:
        return probe.connect_ex(str(SOCKET)) == 0


def wait_until(slot: int, *, present: bool) -> None:
    """Until both the service's state and a connection agree: it looks only every 0.4 seconds, and each lags behind the other."""
    from smartcard import scard

    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
    assert code == 0
    reader = f"Virtual PCD 00 0{slot}"
    for _ in range(200):
        _, states = scard.SCardGetStatusChange(context, 0, [(reader, scard.SCARD_STATE_UNAWARE)])
        code, handle, _protocol = scard.SCardConnect(context, reader, scard.SCARD_SHARE_SHARED, 3)
        if code == 0:
            scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)
        if {code == 0, bool(states[0][1] & scard.SCARD_STATE_PRESENT)} == {present}:
            break
        time.sleep(0.02)
    else:
        raise AssertionError(f"slot {slot} did not become {'present' if present else 'empty'}")
    scard.SCardReleaseContext(context)
