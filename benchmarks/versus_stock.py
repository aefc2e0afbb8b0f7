"""This bot beside stock Rasa: the same phrases, rules and actions, in one run on one machine.

    uv run python benchmarks/versus_stock.py [--turns N] [--clients 8] [--keep DIR] [--out FILE.json]

Figures from different machines or moments do not compare, so both systems take turns. Where the two differ
in duty, the difference favours stock Rasa: its conversations stay in memory, ours go to a database, and as
all of the dialogue is rules, its learned policies find nothing to learn and cost next to nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.load import Tally, average, measure_growth, measure_latency, measure_throughput, percentile, warm_up
from benchmarks.stock_project import write_project
from benchmarks.stock_training import Training, TrainingFailed, train_stock
from benchmarks.systems import Ours, Stock, System, SystemFailed
from bot.engine.training import fingerprint
from bot.evaluation.files import read_questions

_ROOT = Path(__file__).resolve().parent.parent
_LIMIT_MINUTES = 25.0
_WARM_UP = 30
_CONVERSATIONS = 3
_ROUNDS = 3
_RECORD = "training.json"


@dataclass
class Measured:
    """All of one system: training and start-up in seconds, memory in megabytes."""

    training: Training
    starts: list[float] = field(default_factory=list)
    memory_warm: float = 0.0
    memory_after: float = 0.0
    tally: Tally = field(default_factory=Tally)


@dataclass(frozen=True)
class Row:
    """`unit` is printed after both figures; a `gain` above 1 is in favour of jpki-bot."""

    title: str
    ours: float
    stock: float
    unit: str
    higher_is_better: bool = False

    @property
    def gain(self) -> float:
        better, worse = (self.ours, self.stock) if self.higher_is_better else (self.stock, self.ours)
        return better / worse if worse else float("nan")


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        with _folder(options.keep) as folder:
            measured = _measure(options, folder)
    except (SystemFailed, TrainingFailed) as error:
        print(f"versus_stock: {error}", file=sys.stderr)
        return 1
    rows = table_rows(measured["ours"], measured["stock"])
    print(markdown(rows, measured, options))
    if options.out:
        options.out.write_text(json.dumps(_report(rows, measured, options), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--turns", type=int, default=300, metavar="N", help="turns for latency, and for each round of throughput (default: 300)")
    parser.add_argument("--clients", type=int, default=8, help="concurrent clients (default: 8)")
    parser.add_argument("--starts", type=int, default=3, help="start-ups of each system (default: 3)")
    parser.add_argument("--epochs", type=int, default=100, help="epochs of stock Rasa's networks (default: 100)")
    parser.add_argument("--limit", type=float, default=_LIMIT_MINUTES, metavar="MIN", help=f"cap of its training (default: {_LIMIT_MINUTES:.0f})")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the trained models here and reuse them")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write all figures as JSON")
    return parser


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="versus-stock-") as folder:
            yield Path(folder)
        return
    keep.mkdir(parents=True, exist_ok=True)
    yield keep.resolve()


def _measure(options: argparse.Namespace, folder: Path) -> dict[str, Measured]:
    for name in ("ours", "stock"):
        (folder / name).mkdir(exist_ok=True)
    ours, stock = Ours(_ROOT, folder / "ours"), Stock(_ROOT, folder / "stock")
    write_project(_ROOT, stock.folder, options.epochs)
    measured = {
        "ours": Measured(_kept(folder, "ours", fingerprint(_ROOT), lambda: _train_ours(ours))),
        "stock": Measured(_kept(folder, "stock", _content(stock.folder, options.limit), lambda: _train_stock(stock.folder, options))),
    }
    systems: dict[str, System] = {"ours": ours, "stock": stock}
    try:
        _start(systems, measured, options.starts)
        _ask(systems, measured, options)
    finally:
        for system in systems.values():
            system.stop()
    return measured


def _kept(folder: Path, name: str, made_of: str, train: Callable[[], Training]) -> Training:
    """What `train` measured when the model was made: now, or in an earlier run of the same content."""
    record = folder / _RECORD
    known: dict[str, Any] = json.loads(record.read_text(encoding="utf-8")) if record.is_file() else {}
    if known.get(name, {}).get("made_of") != made_of:
        _say(f"{name}: training")
        known[name] = {"made_of": made_of, "training": asdict(train())}
        record.write_text(json.dumps(known, indent=1), encoding="utf-8")
    return Training(**known[name]["training"])


def _content(project: Path, limit: float) -> str:
    digest = hashlib.sha256(str(limit).encode())
    for path in [project / "config.yml", project / "domain.yml", *sorted((project / "data").glob("*.yml"))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _train_ours(ours: Ours) -> Training:
    begun = time.monotonic()
    command = [str(Path(sys.executable).with_name("jpki-bot")), "train"]
    done = subprocess.run(command, env={**os.environ, **ours.environment()}, stdout=sys.stderr, check=False)
    if done.returncode:
        raise TrainingFailed("jpki-bot train failed")
    seconds = time.monotonic() - begun
    return Training(seconds, 0, 0, seconds)


def _train_stock(folder: Path, options: argparse.Namespace) -> Training:
    return train_stock(folder, options.epochs, 60 * options.limit, lambda epochs: write_project(_ROOT, folder, epochs), _say)


def _start(systems: dict[str, System], measured: dict[str, Measured], starts: int) -> None:
    """One at a time, alternating; the last of each stays up."""
    for number in range(1, starts + 1):
        for name, system in systems.items():
            seconds = system.start()
            measured[name].starts.append(seconds)
            _say(f"{name}: start {number}/{starts}: first answer after {seconds:.1f} s")
            if number < starts:
                system.stop()


def _ask(systems: dict[str, System], measured: dict[str, Measured], options: argparse.Namespace) -> None:
    texts = _texts()
    both = list(systems.values())
    tallies = {system.name: measured[name].tally for name, system in systems.items()}
    warm_up(both, texts[-_WARM_UP:])
    for name, system in systems.items():
        measured[name].memory_warm = system.resident()
    _say(f"latency: {options.turns} turns each")
    measure_latency(both, _first(texts, options.turns), tallies)
    _say(f"throughput: {_ROUNDS} rounds of {options.turns} turns by {options.clients} clients each")
    measure_throughput(both, _first(texts, options.turns), options.clients, _ROUNDS, tallies)
    _say(f"long conversations: {_CONVERSATIONS} each")
    measure_growth(both, texts, _CONVERSATIONS, tallies)
    for name, system in systems.items():
        measured[name].memory_after = system.resident()


def _texts() -> list[str]:
    """The project's questions, mixed in an order that is the same in every run."""
    labelled, _ = read_questions(_ROOT / "tests/questions/questions.yml")
    texts = [question.text for question in labelled]
    random.Random(0).shuffle(texts)
    return texts


