"""Rasa's agent with our processor: native actions, and typed text never read as `/intent`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rasa.core.actions.action import Action, ActionListen
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import TrackerStore
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine.native_actions import NativeAction
from bot.engine.tracker_store import MESSAGE, ConversationStore

_HARMLESS_PREFIX = "\u2044"


class BotProcessor(MessageProcessor):
    """`native` are the custom actions of this process, by name."""

    native: Mapping[str, NativeAction] = {}
    tracker_store: ConversationStore

    async def handle_message(self, message: UserMessage) -> list[dict[str, Any]] | None:
        """A message that was answered before, and comes again, is answered from where it was answered first."""
        if name := (message.metadata or {}).get(MESSAGE):
            self.tracker_store.rewind(message.sender_id, name)
        found: list[dict[str, Any]] | None = await super().handle_message(message)
        return found

    def predict_next_with_tracker_if_should(self, tracker: DialogueStateTracker) -> tuple[Action, PolicyPrediction]:
        if tracker.latest_action_name in self.native:
            # Every rule of ours ends with its one action: the policies need not be asked again.
            prediction = PolicyPrediction.for_action_name(self.domain, ACTION_LISTEN_NAME)
            return ActionListen(), prediction
        action, prediction = super().predict_next_with_tracker_if_should(tracker)
        return self.native.get(action.name(), action), prediction

    async def parse_message(self, message: UserMessage, tracker: Any = None, only_output_properties: bool = True) -> dict[str, Any]:
        """Rasa would run any intent for a text that begins with its prefix; here it is ordinary text."""
        text = message.text or ""
        if text.strip().startswith(INTENT_MESSAGE_PREFIX):
            message.text = text.replace(INTENT_MESSAGE_PREFIX, _HARMLESS_PREFIX, 1)
        return dict(await super().parse_message(message, tracker, only_output_properties))

    def _has_session_expired(self, tracker: DialogueStateTracker) -> bool:
        """The store ends sessions, and keeps the municipality of them."""
        return False


class BotAgent(Agent):
    """An agent whose processor runs `native` actions."""

    native: Mapping[str, NativeAction] = {}

    @staticmethod
    def _create_tracker_store(store: TrackerStore | None, domain: Domain) -> TrackerStore:
        """The store itself. Rasa would wrap it in one that goes on in memory, where nobody sees it."""
        if store is None:
            raise TypeError("a BotAgent needs a store")
        return store

    async def parts(self, sentences: Sequence[str]) -> list[tuple[str, str, float]]:
        """(text, intent, confidence) of each sentence, understood by itself; nothing is remembered of it."""
        found = []
        for sentence in sentences:
            parsed = await self.processor.parse_message(UserMessage(sentence))
            intent = parsed.get("intent") or {}
            found.append((sentence, str(intent.get("name") or ""), float(intent.get("confidence") or 0.0)))
        return found

    def load_model(self, model_path: str | Path, fingerprint: str | None = None) -> None:
        """Raises rasa.exceptions.ModelNotFound, and what a corrupt archive raises."""
        self.processor = BotProcessor(
            model_path=model_path,
            tracker_store=self.tracker_store,
            lock_store=self.lock_store,
            action_endpoint=None,
            generator=self.nlg,
        )
        self.processor.native = self.native
        self.domain = self.processor.domain
        self._set_fingerprint(fingerprint)
        self.tracker_store.domain = self.domain
