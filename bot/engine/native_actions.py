"""Custom actions in this process: no HTTP hop and none of Rasa's per-call schema check.

Contract with Rasa 3.6: `Action.run` returns events, bot utterances first (rasa.core.actions.action.RemoteAction).
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from typing import Any

from rasa.core.actions.action import Action, create_bot_utterance
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker
from rasa_sdk import Action as SdkAction
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.logs import what_failed

_log = logging.getLogger(__name__)


class NativeAction(Action):
    """Runs a rasa_sdk action directly. A failing action says `apology` instead of nothing."""

    def __init__(self, action: SdkAction, apology: Callable[[], str]) -> None:
        self._action = action
        self._apology = apology

    def name(self) -> str:
        return str(self._action.name())

    async def run(
        self,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        tracker: DialogueStateTracker,
        domain: Domain,
        metadata: dict[str, Any] | None = None,
    ) -> list[Event]:
        dispatcher = CollectingDispatcher()
        try:
            changes = self._action.run(dispatcher, _sdk_tracker(tracker), {})
            events = await changes if inspect.isawaitable(changes) else changes
        except Exception as error:
            _log.error("%s: 答えを作れませんでした", self.name(), extra={"fault": "action", **what_failed(error)})
            dispatcher.utter_message(text=self._apology())
            events = []
        said = [create_bot_utterance({k: v for k, v in message.items() if v}) for message in dispatcher.messages]
        return [*said, *(event for change in events or [] for event in _events(change))]


def _events(change: dict[str, Any]) -> list[Event]:
    """Of what an action returns; Rasa looks through all kinds of events for each."""
    return [SlotSet(change["name"], change["value"])] if change["event"] == SlotSet.type_name else list(deserialise_events([change]))


def _sdk_tracker(tracker: DialogueStateTracker) -> Tracker:
    """Slots and the latest message: all that the actions read; the event list stays here."""
    message = tracker.latest_message
    latest = {**(message.parse_data or {}), "text": message.text, "metadata": message.metadata} if message else {}
    return Tracker(tracker.sender_id, tracker.current_slot_values(), latest, [], False, None, {}, tracker.latest_action_name)
