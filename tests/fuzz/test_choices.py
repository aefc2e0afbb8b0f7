"""Payloads that were made up, or belong to another question: one answer, no wrong action, no failure."""

from __future__ import annotations

import asyncio
import itertools
import logging
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.dialogue.conversation import respond
from bot.dialogue.memory import Memory
from bot.dialogue.turn import Content, Heard
from bot.knowledge.answer import Button
from bot.settings import read_settings
from tests.fuzz.horrors import faults_of_answer
from tests.fuzz.nasty import CHARACTERS, DATE_TEXTS, TEXTS
from tests.fuzz.profiles import tries

if TYPE_CHECKING:
    from bot.engine.bot import Bot

_conversations = itertools.count()
_KINDS = ["topic", "municipality", "expiry", "pin", "feedback", "stop", "handover", "card", "line", "staff", "offer", "slot", ""]
_NAMES = [
    "fees",
    "renewal",
    "nakano",
    "start",
    "issued",
    "born",
    "before",
    "which",
    "other",
    "both",
    "signature",
    "user",
    "yes",
    "no",
    "unsure",
    "helpful",
    "unhelpful",
    "reason",
    "offer",
    "check_card_status",
    "staff",
    "nlu_fallback",
    "affirm",
    "read",
    "clear",
    "",
    ":",
    "__class__",
    "given",
    "../x",
    "fees:fees",
]
PAYLOADS = st.builds("{}:{}".format, st.sampled_from(_KINDS), st.sampled_from(_NAMES)) | st.text(CHARACTERS, min_size=1, max_size=80) | TEXTS.filter(bool)


@tries(40)
@example("topic:check_card_status", "カード")
@example("card:read", "")
@example("feedback:\ud800", "")
@example("x" * 80, "あ" * 5000)
@given(choice=PAYLOADS, text=TEXTS)
def test_a_made_up_payload_is_one_answer(bot: Bot, caplog: pytest.LogCaptureFixture, choice: str, text: str) -> None:
    caplog.set_level(logging.ERROR)
    conversation = f"choice-{next(_conversations)}"

    async def talk() -> None:
        for turn in (choice, choice):
            answer = await bot.reply(conversation, text, choice=turn)
            assert faults_of_answer(answer) == []
        answer = await bot.reply(conversation, "カードをなくした", municipality="中野区")
        assert answer["outcome"] == "answer" and answer["topic"] == "card_lost"
        await bot.forget(conversation)

    asyncio.run(talk())
    assert [record.getMessage() for record in caplog.records] == []


_ASKED = st.sampled_from([None, "expiry.issued", "expiry.born", "expiry.side", "pin.which", "pin.other", "feedback.reason", "handover.offer", "handover.town"])
_MEMORIES = st.builds(
    Memory,
    municipality=st.none() | st.sampled_from(["nakano", "nagoya"]),
    topic=st.none() | st.sampled_from(["fees", "renewal", "check_expiry", "pin_forgotten", "office_hours"]),
    pending=st.none() | st.sampled_from(["fees", "office_hours"]),
    asked=_ASKED,
    offered=st.sampled_from([(), (Button("中野区", "municipality:nakano"), Button("手数料", "topic:fees"))]),
    interrupted=st.integers(0, 2),
    misses=st.integers(0, 3),
    unlike=st.sampled_from([(), ("fees", "renewal")]),
    elsewhere=st.booleans(),
    given=st.sampled_from(
        [
            {},
            {"issued": "2021-06-10/2021-06-10"},
            {"issued": "2021-06-01/2021-06-30", "born": "0-6-15"},
            {"ends": "2027-03-20"},
            {"born": "1990-2-29", "draft": "2021-6-0"},
        ]
    ),
    answers=st.sampled_from([{}, {"which": "signature"}, {"which": "both"}]),
    when=st.none() | st.just("day/2026-11-23T08:00:00+09:00"),
)


@tries(120)
@given(
    memory=_MEMORIES,
    choice=st.none() | PAYLOADS,
    text=TEXTS | DATE_TEXTS,
    topic=st.sampled_from(["fees", "check_expiry", "pin_forgotten", "office_hours", "affirm", "deny", "nlu_fallback", "out_of_scope"]),
)
def test_any_reply_to_any_open_question_is_one_answer(content: Content, memory: Memory, choice: str | None, text: str, topic: str) -> None:
    answer, after = respond(Heard(text, topic, ((topic, 0.9),), choice), memory, content, read_settings().now())
    assert answer.as_dict()["text"].strip(), (memory, choice, text, topic)
    assert Memory.of(after.slots()) == after
