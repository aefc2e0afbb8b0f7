"""`rasa train` under a time limit: DIET on ten thousand phrases can take hours where there is no GPU.

Its progress bar tells early how long all epochs would take. Where that is over the limit, training starts
afresh with as many epochs as fit, and the result says so.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ENVIRONMENT = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}
RASA = str(Path(sys.executable).with_name("rasa"))
Say = Callable[[str], None]

_EPOCH = re.compile(rb"Epochs:\s+\d+%\|[^|]*\|\s*(\d+)/(\d+)")
_JUDGED_AFTER = 2
_MARGIN = 0.9
_TAIL = 2000


class TrainingFailed(Exception):
    """`rasa train` made no model; the message ends with what it said last."""


@dataclass(frozen=True)
class Training:
    """`wanted_seconds` is what all `wanted` epochs take: measured, or reckoned at the mean pace of `epochs`."""

    seconds: float
    epochs: int
    wanted: int
    wanted_seconds: float


def train_stock(folder: Path, wanted: int, limit: float, write: Callable[[int], None], say: Say, nlu_only: bool = False) -> Training:
    """`write` puts a project of so many epochs into `folder`; its model becomes models/stock.tar.gz. Raises TrainingFailed."""
    watch = _train(folder, wanted, limit, write, say, nlu_only)
    if not watch.stopped:
        return Training(watch.seconds, wanted, wanted, watch.seconds)
    epochs = watch.epochs_within(limit)
    say(f"stock: {wanted} epochs will not fit into {limit / 60:.0f} min; starting afresh with {epochs}")
    second = _train(folder, epochs, float("inf"), write, say, nlu_only)
    return Training(second.seconds, epochs, wanted, second.estimate(wanted))


def _train(folder: Path, epochs: int, limit: float, write: Callable[[int], None], say: Say, nlu_only: bool) -> _Watch:
    shutil.rmtree(folder / ".rasa", ignore_errors=True)
    shutil.rmtree(folder / "models", ignore_errors=True)
    write(epochs)
    watch = _Watch(epochs, limit, say)
    command = [RASA, "train", *(["nlu"] if nlu_only else []), "--fixed-model-name", "stock"]
    with subprocess.Popen(command, cwd=folder, env={**os.environ, **ENVIRONMENT}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        try:
            watch.follow(process)
        finally:
            if process.poll() is None:
                process.kill()
    if not watch.stopped and not (folder / "models/stock.tar.gz").is_file():
        raise TrainingFailed(f"rasa train: no model\n{watch.tail()}")
    return watch


class _Watch:
    """Reads the progress of one training and ends it when it will not finish within `limit` seconds."""

    def __init__(self, epochs: int, limit: float, say: Say) -> None:
        self._epochs, self._limit, self._say = epochs, limit, say
        self._begun = time.monotonic()
        self._output = b""
        self._reached: dict[int, float] = {}
        self.stopped = False
        self.seconds = 0.0

    def follow(self, process: subprocess.Popen[bytes]) -> None:
        reader = threading.Thread(target=self._read, args=(process,), daemon=True)
        reader.start()
        while process.poll() is None:
            time.sleep(0.2)
            if self._too_long():
                self.stopped = True
                process.kill()
        self.seconds = time.monotonic() - self._begun
        reader.join()

    def estimate(self, epochs: int) -> float:
        """Seconds for so many epochs at the pace seen so far, the first apart: it includes tracing the graph."""
        return self._setup() + epochs * self._pace()

    def epochs_within(self, limit: float) -> int:
        return max(1, int((_MARGIN * limit - self._setup()) / self._pace()))

    def tail(self) -> str:
        return self._output.decode("utf-8", "replace")[-_TAIL:]

    def _too_long(self) -> bool:
        return max(self._reached, default=0) >= _JUDGED_AFTER and self.estimate(self._epochs) > self._limit

    def _pace(self) -> float:
        last = max(self._reached)
        first = 1 if last > 1 else 0
        return (self._reached[last] - self._reached[first]) / (last - first)

    def _setup(self) -> float:
        return self._reached[1] - self._pace() if 1 in self._reached else 0.0

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stderr is not None
        while chunk := process.stderr.read1(4096):  # type: ignore[attr-defined]
            self._output = (self._output + chunk)[-2 * _TAIL :]
            for done, total in _EPOCH.findall(self._output):
                self._note(int(done), int(total))

    def _note(self, done: int, total: int) -> None:
        if total == self._epochs and done not in self._reached:
            self._reached[done] = time.monotonic() - self._begun
            self._say(f"stock: epoch {done}/{total} after {self._reached[done]:.0f} s")
