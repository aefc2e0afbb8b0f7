"""Throughput of one process and of several over PostgreSQL and Redis: python -m benchmarks.several_processes [--seconds 20] [--processes 2]

Each process has residents of its own, who ask as soon as they are answered; limits are lifted. The servers are the ones of
the tests (Debian's packages), on loopback, in folders of their own. On few cores those who ask take their share of them.
"""

from __future__ import annotations

import argparse
import os
import platform
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from benchmarks.under_load.crowds import cpu_seconds, crowds
from benchmarks.under_load.residents import Crowd, Seen, gather
from benchmarks.under_load.server import forget_settings
from benchmarks.under_load.tables import Table, note, number
from benchmarks.under_load.talks import Talk, read_talks
from tests.scale.programs import BotProcess, Postgres, Program, Redis

_ROOT = Path(__file__).resolve().parents[1]
_CLIENTS, _WARM = 8, 2.0


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    forget_settings()
    talks = read_talks(_ROOT)
    print(f"{time.strftime('%Y-%m-%d')}、{os.cpu_count()}コアの {platform.machine()}")
    table = Table("いくつものプロセス", "場合", "往復/秒", "p50（ms）", "1往復のCPU（ms）: ボット", "PostgreSQLとRedis")
    for count, shared in ((1, False), *((count, True) for count in range(1, options.processes + 1))):
        with tempfile.TemporaryDirectory() as folder, _office(Path(folder), count, shared) as (bots, others):
            name = f"{count}つ、{'PostgreSQL と Redis' if shared else 'SQLite'}"
            table.row(name, *_measured(bots, others, talks, options.seconds))
    note(f"プロセスごとに{_CLIENTS}人、答えが来たらすぐ次を聞く。制限なし。測る側も同じコアを使う。")
    return 0


@contextmanager
def _office(folder: Path, count: int, shared: bool) -> Iterator[tuple[list[BotProcess], list[Program]]]:
    """The bots, and the servers that they share."""
    key = folder / "key"
    key.touch(mode=0o600)
    key.write_bytes(secrets.token_bytes(32))
    with ExitStack() as running:
        others: list[Program] = []
        settings = {"JPKI_BOT_LIMITS": "off"}
        if shared:
            postgres, redis = Postgres(), Redis(folder)
            running.callback(postgres.end)
            running.callback(redis.stop)
            others = [postgres, redis]
            settings |= {"JPKI_BOT_DATABASE": postgres.url, "JPKI_BOT_REDIS": redis.url, "JPKI_BOT_SESSION_KEY_FILE": str(key)}
        for other in others:
            other.start()
        bots = []
        for place in range(count):
            state = folder / f"bot{place}"
            state.mkdir(mode=0o700)
            bots.append(BotProcess(state, settings, JPKI_BOT_STATE=str(state)))
            running.callback(bots[-1].stop)
            bots[-1].start()
        yield bots, others


def _measured(bots: Sequence[BotProcess], others: Sequence[Program], talks: tuple[Talk, ...], seconds: float) -> list[str]:
    begun = _cpu(others)
    with crowds(len(bots)) as pool:
        asking = [Crowd(bot.port, bot.pid, talks, _CLIENTS, 0.0, seconds, settling=_WARM, seed=place) for place, bot in enumerate(bots)]
        seen: list[Seen] = list(pool.map(gather, asking))
    turns = sum(len(each.latencies) for each in seen)
    if failed := sum(sum(each.failed.values()) + each.unable for each in seen):
        raise SystemExit(f"several_processes: {failed} questions had no answer")
    busy = sum(each.cpu.server * each.seconds for each in seen)
    # Theirs is counted from before the residents were settled.
    theirs = (_cpu(others) - begun) * seconds / (seconds + _WARM)
    middle = median(latency for each in seen for latency in each.latencies)
    return [number(sum(each.throughput for each in seen)), number(middle), number(1000 * busy / turns), number(1000 * theirs / turns)]


def _cpu(programs: Sequence[Program]) -> float:
    """Seconds, of the programs and of the processes that serve their connections."""
    return sum(cpu_seconds(pid) for program in programs for pid in (program.pid, *_children(program.pid)))


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.several_processes", description=(__doc__ or "").split(":", 1)[0])
    parser.add_argument("--seconds", type=float, default=20.0, help="of each row (default: 20)")
    parser.add_argument("--processes", type=int, default=2, help="up to how many (default: 2)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