def _first(texts: Sequence[str], number: int) -> list[str]:
    return [texts[index % len(texts)] for index in range(number)]


def table_rows(ours: Measured, stock: Measured) -> list[Row]:
    a, b = ours.tally, stock.tally
    return [
        Row("学習", ours.training.seconds, stock.training.seconds, "秒"),
        Row("起動してから最初の答えまで（中央値）", median(ours.starts), median(stock.starts), "秒"),
        Row("メモリ（全プロセス、慣らしのあと）", ours.memory_warm, stock.memory_warm, "MB"),
        Row("メモリ（全プロセス、測定のあと）", ours.memory_after, stock.memory_after, "MB"),
        Row("1往復 p50", percentile(a.latencies, 0.5), percentile(b.latencies, 0.5), "ms"),
        Row("1往復 p95", percentile(a.latencies, 0.95), percentile(b.latencies, 0.95), "ms"),
        Row("同時利用の処理量", a.throughput, b.throughput, "往復/秒", higher_is_better=True),
        Row("1つの会話の 2〜6 往復目", average(a.early), average(b.early), "ms"),
        Row("1つの会話の 195〜205 往復目", average(a.late), average(b.late), "ms"),
        Row("会話が長くなったときの伸び", average(a.late) / average(a.early), average(b.late) / average(b.early), "倍"),
    ]


def markdown(rows: Sequence[Row], measured: dict[str, Measured], options: argparse.Namespace) -> str:
    lines = ["| | jpki-bot | stock Rasa | 比（1より大きければ jpki-bot がよい） |", "|---|---:|---:|---:|"]
    lines += [f"| {row.title} | {_shown(row.ours)} {row.unit} | {_shown(row.stock)} {row.unit} | {row.gain:.1f} |" for row in rows]
    tallies = measured["ours"].tally, measured["stock"].tally
    lines.append(f"| 答えがなかった往復 | {tallies[0].silent} | {tallies[1].silent} | |")
    notes = [f"{platform.machine()} {os.cpu_count()} コア、同時利用 {options.clients}、往復 {options.turns}。{_epochs(measured['stock'].training)}"]
    return "\n".join([*lines, "", *notes])


def _epochs(training: Training) -> str:
    if training.epochs == training.wanted:
        return f"stock Rasa の学習は {training.epochs} エポック。"
    return (
        f"stock Rasa の学習は {training.wanted} エポックでは約 {training.wanted_seconds / 60:.0f} 分かかる見込みのため、"
        f"{training.epochs} エポックで打ち切り（表の時間は打ち切った学習のもの）。"
    )


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def _report(rows: Sequence[Row], measured: dict[str, Measured], options: argparse.Namespace) -> dict[str, Any]:
    setup = {"turns": options.turns, "clients": options.clients, "cores": os.cpu_count(), "machine": platform.machine()}
    table = [{**asdict(row), "gain": round(row.gain, 3)} for row in rows]
    raw = {name: asdict(figures) for name, figures in measured.items()}
    return {"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "setup": setup, "table": table, "raw": raw}


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
