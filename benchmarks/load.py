"""Turns over HTTP against both systems, interleaved: whatever else the machine does falls on both alike."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from statistics import mean

import httpx

from benchmarks.systems import Call, System

EARLY, LATE = range(2, 7), range(195, 206)
# The late turns repeat the questions of the early ones.
_PERIOD = LATE.start - EARLY.start
_TIMEOUT = 60.0
# Shorter than the servers keep an idle connection, so that none is closed under a request.
_LIMITS = httpx.Limits(keepalive_expiry=2.0)


@dataclass
class Tally:
    """What one system did, in milliseconds and turns; `silent` turns brought no answer."""

    latencies: list[float] = field(default_factory=list)
    early: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    turns: int = 0
    seconds: float = 0.0
    silent: int = 0

    @property
    def throughput(self) -> float:
        return self.turns / self.seconds if self.seconds else 0.0


def warm_up(systems: Sequence[System], questions: Sequence[str]) -> None:
    for system in systems:
        measure_latency([system], questions, {system.name: Tally()})


def measure_latency(systems: Sequence[System], questions: Sequence[str], tallies: dict[str, Tally]) -> None:
    """Each question in a conversation of its own, one after the other."""
    with _client() as client:
        for text in questions:
            for system in systems:
                tally = tallies[system.name]
                tally.latencies.append(_turn(client, system, system.open(client), text, tally))


def measure_growth(systems: Sequence[System], questions: Sequence[str], conversations: int, tallies: dict[str, Tally]) -> None:
    """The first turns of a long conversation beside its 200th."""
    with _client() as client:
        for number in range(conversations):
            opened = {system.name: system.open(client) for system in systems}
            period = list(islice(cycle(questions), number * _PERIOD, (number + 1) * _PERIOD))
            for turn, text in enumerate(islice(cycle(period), LATE.stop - 1), 1):
                for system in systems:
                    tally = tallies[system.name]
                    spent = _turn(client, system, opened[system.name], text, tally)
                    if turn in EARLY:
                        tally.early.append(spent)
                    elif turn in LATE:
                        tally.late.append(spent)


def measure_throughput(systems: Sequence[System], questions: Sequence[str], clients: int, rounds: int, tallies: dict[str, Tally]) -> None:
    """`clients` at once, first on one system, then on the other, `rounds` times."""
    for _ in range(rounds):
        for system in systems:
            asyncio.run(_together(system, questions, clients, tallies[system.name]))


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def average(values: Sequence[float]) -> float:
    return mean(values) if values else 0.0


def _client() -> httpx.Client:
    return httpx.Client(timeout=_TIMEOUT, limits=_LIMITS)


def _turn(client: httpx.Client, system: System, conversation: str, text: str, tally: Tally) -> float:
    call = system.call(conversation, text)
    begun = time.perf_counter()
    response = client.post(call.url, headers=call.headers, json=call.body)
    spent = 1000 * (time.perf_counter() - begun)
    tally.silent += not _answered(system, response)
    return spent


def _answered(system: System, response: httpx.Response) -> bool:
    return response.status_code == 200 and system.answered(response.json())


async def _together(system: System, questions: Sequence[str], clients: int, tally: Tally) -> None:
    with _client() as client:
        calls = iter([system.call(system.open(client), text) for text in questions])
    async with httpx.AsyncClient(timeout=_TIMEOUT, limits=_LIMITS) as shared:
        begun = time.perf_counter()
        silent = await asyncio.gather(*(_one_client(shared, system, calls) for _ in range(clients)))
        tally.seconds += time.perf_counter() - begun
    tally.turns += len(questions)
    tally.silent += sum(silent)


async def _one_client(client: httpx.AsyncClient, system: System, calls: Iterator[Call]) -> int:
    """Takes the next turn as soon as its last one was answered."""
    silent = 0
    for call in calls:
        response = await client.post(call.url, headers=call.headers, json=call.body)
        silent += not _answered(system, response)
    return silent
