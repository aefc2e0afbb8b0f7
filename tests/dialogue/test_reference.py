"""The quick reference: hits, and cards that say what the bot says to residents."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from bot.dialogue.reference import Reference
from bot.dialogue.reference_card import Card, sentences
from bot.dialogue.turn import Content
from bot.knowledge.staff import read_staff_wording
from bot.settings import JAPAN

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=JAPAN)


@pytest.fixture(scope="module")
def reference(content: Content, project: Path) -> Reference:
    return Reference(content, read_staff_wording(project / "data", content.base).legal_basis, NOW.date())


def opened(reference: Reference, hit: str, query: str = "", town: str | None = "nakano") -> Card:
    card = reference.card(hit, query, town, {}, NOW)
    assert card is not None
    return card


def test_the_person_of_the_shorthand_narrows_the_card(reference: Reference) -> None:
    own, proxy = opened(reference, "topic:pin_locked", "署名用 ロック"), opened(reference, "topic:pin_locked", "署名用 ロック 代理")
    assert own.rule != proxy.rule and "代理" in "".join(proxy.rule)
    assert any("代理人の本人確認書類" in line for part in proxy.checklist for line in part.lines)
    assert not any("代理人の本人確認書類" in line for part in own.checklist for line in part.lines)


def test_a_child_gets_no_signature_certificate(reference: Reference) -> None:
    card = opened(reference, "topic:minors", "15歳未満 署名")
    assert card.rule[0] == "いいえ。" and "原則として発行されません" in card.rule[1]


def test_a_procedure_always_has_its_list_to_tick(reference: Reference, content: Content) -> None:
    for topic in content.base.topics.values():
        if topic.answer and topic.answer.checklist:
            assert opened(reference, f"topic:{topic.topic}").checklist, topic.topic


def test_the_named_procedure_gives_a_facet_its_list(reference: Reference) -> None:
    assert opened(reference, "topic:required_items", "更新 持ち物").checklist == opened(reference, "topic:renewal").checklist


def test_differences_name_only_municipalities_that_say_otherwise(reference: Reference) -> None:
    card = opened(reference, "topic:renewal")
    assert {other.town for other in card.others} == {"名古屋市", "西東京市", "野田村", "杉並区"}
    assert all("無料で更新できます" not in other.text for other in card.others), "what is the same is not repeated"
    same = opened(reference, "topic:about_service")
    assert same.others == () and len(same.compared) == 4


def test_a_difference_is_more_than_a_name_or_a_phone_number(reference: Reference, content: Content) -> None:
    """「中野区のページに載っていないので、電話（…）で」 and the same of another town are no difference."""
    card = opened(reference, "topic:pin_locked", "署名用 ロック 代理", "nagoya")
    texts = {other.town: other.text for other in card.others}
    assert set(texts) == {"中野区", "杉並区"}


def test_no_card_of_a_municipality_tells_another_ones_phone_as_its_own(reference: Reference, content: Content) -> None:
    for code in content.base.municipalities:
        strangers = [c.phone for other in content.base.municipalities.values() if other.code != code for c in other.contacts if c.phone]
        for topic in content.base.topics.values():
            if topic.kind in ("concept", "procedure", "facet"):
                card = opened(reference, f"topic:{topic.topic}", "", code)
                told = " ".join([*card.rule, *card.exceptions, *card.notes, card.contact, *(line for part in card.sections for line in part.lines)])
                assert not [phone for phone in strangers if phone in told], (code, topic.topic)


@pytest.mark.parametrize("query", ["杉並 荻窪", "荻窪でできる", "田無 窓口", "港区の区役所", "鷺ノ宮 更新"])
def test_a_branch_in_the_query_is_no_other_municipalitys(reference: Reference, content: Content, query: str) -> None:
    """Each line of the differences speaks of the municipality that stands before it, and of no other."""
    for topic in ("office_location", "office_hours", "renewal", "contact"):
        card = opened(reference, f"topic:{topic}", query)
        for other in card.others:
            strangers = [town.name for town in content.base.municipalities.values() if town.name != other.town]
            assert not [name for name in strangers if name in other.text], (topic, other)


def test_old_pages_and_disputed_facts_are_marked(reference: Reference) -> None:
    card = opened(reference, "topic:renewal")
    assert [source.age for source in card.sources if source.title.startswith("中野区")] == ["old"]
    disputed = opened(reference, "topic:fees", "", "nishitokyo")
    assert disputed.marks == ("disputed",)


def test_the_law_stands_where_the_wording_rests_on_it_and_nowhere_else(reference: Reference) -> None:
    basis = opened(reference, "topic:about_service").basis
    assert basis and "公的個人認証法" in basis[0].source.title and "J-LIS" in basis[0].text
    assert opened(reference, "topic:fees").basis == ()


def test_the_municipality_of_the_query_comes_before_the_desks(reference: Reference) -> None:
    assert opened(reference, "topic:fees", "nagoya tesuuryou").town == "名古屋市"
    assert opened(reference, "topic:fees", "杉並区の手数料は").town == "杉並区"
    assert opened(reference, "topic:fees", "手数料").town == "中野区"
    assert opened(reference, "topic:fees", "手数料", None).town == ""


def test_a_fact_shows_value_source_other_towns_and_where_it_is_said(reference: Reference) -> None:
    card = opened(reference, "fact:nakano/uses.page_says")
    assert card.rule[0].startswith("中野区のページが挙げる例は") and card.sources[0].age == "old" and card.checked
    assert card.others and {other.town for other in card.others} <= set(card.compared)
    assert "topic:uses" in {hit.id for hit in card.related}


def test_a_contact_shows_its_numbers(reference: Reference, content: Content) -> None:
    contact = content.base.municipalities["noda"].contacts[0]
    card = opened(reference, "contact:noda/0")
    assert contact.phone and contact.phone in card.rule[0] and card.town == "野田村"


def test_every_hit_can_be_opened(reference: Reference) -> None:
    for query in ("更新", "suginami", "電話", "koushin tesuuryou", "荻窪", "15歳未満 署名", "nagoya"):
        hits = reference.hits(query, "nakano", {}, NOW)
        assert 1 <= len(hits) <= 9
        for hit in hits:
            assert opened(reference, hit.id, query).title == hit.title


@pytest.mark.parametrize("hit", ["", "topic:", "topic:nothing", "topic:greet", "fact:x/y", "office:nakano/99", "contact:../0", "municipality:nakano", "<b>"])
def test_what_is_no_hit_opens_nothing(reference: Reference, hit: str) -> None:
    assert reference.card(hit, "更新", "nakano", {}, NOW) is None


def test_a_word_still_being_typed_is_not_overruled_by_what_the_brain_makes_of_it(reference: Reference) -> None:
    taken = {"topic": "revocation_reasons", "outcome": "answer", "buttons": []}
    assert reference.hits("こうし", None, taken, NOW)[0].id == "topic:renewal"
    assert reference.hits("こうし を ききたい ひと", None, taken, NOW)[0].id == "topic:revocation_reasons"


def test_sentences_keep_their_brackets_together() -> None:
    text = "はい（無料です。写真も不要です。）できます。\n電話（03-0000-0000）で。「そのとき。」と言う。"
    assert sentences(text) == ("はい（無料です。写真も不要です。）できます。", "電話（03-0000-0000）で。", "「そのとき。」と言う。")
