"""What is measured, case by case."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import linear_regression, median
from types import TracebackType
from typing import Any, TypeVar

from benchmarks.under_load.crowds import crowds, open_files
from benchmarks.under_load.flood import Flood, Flooded, pour
from benchmarks.under_load.locks import Contest, contend
from benchmarks.under_load.neighbours import Sample, Watch, look
from benchmarks.under_load.residents import Crowd, Seen, gather
from benchmarks.under_load.rows import CROWD, FLOOD, HUNG, crowd_cells, flood_cells, hung_cells, others_row, others_table, recovery
from benchmarks.under_load.server import Served, served
from benchmarks.under_load.slow import Crawl, crawl
from benchmarks.under_load.tables import NOTHING, Table, limits, milliseconds, note, number
from benchmarks.under_load.talks import TURNS, read_talks
from bot.channels.limits import Rates

Wanted = TypeVar("Wanted")
Found = TypeVar("Found")
_TIMES = 10
_ARRIVALS = 8.0
"""Residents a second: fewer than may open a session, so that it is not the beginning that is measured."""
_CLOSED_CLIENTS = 8
_WARM = 2.0
_GIVEN_UP = 0.1
"""Seconds for each turn, on average, after which a part is given up."""


@dataclass(frozen=True)
class Size:
    """Seconds and counts of one run. `think` is the mean time between an answer and the next question."""

    think: float = 10.0
    thinking: tuple[int, ...] = (1, 8, 64, 512)
    least: float = 60.0
    most: float = 300.0
    wanted_turns: int = 100
    closed: tuple[int, ...] = (1, 8, 64)
    closed_seconds: float = 30.0
    turns: int = 100_000
    sampled: int = 5_000
    flood: float = 20.0
    lines: int = 512
    calm: float = 10.0
    after: float = 20.0
    drips: int = 500
    halves: int = 200
    crawl: float = 150.0
    rounds: int = 5


SHORT = Size(
    think=1.0,
    thinking=(1, 8),
    least=2.0,
    most=2.0,
    closed=(8,),
    closed_seconds=2.0,
    turns=200,
    sampled=50,
    flood=3.0,
    lines=128,
    calm=1.5,
    after=2.0,
    drips=50,
    halves=20,
    crawl=4.0,
    rounds=1,
)
"""Whether everything runs; its figures say nothing."""


class Bench:
    """The cases of one run, over one server with the limits of operation and one without any.

    What one case finds another may need: the capacity is measured once.
    """

    def __init__(self, root: Path, size: Size) -> None:
        self._root, self._size = root, size
        self._talks = read_talks(root)
        self._running = ExitStack()
        self._servers: dict[bool, Served] = {}
        self._capacity: float | None = None

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._running.close()

    def clients(self) -> None:
        """Residents with time to read, within the limits; then without time and without limits."""
        size, thinking, closed = self._size, "間をあけて尋ねる", "間をあけない"
        table = Table("同じ時に使う人の数", "場合", *CROWD)
        letters = turns = 0
        for clients in size.thinking:
            seen = self._crowd(clients, size.think)
            table.row(f"{clients}人、{thinking}", *crowd_cells(seen))
            letters, turns = letters + seen.letters, turns + len(seen.latencies)
        found = []
        for clients in size.closed:
            seen = self._crowd(clients, 0.0)
            found.append(seen.throughput)
            table.row(f"{clients}人、{closed}", *crowd_cells(seen))
        self._capacity = max(found)
        note(
            f"{thinking}: 答えから次の質問まで平均{size.think:g}秒（指数分布）、1つの会話は{TURNS}往復、1人に1つのアドレス、"
            f"答えの長さは平均{letters / max(turns, 1):.0f}字。制限は、{limits(Rates())}。"
        )
        note(f"{closed}: 答えが来たらすぐ次を聞く。制限なし（JPKI_BOT_LIMITS=off）。CPUは1コアを1とする。")

    def memory(self) -> None:
        """A fresh server over many turns: its memory at rest, and what it wrote."""
        size = self._size
        table = Table("長く動かしたときのメモリ", "往復", "RSS（MB）", "p95（ms）", "答えられなかった")
        points: list[tuple[int, float]] = []
        turns = 0
        with served(self._root, limits=False) as server:
            table.row("0", f"{server.resident():.1f}", NOTHING, NOTHING)
            for part in range(size.turns // size.sampled):
                # Each part has residents and conversations of its own.
                seen = self._part(server, seed=part)
                turns += len(seen.latencies)
                points.append((turns, server.resident()))
                table.row(f"{turns:,}", f"{points[-1][1]:.1f}", milliseconds(seen.latencies, 0.95), str(sum(seen.failed.values()) + seen.unable))
            stored, conversations = server.stored()
        # Meanwhile the caches of conversations fill.
        settled = points[len(points) // 5 :]
        slope = linear_regression([float(at) for at, _ in settled], [megabytes for _, megabytes in settled]).slope
        note(f"はじめの5分の1を除いた傾き: {100_000 * slope:+.1f} MB／10万往復。")
        note(f"SQLite: {stored:,}バイト、{conversations:,}会話。1往復 {stored / max(turns, 1):.0f}バイト、1会話 {stored / max(conversations, 1):.0f}バイト。")

    def flood(self) -> None:
        """Ten times what can be answered: from many homes, and from one."""
        size, capacity = self._size, self._known_capacity()
        found = [(f"{homes}のアドレスから", *self._flooded(_TIMES * capacity, homes)) for homes in (size.lines, 1)]
        table = Table(f"処理量の{_TIMES}倍が{size.flood:g}秒", "場合", *FLOOD)
        for name, seen, _ in found:
            table.row(name, *flood_cells(seen, capacity))
        others = others_table()
        for name, seen, samples in found:
            others_row(others, f"{name}、前", samples, 0.0, seen.begun)
            others_row(others, f"{name}、間", samples, seen.begun, seen.ended)
            others_row(others, f"{name}、あと", samples, seen.ended, float("inf"))
        back = "、".join(f"{name} {recovery(samples, seen)}" for name, seen, samples in found)
        note(f"処理量は{number(capacity)}往復/秒とした。送るものの10に1つは会話の開始。制限は、{limits(Rates())}。")
        note(f"ふだんの速さに戻るまで（止んでから、前のp95の2倍より速い答えが5つ続くまで）: {back}。")

    def slow(self) -> None:
        """Connections that are held open with almost nothing."""
        size, server = self._size, self._server(limits=True)
        before = open_files(server.pid)
        with crowds(2) as pool:
            watching = pool.submit(look, self._watch(server, size.crawl))
            time.sleep(size.calm)
            crawling = pool.submit(crawl, Crawl(server.port, server.state, self._talks[0], size.drips, size.halves, size.crawl))
            most = _most_files(server.pid, crawling)
            seen, samples = crawling.result(), watching.result()
        table = Table("終わらない要求", "場合", *HUNG)
        table.row("3秒に1バイトのヘッダ", *hung_cells(size.drips, seen.drips))
        table.row("半分だけの本文", *hung_cells(size.halves, seen.halves))
        others = others_table()
        others_row(others, "前", samples, 0.0, seen.begun)
        others_row(others, "間", samples, seen.begun, seen.ended)
        note(f"{size.crawl:g}秒まで見た。サーバの開いているファイル: 前 {before}、最多 {most}、あと {open_files(server.pid)}。")

    def locks(self) -> None:
        """Three messages of one sender at once."""
        waited = _apart(contend, Contest(self._server(limits=False).port, self._talks[0], self._size.rounds))
        table = Table("1人から同時に3つ", "場合", "3つ目が終わるまで（ms、中央値）")
        table.row("Rasa の InMemoryLockStore、0秒のアクション", number(1000 * median(waited.stock)))
        table.row("このボットの鍵、0秒のアクション", f"{1000 * median(waited.ours):.2f}")
        table.row("このボット、HTTPで3つの質問", number(1000 * median(waited.over_http)))
        note(f"鍵だけの比: {waited.gain:,.0f}倍。HTTPで1つだけの質問は {number(1000 * median(waited.alone))} ms。")

    def _server(self, limits: bool) -> Served:
        if limits not in self._servers:
            self._servers[limits] = self._running.enter_context(served(self._root, limits))
        return self._servers[limits]

    def _known_capacity(self) -> float:
        if self._capacity is None:
            self._capacity = self._crowd(_CLOSED_CLIENTS, 0.0).throughput
        return self._capacity

    def _crowd(self, clients: int, think: float) -> Seen:
        size, server = self._size, self._server(limits=bool(think))
        crowd = Crowd(server.port, server.pid, self._talks, clients, think, size.closed_seconds, settling=_WARM)
        if think:
            seconds = min(max(size.least, size.wanted_turns * think / clients), size.most)
            crowd = replace(crowd, seconds=seconds, arriving=clients / _ARRIVALS, settling=think)
        return _apart(gather, crowd)

    def _part(self, server: Served, seed: int) -> Seen:
        turns = self._size.sampled
        crowd = Crowd(server.port, server.pid, self._talks, _CLOSED_CLIENTS, 0.0, turns * _GIVEN_UP, turns=turns, seed=seed)
        return _apart(gather, crowd)

    def _flooded(self, rate: float, homes: int) -> tuple[Flooded, list[Sample]]:
        size, server = self._size, self._server(limits=True)
        with crowds(2) as pool:
            watching = pool.submit(look, self._watch(server, size.flood))
            time.sleep(size.calm)
            flood = Flood(server.port, server.pid, server.state, self._talks, rate, size.flood, size.lines, homes)
            return pool.submit(pour, flood).result(), watching.result()

    def _watch(self, server: Served, trouble: float) -> Watch:
        return Watch(server.port, server.state, self._talks, self._size.calm + trouble + self._size.after)


def _apart(work: Callable[[Wanted], Found], wanted: Wanted) -> Found:
    with crowds(1) as pool:
        return pool.submit(work, wanted).result()


def _most_files(pid: int, running: Future[Any]) -> int:
    most = 0
    while not running.done():
        most = max(most, open_files(pid))
        time.sleep(0.2)
    return most
