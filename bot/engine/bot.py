"""The bot as channels see it: a message in, a structured answer out."""

from __future__ import annotations

import inspect
import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import actions.answering
from actions.resources import provide
from bot.content import where_words_are_kept
from bot.dialogue.turn import Content
from bot.engine.agent import BotAgent
from bot.engine.faults import CLOCK_WRONG, FAILED, Faults
from bot.engine.feedback_store import FeedbackStore
from bot.engine.locks import Locks, OwnLocks
from bot.engine.misses_store import Miss, MissesStore
from bot.engine.native_actions import NativeAction
from bot.engine.observer import Channel, Observer, Unobserved
from bot.engine.pace import Pace
from bot.engine.retention import Kept
from bot.engine.rows import Overtaken, StoreError
from bot.engine.tracker_store import MESSAGE, ConversationStore
from bot.engine.turn_log import log_turn
from bot.knowledge.answer import Answer, Feedback
from bot.knowledge.easy import easy_sentence, explained_once
from bot.knowledge.lookup import Facts
from bot.knowledge.model import Municipality
from bot.language.private_data import SECRET, Masked, mask, mask_for_keeping, unmarked
from bot.language.sentences import sentences
from bot.logs import what_failed

LONGEST = 1000
FEEDBACK_UNSAVED, MISS_UNSAVED = "feedback_unsaved", "miss_unsaved"
_MISSES = ("suggest", "out_of_scope")
_TURNS = 3
_log = logging.getLogger(__name__)


class Unanswerable(Exception):
    """Nothing can answer now; why has been told already."""


@dataclass(frozen=True)
class _Given:
    """What came with a text. `asks_only`: whoever asks is no resident, and judges nothing."""

    choice: str | None = None
    municipality: str | None = None
    counter: bool = False
    message: str | None = None
    hidden: frozenset[str] = frozenset()
    asks_only: bool = False


class ModelError(Exception):
    """No usable model; the message says what to do."""


