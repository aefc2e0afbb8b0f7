from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bot.dialogue.turn import Content
from bot.knowledge.lookup import COMPUTED, DERIVED_KEYS, slots
from bot.knowledge.model import Line, Point, Topic
from bot.language.normalize import match_form

PROJECT = Path(__file__).resolve().parents[2]
TOPICS = [
    "about_service",
    "address_or_name_change",
    "affirm",
    "apply_card",
    "bot_challenge",
    "card_broken",
    "card_found",
    "card_lost",
    "card_vs_cert_expiry",
    "cert_types",
    "check_card_status",
    "check_expiry",
    "contact",
    "convenience_store_certificates",
    "deny",
    "double_issue",
    "drivers_license",
    "equipment",
    "expired",
    "expiry_notice",
    "feedback",
    "fees",
    "goodbye",
    "greet",
    "handoff",
    "health_insurance",
    "id_document_accepted",
    "issue",
    "juki_card",
    "minors",
    "office_hours",
    "office_location",
    "online_procedures",
    "out_of_scope",
    "pin_change",
    "pin_forgotten",
    "pin_locked",
    "pin_reset_convenience_store",
    "pin_rules",
    "proxy",
    "renewal",
    "required_items",
    "reservation",
    "revocation_reasons",
    "smartphone_certificate",
    "stop_using",
    "system_delay",
    "thanks",
    "uses",
    "validity_period",
]
FIGURES = {
    "phone": r"0\d{1,4}[-‐－−ー(（]\d{1,4}[-‐－−ー)）]\d{3,4}|(?:0120|0570)[-‐－−ー(（]?\d{2}",
    "url": r"https?://\w|www\.\w|\w\.(?:go|lg|or|co)\.jp",
    "mail": r"[\w.+-]+@[\w-]+\.\w+",
    "yen": r"[0-9０-９,]+円|[一二三四五六七八九十百千万]+円",
    "date": r"(?:19|20)\d\d年|(?:令和|平成|昭和)[\d元]|\b(?:19|20)\d\d-\d\d-\d\d(?!T)|\d{1,2}月\d{1,2}日",
}
CODE = sorted(path.relative_to(PROJECT).as_posix() for folder in ("bot", "actions") for path in (PROJECT / folder).rglob("*.py"))
KNOWLEDGE = sorted(path.relative_to(PROJECT).as_posix() for path in (PROJECT / "data/knowledge").rglob("*.yml"))
MENU = ["renewal", "card_lost", "pin_forgotten", "fees", "office_hours"]


def lines_of(topic: Topic) -> Iterator[Line]:
    if topic.answer is not None:
        yield from topic.answer.points
        yield from topic.answer.details
        for section in topic.answer.sections.values():
            yield from section


def said_by(topic: Topic) -> list[str]:
    return [line.say if isinstance(line, Point) else line for line in lines_of(topic)]


