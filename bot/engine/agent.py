"""Rasa's agent with our processor: native actions, and typed text never read as `/intent`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rasa.core.actions.action import Action, ActionListen
from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import TrackerStore
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.engine.loader import load_predict_graph_runner
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.storage import ModelMetadata
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT

from bot.engine.graph_runner import DirectGraphRunner
from bot.engine.native_actions import NativeAction
from bot.engine.tracker_store import MESSAGE, ConversationStore

_HARMLESS_PREFIX = "\u2044"


class BotProcessor(MessageProcessor):
    """`native` are the custom actions of this process, by name."""

    native: Mapping[str, NativeAction] = {}
    tracker_store: ConversationStore

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._decided: dict[str, PolicyPrediction] = {}

    async def handle_message(self, message: UserMessage) -> list[dict[str, Any]] | None:
        """A message that was answered before, and comes again, is answered from where it was answered first."""
        message.text = _typed(message.text or "")
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

    async def run_action_extract_slots(self, output_channel: OutputChannel, tracker: DialogueStateTracker) -> DialogueStateTracker:
        """Nothing to extract: slots are memory, and the actions set them."""
        return tracker

    def _predict_next_with_tracker(self, tracker: DialogueStateTracker) -> PolicyPrediction:
        """By the intent alone, once for each: slots never steer the policies, and the store leaves no earlier turn to look at."""
        intent = tracker.latest_message.intent_name if tracker.latest_message else None
        if intent is None or tracker.followup_action:
            return super()._predict_next_with_tracker(tracker)
        if intent not in self._decided:
            self._decided[intent] = super()._predict_next_with_tracker(tracker)
        prediction = copy(self._decided[intent])
        # A tracker stamps the time on the events that it takes.
        prediction.events = [copy(event) for event in prediction.events]
        return prediction

    async def _run_action(
        self, action: Action, tracker: DialogueStateTracker, output_channel: OutputChannel, nlg: NaturalLanguageGenerator, prediction: PolicyPrediction
    ) -> bool:
        """Rasa plays the conversation once more for each action; to listen is no work."""
        if not isinstance(action, ActionListen):
            return bool(await super()._run_action(action, tracker, output_channel, nlg, prediction))
        self._log_action_on_tracker(tracker, action, [], prediction)
        return False

    async def parse_message(self, message: UserMessage, tracker: Any = None, only_output_properties: bool = True) -> dict[str, Any]:
        return self.understand([message.text or ""])[0]

    def understand(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """What Rasa's parse_message gives for each of the texts, from one run of the graph; none is read as `/intent`."""
        messages, target = [UserMessage(_typed(text)) for text in texts], self.model_metadata.nlu_target
        found = self.graph_runner.run(inputs={PLACEHOLDER_MESSAGE: messages, PLACEHOLDER_TRACKER: None}, targets=[target])[target]
        nothing = {TEXT: "", INTENT: {INTENT_NAME_KEY: None, PREDICTED_CONFIDENCE_KEY: 0.0}, ENTITIES: []}
        return [nothing | message.as_dict(only_output_properties=True) for message in found]

    @staticmethod
    def _load_model(model_path: str | Path) -> tuple[str, ModelMetadata, GraphRunner]:
        """As Rasa does, with a runner of our own."""
        with TemporaryDirectory() as folder:
            metadata, runner = load_predict_graph_runner(Path(folder), Path(model_path), LocalModelStorage, DirectGraphRunner)
        return Path(model_path).name, metadata, runner

    def _log_action_on_tracker(self, tracker: DialogueStateTracker, action: Action, events: list[Event] | None, prediction: PolicyPrediction) -> None:
        """As Rasa does, without copying every event for a debug line that nobody may read."""
        tracker.update_with_events(prediction.events, self.domain)
        tracker.update(action.event_for_successful_execution(prediction))
        tracker.update_with_events(events or [], self.domain)

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

    def understand(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """Each by itself, as Rasa's parse data; nothing is remembered of it."""
        return self.processor.understand(texts)

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


def _typed(text: str) -> str:
    """Rasa would run any intent for a text that begins with its prefix; here it is ordinary text."""
    return text.replace(INTENT_MESSAGE_PREFIX, _HARMLESS_PREFIX, 1) if text.strip().startswith(INTENT_MESSAGE_PREFIX) else text
