"""What was seen, as cells of a row."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from benchmarks.under_load.crowds import Cpu
from benchmarks.under_load.flood import Flooded
from benchmarks.under_load.neighbours import HEALTH, READY, RESIDENT, Sample, between, recovered
from benchmarks.under_load.residents import Seen
from benchmarks.under_load.slow import Hung
from benchmarks.under_load.tables import NOTHING, Table, failures, milliseconds, number, share
from benchmarks.under_load.wire import Reply

_TIMES = ("p50（ms）", "p95（ms）", "p99（ms）")
CROWD = ("数えた往復", "往復/秒", *_TIMES, "429（質問）", "429（会話の開始）", "503", "ほかと答えなし", "CPU（サーバ）", "CPU（測る側）")
_SHED = ("429", "429のp95（ms）", "時間の無い429", "503", "ほかと答えなし")
FLOOD = ("送った/秒", "処理量の何倍", "答えた/秒", *_TIMES[:2], *_SHED, "CPU（サーバ）", "CPU（送る側）")
_WATCHED = tuple(f"{path} の{what}" for path in ("/health", "/ready") for what in ("p95（ms）", "最大（ms）", "200でない数"))
_OTHERS = ("住民の質問", *_TIMES[:2], "429", "ほかと答えなし", *_WATCHED)
HUNG = ("接続", "断りの答え", "サーバが閉じた", "閉じるまで（秒、中央値）", "最長（秒）", "開いたまま", "つながらない")
_BUSY = 429


def crowd_cells(seen: Seen) -> Sequence[str]:
    times = [milliseconds(seen.latencies, part) for part in (0.5, 0.95, 0.99)]
    shares = [share(seen.refused, seen.asked), share(seen.turned_away, seen.opened), share(seen.unable, seen.asked)]
    return [f"{len(seen.latencies):,}", number(seen.throughput), *times, *shares, failures(seen.failed), *_cpu_cells(seen.cpu)]


def flood_cells(seen: Flooded, capacity: float) -> Sequence[str]:
    offered, met = seen.sent / (seen.ended - seen.begun), len(seen.answered) / (seen.over - seen.begun)
    times = [milliseconds(seen.answered, part) for part in (0.5, 0.95)]
    shed = [share(len(seen.refused), seen.sent), milliseconds(seen.refused, 0.95), str(seen.unnamed), share(seen.unable, seen.sent), failures(seen.failed)]
    return [number(offered), f"{offered / capacity:.1f}", number(met), *times, *shed, *_cpu_cells(seen.cpu)]


def hung_cells(count: int, seen: Hung) -> Sequence[str]:
    times = [number(median(seen.closed)), number(max(seen.closed))] if seen.closed else [NOTHING, NOTHING]
    return [str(count), str(seen.told), str(len(seen.closed)), *times, str(seen.kept), str(seen.turned_away)]


def others_table() -> Table:
    return Table("その間のほかの人", "場合", *_OTHERS)


def others_row(table: Table, name: str, samples: Sequence[Sample], begun: float, ended: float) -> None:
    replies = between(samples, RESIDENT, begun, ended)
    times = _answered(replies)
    refused = sum(reply.status == _BUSY for reply in replies)
    cells = [str(len(replies)), milliseconds(times, 0.5), milliseconds(times, 0.95), share(refused, len(replies)), str(len(replies) - len(times) - refused)]
    for who in (HEALTH, READY):
        watched = between(samples, who, begun, ended)
        spent = [reply.milliseconds for reply in watched]
        cells += [milliseconds(spent, 0.95), milliseconds(spent, 1.0), str(len(watched) - len(_answered(watched)))]
    table.row(name, *cells)


def recovery(samples: Sequence[Sample], seen: Flooded) -> str:
    usual = _answered(between(samples, RESIDENT, 0.0, seen.begun))
    found = recovered(samples, seen.ended, sorted(usual)[int(0.95 * (len(usual) - 1))]) if usual else None
    return f"{found:.1f}秒" if found is not None else "見ている間には戻らない"


def _cpu_cells(cpu: Cpu) -> Sequence[str]:
    return [f"{cpu.server:.2f}", f"{cpu.asker:.2f}"]


def _answered(replies: Sequence[Reply]) -> list[float]:
    return [reply.milliseconds for reply in replies if reply.status == 200]
