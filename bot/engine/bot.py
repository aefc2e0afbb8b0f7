"""The bot as channels see it: a message in, a structured answer out."""

from __future__ import annotations

import inspect
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import actions.answering
from actions.resources import provide
from bot.dialogue.turn import Content
from bot.engine.agent import BotAgent
from bot.engine.feedback_store import FeedbackStore
from bot.engine.native_actions import NativeAction
from bot.engine.tracker_store import ConversationStore
from bot.knowledge.answer import Answer, Feedback
from bot.knowledge.easy import easy_sentence, explained_once
from bot.knowledge.lookup import Facts
from bot.knowledge.model import Municipality
from bot.language.private_data import mask, unmarked
from bot.language.sentences import sentences

LONGEST = 1000
_WARNED_OF = {"individual_number", "pin", "card"}


class ModelError(Exception):
    """No usable model; the message says what to do."""


class Bot:
    """One model, one knowledge base, many conversations. `now` gives the moment in Asia/Tokyo."""

    def __init__(self, content: Content, model: Path, store: ConversationStore, feedback: FeedbackStore, now: Callable[[], datetime]) -> None:
        """Loads the model. Raises ModelError."""
        provide(content, now)
        self._content, self._now, self._store, self._feedback = content, now, store, feedback
        self._public = content.base.public_numbers()
        self._agent = _load(model, store, self.sentence("trouble"))

    async def reply(self, conversation: str, text: str, *, choice: str | None = None, municipality: str | None = None, counter: bool = False) -> dict[str, Any]:
        """The answer as JSON-ready data. Whatever happens, there is one. `counter`: a clerk's own channel, which may read a card."""
        return self._without_feedback(await self._answer(conversation, text, choice, municipality, counter))

    async def consult(self, text: str, municipality: str | None = None) -> dict[str, Any]:
        """The answer to one question that belongs to no conversation: nothing is known before it or kept after it."""
        conversation = f"consult-{secrets.token_hex(16)}"
        try:
            return {name: value for name, value in (await self._answer(conversation, text, None, municipality)).items() if name != "feedback"}
        finally:
            await self.forget(conversation)

    async def _answer(self, conversation: str, text: str, choice: str | None, municipality: str | None, counter: bool = False) -> dict[str, Any]:
        from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

        if not choice and (refusal := self._refusal(text)):
            return refusal.as_dict()
        leans, text = self._content.lexicon.leans(text), self._content.lexicon.opened(text)
        masked = mask(text.encode("utf-8", "ignore").decode("utf-8"), self._public)
        output = CollectingOutputChannel()
        said = unmarked(masked.text) or "…"
        parts = [] if choice else await self._agent.parts(sentences(said))
        warns = bool(masked.kinds & _WARNED_OF)
        fields = (("choice", choice), ("municipality", municipality), ("parts", parts), ("leans", leans), ("masked", warns), ("counter", counter))
        metadata = {k: v for k, v in fields if v}
        await self._agent.handle_message(UserMessage(said, output, conversation, input_channel="bot", metadata=metadata))
        answer = next((m["custom"] for m in output.messages if "custom" in m), None)
        if answer is None:
            return Answer("handoff", None, self.sentence("trouble"), easy=self._easy("trouble")).as_dict()
        return self._warned(answer) if warns else dict(answer)

    def keep_time(self, now: Callable[[], datetime]) -> None:
        """From the next turn on it is `now`: dated dialogues are measured at their own moment."""
        provide(self._content, now)
        self._now = now

    @property
    def clock(self) -> Callable[[], datetime]:
        return self._now

    @property
    def content(self) -> Content:
        """What it answers from, for channels that list topics and municipalities."""
        return self._content

    def sentence(self, name: str) -> str:
        """One of the sentences of data/wording.yml, with today's nationwide facts."""
        base = self._content.base
        return Facts(base, None, self._now().date()).fill(base.wording.sentences[name]) or ""

    def masked(self, text: str) -> str:
        """The text as it may come to rest: without the numbers nobody should have typed."""
        return mask(text, self._public).text

    def busy(self) -> str:
        """What to say when more is asked at once than can be answered."""
        return self.sentence("busy")

    def welcome(self) -> str:
        """The first words on every channel, with the privacy line."""
        return self.sentence("welcome")

    def trouble(self) -> str:
        """What to say when something failed: whom to ask instead."""
        return self.sentence("trouble")

    def municipality(self, name: str) -> str | None:
        """The code of a municipality by name, alias or code; None when we hold nothing on it."""
        town = self._content.base.municipality_named(name)
        return town.code if town else None

    def municipalities(self) -> list[Municipality]:
        return list(self._content.base.municipalities.values())

    def municipality_names(self) -> list[str]:
        return [town.name for town in self._content.base.municipalities.values()]

    async def forget(self, conversation: str) -> None:
        await self._store.delete(conversation)

    def is_ready(self) -> bool:
        return bool(self._agent.is_ready())

    def _refusal(self, text: str) -> Answer | None:
        if not any(c.isalnum() for c in text):
            return self._declined("empty")
        return self._declined("too_long") if len(text) > LONGEST else None

    def _without_feedback(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Stores what somebody thought of an answer; channels have no use for it."""
        feedback = answer.get("feedback")
        if feedback:
            self._feedback.add(Feedback(**feedback), self._content.base.version, self._now())
        return {name: value for name, value in answer.items() if name != "feedback"}

    def _warned(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The warning goes first; an answer we are sure of follows it."""
        warning = self.sentence("private_data")
        followed = answer["outcome"] in ("answer", "ask_back", "warning")
        text = f"{warning}\n{answer['text']}" if followed else warning
        parts = (self._easy("private_data"), answer["easy"]) if followed else (self._easy("private_data"),)
        easy = explained_once("\n".join(parts), self._content.base) if all(parts) else ""
        return {**answer, "outcome": "warning", "text": text, "lead": warning, "easy": easy}

    def _easy(self, name: str) -> str:
        return easy_sentence(name, Facts(self._content.base, None, self._now().date()))

    def _declined(self, sentence: str) -> Answer:
        text = self.sentence(sentence)
        return Answer("out_of_scope", "out_of_scope", text, lead=text, easy=self._easy(sentence))


def _load(model: Path, store: ConversationStore, apology: str) -> BotAgent:
    if not model.is_file():
        raise ModelError(f"{model}: 学習済みモデルがありません。jpki-bot train を実行してください")
    agent = BotAgent(tracker_store=store)
    agent.native = {action.name(): NativeAction(action, apology) for action in _actions()}
    try:
        agent.load_model(model)
    except Exception as error:
        raise ModelError(f"{model}: モデルが壊れているか、いまの版に合いません（{type(error).__name__}）。jpki-bot train で作り直してください") from error
    return agent


def _actions() -> list[Any]:
    found = [c for _, c in inspect.getmembers(actions.answering, inspect.isclass) if c.__module__ == actions.answering.__name__]
    return [c() for c in found if not c.__name__.startswith("_")]
