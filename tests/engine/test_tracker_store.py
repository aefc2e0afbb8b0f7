"""Conversations at rest: bounded, exact after a reload, gone when forgotten."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest

from bot.engine.quiet import quiet_rasa
from bot.engine.without_tensorflow import keep_tensorflow_out

quiet_rasa()
keep_tensorflow_out()

from rasa.shared.core.domain import Domain  # noqa: E402
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered  # noqa: E402

from bot.engine.tracker_store import ConversationStore, StoreError  # noqa: E402

_DOMAIN = Domain.from_dict({"slots": {name: {"type": "any", "influence_conversation": False, "mappings": [{"type": "custom"}]} for name in ("topic", "home")}})


async def _filled(store: ConversationStore, turns: int) -> None:
    tracker = await store.get_or_create_tracker("a")
    tracker.update(SlotSet("home", "nakano"), _DOMAIN)
    for number in range(turns):
        tracker.update(UserUttered(f"質問{number}"), _DOMAIN)
        tracker.update(ActionExecuted("action_answer"), _DOMAIN)
        tracker.update(SlotSet("topic", f"t{number}"), _DOMAIN)
        tracker.update(ActionExecuted("action_listen"), _DOMAIN)
        await store.save(tracker)


@pytest.mark.parametrize("turns", [1, 6, 7, 100])
async def test_slots_survive_compaction_and_reload(tmp_path: Path, turns: int) -> None:
    path = tmp_path / "c.sqlite3"
    store = ConversationStore(path, _DOMAIN)
    await _filled(store, turns)
    store.close()
    tracker = await ConversationStore(path, _DOMAIN).retrieve("a")
    assert tracker is not None
    assert tracker.get_slot("home") == "nakano" and tracker.get_slot("topic") == f"t{turns - 1}"
    assert len(tracker.events) <= 40 and tracker.latest_message is not None and tracker.latest_message.text == f"質問{turns - 1}"


async def test_a_forgotten_conversation_is_gone_from_disk(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite3"
    store = ConversationStore(path, _DOMAIN)
    await _filled(store, 3)
    await store.delete("a")
    assert await store.retrieve("a") is None and await store.keys() == []
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT count(*) FROM conversations").fetchone() == (0,)


async def test_old_conversations_are_purged(tmp_path: Path) -> None:
    store = ConversationStore(tmp_path / "c.sqlite3", _DOMAIN)
    await _filled(store, 1)
    assert store.purge(time.time() - 60) == 0 and store.purge(time.time() + 60) == 1


def test_a_place_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="JPKI_BOT_STATE"):
        ConversationStore(tmp_path / "file" / "c.sqlite3", _DOMAIN)
