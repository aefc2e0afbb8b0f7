"""The menu of topics: how channels group what can be asked, and the common questions of each topic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from pydantic import BaseModel, Extra, Field

from bot.knowledge.model import Topic

_FILE = "data/menu.yml"
_NOT_ASKED = ("conversation", "staff")


class _Part(BaseModel):
    """Unknown keys are mistakes, as in every content file."""

    class Config:
        extra = Extra.forbid
        allow_mutation = False


class MenuTopic(_Part):
    """A topic in the menu. `label` is its name on a button where the title is too long for one."""

    topic: str
    label: str | None = None
    questions: list[str] = Field(min_items=2, max_items=4)


class MenuGroup(_Part):
    title: str
    topics: list[MenuTopic] = Field(min_items=1)


class Menu(_Part):
    """data/menu.yml: two levels, so that a topic is a group and a button away."""

    groups: list[MenuGroup] = Field(min_items=1)


def menu_faults(menu: Menu, topics: Mapping[str, Topic]) -> list[str]:
    """Every topic that a resident can ask stands in the menu once, and nothing else does."""
    entries = [entry for group in menu.groups for entry in group.topics]
    listed = Counter(entry.topic for entry in entries)
    asked = [topic.topic for topic in topics.values() if topic.kind not in _NOT_ASKED]
    found = [f"{_FILE}: {name}: この話題はありません" for name in listed if name not in topics]
    found += [f"{_FILE}: {name}: 会話や職員用の話題は入れられません" for name in listed if name in topics and name not in asked]
    found += [f"{_FILE}: {name}: 2回書かれています" for name, times in listed.items() if times > 1]
    found += [f"{_FILE}: {name}: この話題が入っていません" for name in asked if name not in listed]
    questions = Counter(question for entry in entries for question in entry.questions)
    return found + [f"{_FILE}: questions: 「{question}」が2回書かれています" for question, times in questions.items() if times > 1]
