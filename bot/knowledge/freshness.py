"""How old the page is that a fact was read on."""

from __future__ import annotations

from datetime import date

from bot.knowledge.answer import PageState
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.model import Source


def page_age(page: Source, base: KnowledgeBase, today: date) -> PageState:
    """By the page's own date, with the limits of data/wording.yml."""
    if page.date is None:
        return "undated"
    day = date.fromisoformat(page.date if len(page.date) > len("2026-11") else f"{page.date}-01")
    days, limits = (today - day).days, base.wording.freshness_days
    return "old" if days > limits["old"] else "aging" if days > limits["aging"] else "fresh"