def literals(source: str) -> Iterator[str]:
    """The strings of Python code; docstrings may hold examples."""
    tree = ast.parse(source)
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docs = {id(node.body[0].value) for node in ast.walk(tree) if isinstance(node, owners) and node.body and isinstance(node.body[0], ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value


def read(file: str) -> str:
    return (PROJECT / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", FIGURES)
@pytest.mark.parametrize("topic", TOPICS)
def test_no_answer_holds_a_figure_that_belongs_into_the_knowledge(content: Content, topic: str, kind: str) -> None:
    assert [say for say in said_by(content.base.topics[topic]) if re.search(FIGURES[kind], say)] == []


@pytest.mark.parametrize("file", CODE)
def test_no_code_holds_a_phone_number_an_address_a_fee_or_a_date(file: str) -> None:
    assert [text for text in literals(read(file)) if any(re.search(figure, text) for figure in FIGURES.values())] == []


@pytest.mark.parametrize("file", KNOWLEDGE)
def test_a_phone_number_stands_only_once_in_a_knowledge_file(file: str) -> None:
    counted = Counter(re.findall(r"(?<![\d/])0\d{1,4}-\d{1,4}-\d{3,4}(?!\d)", read(file)))
    assert [number for number, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("topic", TOPICS)
def test_every_fact_that_an_answer_needs_exists(content: Content, topic: str) -> None:
    known = {*content.base.keys, *DERIVED_KEYS}
    found = content.base.topics[topic]
    asked = {key.partition("@")[0] for line in lines_of(found) if isinstance(line, Point) for key in line.facts}
    needed = {key for say in said_by(found) for key in slots(say)}
    assert {key for key in (asked | needed) - known if not key.startswith(COMPUTED)} == set()


@pytest.mark.parametrize("topic", TOPICS)
def test_every_brace_of_an_answer_is_the_name_of_a_fact(content: Content, topic: str) -> None:
    rest = [re.sub(r"\{[a-z_0-9.]+(?:@(?:city|nation))?\}", "", say) for say in said_by(content.base.topics[topic])]
    assert [say for say in rest if "{" in say or "}" in say] == []


@pytest.mark.parametrize("topic", TOPICS)
def test_every_aspect_person_certificate_document_and_procedure_of_a_point_exists(content: Content, topic: str) -> None:
    found, lexicon, topics = content.base.topics[topic], content.lexicon.file, content.base.topics
    points = [line for line in lines_of(found) if isinstance(line, Point)]
    outcomes = {f"after_{o}" for o in ("answer", "ask_back", "suggest", "out_of_scope", "handoff", "warning", "chat")}
    assert {a for p in points for a in p.about} - {*lexicon.aspects, *found.aspects} - outcomes == set()
    assert {x for p in points for x in p.person} <= lexicon.persons.keys()
    assert {x for p in points for x in p.certificate} <= lexicon.certificates.keys()
    assert {x for p in points for x in p.document} <= lexicon.documents.keys()
    assert {x for p in points for x in p.procedure} <= topics.keys()


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_has_an_answer_and_points_on_to_topics_that_exist(content: Content, topic: str) -> None:
    answer = content.base.topics[topic].answer
    assert answer is not None
    assert [name for name in answer.next if name not in content.base.topics or name == topic] == []
    assert answer.sections.keys() <= content.base.wording.sections.keys()


@pytest.mark.parametrize("topic", sorted({*TOPICS, *(path.stem for path in (PROJECT / "data/topics").glob("*.yml"))}))
def test_the_topics_are_the_fifty_of_the_contract(content: Content, topic: str) -> None:
    assert topic in TOPICS
    assert content.base.topics[topic].topic == topic


@pytest.mark.parametrize("topic", MENU)
def test_the_menu_offers_topics_that_exist(content: Content, topic: str) -> None:
    assert content.base.wording.menu == MENU
    assert content.base.topics[topic].title


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_has_phrases_enough_and_none_twice(content: Content, topic: str) -> None:
    phrases = [phrase.strip() for phrase in content.base.topics[topic].phrases]
    assert len(phrases) >= 60
    assert [phrase for phrase, times in Counter(phrases).items() if times > 1] == []


@pytest.mark.parametrize("topic", TOPICS)
def test_no_phrase_stands_in_two_topics(content: Content, topic: str) -> None:
    elsewhere = {match_form(p): name for name, other in content.base.topics.items() if name != topic for p in other.phrases}
    assert [(p, elsewhere[match_form(p)]) for p in content.base.topics[topic].phrases if match_form(p) in elsewhere] == []


@pytest.mark.parametrize("cues", ["procedures", "follow_ups"])
def test_the_lexicon_names_topics_and_aspects_that_exist(content: Content, cues: str) -> None:
    lexicon = content.lexicon.file
    assert getattr(lexicon, cues).keys() <= content.base.topics.keys()
    assert {a for ids in lexicon.follow_ups.values() for a in ids} <= lexicon.aspects.keys()


@pytest.mark.parametrize("file", ["wording.yml", "lexicon.yml"])
def test_shared_wording_and_lexicon_need_only_facts_that_exist(content: Content, file: str) -> None:
    text = yaml.safe_dump(yaml.safe_load(read(f"data/{file}")), allow_unicode=True, width=10_000)
    own = {"publisher", "date", "sources", "checked", "contact"}
    unknown = set(slots(text)) - {*content.base.keys, *DERIVED_KEYS} - own
    assert {key for key in unknown if not key.startswith(COMPUTED)} == set()
