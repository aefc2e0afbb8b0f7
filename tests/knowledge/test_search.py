"""Topics, facts and places are found by a few words, however they are written."""

from __future__ import annotations

import time
from datetime import date

import pytest

from bot.dialogue.turn import Content
from bot.knowledge.search import SearchIndex

TODAY = date(2026, 11, 20)
FIRST = 3

KANJI = [
    ("更新", "renewal"),
    ("手数料", "fees"),
    ("代理", "proxy"),
    ("代理人", "proxy"),
    ("ロック", "pin_locked"),
    ("暗証番号", "pin_change"),
    ("暗証番号 忘れ", "pin_forgotten"),
    ("初期化", "pin_reset_convenience_store"),
    ("紛失", "card_lost"),
    ("盗難", "card_lost"),
    ("失効", "revocation_reasons"),
    ("有効期間", "validity_period"),
    ("期限切れ", "expired"),
    ("通知書", "expiry_notice"),
    ("持ち物", "required_items"),
    ("本人確認書類", "required_items"),
    ("予約", "reservation"),
    ("受付時間", "office_hours"),
    ("窓口", "office_location"),
    ("電話", "contact"),
    ("問い合わせ", "contact"),
    ("引越し", "address_or_name_change"),
    ("結婚", "address_or_name_change"),
    ("保険証", "health_insurance"),
    ("免許", "drivers_license"),
    ("スマホ", "smartphone_certificate"),
    ("コンビニ", "convenience_store_certificates"),
    ("破損", "card_broken"),
    ("住基カード", "juki_card"),
    ("15歳未満", "minors"),
    ("成年被後見人", "minors"),
    ("二重発行", "double_issue"),
    ("再発行", "issue"),
    ("申請", "apply_card"),
    ("利用をやめる", "stop_using"),
    ("機器", "equipment"),
    ("混雑", "system_delay"),
    ("土曜", "office_hours"),
    ("e-Tax", "uses"),
    ("公的個人認証サービス", "about_service"),
    ("カード 読取", "check_card_status"),
    ("更新手数料", "fees"),
    ("電子証明書の違い", "cert_types"),
]
KANA = [
    ("こうしん", "renewal"),
    ("コウシン", "renewal"),
    ("ｺｳｼﾝ", "renewal"),
    ("こうし", "renewal"),
    ("てすうりょう", "fees"),
    ("てす", "fees"),
    ("だいり", "proxy"),
    ("ろっく", "pin_locked"),
    ("ふんしつ", "card_lost"),
    ("ゆうこうきかん", "validity_period"),
    ("もちもの", "required_items"),
    ("よやく", "reservation"),
    ("まどぐち", "office_location"),
    ("でんわ", "contact"),
    ("ひっこし", "address_or_name_change"),
    ("けっこん", "address_or_name_change"),
    ("しっこう", "revocation_reasons"),
    ("こんびに", "convenience_store_certificates"),
    ("ほけんしょう", "health_insurance"),
    ("めんきょ", "drivers_license"),
    ("じゅうき", "juki_card"),
    ("せいねんひこうけんにん", "minors"),
]
ROMAJI = [
    ("koushin", "renewal"),
    ("kosin", "renewal"),
    ("koush", "renewal"),
    ("kous", "renewal"),
    ("tesuuryou", "fees"),
    ("tesuryo", "fees"),
    ("dairi", "proxy"),
    ("rokku", "pin_locked"),
    ("funshitsu", "card_lost"),
    ("hunsitu", "card_lost"),
    ("jikan", "office_hours"),
    ("mochimono", "required_items"),
    ("yoyaku", "reservation"),
    ("denwa", "contact"),
    ("madoguchi", "office_location"),
    ("hikkoshi", "address_or_name_change"),
    ("shikkou", "revocation_reasons"),
    ("sumaho", "smartphone_certificate"),
    ("konbini", "convenience_store_certificates"),
    ("hokenshou", "health_insurance"),
    ("etax", "uses"),
    ("PIN", "pin_change"),
]
SHORTHAND = [
    ("署名用 ロック 代理", "pin_locked"),
    ("署名用 ロック 代理", "proxy"),
    ("15歳未満 署名", "minors"),
    ("更新 持ち物", "required_items"),
    ("紛失 電話", "card_lost"),
    ("コンビニ 暗証番号", "pin_reset_convenience_store"),
    ("利用者証明用 署名用", "cert_types"),
    ("shomei rokku", "pin_locked"),
    ("こうしん だいり", "proxy"),
    ("期限切れ 保険証", "health_insurance"),
    ("引越し 署名用", "address_or_name_change"),
    ("住所変更 失効", "address_or_name_change"),
]
TOWNS = [
    ("杉並 手数料", "suginami", "手数料"),
    ("杉並区　手数料", "suginami", "手数料"),
    ("nagoya jikan", "nagoya", "jikan"),
    ("NAGOYASHI jikan", "nagoya", "jikan"),
    ("なごや じかん", "nagoya", "じかん"),
    ("電話 にしとうきょう", "nishitokyo", "電話"),
    ("nakano", "nakano", ""),
    ("のだむら 窓口", "noda", "窓口"),
    ("小野田 手数料", None, "小野田 手数料"),
    ("手数料", None, "手数料"),
]


