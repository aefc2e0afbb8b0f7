"""Conversations at rest: bounded, exact after a reload, gone when forgotten."""

from __future__ import annotations

import json
import sqlite3
import time
from datetime import datetime
from pathlib import Path

import pytest

from bot.engine.quiet import quiet_rasa
from bot.engine.without_tensorflow import keep_tensorflow_out

quiet_rasa()
keep_tensorflow_out()

from rasa.shared.core.domain import Domain  # noqa: E402
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered  # noqa: E402
from rasa.shared.core.trackers import DialogueStateTracker  # noqa: E402

from bot.dialogue.conversation import respond  # noqa: E402
from bot.dialogue.memory import SLOTS, TRANSIENT, Memory  # noqa: E402
from bot.dialogue.turn import Content, Heard  # noqa: E402
from bot.engine.faults import Faults  # noqa: E402
from bot.engine.rows import Overtaken, Row, StoreError  # noqa: E402
from bot.engine.sqlite_rows import SqliteRows  # noqa: E402
from bot.engine.tracker_store import UNSAVED, ConversationStore  # noqa: E402
from bot.knowledge.answer import Answer  # noqa: E402
from bot.settings import JAPAN  # noqa: E402

_DOMAIN = Domain.from_dict({"slots": {name: {"type": "any", "influence_conversation": False, "mappings": [{"type": "custom"}]} for name in ("home", *SLOTS)}})
_NOW = datetime(2026, 11, 20, 10, 0, tzinfo=JAPAN)


def _store(path: Path) -> ConversationStore:
    return ConversationStore(SqliteRows(path), Faults(lambda: _NOW), _DOMAIN)


async def _filled(store: ConversationStore, turns: int) -> None:
    tracker = await store.get_or_create_tracker("a")
    tracker.update(SlotSet("home", "nakano"), _DOMAIN)
    for number in range(turns):
        tracker.update(UserUttered(f"質問{number}"), _DOMAIN)
        tracker.update(ActionExecuted("action_answer"), _DOMAIN)
        tracker.update(SlotSet("topic", f"t{number}"), _DOMAIN)
        tracker.update(ActionExecuted("action_listen"), _DOMAIN)
        await store.save(tracker)


@pytest.mark.parametrize("turns", [1, 7, 100])
async def test_slots_survive_and_nothing_else_grows(tmp_path: Path, turns: int) -> None:
    path = tmp_path / "c.sqlite3"
    store = _store(path)
    await _filled(store, turns)
    store.close()
    tracker = await _store(path).retrieve("a")
    assert tracker is not None
    assert tracker.get_slot("home") == "nakano" and tracker.get_slot("topic") == f"t{turns - 1}"
    assert len(tracker.events) == 4, "a session that has just begun, and the two slots"


async def test_a_forgotten_conversation_is_gone_from_disk(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite3"
    store = _store(path)
    await _filled(store, 3)
    await store.delete("a")
    assert await store.retrieve("a") is None and await store.keys() == []
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT count(*) FROM conversations").fetchone() == (0,)


async def test_old_conversations_are_purged(tmp_path: Path) -> None:
    store = _store(tmp_path / "c.sqlite3")
    await _filled(store, 1)
    assert store.purge(time.time() - 60) == 0 and store.purge(time.time() + 60) == 1


def test_a_place_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="JPKI_BOT_STATE"):
        _store(tmp_path / "file" / "c.sqlite3")


def _at_rest(path: Path) -> str:
    """Every byte of the database and its log."""
    return "".join(file.read_bytes().decode("utf-8", "replace") for file in path.parent.glob(f"{path.name}*"))


async def _turn(store: ConversationStore, content: Content, text: str, intent: str, name: str = "a") -> Answer:
    """One turn as the engine stores it: what was heard, the slots, what was said."""
    tracker: DialogueStateTracker = await store.get_or_create_tracker(name)
    memory = Memory.of(tracker.current_slot_values())
    answer, remembered = respond(Heard(text, intent, ((intent, 0.95),)), memory, content, _NOW)
    parsed = {"text": text, "intent": {"name": intent, "confidence": 0.95}, "entities": [{"entity": "said", "value": text}]}
    tracker.update(UserUttered(text, {"name": intent}, parse_data=parsed, metadata={"parts": [[text, intent, 0.9]]}), _DOMAIN)
    before = memory.slots()
    for slot, value in remembered.slots().items():
        if value != before[slot]:
            tracker.update(SlotSet(slot, value), _DOMAIN)
    tracker.update(BotUttered(answer.text, {"custom": answer.as_dict()}), _DOMAIN)
    tracker.update(ActionExecuted("action_listen"), _DOMAIN)
    await store.save(tracker)
    return answer


