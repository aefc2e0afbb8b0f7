"""How old the page is that a fact was read on."""

from __future__ import annotations

from datetime import date
from typing import Literal

from bot.knowledge.lookup import Facts
from bot.knowledge.model import Source

Age = Literal["fresh", "aging", "old", "undated"]


def page_age(page: Source, facts: Facts) -> Age:
    """By the page's own date, with the limits of data/wording.yml."""
    if page.date is None:
        return "undated"
    day = date.fromisoformat(page.date if len(page.date) > 7 else f"{page.date}-01")
    days, limits = (facts.today - day).days, facts.base.wording.freshness_days
    return "old" if days > limits["old"] else "aging" if days > limits["aging"] else "fresh"
