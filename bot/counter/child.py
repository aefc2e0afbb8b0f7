"""The short-lived process that holds a certificate's bytes for one read. It speaks JSON lines of states, and nothing else.

In: one line, what to do. Out: {"stage": …} while it goes on, then {"reading": …} or {"removed": …}.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.counter.pcsc import Readers
from bot.counter.reading import Reading, Situation
from bot.counter.transport import Interrupted

_LONGEST_LIFE = 60
"""Seconds. The parent ends a child much sooner; but it may have been ended itself, and a card may hang for ever."""


def main() -> None:
    """Always one last line and exit code 0; what failed, and on which bytes, is told to nobody."""
    _without_core_dump()
    if hasattr(signal, "alarm"):
        signal.alarm(_LONGEST_LIFE)
    # Whatever a library prints must not get between the lines.
    lines = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)

    def say(line: Mapping[str, Any]) -> None:
        lines.write(json.dumps(line) + "\n")
        lines.flush()

    try:
        say(_done(json.loads(sys.stdin.readline()), say))
    except Interrupted as stop:
        say({"reading": Reading(stop.situation).as_dict()})
    except BaseException:
        # No name and no text of the error: it may hold what was read.
        say({"reading": Reading(Situation.failed).as_dict()})


def _done(task: Mapping[str, Any], say: Any) -> Mapping[str, Any]:
    say({"stage": "waiting"})
    with Readers() as readers:
        if task["do"] == "watch":
            return {"removed": readers.taken_away(task["seconds"])}
        roots = [base64.b64decode(root) for root in task["roots"]]
        now = datetime.fromisoformat(task["now"])
        return {"reading": readers.read(task["wait"], roots, now, lambda: say({"stage": "reading"})).as_dict()}


def _without_core_dump() -> None:
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
