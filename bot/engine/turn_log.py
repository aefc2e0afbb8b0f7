"""A line of the log for each turn: how it ended, and nothing of what was said."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from bot.engine.faults import FAILED
from bot.engine.observer import Channel

_log = logging.getLogger(__name__)


def log_turn(channel: Channel, answer: Mapping[str, Any], seconds: float) -> None:
    """`answer` as channels receive it."""
    fields = {name: answer[name] for name in ("topic", "municipality")}
    outcome = FAILED if FAILED in answer else answer["outcome"]
    _log.info("turn", extra={"channel": channel, "outcome": outcome, "milliseconds": round(seconds * 1000, 1), **fields})
