"""The corpus of horrors through the bot itself: one answer each, nothing of it shown or remembered, and the talk goes on."""

from __future__ import annotations

import json
import logging
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from bot.dialogue.memory import SLOTS
from bot.dialogue.turn import FORMER, STILL
from bot.language.places import relatives
from tests.fuzz.horrors import Horror, faults_of_answer, faults_of_text, horrors
from tests.fuzz.profiles import LONG

if TYPE_CHECKING:
    from bot.engine.bot import Bot

PLAIN = "カードをなくした"
_ACTIONS = {"action_session_start", "action_listen", "action_answer", "action_converse", "action_check_card_status"}
_EVENTS = {
    "SessionStarted",
    "ActionExecuted",
    "UserUttered",
    "BotUttered",
    "SlotSet",
    "DefinePrevUserUtteredFeaturization",
    "DialogueStackUpdated",
    "EntitiesAdded",
}
_ID = re.compile(r"[a-z0-9_.:!-]*")
_MOMENT = re.compile(r"(?:now|day|time|clock)/[0-9T:.+-]+")


def test_the_corpus_is_large_and_of_every_kind() -> None:
    kinds = Counter(horror.kind for horror in horrors())
    assert len(horrors()) >= 200 and len(kinds) >= 25 and min(kinds.values()) >= 3
    assert len({horror.text for horror in horrors()}) == len(horrors())


@pytest.mark.parametrize("kind", sorted({horror.kind for horror in horrors()}))
async def test_a_horror_is_one_plain_answer(bot: Bot, caplog: pytest.LogCaptureFixture, kind: str) -> None:
    caplog.set_level(logging.WARNING)
    plain = await bot.reply(f"plain-{kind}", PLAIN, municipality="中野区")
    wrong = {horror.name: faults for horror in horrors() if horror.kind == kind and (faults := await _faults(bot, horror, plain))}
    assert wrong == {}
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert not any(horror.text in record.getMessage() for record in caplog.records for horror in horrors() if len(horror.text) > 3)


async def _faults(bot: Bot, horror: Horror, plain: dict[str, Any]) -> list[str]:
    conversation = f"horror-{horror.name}"
    answer = await bot.reply(conversation, horror.text, municipality="中野区")
    found = faults_of_answer(answer)
    found += await _faults_of_memory(bot, conversation)
    again = await bot.reply(conversation, PLAIN, municipality="中野区")
    if _gist(again) != _gist(plain):
        found.append(f"afterwards: {again['topic']} {again['outcome']} {again['lead']}")
    await bot.forget(conversation)
    return found


def _gist(answer: dict[str, Any]) -> tuple[Any, ...]:
    """Some horrors name another town, and the answer is then for that one from its second sentence on."""
    return answer["topic"], answer["outcome"], answer["lead"].split("。")[0]


async def _faults_of_memory(bot: Bot, conversation: str) -> list[str]:
    """Only ids are kept, and nothing was done but to answer."""
    tracker = await bot._store.retrieve(conversation)
    if tracker is None:
        return []
    events = [event.as_dict() for event in tracker.events]
    done = {event["name"] for event in events if event["event"] == "action"}
    kinds = {type(event).__name__ for event in tracker.events}
    intents = {event["parse_data"]["intent"]["name"] for event in events if event["event"] == "user"}
    found = [f"did {name}" for name in done - _ACTIONS] + [f"event {kind}" for kind in kinds - _EVENTS]
    found += [f"intent {name}" for name in intents - set(bot.content.base.topics) - {"nlu_fallback"}]
    found += [fault for event in events for fault in faults_of_text("".join(words_of(event.get("text"))))]
    slots = {name: value for name, value in tracker.current_slot_values().items() if value is not None}
    found += [f"slot {name}" for name in set(slots) - set(SLOTS) - {"session_started_metadata"}]
    return found + [f"slot {name}: {word}" for name, value in slots.items() for word in _foreign(bot, name, value)]


def _foreign(bot: Bot, name: str, value: Any) -> list[str]:
    """What a slot holds that is no id of ours."""
    if name == "offered":
        return [b["title"] for b in value if faults_of_text(b["title"]) or not _ID.fullmatch(b["payload"])]
    if name == "kin":
        return [who for who in value if who not in (FORMER, STILL) and relatives(bot.content.lexicon.prepare(who)) != [who]]
    if name == "when":
        return [] if _MOMENT.fullmatch(value) else [value]
    if name in ("given", "answers"):
        return [word for word in words_of(value) if not re.fullmatch(r"[a-z0-9_/.-]*", word)]
    return [word for word in words_of(value) if not _ID.fullmatch(word)]


def words_of(value: Any) -> list[str]:
    """Every text of a JSON value, names included."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [word for name, inner in value.items() for word in [name, *words_of(inner)]]
    return [word for inner in value for word in words_of(inner)] if isinstance(value, (list, tuple)) else []


async def test_all_horrors_in_one_conversation(bot: Bot) -> None:
    """Whatever state one leaves behind, the next gets its answer."""
    wrong: dict[str, Any] = {}
    for horror in horrors() if LONG else horrors()[::3]:
        answer = await bot.reply("horror-all", horror.text)
        faults = faults_of_answer(answer)
        wrong |= {horror.name: faults} if faults else {}
    assert wrong == {}
    last = await bot.reply("horror-all", PLAIN, municipality="中野区")
    assert last["topic"] == "card_lost" and last["outcome"] == "answer"
    assert len(json.dumps([event.as_dict() for event in (await bot._store.retrieve("horror-all")).events])) < 60_000
