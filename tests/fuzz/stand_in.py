"""A bot that answers at once, for what is tested around it."""

from __future__ import annotations

from typing import Any

from bot.language.private_data import Masked, mask

ANSWER: dict[str, Any] = {
    "outcome": "answer",
    "topic": "fees",
    "topics": ["fees"],
    "municipality": None,
    "confidence": 1.0,
    "text": "答え",
    "easy": "",
    "lead": "答え",
    "buttons": [],
    "sources": [],
    "sections": [],
    "checklist": [],
    "notes": [],
    "attachments": [],
    "checked_on": None,
    "disputed": False,
    "opening": None,
}


class StandIn:
    """Keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str | None]] = []

    async def reply(self, conversation: str, text: str, *, choice: str | None = None, **_: Any) -> dict[str, Any]:
        self.asked.append((conversation, text, choice))
        return ANSWER

    def masked(self, text: str) -> Masked:
        return mask(text)

    async def forget(self, conversation: str) -> None:
        assert conversation

    def municipality(self, name: str) -> str | None:
        return "nakano" if name in ("中野区", "nakano") else None

    def municipality_names(self) -> list[str]:
        return ["中野区"]

    def sentence(self, name: str) -> str:
        return name

    def welcome(self) -> str:
        return "ようこそ"

    def trouble(self) -> str:
        return "困りました"

    def busy(self) -> str:
        return "混んでいます"
