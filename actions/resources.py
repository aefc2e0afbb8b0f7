"""What the actions answer from. `bot` hands it over; a stock action server loads it on first use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.content import load_content
from bot.counter.check import CardCheck
from bot.dialogue.turn import Content
from bot.settings import read_settings


class _Resources:
    content: Content | None = None
    now: Callable[[], datetime] | None = None
    card_check: CardCheck | None = None


def provide(content: Content, now: Callable[[], datetime]) -> None:
    """Sets what every action answers from, from the next turn on."""
    _Resources.content, _Resources.now = content, now


def content() -> Content:
    """Raises ContentError when nothing was provided and the files are faulty."""
    if _Resources.content is None:
        _Resources.content = load_content(read_settings().data)
    return _Resources.content


def now() -> datetime:
    """The moment of answering in Asia/Tokyo, or the one that JPKI_BOT_NOW sets."""
    if _Resources.now is None:
        _Resources.now = read_settings().now
    return _Resources.now()


def provide_card_check(check: CardCheck | None) -> None:
    """Sets what a counter's own channel reads cards with; None where no counter is."""
    _Resources.card_check = check


def card_check() -> CardCheck | None:
    """None in every process that was not set up for a counter."""
    return _Resources.card_check