class Bot:
    """One model, one knowledge base, many conversations. `now` gives the moment in Asia/Tokyo.

    Without a model (before `load`, or where it failed) every message is answered with whom to ask instead.
    """

    def __init__(
        self,
        content: Content,
        store: ConversationStore,
        feedback: FeedbackStore,
        now: Callable[[], datetime],
        faults: Faults,
        locks: Locks | None = None,
        observer: Observer | None = None,
        misses: MissesStore | None = None,
        keep_misses: bool = False,
    ) -> None:
        """`misses` counts questions without an answer; with `keep_misses` their masked words are kept too."""
        self._now, self._store, self._feedback = now, store, feedback
        self._locks, self._observer = locks or OwnLocks(), observer or Unobserved()
        self._misses, self._keep_misses = misses, keep_misses
        self.adopt(content)
        self._agent: BotAgent | None = None
        self._pace = Pace()
        self.faults = faults

    def load(self, model: Path) -> None:
        """Raises ModelError, and then answers as before."""
        self._agent = _loaded(model, self._store, self._locks, self.trouble)

    def adopt(self, content: Content) -> None:
        """From the next turn on it answers from `content`; a turn that is under way ends as it began."""
        self._content = where_words_are_kept(content) if self._keep_misses else content
        self._public = content.base.public_numbers()
        provide(self._content, self._now)

    async def reply(
        self,
        conversation: str,
        text: str,
        *,
        choice: str | None = None,
        municipality: str | None = None,
        counter: bool = False,
        message: str | None = None,
        hidden: frozenset[str] = frozenset(),
        channel: Channel | None = "web",
    ) -> dict[str, Any]:
        """The answer as JSON-ready data. Whatever happens, there is one; where it is only whom to ask instead, it has `failed`.

        `message` is a name that the client gave this message: the last one that was answered, coming again, is answered
        alike and counts once, even over a restart. `hidden` are the kinds of private data that were blanked in the text
        before it came here. `counter`: a clerk's own channel, which may read a card.
        `channel` None: nobody asks, and it is not counted or logged.
        """
        given = _Given(choice, municipality, counter, message, hidden)
        answer = await self._timed(conversation, text, given, channel)
        return {name: value for name, value in answer.items() if name != "feedback"}

    async def consult(self, text: str, municipality: str | None = None, channel: Channel | None = "staff") -> dict[str, Any]:
        """The answer to one question that belongs to no conversation: nothing is known before it or kept after it.

        `channel` None: nobody asks, and it is not counted.
        """
        conversation = f"consult-{secrets.token_hex(16)}"
        try:
            answer = await self._timed(conversation, text, _Given(municipality=municipality, asks_only=True), channel)
            return {name: value for name, value in answer.items() if name != "feedback"}
        finally:
            with suppress(StoreError):
                await self._store.delete(conversation)

    async def _timed(self, conversation: str, text: str, given: _Given, channel: Channel | None) -> dict[str, Any]:
        begun = perf_counter()
        try:
            answer = await self._answer(conversation, text, given)
            if (feedback := answer.get("feedback")) and not given.asks_only:
                self._judged(Feedback(**feedback), given.message)
            if answer["outcome"] in _MISSES and not given.asks_only and not given.choice:
                self._missed(text, answer)
        except Exception as error:
            answer = self._failed(conversation, text, given.municipality, error)
        if channel is not None:
            seconds = perf_counter() - begun
            self._observer.answered(channel, answer, seconds)
            log_turn(channel, answer, seconds)
        return answer

    async def _answer(self, conversation: str, text: str, given: _Given) -> dict[str, Any]:
        if self._agent is None or self.faults.has(CLOCK_WRONG):
            raise Unanswerable
        await self._pace.step()
        # A button says what is meant, but the text beside it is understood too, and costs what any text does.
        if (not given.choice or len(text) > LONGEST) and (refusal := self._refusal(text)):
            return refusal.as_dict()
        leans, text = self._content.lexicon.leans(text), self._content.lexicon.opened(text)
        masked = mask(text.encode("utf-8", "ignore").decode("utf-8"), self._public)
        said = unmarked(masked.text) or "…"
        whole, *others = self._agent.understand([said, *([] if given.choice else sentences(said))])
        parts = [_part(parse) for parse in others]
        kinds = masked.kinds | given.hidden
        warns = bool(kinds & SECRET)
        if kinds:
            self._observer.masked(kinds)
        fields = (("choice", given.choice), ("municipality", given.municipality), ("parts", parts), ("leans", leans), ("masked", warns))
        metadata = {k: v for k, v in (*fields, ("counter", given.counter), (MESSAGE, given.message)) if v}
        answer = await self._turn(conversation, said, whole, metadata)
        return self._warned(answer) if warns else self._noted(answer) if kinds else answer

    async def _turn(self, conversation: str, said: str, parse: dict[str, Any], metadata: dict[str, Any]) -> dict[str, Any]:
        """From where another process left the conversation, should that have been faster. Raises Overtaken when that goes on."""
        from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

        assert self._agent is not None
        for left in reversed(range(_TURNS)):
            output = CollectingOutputChannel()
            try:
                message = UserMessage(said, output, conversation, parse_data=parse, input_channel="bot", metadata=metadata)
                await self._agent.handle_message(message)
                break
            except Overtaken:
                if not left:
                    raise
        answer = next((m["custom"] for m in output.messages if "custom" in m), None)
        if answer is None:
            raise Unanswerable
        return dict(answer)

    def _failed(self, conversation: str, text: str, municipality: str | None, error: Exception) -> dict[str, Any]:
        """Whom to ask instead. The error's own words may hold what somebody typed: its type and place are enough to find it."""
        if not isinstance(error, (Unanswerable, StoreError)):
            _log.error("答えを作れませんでした", extra={"fault": "turn", **what_failed(error)})
            self._observer.fault("turn")
        town = self._town_of(conversation, text, municipality)
        trouble = self.trouble(town)
        name = self._content.base.municipalities[town].name if town else None
        return {**Answer("handoff", None, trouble, name, lead=trouble, easy=self._easy("trouble_town" if town else "trouble", town)).as_dict(), FAILED: True}

    def _town_of(self, conversation: str, text: str, municipality: str | None) -> str | None:
        """Named in the text, chosen before, or set in the channel: in this order, as in any other turn."""
        named = next(iter(self._content.places.find(self._content.lexicon.prepare(text[:LONGEST])).codes), None)
        try:
            chosen = self._store.home(conversation)
        except (StoreError, ValueError):
            chosen = None
        known = chosen if chosen in self._content.base.municipalities else None
        return named or known or (self.municipality(municipality) if municipality else None)

    def keep_time(self, now: Callable[[], datetime]) -> None:
        """From the next turn on it is `now`: dated dialogues are measured at their own moment."""
        provide(self._content, now)
        self._now = now

    @property
    def clock(self) -> Callable[[], datetime]:
        return self._now

    @property
    def locks(self) -> Locks:
        """What turns are taken by."""
        return self._locks

    @property
    def observer(self) -> Observer:
        """Whom channels tell what happens in them."""
        return self._observer

    @property
    def content(self) -> Content:
        """What it answers from, for channels that list topics and municipalities."""
        return self._content

    def sentence(self, name: str) -> str:
        """One of the sentences of data/wording.yml, with today's nationwide facts."""
        return self._filled(name, None)

    def masked(self, text: str) -> Masked:
        """The text as it may come to rest, and what its writer is to be told of."""
        return Masked(mask_for_keeping(text, self._public).text, mask(text, self._public).kinds)

    def busy(self) -> str:
        """What to say when more is asked at once than can be answered."""
        return self.sentence("busy")

    def welcome(self) -> str:
        """The first words on every channel, with the privacy line."""
        return self.sentence("welcome")

    def trouble(self, town: str | None = None) -> str:
        """What to say when something failed: whom to ask instead. `town` is a municipality's code."""
        return self._filled("trouble_town" if town else "trouble", town)

    def municipality(self, name: str) -> str | None:
        """The code of a municipality by name, alias or code; None when we hold nothing on it."""
        town = self._content.base.municipality_named(name)
        return town.code if town else None

    def municipalities(self) -> list[Municipality]:
        return list(self._content.base.municipalities.values())

    def municipality_names(self) -> list[str]:
        return [town.name for town in self._content.base.municipalities.values()]

    async def forget(self, conversation: str) -> None:
        """Because its user says so, after the turn that may be under way: that would save it again. Raises StoreError."""
        async with self._locks.lock(conversation):
            await self._store.delete(conversation)
        self._observer.forgotten()

    def is_ready(self) -> bool:
        return self._agent is not None

    async def close(self) -> None:
        """What it holds of other servers."""
        await self._locks.close()
        self._store.close()

    def tend(self) -> None:
        """What the store wants done now and then."""
        self._store.tend()

    def probe(self) -> None:
        """Raises StoreError where conversations could not be written now."""
        self._store.probe()

    def purge(self, before: float) -> int:
        """Deletes conversations not touched since `before` (seconds since 1970); returns how many. Raises StoreError."""
        return self._store.purge(before)

    def kept(self, state: Path | None) -> Kept:
        """All that it keeps, for whoever deletes what is old; `state` is the folder that holds it."""
        return Kept(self, self._feedback, self._misses or MissesStore(None), state)

    def _refusal(self, text: str) -> Answer | None:
        if not any(c.isalnum() for c in text):
            return self._declined("empty")
        return self._declined("too_long") if len(text) > LONGEST else None

    def _judged(self, feedback: Feedback, message: str | None) -> None:
        """Stores what somebody thought of an answer; channels have no use for it."""
        self._observer.judged(feedback.helpful)
        try:
            self._feedback.add(feedback, self._content.base.version, self._now(), message)
        except StoreError as error:
            self.faults.begin(FEEDBACK_UNSAVED, str(error))
        else:
            self.faults.end(FEEDBACK_UNSAVED)

    def _missed(self, text: str, answer: dict[str, Any]) -> None:
        if self._misses is None:
            return
        offered = answer["buttons"] if answer["outcome"] == "suggest" else ()
        topics = tuple(button["payload"].partition(":")[2] for button in offered if button["payload"].startswith("topic:"))
        words = mask_for_keeping(text.encode("utf-8", "ignore").decode("utf-8"), self._public).text if self._keep_misses and not self._refusal(text) else None
        town = self.municipality(answer["municipality"]) if answer["municipality"] else None
        try:
            self._misses.add(Miss(town, answer["outcome"], topics, words), self._now().date())
        except StoreError as error:
            self.faults.begin(MISS_UNSAVED, str(error))
        else:
            self.faults.end(MISS_UNSAVED)

    def _warned(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The warning goes first; an answer we are sure of follows it."""
        warning = self.sentence("private_data")
        followed = answer["outcome"] in ("answer", "ask_back", "warning")
        text = f"{warning}\n{answer['text']}" if followed else warning
        parts = (self._easy("private_data"), answer["easy"]) if followed else (self._easy("private_data"),)
        easy = explained_once("\n".join(parts), self._content.base) if all(parts) else ""
        return {**answer, "outcome": "warning", "text": text, "lead": warning, "easy": easy}

    def _noted(self, answer: dict[str, Any]) -> dict[str, Any]:
        """A phone number or mail address is no secret, but of no use here: a word of it stands at the end."""
        note, easy = self.sentence("private_contact"), self._easy("private_contact")
        told = explained_once(f"{answer['easy']}\n{easy}", self._content.base) if answer["easy"] and easy else ""
        return {**answer, "text": f"{answer['text']}\n{note}", "notes": [*answer["notes"], note], "easy": told}

    def _filled(self, name: str, town: str | None) -> str:
        base = self._content.base
        return Facts(base, town, self._now().date()).fill(base.wording.sentences[name]) or ""

    def _easy(self, name: str, town: str | None = None) -> str:
        return easy_sentence(name, Facts(self._content.base, town, self._now().date()))

    def _declined(self, sentence: str) -> Answer:
        text = self.sentence(sentence)
        return Answer("out_of_scope", "out_of_scope", text, lead=text, easy=self._easy(sentence))


def _part(parse: dict[str, Any]) -> tuple[str, str, float]:
    """A sentence as it rides in the metadata: its text, its intent, and how sure that is."""
    intent = parse["intent"]
    return parse["text"], str(intent["name"] or ""), float(intent["confidence"] or 0.0)


def _loaded(model: Path, store: ConversationStore, locks: Locks, apology: Callable[[], str]) -> BotAgent:
    if not model.is_file():
        raise ModelError(f"{model}: 学習済みモデルがありません。jpki-bot train を実行してください")
    agent = BotAgent(tracker_store=store, lock_store=locks)
    agent.native = {action.name(): NativeAction(action, apology) for action in _actions()}
    try:
        agent.load_model(model)
    except Exception as error:
        raise ModelError(f"{model}: モデルが壊れているか、いまの版に合いません（{type(error).__name__}）。jpki-bot train で作り直してください") from error
    return agent


def _actions() -> list[Any]:
    found = [c for _, c in inspect.getmembers(actions.answering, inspect.isclass) if c.__module__ == actions.answering.__name__]
    return [c() for c in found if not c.__name__.startswith("_")]
