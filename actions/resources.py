"""What the actions answer from. `bot` hands it over; a stock action server loads it on first use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from bot.content import load_content
from bot.knowledge.turn import Content
from bot.settings import read_settings


class _Resources:
    content: Content | None = None
    today: Callable[[], date] | None = None


def provide(content: Content, today: Callable[[], date]) -> None:
    """Sets what every action answers from, from the next turn on."""
    _Resources.content, _Resources.today = content, today


def content() -> Content:
    """Raises ContentError when nothing was provided and the files are faulty."""
    if _Resources.content is None:
        _Resources.content = load_content(read_settings().data)
    return _Resources.content


def today() -> date:
    """Today in Asia/Tokyo, or the day that JPKI_BOT_NOW sets."""
    if _Resources.today is None:
        _Resources.today = lambda: read_settings().now().date()
    return _Resources.today()
