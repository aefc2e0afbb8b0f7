"""How long a look at a card takes: the commands alone, and the whole press with its process. Run: python -m benchmarks.card_read"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable

from bot.counter.card import Card
from bot.counter.pcsc import Readers
from bot.counter.process import Child
from bot.counter.reading import Situation
from tests.counter.authority import NOW, Authority
from tests.counter.lane import bench
from tests.counter.virtual_card import VirtualCard

_ROUNDS = 20
_SLOW = 0.012
"""Seconds a command: the one figure that is known of a real contact reader."""


def median(work: Callable[[], object]) -> str:
    times = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1000)
    return f"{statistics.median(times):7.1f} ms  ({min(times):.1f} - {max(times):.1f})"


def in_process(certificate: bytes, root: bytes) -> int:
    """One look without any reader; how many commands it took."""
    virtual = VirtualCard(certificate)
    card = Card(virtual)
    assert card.recognise() is Situation.read
    card.read([root], NOW)
    return len(virtual.commands)


def over_pcsc(root: bytes) -> None:
    with Readers() as readers:
        assert readers.read(1, [root], NOW, lambda: None).situation is Situation.read


def whole(root: bytes) -> None:
    assert asyncio.run(Child().read([root], NOW, lambda stage: None)).situation is Situation.read


def main() -> None:
    issuer = Authority.made()
    certificate, root = issuer.issue(), issuer.der
    commands = in_process(certificate, root)
    print(f"commands: {commands}")
    print(f"in this process, no reader:         {median(lambda: in_process(certificate, root))}")
    with bench() as readers:
        for name, delay in (("", 0.0), (", 12 ms a command", _SLOW)):
            readers.insert(certificate=certificate, delay=delay)
            print(f"over pcscd{name}: {median(lambda: over_pcsc(root))}")
            print(f"whole process{name}: {median(lambda: whole(root))}")
            readers.remove()


if __name__ == "__main__":
    main()
