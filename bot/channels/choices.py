"""Buttons behind short ids: what a chat platform hands back is looked up here, never believed."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from bot.knowledge.answer import Button

_MOST_OFFERS = 5_000
_ID_BYTES = 9


class ChoiceGone(Exception):
    """Not offered to this conversation, or so long ago that it is forgotten."""


class ChoiceTaken(Exception):
    """A button of the same keyboard was pressed before."""


@dataclass
class _Offer:
    conversation: str
    buttons: Sequence[Button]
    taken: bool = False


class Choices:
    """In memory only: a restart or many later offers make a button expire."""

    def __init__(self, most_offers: int = _MOST_OFFERS) -> None:
        self._most = most_offers
        self._offers: OrderedDict[str, _Offer] = OrderedDict()

    def offer(self, conversation: str, buttons: Sequence[Button]) -> list[str]:
        """An id of at most 20 ASCII characters for each button."""
        name = secrets.token_urlsafe(_ID_BYTES)
        self._offers[name] = _Offer(conversation, tuple(buttons))
        if len(self._offers) > self._most:
            self._offers.popitem(last=False)
        return [f"{name}.{place}" for place in range(len(buttons))]

    def take(self, conversation: str, choice: str) -> Button:
        """The button; its keyboard is used up by it. Raises ChoiceGone and ChoiceTaken."""
        name, _, place = choice.partition(".")
        offer = self._offers.get(name)
        if offer is None or offer.conversation != conversation or place not in map(str, range(len(offer.buttons))):
            raise ChoiceGone
        if offer.taken:
            raise ChoiceTaken
        offer.taken = True
        return offer.buttons[int(place)]

    def forget(self, conversation: str) -> None:
        for name in [name for name, offer in self._offers.items() if offer.conversation == conversation]:
            del self._offers[name]
