"""Conversations at rest: one SQLite row each, slots and the last turns; no growth with length."""

from __future__ import annotations

import json
import sqlite3
import time
from collections import OrderedDict
from pathlib import Path
from typing import Any

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import SESSION_START_METADATA_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.memory import TRANSIENT

_SCHEMA = """
CREATE TABLE IF NOT EXISTS conversations (
    sender_id TEXT PRIMARY KEY,
    updated REAL NOT NULL,
    events TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS conversations_updated ON conversations (updated);
"""
_KEPT_TURNS = 3
_CACHED = 2000


class StoreError(Exception):
    """The database cannot be opened or written; the message names the file."""


class ConversationStore(TrackerStore):
    """A tracker is compacted when saved: the slots as they are, then the last turns.

    No text is kept of either side, and nothing that was given for a calculation is written.
    `path` None keeps all in memory.
    """

    def __init__(self, path: Path | None, domain: Domain | None = None) -> None:
        super().__init__(domain or Domain.empty())
        self._path = path
        self._live: OrderedDict[str, DialogueStateTracker] = OrderedDict()
        self._database = _open(path)

    async def save(self, tracker: DialogueStateTracker) -> None:
        compact(tracker, self.domain)
        events = json.dumps([event.as_dict() for event in tracker.events if not _transient(event)], ensure_ascii=False)
        try:
            with self._database:
                self._database.execute(
                    "INSERT INTO conversations VALUES (?, ?, ?) ON CONFLICT (sender_id) DO UPDATE SET updated = excluded.updated, events = excluded.events",
                    (tracker.sender_id, time.time(), events),
                )
        except sqlite3.Error as error:
            self._live.pop(tracker.sender_id, None)
            raise StoreError(f"{self._path}: 会話を保存できません（{error}）") from error
        self._remember(tracker)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        # The caller owns what it gets (one turn at a time, under Rasa's lock); a failed turn is read anew.
        live = self._live.pop(sender_id, None)
        if live is not None:
            return live
        row = self._database.execute("SELECT events FROM conversations WHERE sender_id = ?", (sender_id,)).fetchone()
        if row is None:
            return None
        return DialogueStateTracker.from_dict(sender_id, json.loads(row[0]), self.domain.slots)

    async def exists(self, conversation_id: str) -> bool:
        return await self.retrieve(conversation_id) is not None

    async def keys(self) -> list[str]:
        return [row[0] for row in self._database.execute("SELECT sender_id FROM conversations")]

    async def delete(self, sender_id: str) -> None:
        """Forgets the conversation, here and on disk."""
        self._live.pop(sender_id, None)
        with self._database:
            self._database.execute("DELETE FROM conversations WHERE sender_id = ?", (sender_id,))
        self._wipe_journal()

    def purge(self, before: float) -> int:
        """Deletes conversations not touched since `before` (seconds since 1970); returns how many."""
        self._live.clear()
        with self._database:
            count = self._database.execute("DELETE FROM conversations WHERE updated < ?", (before,)).rowcount
        self._wipe_journal()
        return count

    def _wipe_journal(self) -> None:
        """What was deleted must not live on in the write-ahead log."""
        self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._database.close()

    def _remember(self, tracker: DialogueStateTracker) -> None:
        self._live[tracker.sender_id] = tracker
        self._live.move_to_end(tracker.sender_id)
        while len(self._live) > _CACHED:
            self._live.popitem(last=False)


def compact(tracker: DialogueStateTracker, domain: Domain) -> None:
    """Drops turns older than the last few, and every text; the slots' values go in front of what is kept."""
    events = list(tracker.events)
    for event in events:
        _without_text(event)
    # Rasa keeps a copy of what came with the first message: its sentences among it.
    if SESSION_START_METADATA_SLOT in tracker.slots:
        tracker.slots[SESSION_START_METADATA_SLOT].value = None
    turns = [index for index, event in enumerate(events) if isinstance(event, UserUttered)]
    if len(turns) <= _KEPT_TURNS * 2:
        return
    kept = events[turns[-_KEPT_TURNS] :]
    slots: list[Event] = [SlotSet(name, value) for name, value in _slots_at(tracker, kept, domain).items() if value is not None]
    start: list[Event] = [SessionStarted(timestamp=kept[0].timestamp), ActionExecuted("action_listen", timestamp=kept[0].timestamp)]
    for slot in slots:
        slot.timestamp = kept[0].timestamp
    tracker.events.clear()
    tracker.events.extend([*start, *slots, *kept])


def _without_text(event: Event) -> None:
    """The rules go by intents and the answers by slots: nothing needs the words again."""
    if isinstance(event, BotUttered):
        event.text, event.data = "", {}
    elif isinstance(event, SlotSet) and event.key == SESSION_START_METADATA_SLOT:
        event.value = None
    elif isinstance(event, UserUttered):
        event.text, event.message_id = "", None
        event.metadata, event.entities = {}, []
        event.parse_data = {"intent": event.intent, "entities": [], "text": ""}


def _transient(event: Event) -> bool:
    return isinstance(event, SlotSet) and event.key in TRANSIENT


def _slots_at(tracker: DialogueStateTracker, kept: list[Event], domain: Domain) -> dict[str, Any]:
    """Values before `kept`: what the tracker holds now, less what `kept` itself sets."""
    changed = {event.key for event in kept if isinstance(event, SlotSet)}
    return {name: value for name, value in tracker.current_slot_values().items() if name not in changed}


def _open(path: Path | None) -> sqlite3.Connection:
    try:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
        database = sqlite3.connect(path or ":memory:", check_same_thread=False)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.execute("PRAGMA secure_delete = ON")
        database.executescript(_SCHEMA)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{path}: 会話の保存先を開けません（{error}）。書き込める場所を JPKI_BOT_STATE で指定してください") from error
    return database