@pytest.mark.parametrize("turns", [1, 3, 20])
async def test_no_word_of_either_side_is_at_rest(tmp_path: Path, content: Content, turns: int) -> None:
    path = tmp_path / "c.sqlite3"
    store = _store(path)
    said = ["山田花子です。中野区に住んでいます。更新したい" for _ in range(turns)]
    answers = [await _turn(store, content, text, "renewal") for text in said]
    at_rest = _at_rest(path)
    assert "renewal" in at_rest and "nakano" in at_rest
    words = ["山田", "花子", "住んでいます", "更新したい", *(line[:12] for answer in answers for line in answer.lead.splitlines())]
    escaped = [json.dumps(word)[1:-1] for word in words]
    assert not [word for word in (*words, *escaped) if word in at_rest]


@pytest.mark.parametrize("reopened", [False, True])
async def test_dates_for_a_calculation_are_never_written(tmp_path: Path, content: Content, reopened: bool) -> None:
    path = tmp_path / "c.sqlite3"
    store = _store(path)
    await _turn(store, content, "発行日は2022年3月17日です。期限を計算して", "check_expiry")
    live = await store.get_or_create_tracker("a")
    assert live.get_slot("given"), "the calculator waits for the birthday"
    await store.save(live)
    at_rest = _at_rest(path)
    assert "check_expiry" in at_rest
    assert not [date for date in ("2022-03-17", "2022年", "3月17日", "03-17") if date in at_rest]
    assert not [name for name in TRANSIENT if f'"{name}"' in at_rest]
    if reopened:
        store.close()
        store = _store(path)
        kept = await store.get_or_create_tracker("a")
        assert not kept.get_slot("given") and kept.get_slot("topic") == "check_expiry"
    answer = await _turn(store, content, "5月20日です", "nlu_fallback")
    assert ("2026年5月20日" in answer.text) == (not reopened), answer.text


