"""Conversations: Rasa's trackers over one row each. Slots alone: no growth with length, no text."""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, SESSION_START_METADATA_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.memory import TRANSIENT
from bot.engine.faults import Faults
from bot.engine.rows import Overtaken, Row, Rows, StoreError

MESSAGE = "message"
"""Under this name the hash of the client's own id of a message rides in its metadata."""
UNSAVED, UNREADABLE = "store_unsaved", "row_unreadable"
_HOME = "municipality"
_KEPT_WHEN_IDLE = (_HOME, "elsewhere")
_CACHED = 2000


@dataclass
class _Live:
    """What this process last knew of a conversation. `unwritten` are the slots that are never at rest."""

    row: Row
    saved: bool
    unwritten: Mapping[str, Any]


class ConversationStore(TrackerStore):
    """Of a tracker that is saved the slots are left: they hold all that the next turn needs.

    No text is kept of either side, and nothing that was given for a calculation is written. What cannot be written now
    lives on in memory, with a fault, and is written as soon as it can be; where other processes share the rows, the turn fails
    instead. After `idle_minutes` without a message only the chosen municipality is left. `clock` gives seconds since 1970.
    """

    def __init__(self, rows: Rows, faults: Faults, domain: Domain | None = None, idle_minutes: float = 60, clock: Callable[[], float] = time.time) -> None:
        super().__init__(domain or Domain.empty())
        self._rows, self._faults, self._idle, self._clock = rows, faults, idle_minutes * 60, clock
        self._live: OrderedDict[str, _Live] = OrderedDict()
        self._begun: OrderedDict[str, Row | None] = OrderedDict()
        self._rewound: dict[str, Row] = {}
        self._generation = rows.generation

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Raises StoreError only where the rows are shared."""
        if not any(isinstance(event, (UserUttered, SlotSet)) for event in tracker.events):
            # Rasa saves each new conversation before anything was said in it.
            return
        name = tracker.sender_id
        message = _message_of(tracker)
        begun = self._begun.pop(name, None)
        self._rewound.pop(name, None)
        slots = {slot: value for slot, value in tracker.current_slot_values().items() if value is not None and slot != SESSION_START_METADATA_SLOT}
        kept = [SlotSet(slot, value).as_dict() for slot, value in slots.items() if slot not in TRANSIENT]
        events = json.dumps(kept, ensure_ascii=False)
        row = Row(begun.version + 1 if begun else 1, self._clock(), events, message, (begun.events if begun else "") if message else None)
        self._keep(name, _Live(row, False, {slot: value for slot, value in slots.items() if slot in TRANSIENT}))
        self._write(name)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Raises StoreError where the conversation cannot be read and is not known here either."""
        row, unwritten = self._current(sender_id)
        if sender_id in self._rewound:
            row, unwritten = self._rewound[sender_id], {}
        self._note(sender_id, row)
        if row is None or not row.events:
            return None
        if self._clock() - row.updated > self._idle:
            return self._rested(sender_id, row)
        return self._decoded(sender_id, row, unwritten)

    def rewind(self, sender_id: str, message: str) -> None:
        """Where `message` was the last one answered, the conversation is again as before it. Raises StoreError."""
        row = self._current(sender_id)[0]
        self._rewound.pop(sender_id, None)
        if row is not None and row.message == message and row.before is not None:
            self._rewound[sender_id] = replace(row, events=row.before)

    def home(self, sender_id: str) -> str | None:
        """The municipality that was chosen, also where there is no model to read the rest with. Raises StoreError, or ValueError for a broken row."""
        row = self._current(sender_id)[0]
        home = _slots_at_rest(row).get(_HOME) if row is not None and row.events else None
        return str(home) if home else None

    async def exists(self, conversation_id: str) -> bool:
        return self._current(conversation_id)[0] is not None

    async def keys(self) -> list[str]:
        return self._rows.names()

    async def delete(self, sender_id: str) -> None:
        """Forgets the conversation, here and at rest. Raises StoreError: nobody must be told it is gone when it is not."""
        self._live.pop(sender_id, None)
        self._begun.pop(sender_id, None)
        self._rewound.pop(sender_id, None)
        self._rows.delete(sender_id)

    def purge(self, before: float) -> int:
        """Deletes conversations not touched since `before` (seconds since 1970); returns how many. Raises StoreError."""
        self._forget_live(before)
        return self._rows.purge(before)

    def tend(self) -> None:
        """What is to be done now and then: idle conversations leave the memory, and what could not be written is tried again."""
        self._forget_live(self._clock() - self._idle)
        self._retry()

    def probe(self) -> None:
        """Raises StoreError where conversations could not be written now."""
        self._rows.probe()

    def close(self) -> None:
        self._rows.close()

    def _current(self, name: str) -> tuple[Row | None, Mapping[str, Any]]:
        """The newest state of a conversation."""
        live = self._live.get(name)
        row = self._read(name, live)
        overtaken = live is not None and (row != live.row if live.saved else row is not None and row.version > live.row.version)
        if live is None or overtaken:
            self._live.pop(name, None)
            return row, {}
        return live.row, live.unwritten

    def _read(self, name: str, live: _Live | None) -> Row | None:
        try:
            row = self._rows.read(name)
        except StoreError as error:
            self._trouble(error)
            if live is None or self._rows.shared:
                raise
            return live.row
        if self._rows.generation != self._generation:
            self._generation = self._rows.generation
            self._doubt_all()
        return row

    def _write(self, name: str) -> None:
        live = self._live[name]
        try:
            self._rows.write(name, live.row)
        except Overtaken:
            del self._live[name]
            raise
        except StoreError as error:
            self._trouble(error)
            if self._rows.shared:
                del self._live[name]
                raise
        else:
            live.saved = True
            if self._faults.has(UNSAVED):
                self._retry()

    def _trouble(self, error: StoreError) -> None:
        self._faults.begin(UNSAVED, str(error))
        if not self._rows.shared:
            self._doubt_all()

    def _doubt_all(self) -> None:
        """What was saved may be gone with the database: all that is known here is compared again.

        Never where others write too: what is gone there was forgotten on purpose.
        """
        for live in self._live.values():
            live.saved = False

    def _retry(self) -> None:
        try:
            self._rows.probe()
            for name, live in list(self._live.items()):
                if not live.saved:
                    row = self._rows.read(name)
                    if row is None or row.version < live.row.version:
                        self._rows.write(name, live.row)
                    live.saved = True
        except StoreError as error:
            self._trouble(error)
        else:
            self._faults.end(UNSAVED)

    def _note(self, name: str, row: Row | None) -> None:
        self._begun[name] = row
        self._begun.move_to_end(name)
        while len(self._begun) > _CACHED:
            self._begun.popitem(last=False)

    def _keep(self, name: str, live: _Live) -> None:
        self._live[name] = live
        self._live.move_to_end(name)
        while len(self._live) > _CACHED:
            self._live.popitem(last=False)

    def _forget_live(self, before: float) -> None:
        for name in [name for name, live in self._live.items() if live.saved and live.row.updated < before]:
            del self._live[name]

    def _decoded(self, name: str, row: Row, unwritten: Mapping[str, Any]) -> DialogueStateTracker | None:
        try:
            return DialogueStateTracker.from_events(name, _begun_with({**_slots_at_rest(row), **unwritten}), self.domain.slots)
        except Exception as error:
            self._faults.happened(UNREADABLE, f"1つの会話の記録が読めず、新しい会話として続けました（{type(error).__name__}）")
            return None

    def _rested(self, name: str, row: Row) -> DialogueStateTracker | None:
        """A new session that knows the municipality."""
        tracker = self._decoded(name, row, {})
        if tracker is None:
            return None
        kept = {slot: value for slot, value in tracker.current_slot_values().items() if slot in _KEPT_WHEN_IDLE and value is not None}
        return DialogueStateTracker.from_events(name, _begun_with(kept), self.domain.slots)


def _message_of(tracker: DialogueStateTracker) -> str | None:
    said = tracker.latest_message
    found = (said.metadata or {}).get(MESSAGE) if said else None
    return str(found) if found else None


def _begun_with(slots: Mapping[str, Any]) -> list[Event]:
    """A session that has just begun, and what it knows: the rules go by the newest message, the answers by slots."""
    return [SessionStarted(), ActionExecuted(ACTION_LISTEN_NAME), *(SlotSet(slot, value) for slot, value in slots.items())]


def _slots_at_rest(row: Row) -> dict[str, Any]:
    """Raises ValueError where it is no list of events."""
    try:
        return {event["name"]: event.get("value") for event in json.loads(row.events) if event["event"] == SlotSet.type_name}
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("no list of events") from error
