from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bot.dialogue.turn import Content
from bot.knowledge.answer import Answer
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.compose import compose, compose_chat
from bot.knowledge.question import Question

TODAY = date(2026, 11, 20)
TOPICS = sorted(path.stem for path in (Path(__file__).resolve().parents[2] / "data" / "topics").glob("*.yml"))
TOWNS = [None, "nagoya", "nakano", "nishitokyo", "noda", "suginami"]


def questions(content: Content, topic: str, town: str | None) -> Iterator[Question]:
    lexicon = content.lexicon.file
    yield Question(topic, town)
    for aspect in {*lexicon.aspects, *content.base.topics[topic].aspects, "after_ask_back", "after_suggest", "after_answer", "nationwide"}:
        yield Question(topic, town, aspects=frozenset({aspect}))
    yield from (Question(topic, town, persons=frozenset({person})) for person in lexicon.persons)
    yield from (Question(topic, town, certificates=frozenset({certificate})) for certificate in lexicon.certificates)
    yield from (Question(topic, town, documents=frozenset({document})) for document in lexicon.documents)
    yield from (Question(topic, town, procedures=frozenset([procedure])) for procedure in lexicon.procedures)


def composed(base: KnowledgeBase, question: Question) -> Answer:
    answer_with = compose_chat if base.topics[question.topic].kind in ("conversation", "staff") else compose
    return answer_with(question, base, TODAY)


def numbers_of_others(base: KnowledgeBase, town: str | None) -> list[str]:
    contacts = [c for code, other in base.municipalities.items() if code != town for c in other.contacts]
    own = [c for code, other in base.municipalities.items() if code == town for c in other.contacts]
    kept = {n for c in own for n in (c.phone, c.fax, c.email)}
    return [n for c in contacts for n in (c.phone, c.fax, c.email) if n and n not in kept]


@pytest.mark.parametrize("town", TOWNS)
@pytest.mark.parametrize("topic", TOPICS)
def test_every_question_has_a_whole_answer_with_nobody_else_s_number_and_dated_sources(content: Content, topic: str, town: str | None) -> None:
    strangers = numbers_of_others(content.base, town)
    for question in questions(content, topic, town):
        answer = composed(content.base, question)
        assert answer.lead.strip() and answer.lead in answer.text, question
        assert not re.search(r"[{}]|None|。。|、。|\n\n", answer.text), (question, answer.text)
        assert not [n for n in strangers if n in answer.text], (question, answer.text)
        assert (answer.checked_on is None) == (not answer.sources), question
        assert all(source.date is not None or "日付の記載なし" in answer.text for source in answer.sources), question


@pytest.mark.parametrize("town", TOWNS)
@pytest.mark.parametrize("topic", [t for t in TOPICS if t in ("renewal", "card_lost", "fees", "uses", "office_location", "pin_rules", "juki_card")])
def test_an_answer_ends_with_its_sources_the_day_of_the_check_and_whom_to_ask(content: Content, topic: str, town: str | None) -> None:
    answer = compose(Question(topic, town), content.base, TODAY)
    phone = content.base.municipalities[town].contacts[0].phone if town else "0120-95-0178"
    assert phone and re.search(rf"\n出典: .+に確認\n問い合わせ: .+{re.escape(phone)}", answer.text)
    assert answer.checked_on == "2026-11-20"


@pytest.mark.parametrize(
    ("town", "today", "note"),
    [
        ("nakano", date(2026, 11, 20), "中野区のページは2016年2月15日のもので、かなり古くなっています"),
        ("nakano", date(2016, 3, 1), None),
        ("suginami", date(2026, 11, 20), "杉並区のページは2024年6月7日のものです。.*区にはこれより新しい案内ページがあります"),
        ("suginami", date(2024, 6, 7), None),
        ("suginami", date(2026, 6, 7), None),
        ("suginami", date(2026, 6, 8), "杉並区のページは2024年6月7日のものです"),
        ("suginami", date(2029, 6, 7), "杉並区のページは2024年6月7日のものです。行く前に"),
        ("suginami", date(2029, 6, 8), "杉並区のページは2024年6月7日のもので、かなり古く"),
        ("nagoya", date(2026, 11, 20), "名古屋市のページは2024年4月1日のものです"),
        ("nagoya", date(2025, 1, 1), None),
        ("nishitokyo", date(2026, 11, 20), "西東京市のページは2023年5月8日のものです"),
        ("noda", date(2026, 11, 20), "野田村のページには日付がありません。.*村には同じ題名の新しいページがあります"),
        ("noda", date(2016, 1, 1), "野田村のページには日付がありません"),
        (None, date(2026, 11, 20), None),
        (None, date(2036, 11, 20), None),
    ],
)
def test_the_age_of_a_page_is_part_of_the_answer(content: Content, town: str | None, today: date, note: str | None) -> None:
    answer = compose(Question("office_location", town), content.base, today)
    if note is None:
        assert answer.notes == ()
        assert "※" not in answer.text
    else:
        assert re.search(f"※{note}", answer.text)
        assert re.search(note, answer.notes[0])


@pytest.mark.parametrize(
    ("topic", "outcome"),
    [("handoff", "handoff"), ("out_of_scope", "out_of_scope"), ("greet", "chat"), ("thanks", "chat"), ("check_card_status", "chat")],
)
def test_a_conversational_topic_has_its_outcome_and_no_sources(content: Content, topic: str, outcome: str) -> None:
    answer = compose_chat(Question(topic), content.base, TODAY)
    assert (answer.outcome, answer.topic, answer.sources, answer.text) == (outcome, topic, (), answer.lead)
