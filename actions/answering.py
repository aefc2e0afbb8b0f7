"""The actions behind every rule: understanding in, answer and memory out."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.resources import content, now
from bot.dialogue.conversation import respond
from bot.dialogue.memory import Memory
from bot.dialogue.turn import Heard, Part
from bot.knowledge.answer import Answer


class _Answering:
    """What the actions share; no Action itself, since Rasa registers every subclass by name."""

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        memory = Memory.of(tracker.slots)
        answer, remembered = respond(heard(tracker.latest_message), memory, content(), now())
        utter(dispatcher, answer)
        before, after = memory.slots(), remembered.slots()
        return [SlotSet(name, value) for name, value in after.items() if value != before[name]]


class ActionAnswer(_Answering, Action):
    """A topic of the knowledge base, or candidates for one."""

    def name(self) -> str:
        return "action_answer"


class ActionConverse(_Answering, Action):
    """Greetings, thanks, yes and no, a person wanted, out of scope."""

    def name(self) -> str:
        return "action_converse"


class ActionCheckCardStatus(_Answering, Action):
    """The counter's card check: what it answers where no reader is configured."""

    def name(self) -> str:
        return "action_check_card_status"


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