async def test_no_transient_slot_is_written(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite3"
    store = _store(path)
    tracker = await store.get_or_create_tracker("a")
    for number in range(12):
        tracker.update(UserUttered("x"), _DOMAIN)
        for name in TRANSIENT:
            tracker.update(SlotSet(name, {"issued": f"2022-03-{number + 10}"}), _DOMAIN)
        tracker.update(ActionExecuted("action_listen"), _DOMAIN)
        await store.save(tracker)
    assert "2022-03" not in _at_rest(path)
    assert tracker.get_slot("given") == {"issued": "2022-03-21"}


@pytest.mark.parametrize("turns_before", [1, 9])
async def test_a_conversation_goes_on_after_the_database_is_reopened(tmp_path: Path, content: Content, turns_before: int) -> None:
    path = tmp_path / "c.sqlite3"
    store = _store(path)
    await _turn(store, content, "中野区に住んでいます", "greet")
    for _ in range(turns_before):
        await _turn(store, content, "カードをなくした", "card_lost")
    store.close()
    store = _store(path)
    fee = await _turn(store, content, "手数料は?", "fees")
    assert (fee.topic, fee.municipality) == ("fees", "中野区") and "1,000円" in fee.text
    store.close()
    phone = await _turn(_store(path), content, "電話番号は?", "contact")
    assert "03-3228-5425" in phone.text


async def test_an_open_question_is_still_open_after_the_database_is_reopened(tmp_path: Path, content: Content) -> None:
    path = tmp_path / "c.sqlite3"
    store = _store(path)
    await _turn(store, content, "暗証番号を忘れた", "pin_forgotten")
    await _turn(store, content, "4桁のほう", "cert_types")
    store.close()
    answer = await _turn(_store(path), content, "はい", "affirm")
    assert "セブン" in answer.text and "ローソン" not in answer.text


async def test_two_conversations_do_not_mix(tmp_path: Path, content: Content) -> None:
    store = _store(tmp_path / "c.sqlite3")
    await _turn(store, content, "中野区に住んでいます", "greet", "a")
    await _turn(store, content, "野田村に住んでいます", "greet", "b")
    first = await _turn(store, content, "電話番号は?", "contact", "a")
    second = await _turn(store, content, "電話番号は?", "contact", "b")
    assert "03-3228-5425" in first.text and "0194-78-2928" in second.text


async def test_a_forgotten_conversation_leaves_no_trace_in_any_file(tmp_path: Path, content: Content) -> None:
    path = tmp_path / "c.sqlite3"
    store = _store(path)
    await _turn(store, content, "カードをなくした", "card_lost", "who-7351")
    assert "who-7351" in _at_rest(path)
    await store.delete("who-7351")
    assert "who-7351" not in _at_rest(path) and "card_lost" not in _at_rest(path)


def test_the_database_is_its_owner_s_alone(tmp_path: Path) -> None:
    _store(tmp_path / "c.sqlite3").probe()
    assert (tmp_path / "c.sqlite3").stat().st_mode & 0o077 == 0


class _SharedRows:
    """What another process may do to rows: `broken` stands for a database that is away."""

    generation, shared = 0, True

    def __init__(self) -> None:
        self.kept: dict[str, Row] = {}
        self.broken = False

    def read(self, name: str) -> Row | None:
        self.probe()
        return self.kept.get(name)

    def write(self, name: str, row: Row) -> None:
        self.probe()
        if name in self.kept and self.kept[name].version >= row.version:
            raise Overtaken(name)
        self.kept[name] = row

    def delete(self, name: str) -> None:
        self.probe()
        self.kept.pop(name, None)

    def purge(self, before: float) -> int:
        return 0

    def names(self) -> list[str]:
        return list(self.kept)

    def probe(self) -> None:
        if self.broken:
            raise StoreError("away")

    def close(self) -> None:
        """Nothing to close."""


async def test_a_shared_database_that_is_away_is_not_replaced_by_memory(content: Content) -> None:
    rows, faults = _SharedRows(), Faults(lambda: _NOW)
    store = ConversationStore(rows, faults, _DOMAIN)
    await _turn(store, content, "中野区に住んでいます", "moved_in")
    rows.broken = True
    with pytest.raises(StoreError):
        await _turn(store, content, "何時までですか", "office_hours")
    rows.broken = False
    tracker = await store.get_or_create_tracker("a")
    rows.broken = True
    tracker.update(UserUttered("何時までですか"), _DOMAIN)
    with pytest.raises(StoreError):
        await store.save(tracker)
    assert faults.has(UNSAVED) and rows.kept["a"].version == 1
    rows.broken = False
    store.tend()
    assert not faults.has(UNSAVED) and rows.kept["a"].version == 1


async def test_what_another_process_forgot_does_not_come_back_from_memory(content: Content) -> None:
    rows, faults = _SharedRows(), Faults(lambda: _NOW)
    store = ConversationStore(rows, faults, _DOMAIN)
    await _turn(store, content, "中野区に住んでいます", "moved_in")
    rows.broken = True
    with pytest.raises(StoreError):
        await store.retrieve("a")
    rows.broken = False
    rows.delete("a")
    store.tend()
    assert not rows.kept and await store.retrieve("a") is None


async def test_a_turn_that_was_overtaken_writes_nothing_and_starts_from_the_newer_state(content: Content) -> None:
    rows = _SharedRows()
    first, second = (ConversationStore(rows, Faults(lambda: _NOW), _DOMAIN) for _ in range(2))
    slow = await first.get_or_create_tracker("a")
    await _turn(second, content, "中野区に住んでいます", "moved_in")
    slow.update(UserUttered("何時までですか"), _DOMAIN)
    with pytest.raises(Overtaken):
        await first.save(slow)
    assert rows.kept["a"].version == 1
    await _turn(first, content, "何時までですか", "office_hours")
    assert rows.kept["a"].version == 2


async def test_a_conversation_begun_anew_elsewhere_under_the_same_version_is_read_anew(content: Content) -> None:
    rows = _SharedRows()
    first, second = (ConversationStore(rows, Faults(lambda: _NOW), _DOMAIN) for _ in range(2))
    await _turn(first, content, "中野区に住んでいます", "moved_in")
    await second.delete("a")
    await _turn(second, content, "こんにちは", "greet")
    tracker = await first.retrieve("a")
    assert tracker is not None and rows.kept["a"].version == 1
    assert tracker.get_slot("last_outcome") == "chat" and tracker.get_slot("municipality") is None
