from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.dialogue.turn import Content
from bot.knowledge.base import Entry, KnowledgeBase
from bot.knowledge.lookup import Facts, slots
from bot.knowledge.model import Fact, Key, Source, Value

DAY = date(2026, 11, 20)
FACTS: list[tuple[str | None, dict[str, object]]] = [
    (None, {"key": "only_nation", "value": "国"}),
    (None, {"key": "both", "value": "国"}),
    ("nakano", {"key": "both", "value": "区"}),
    ("nakano", {"key": "only_city", "value": "区"}),
    (None, {"key": "said_unknown", "value": "国"}),
    ("nakano", {"key": "said_unknown", "status": "unknown"}),
    (None, {"key": "fee", "value": "100円", "until": date(2026, 3, 31)}),
    (None, {"key": "fee", "value": "200円", "since": date(2026, 4, 1)}),
    (None, {"key": "ended", "value": "前", "until": date(2026, 11, 19)}),
    (None, {"key": "coming", "value": "後", "since": date(2026, 11, 21)}),
    (None, {"key": "overlap", "value": "古", "since": date(2020, 1, 1)}),
    (None, {"key": "overlap", "value": "新", "since": date(2025, 1, 1)}),
    (None, {"key": "city_ended", "value": "国"}),
    ("nakano", {"key": "city_ended", "value": "区", "until": date(2026, 11, 19)}),
]  # fmt: skip


@pytest.fixture
def base(content: Content) -> KnowledgeBase:
    source = Source(title="頁", publisher="国", date="2025-01-01")
    entries: dict[str | None, dict[str, tuple[Entry, ...]]] = {None: {}, "nakano": {}}
    for town, raw in FACTS:
        fact = Fact.parse_obj({"source": "page", **raw})
        layer = entries[town]
        layer[fact.key] = (*layer.get(fact.key, ()), Entry(fact, source, DAY, town))
    names = {str(raw["key"]) for _, raw in FACTS}
    keys = {name: Key.parse_obj({"type": "text", "title": name}) for name in names}
    return replace(content.base, keys=keys, national=entries[None], local={"nakano": entries["nakano"]})


@pytest.mark.parametrize(
    ("key", "town", "expected"),
    [
        ("both", "nakano", "区"),
        ("both@city", "nakano", "区"),
        ("both@nation", "nakano", "国"),
        ("both", "suginami", "国"),
        ("both@city", "suginami", None),
        ("both", None, "国"),
        ("both@city", None, None),
        ("only_nation", "nakano", "国"),
        ("only_nation@city", "nakano", None),
        ("only_city", "nakano", "区"),
        ("only_city", "suginami", None),
        ("only_city", None, None),
        ("only_city@nation", "nakano", None),
        ("said_unknown", "nakano", None),
        ("said_unknown", "suginami", "国"),
        ("city_ended", "nakano", None),
        ("city_ended", None, "国"),
        ("no_such_key", "nakano", None),
    ],
)
def test_a_city_s_fact_lies_over_the_nation_s_and_never_over_another_city_s(base: KnowledgeBase, key: str, town: str | None, expected: str | None) -> None:
    facts = Facts(base, town, DAY)
    name, _, layer = key.partition("@")
    assert facts.value(name, layer or None) == expected  # type: ignore[arg-type]
    assert facts.fill(f"{{{key}}}") == expected


@pytest.mark.parametrize(
    ("key", "day", "value", "expired"),
    [
        ("fee", date(2026, 3, 31), "100円", False),
        ("fee", date(2026, 4, 1), "200円", False),
        ("fee", date(2020, 1, 1), "100円", False),
        ("ended", date(2026, 11, 19), "前", False),
        ("ended", date(2026, 11, 20), None, True),
        ("coming", date(2026, 11, 20), None, False),
        ("coming", date(2026, 11, 21), "後", False),
        ("overlap", date(2024, 12, 31), "古", False),
        ("overlap", date(2025, 1, 1), "新", False),
        ("overlap", date(2019, 12, 31), None, False),
        ("no_such_key", DAY, None, False),
    ],
)
def test_a_fact_holds_from_its_first_to_its_last_day(base: KnowledgeBase, key: str, day: date, value: Value | None, expired: bool) -> None:
    facts = Facts(base, None, day)
    assert facts.value(key) == value
    assert facts.expired(key) is expired


@pytest.mark.parametrize(
    ("template", "town", "expected", "used"),
    [
        ("文だけ", None, "文だけ", 0),
        ("{both}です", "nakano", "区です", 1),
        ("{both}と{both@nation}", "nakano", "区と国", 2),
        ("{both}と{only_city}", "suginami", None, 0),
        ("{ended}", None, None, 0),
        ("{both}。。", None, "国。", 1),
        ("{Both}", None, "{Both}", 0),
        ("{city}の{unit}", "nakano", "中野区の区", 0),
        ("{city}の人", None, None, 0),
    ],
)
def test_a_sentence_with_an_unknown_fact_is_dropped_and_leaves_no_source(
    base: KnowledgeBase, template: str, town: str | None, expected: str | None, used: int
) -> None:
    facts = Facts(base, town, DAY)
    assert facts.fill(template) == expected
    assert len(facts.uses) == used


@pytest.mark.parametrize(
    ("key", "town", "expected"),
    [
        ("city", "nakano", "中野区"),
        ("hall", "noda", "役場"),
        ("unit", "nishitokyo", "市"),
        ("page.date", "nakano", "2016年2月15日"),
        ("page.date", "noda", None),
        ("page.title", "nagoya", "公的個人認証サービスを利用するには？"),
        ("office.hours", "nakano", "月〜金曜の午前8時30分〜午後5時（祝日・年末年始を除く）"),
        ("office.hours", "noda", None),
        ("office.list", "nishitokyo", "市役所田無庁舎（市民課）"),
        ("office.department", "nagoya", "市民課・区民生活課"),
        ("office.department", "noda", "住民福祉課"),
        ("contact.name", "nagoya", "名古屋おしえてダイヤル"),
        ("contact.phone", "noda", "0194-78-2928"),
        ("contact.fax", "noda", None),
        ("contact.email", "nagoya", "7584@oshiete-dial.jp"),
        ("contact.email", "nakano", None),
        ("contact.hours", "suginami", None),
        ("contact.phone", None, None),
        ("city", None, None),
    ],
)
def test_names_offices_and_contacts_can_be_said_and_asked_for(content: Content, key: str, town: str | None, expected: str | None) -> None:
    facts = Facts(content.base, town, DAY)
    assert facts.value(key) == expected
    assert facts.fill(f"{{{key}}}") == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [("{a.b}と{c_d@city}、{e}", ["a.b", "c_d", "e"]), ("なし", []), ("{A}{}{ }", [])],
)
def test_the_keys_that_a_sentence_needs_are_listed(template: str, expected: list[str]) -> None:
    assert slots(template) == expected
