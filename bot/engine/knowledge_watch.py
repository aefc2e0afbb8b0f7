"""Knowledge that changes while the server runs: taken over whole, or refused with the old one kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from bot.content import load_content
from bot.dialogue.turn import Content
from bot.engine.bot import Bot
from bot.engine.training import fingerprint
from bot.knowledge.errors import ContentError

KNOWLEDGE_REFUSED = "knowledge_refused"
T = TypeVar("T")
Signature = tuple[tuple[str, int, int], ...]
Prepare = Callable[[Content], Callable[[], None]]


class Derived(Generic[T]):
    """Something worked out from the knowledge; it changes in the same moment as the knowledge does."""

    def __init__(self, make: Callable[[Content], T], content: Content) -> None:
        self._make = make
        self.value = make(content)

    def prepare(self, content: Content) -> Callable[[], None]:
        """Works it out anew, which may take long; the call that it gives back takes it over, at once."""
        return partial(setattr, self, "value", self._make(content))


class KnowledgeWatch:
    """Looks at the files of `project`/data. `derived` are prepared before anything is taken over.

    What the model was trained on (phrases, lexicon) cannot change under it: such a change waits for a new start.
    """

    def __init__(self, bot: Bot, project: Path, say: Callable[[str], None], derived: Sequence[Prepare] = ()) -> None:
        self._bot, self._project, self._say, self._derived = bot, project, say, derived
        self._trained_on = fingerprint(project)
        self._known = self._last = _signature(project / "data")

    async def look(self) -> None:
        """Call now and then. A change is taken up when two looks find the same: an editor may still be writing."""
        found = await asyncio.to_thread(_signature, self._project / "data")
        settled, self._last = found == self._last, found
        if found == self._known or not settled:
            return
        self._known = found
        try:
            content, takings = await asyncio.to_thread(self._prepared)
        except _ChangedMeanwhile:
            return
        except ContentError as error:
            self._refuse(f"直した内容に誤りがあるので、前の内容で答えています。直してください:\n{error}")
        except _NeedsTraining:
            self._refuse("例文か言葉の一覧が変わったので、前の内容で答えています。jpki-bot run を起動し直すと、学習してから使います")
        else:
            self._bot.adopt(content)
            for take in takings:
                take()
            self._bot.faults.end(KNOWLEDGE_REFUSED)
            self._say(f"内容を読み直しました（事実の版 {content.base.version}）")

    def _prepared(self) -> tuple[Content, list[Callable[[], None]]]:
        content = load_content(self._project / "data")
        if fingerprint(self._project) != self._trained_on:
            raise _NeedsTraining
        takings = [prepare(content) for prepare in self._derived]
        if _signature(self._project / "data") != self._known:
            raise _ChangedMeanwhile
        return content, takings

    def _refuse(self, message: str) -> None:
        self._bot.faults.end(KNOWLEDGE_REFUSED)
        self._bot.faults.begin(KNOWLEDGE_REFUSED, message)


class _NeedsTraining(Exception):
    pass


class _ChangedMeanwhile(Exception):
    pass


def _signature(data: Path) -> Signature:
    found = []
    for path in sorted(data.rglob("*.yml")):
        try:
            state = path.stat()
        except FileNotFoundError:
            continue
        found.append((str(path), state.st_mtime_ns, state.st_size))
    return tuple(found)
