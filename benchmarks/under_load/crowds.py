"""Each crowd in a process of its own."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from time import monotonic, process_time
from typing import Any, TypeVar

import uvloop

T = TypeVar("T")


@dataclass(frozen=True)
class Cpu:
    """Shares of one core, 1.0 being all of it: of the server, and of the process that asks it."""

    server: float = 0.0
    asker: float = 0.0


class CpuMeter:
    """From its making to `read`."""

    def __init__(self, server: int) -> None:
        self._server = server
        self._begun = monotonic(), cpu_seconds(server), process_time()

    def read(self) -> Cpu:
        begun, server, asker = self._begun
        seconds = max(monotonic() - begun, 1e-9)
        return Cpu((cpu_seconds(self._server) - server) / seconds, (process_time() - asker) / seconds)


@contextmanager
def crowds(count: int) -> Iterator[Executor]:
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        yield pool


def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """In this process, on the fastest loop there is."""
    uvloop.install()
    return asyncio.run(work())


def cpu_seconds(pid: int) -> float:
    """Of a process without its children, since its start."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def open_files(pid: int) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
