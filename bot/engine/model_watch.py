"""A model that could not be had at the start: tried again until there is one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from bot.engine.bot import Bot, ModelError
from bot.engine.training import TrainingError, is_current, train_announced

MODEL_MISSING = "model_missing"
_TRAIN_AGAIN = 600.0


class ModelWatch:
    """`project` holds what the model is made of. Training is tried again every ten minutes, a model put in place at each look."""

    def __init__(self, bot: Bot, project: Path, model: Path, say: Callable[[str], None]) -> None:
        self._bot, self._project, self._model, self._say = bot, project, model, say
        self._trained = -_TRAIN_AGAIN
        self._tried: tuple[int, int] | None = None

    def begin(self) -> None:
        """Takes the model that is there, or trains one; a failure is a fault and is tried again at each `look`."""
        try:
            if not is_current(self._project, self._model):
                self._train()
            self._load()
        except (ModelError, TrainingError) as error:
            self._bot.faults.begin(MODEL_MISSING, f"{error}。それまでは、電話番号だけを答えます")

    async def look(self) -> None:
        if self._bot.is_ready():
            return
        try:
            if _state(self._model) != self._tried and is_current(self._project, self._model):
                await asyncio.to_thread(self._load)
            elif monotonic() - self._trained >= _TRAIN_AGAIN:
                await asyncio.to_thread(self._train)
        except (ModelError, TrainingError):
            return

    def _train(self) -> None:
        self._trained = monotonic()
        train_announced(self._project, self._model, self._say)

    def _load(self) -> None:
        self._tried = _state(self._model)
        self._bot.load(self._model)
        self._bot.faults.end(MODEL_MISSING)


def _state(model: Path) -> tuple[int, int] | None:
    try:
        found = model.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
