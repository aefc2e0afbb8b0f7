"""Conversations while their database fails: they go on, nothing is lost, and all is written when it is back."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.engine.quiet import quiet_rasa
from bot.engine.without_tensorflow import keep_tensorflow_out

quiet_rasa()
keep_tensorflow_out()

from rasa.shared.core.domain import Domain  # noqa: E402
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered  # noqa: E402

from bot.dialogue.memory import SLOTS  # noqa: E402
from bot.engine.faults import Faults  # noqa: E402
from bot.engine.rows import Row, StoreError  # noqa: E402
from bot.engine.tracker_store import MESSAGE, UNREADABLE, UNSAVED, ConversationStore  # noqa: E402
from bot.settings import JAPAN  # noqa: E402

DOMAIN = Domain.from_dict({"slots": {name: {"type": "any", "influence_conversation": False, "mappings": [{"type": "custom"}]} for name in SLOTS}})
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=JAPAN)


class Database:
    """Rows that can be made to fail."""

    shared = False

    def __init__(self) -> None:
        self.held: dict[str, Row] = {}
        self.reads, self.writes = True, True
        self.generation = 0

    def read(self, name: str) -> Row | None:
        self._check(self.reads)
        return self.held.get(name)

    def write(self, name: str, row: Row) -> None:
        self._check(self.writes)
        self.held[name] = row

    def delete(self, name: str) -> None:
        self._check(self.writes)
        self.held.pop(name, None)

    def purge(self, before: float) -> int:
        old = [name for name, row in self.held.items() if row.updated < before]
        for name in old:
            del self.held[name]
        return len(old)

    def names(self) -> list[str]:
        return list(self.held)

    def probe(self) -> None:
        self._check(self.writes)

    def close(self) -> None:
        return None

    def _check(self, works: bool) -> None:
        if not works:
            raise StoreError("c.sqlite3: 会話を保存できません（disk full）")


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def database() -> Database:
    return Database()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def faults() -> Faults:
    return Faults(lambda: NOW)


@pytest.fixture
def store(database: Database, faults: Faults, clock: Clock) -> ConversationStore:
    return ConversationStore(database, faults, DOMAIN, idle_minutes=60, clock=clock)


async def turn(store: ConversationStore, topic: str, message: str | None = None, name: str = "a", **slots: object) -> str | None:
    """One turn; gives the topic that the conversation had before it."""
    tracker = await store.get_or_create_tracker(name)
    before = tracker.get_slot("topic")
    tracker.update(UserUttered("x", metadata={MESSAGE: message} if message else {}), DOMAIN)
    for slot, value in {"topic": topic, **slots}.items():
        tracker.update(SlotSet(slot, value), DOMAIN)
    tracker.update(ActionExecuted("action_listen"), DOMAIN)
    await store.save(tracker)
    return before if before is None else str(before)


async def test_a_conversation_goes_on_while_nothing_can_be_written_and_is_written_later(store: ConversationStore, database: Database, faults: Faults) -> None:
    await turn(store, "t1")
    database.writes = False
    assert await turn(store, "t2") == "t1" and faults.has(UNSAVED)
    assert await turn(store, "u1", name="b") is None and await turn(store, "u2", name="b") == "u1"
    assert database.held["a"].version == 1 and "b" not in database.held
    store.tend()
    assert faults.has(UNSAVED)
    database.writes = True
    store.tend()
    assert not faults.has(UNSAVED) and [fault.name for fault in faults.past()] == [UNSAVED]
    assert "t2" in database.held["a"].events and "u2" in database.held["b"].events
    assert await turn(store, "t3") == "t2"


async def test_the_next_turn_that_can_be_written_brings_the_others_along(store: ConversationStore, database: Database, faults: Faults) -> None:
    database.writes = False
    await turn(store, "u1", name="b")
    database.writes = True
    await turn(store, "t1")
    assert "u1" in database.held["b"].events and not faults.has(UNSAVED)


async def test_what_cannot_be_read_is_never_taken_for_new(store: ConversationStore, database: Database, faults: Faults, clock: Clock) -> None:
    await turn(store, "t1")
    other = ConversationStore(database, faults, DOMAIN, clock=clock)
    database.reads = False
    with pytest.raises(StoreError):
        await turn(other, "t2")
    assert await turn(store, "t2") == "t1", "this process knows it"
    database.reads = True
    assert await turn(other, "t3") == "t2"


async def test_what_another_process_wrote_meanwhile_counts(store: ConversationStore, database: Database, faults: Faults, clock: Clock) -> None:
    other = ConversationStore(database, faults, DOMAIN, clock=clock)
    await turn(store, "t1")
    assert await turn(other, "t2") == "t1"
    assert await turn(store, "t3") == "t2"
    assert database.held["a"].version == 3


async def test_an_outage_never_puts_an_older_state_over_a_newer_one(store: ConversationStore, database: Database, faults: Faults, clock: Clock) -> None:
    other = ConversationStore(database, faults, DOMAIN, clock=clock)
    await turn(store, "t1")
    database.reads = False
    await store.exists("a")
    database.reads = True
    await turn(other, "t2")
    store.tend()
    assert database.held["a"].version == 2 and await turn(store, "t3") == "t2"


async def test_a_database_that_was_lost_is_filled_from_memory(store: ConversationStore, database: Database) -> None:
    await turn(store, "t1")
    await turn(store, "u1", name="b")
    database.held.clear()
    database.generation += 1
    assert await turn(store, "t2") == "t1"
    store.tend()
    assert "u1" in database.held["b"].events


async def test_what_was_deleted_elsewhere_stays_deleted(store: ConversationStore, database: Database) -> None:
    await turn(store, "t1")
    database.held.clear()
    assert await turn(store, "t2") is None


async def test_a_message_that_comes_again_is_answered_from_where_it_was_answered_first(
    store: ConversationStore, database: Database, faults: Faults, clock: Clock
) -> None:
    await turn(store, "t1", "m1")
    await turn(store, "t2", "m2")
    again = ConversationStore(database, faults, DOMAIN, clock=clock)
    for known in (again, store):
        known.rewind("a", "m2")
        assert await turn(known, "t2", "m2") == "t1"
    store.rewind("a", "m1")
    assert await turn(store, "t3", "m3") == "t2", "only the last one can come again"
    assert "t2" in str(database.held["a"].before)


async def test_the_first_message_of_a_conversation_can_come_again(store: ConversationStore) -> None:
    await turn(store, "t1", "m1")
    store.rewind("a", "m1")
    assert await turn(store, "t1", "m1") is None


async def test_a_turn_that_fails_leaves_the_conversation_as_it_was(store: ConversationStore) -> None:
    await turn(store, "t1")
    abandoned = await store.retrieve("a")
    assert abandoned is not None
    abandoned.update(SlotSet("topic", "half"), DOMAIN)
    assert await turn(store, "t2") == "t1"


async def test_after_an_idle_hour_only_the_municipality_is_left(store: ConversationStore, database: Database, clock: Clock) -> None:
    await turn(store, "t1", municipality="nakano", persons=["child"])
    clock.now += 3599
    assert (await turn(store, "t1")) == "t1"
    clock.now += 3601
    tracker = await store.get_or_create_tracker("a")
    assert (tracker.get_slot("topic"), tracker.get_slot("persons"), tracker.get_slot("municipality")) == (None, None, "nakano")


async def test_dates_of_a_calculation_leave_the_memory_when_idle(store: ConversationStore, clock: Clock) -> None:
    await turn(store, "t1", given={"issued": "2022-03-17"})
    clock.now += 3601
    store.tend()
    clock.now -= 3601
    tracker = await store.get_or_create_tracker("a")
    assert tracker.get_slot("topic") == "t1" and not tracker.get_slot("given")


async def test_a_row_that_cannot_be_understood_begins_a_new_conversation_and_is_told(store: ConversationStore, database: Database, faults: Faults) -> None:
    database.held["a"] = Row(5, 999_999.0, "{broken")
    assert await turn(store, "t1") is None
    assert [fault.name for fault in faults.past()] == [UNREADABLE] and database.held["a"].version == 6


async def test_nobody_is_told_that_something_is_gone_when_it_is_not(store: ConversationStore, database: Database) -> None:
    await turn(store, "t1")
    database.writes = False
    with pytest.raises(StoreError):
        await store.delete("a")
