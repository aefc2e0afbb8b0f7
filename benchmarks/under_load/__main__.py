"""A real server under load: uv run python -m benchmarks.under_load [--only clients memory flood slow locks] [--short] [--think SECONDS]

It starts its own servers on 127.0.0.1, with state folders of their own, and prints the tables of docs/performance.md. All of
it is bounded: about 45 minutes, or one with --short, which only shows that everything runs.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.systems import SystemFailed
from benchmarks.under_load.cases import SHORT, Bench, Size
from benchmarks.under_load.server import forget_settings

_ROOT = Path(__file__).resolve().parents[2]
_CASES = ("clients", "memory", "flood", "slow", "locks")


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    forget_settings()
    size = SHORT if options.short else Size()
    begun = time.monotonic()
    print(f"{time.strftime('%Y-%m-%d')}、{os.cpu_count()}コアの {platform.machine()}{'、--short（数字に意味はない）' if options.short else ''}")
    try:
        with Bench(_ROOT, replace(size, think=options.think or size.think)) as bench:
            for name in _CASES:
                if name in options.only:
                    getattr(bench, name)()
    except SystemFailed as error:
        print(f"under_load: {error}", file=sys.stderr)
        return 1
    print(f"\n{time.monotonic() - begun:.0f}秒かかりました", file=sys.stderr)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.under_load", description=(__doc__ or "").split(":", 1)[0])
    parser.add_argument("--only", nargs="+", choices=_CASES, default=_CASES, metavar="CASE", help=f"some of: {' '.join(_CASES)}")
    parser.add_argument("--short", action="store_true", help="a minute, to see whether everything runs")
    parser.add_argument("--think", type=float, metavar="SECONDS", help="mean time between an answer and the next question (default: 10)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
