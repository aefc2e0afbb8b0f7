"""What the bot says to each event of LINE: the greeting, answers, and what it cannot do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bot.channels.calendar_links import CalendarLinks
from bot.channels.limits import Limits, TooMany
from bot.channels.line_events import Event
from bot.channels.line_messages import Message, checklist_card, pressed, text_messages, with_buttons
from bot.dialogue.answering import town_buttons
from bot.dialogue.smalltalk import menu_buttons

if TYPE_CHECKING:
    from bot.engine.bot import Bot

_LONGEST_CHOICE = 80
_HELP, _TOWN, _CLEAR = "line:help", "line:town", "line:clear"
Buttons = Sequence[Mapping[str, str]]


class LineTalk:
    """`links` is None where the server has no address outside: the days are then to be written down."""

    def __init__(self, bot: Bot, limits: Limits, links: CalendarLinks | None) -> None:
        self._bot, self._limits, self._links = bot, limits, links

    async def messages(self, event: Event, conversation: str, message: str) -> list[Message]:
        """Empty where nothing is to be said, as in groups after the one line at the beginning. `message` is the event's name at rest."""
        if not event.private:
            return self._said("group") if event.kind == "join" else []
        if event.kind == "follow":
            return self._greeting()
        if event.kind == "unfollow":
            await self._bot.forget(conversation)
        elif event.kind in ("message", "postback"):
            return await self._limited(event, conversation, message)
        return []

    def trouble(self) -> list[Message]:
        return text_messages(self._bot.trouble())

    async def _limited(self, event: Event, conversation: str, message: str) -> list[Message]:
        try:
            await self._limits.message(conversation)
        except TooMany:
            return text_messages(self._bot.busy())
        if event.kind == "postback":
            return await self._pressed(event, conversation, message)
        return self._said("not_text", self._menu()) if event.text is None else await self._answer(conversation, event.text, None, message, event.hidden)

    def _greeting(self) -> list[Message]:
        """The welcome holds the privacy line; the municipality can be chosen at once or left open."""
        return with_buttons([*text_messages(self._bot.welcome()), *self._said("ask_town")], self._towns())

    async def _pressed(self, event: Event, conversation: str, message: str) -> list[Message]:
        payload, title = pressed(event.data or "")
        if payload == _HELP:
            return self._said("help", [*self._commands(), *self._menu()])
        if payload == _TOWN:
            return self._said("ask_town", self._towns())
        if payload == _CLEAR:
            await self._bot.forget(conversation)
            return self._said("forgotten", self._towns())
        return await self._answer(conversation, title, payload if 0 < len(payload) <= _LONGEST_CHOICE else None, message)

    async def _answer(self, conversation: str, text: str, choice: str | None, message: str, hidden: Sequence[str] = ()) -> list[Message]:
        answer = await self._bot.reply(conversation, text, choice=choice, message=message, hidden=frozenset(hidden), channel="line")
        parts = [*text_messages(answer["text"]), *checklist_card(answer, self._bot.sentence("card_title"))]
        return with_buttons([*parts, *self._days(answer)], answer["buttons"])

    def _days(self, answer: Mapping[str, Any]) -> list[Message]:
        """LINE carries no files of a bot's: a link to the calendar, or the advice to write the days down."""
        if not answer["attachments"]:
            return []
        if self._links is None:
            return self._said("calendar_note")
        addresses = "\n".join(self._links.add(file) for file in answer["attachments"])
        return text_messages(f"{self._bot.sentence('calendar_link')}\n{addresses}")

    def _said(self, sentence: str, buttons: Buttons = ()) -> list[Message]:
        return with_buttons(text_messages(self._bot.sentence(sentence)), buttons)

    def _menu(self) -> list[dict[str, str]]:
        return [asdict(button) for button in menu_buttons(self._bot.content.base)]

    def _towns(self) -> list[dict[str, str]]:
        return [asdict(button) for button in town_buttons(self._bot.content.base)]

    def _commands(self) -> list[dict[str, str]]:
        return [{"title": self._bot.sentence(name), "payload": payload} for name, payload in (("command_municipality", _TOWN), ("command_clear", _CLEAR))]
