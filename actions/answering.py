"""The actions behind every rule: understanding in, answer and memory out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.resources import card_check, content, now
from bot.counter import answer as card_answer
from bot.counter.check import CardCheck
from bot.dialogue.conversation import pressed, respond
from bot.dialogue.forms import Reply
from bot.dialogue.memory import Memory
from bot.dialogue.turn import Heard, Part
from bot.knowledge.answer import Answer


class _Answering:
    """What the actions share; no Action itself, since Rasa registers every subclass by name."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        memory, message = Memory.of(tracker.slots), heard(tracker.latest_message)
        answer, remembered = await self._reply(message, memory, _check_at(tracker.latest_message))
        utter(dispatcher, answer)
        before, after = memory.slots(), remembered.slots()
        return [SlotSet(name, value) for name, value in after.items() if value != before[name]]

    async def _reply(self, message: Heard, memory: Memory, check: CardCheck | None) -> Reply:
        """A press of the card check's button counts, whatever its words were taken for."""
        if check is not None and pressed(message, memory) == card_answer.PRESS:
            return await _read_card(check, message, memory)
        return respond(message, memory, content(), now())


class ActionAnswer(_Answering, Action):
    """A topic of the knowledge base, or candidates for one."""

    def name(self) -> str:
        return "action_answer"


class ActionConverse(_Answering, Action):
    """Greetings, thanks, yes and no, a person wanted, out of scope."""

    def name(self) -> str:
        return "action_converse"


class ActionCheckCardStatus(_Answering, Action):
    """The counter's card check: at a counter it offers the read, elsewhere it says where that is done."""

    def name(self) -> str:
        return "action_check_card_status"

    async def _reply(self, message: Heard, memory: Memory, check: CardCheck | None) -> Reply:
        if check is None or pressed(message, memory):
            return await super()._reply(message, memory, check)
        return _offered(card_answer.invitation(check.wording), memory)


def _check_at(message: dict[str, Any]) -> CardCheck | None:
    """The card check, for a message that a counter's own channel marked; no channel of residents can."""
    return card_check() if (message.get("metadata") or {}).get("counter") is True else None


async def _read_card(check: CardCheck, message: Heard, memory: Memory) -> Reply:
    base = content().base
    told = base.municipality_named(message.municipality) if message.municipality else None
    code = memory.municipality or (told.code if told else None)
    report = await check.run(code)
    return _offered(card_answer.told(report, check.wording, base.municipalities[code].name if code else None), memory)


def _offered(answer: Answer, memory: Memory) -> Reply:
    """What was asked before is let go; the buttons can be pressed next."""
    return answer, replace(memory.asking(None), offered=answer.buttons, last_outcome=answer.outcome)


def heard(message: dict[str, Any]) -> Heard:
    """Rasa's latest message as the conversation takes it; what the channel knows rides in the metadata."""
    ranking = tuple((entry["name"], float(entry["confidence"])) for entry in message.get("intent_ranking") or [])
    intent = (message.get("intent") or {}).get("name") or "nlu_fallback"
    channel = message.get("metadata") or {}
    parts = tuple(Part(text, name, float(confidence)) for text, name, confidence in channel.get("parts") or [])
    leans, masked = bool(channel.get("leans")), bool(channel.get("masked"))
    return Heard(message.get("text") or "", intent, ranking, channel.get("choice"), channel.get("municipality"), parts, leans, masked)


def utter(dispatcher: CollectingDispatcher, answer: Answer) -> None:
    buttons = [{"title": button.title, "payload": button.payload} for button in answer.buttons]
    dispatcher.utter_message(text=answer.text, buttons=buttons, json_message=answer.as_dict())