@pytest.fixture(scope="module")
def index(content: Content) -> SearchIndex:
    return SearchIndex(content.base, content.lexicon, TODAY)


def found(index: SearchIndex, query: str) -> list[str]:
    return [entry.id.removeprefix("topic:") for entry, _ in index.topics(index.take_apart(query))]


@pytest.mark.parametrize(("query", "topic"), [*KANJI, *KANA, *ROMAJI, *SHORTHAND])
def test_the_topic_is_among_the_first(index: SearchIndex, query: str, topic: str) -> None:
    assert topic in found(index, query)[:FIRST]


@pytest.mark.parametrize(("query", "town", "rest"), TOWNS)
def test_a_municipality_is_taken_out_of_the_query(index: SearchIndex, query: str, town: str | None, rest: str) -> None:
    sought = index.take_apart(query)
    assert (sought.municipality, sought.rest) == (town, rest)


def test_every_topic_that_residents_or_staff_ask_for_is_first_by_its_own_title(index: SearchIndex, content: Content) -> None:
    asked = [t for t in content.base.topics.values() if t.kind not in ("conversation",)]
    missed = [t.topic for t in asked if t.topic not in found(index, t.title)[:FIRST]]
    assert not missed


def test_conversation_is_nothing_to_look_up(index: SearchIndex) -> None:
    assert not {"greet", "thanks", "handoff", "out_of_scope"} & set(found(index, "ありがとう こんにちは 人と話したい"))


@pytest.mark.parametrize("query", ["", " ", "zzz", "k", "<script>", "!!", "・・", "𠮷", "\x00", "あ" * 300, "%00", "(" * 50])
def test_odd_queries_are_answered_with_what_there_is(index: SearchIndex, query: str) -> None:
    sought = index.take_apart(query)
    assert isinstance(index.topics(sought), list) and isinstance(index.facts(sought, None), list)


def test_facts_must_match_every_word_and_the_own_municipality_comes_first(index: SearchIndex) -> None:
    hits = index.facts(index.take_apart("紛失 届出"), "nakano")
    assert hits and hits[0].municipality == "nakano"
    assert all("紛失" in hit.title + hit.detail for hit in hits)


def test_a_named_municipality_leaves_out_the_others(index: SearchIndex) -> None:
    hits = index.facts(index.take_apart("suginami 持ち物"), "nakano")
    assert hits and {hit.municipality for hit in hits} <= {"suginami", None}


def test_a_municipality_alone_shows_its_counters_and_contacts(index: SearchIndex, content: Content) -> None:
    hits = index.facts(index.take_apart("suginami"), None)
    town = content.base.municipalities["suginami"]
    assert len(hits) == len(town.offices) + len(town.contacts)
    assert any(town.contacts[0].phone in hit.detail for hit in hits if town.contacts[0].phone)


def test_a_branch_is_found_by_its_name(index: SearchIndex) -> None:
    hits = index.facts(index.take_apart("ogikubo"), "suginami")
    assert any(hit.kind == "office" and "荻窪" in hit.title for hit in hits)


def test_values_for_rules_are_not_shown(index: SearchIndex, content: Content) -> None:
    hits = index.facts(index.take_apart("代理人"), "nakano")
    assert hits and not {hit.detail for hit in hits} & {"self_only", "ask_first", "two_visits", "form_or_letter"}


def test_only_facts_of_the_day_are_found(content: Content) -> None:
    dated = next(e for entries in content.base.national.values() for e in entries if e.fact.since and e.fact.since > date(2020, 1, 1) and len(entries) == 1)
    name = f"fact:/{dated.fact.key}"
    index = SearchIndex(content.base, content.lexicon, TODAY)
    assert index.entry(name) is not None
    assert index.on(date(2000, 1, 1)).entry(name) is None and index.on(TODAY) is index


def test_a_search_takes_far_less_than_a_blink(index: SearchIndex) -> None:
    queries = [query for query, _ in [*KANJI, *KANA, *ROMAJI, *SHORTHAND]]
    started = time.perf_counter()
    for query in queries:
        sought = index.take_apart(query)
        index.topics(sought), index.facts(sought, "nakano")
    assert (time.perf_counter() - started) / len(queries) < 0.02
