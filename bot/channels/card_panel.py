"""The panel for the card check: what the page shows of the reader. A reader joins as another `CardPanel`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.knowledge.staff import CardWording


@dataclass(frozen=True)
class CardView:
    """`state` is one short sentence, `lines` what to do or what was read; `ready` says that a card may be laid on."""

    title: str
    state: str
    lines: tuple[str, ...]
    ready: bool


class CardPanel(Protocol):
    """Asked anew each time the page shows or refreshes the panel. Must not block."""

    def view(self) -> CardView: ...


class NoReader:
    """No reader is configured: says so, and what to do instead."""

    def __init__(self, wording: CardWording) -> None:
        self._wording = wording

    def view(self) -> CardView:
        state = self._wording.not_configured
        return CardView(self._wording.title, state.state, tuple(state.lines), False)
