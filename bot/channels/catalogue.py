"""What the widget knows before anything is asked: the menu, common questions, and whom to call."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from bot.channels.assets import Asset
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.lookup import Facts
from bot.knowledge.menu import MenuTopic
from bot.knowledge.model import Municipality
from bot.language.words import reading

if TYPE_CHECKING:
    from bot.engine.bot import Bot


class Catalogue:
    """Worked out once a day, since which facts hold may change at midnight, and when the knowledge changes."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._made: tuple[date, KnowledgeBase, Asset] | None = None

    def asset(self) -> Asset:
        today, base = self._bot.clock().date(), self._bot.content.base
        if self._made is None or self._made[0] != today or self._made[1] is not base:
            content = json.dumps(_catalogue(self._bot, today), ensure_ascii=False).encode()
            self._made = (today, base, Asset(content, "application/json"))
        return self._made[2]


def _catalogue(bot: Bot, today: date) -> dict[str, Any]:
    base = bot.content.base
    return {
        "welcome": bot.welcome().split("\n"),
        "groups": [{"title": group.title, "topics": [_topic(entry, base) for entry in group.topics]} for group in base.menu.groups],
        "municipalities": [_town(town, base, today) for town in base.municipalities.values()],
        "nationwide": _nationwide(base, today),
    }


def _topic(entry: MenuTopic, base: KnowledgeBase) -> dict[str, Any]:
    title = base.topics[entry.topic].title
    label = entry.label or title
    questions = [{"text": question, "reading": reading(question)} for question in entry.questions]
    return {"id": entry.topic, "label": label, "title": title, "reading": reading(f"{label} {title}"), "questions": questions}


def _town(town: Municipality, base: KnowledgeBase, today: date) -> dict[str, Any]:
    """Phone and hours for when the bot cannot be reached, with the caution that the page's age calls for."""
    facts = Facts(base, town.code, today)
    contact = town.contacts[0]
    return {
        "code": town.code,
        "name": town.name,
        "aliases": town.aliases,
        "contact": {
            "name": contact.name,
            "phone": contact.phone,
            "hours": facts.fill("{contact.hours}"),
            "caution": facts.fill(base.wording.sentences["handover_caution"]),
        },
    }


def _nationwide(base: KnowledgeBase, today: date) -> dict[str, Any]:
    facts = Facts(base, None, today)
    return {"name": facts.fill("{hotline.name}"), "phone": facts.fill("{hotline.phone}"), "hours": facts.fill("{hotline.hours}"), "caution": None}
