"""The card check in the terminal."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

from bot.counter.check import CardCheck
from bot.counter.process import Stage


def read_once(check: CardCheck, town: str | None, as_json: bool, say: Callable[[str], None]) -> bool:
    """Reads the card that lies there and prints the report; whether there was one to read. `say` gets what is no result."""
    panel = check.wording.panel
    for line in panel.consent:
        say(line)

    def progress(stage: Stage) -> None:
        say(panel.waiting if stage == "waiting" else panel.reading)

    report = asyncio.run(check.run(town, progress))
    print(json.dumps(report.as_dict(), ensure_ascii=False) if as_json else report.text())
    return report.read
