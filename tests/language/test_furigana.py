"""Readings behind kanji: UniDic's, the table of corrections, and figures that change how a unit is read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.dialogue.turn import Content
from bot.knowledge.model import Municipality, ValueType
from bot.knowledge.values import shown
from bot.language.furigana import Furigana, bare_runs, rubies, without_furigana

NAMES = {
    "名古屋市": "なごやし",
    "中野区": "なかのく",
    "西東京市": "にしとうきょうし",
    "野田村": "のだむら",
    "杉並区": "すぎなみく",
    "区役所": "くやくしょ",
    "区役所1階 8番窓口": "くやくしょ1かい 8ばんまどぐち",
    "個人番号通知・カード交付担当": "こじんばんごうつうち・カードこうふたんとう",
    "区民サービス管理部 戸籍住民分野 個人番号通知・カード交付担当": "くみんサービスかんりぶ こせきじゅうみんぶんや こじんばんごうつうち・カードこうふたんとう",
    "お住まいの区の区役所": "おすまいのくのくやくしょ",
    "市民課": "しみんか",
    "お住まいの区の支所": "おすまいのくのししょ",
    "区民生活課": "くみんせいかつか",
    "名古屋おしえてダイヤル": "なごやおしえてダイヤル",
    "スポーツ市民局 地域振興部 住民課 戸籍住民担当（ページの作成担当）": (
        "スポーツしみんきょく ちいきしんこうぶ じゅうみんか こせきじゅうみんたんとう（ページのさくせいたんとう）"
    ),
    "市役所田無庁舎": "しやくしょたなしちょうしゃ",
    "西東京市 市民課（田無庁舎）": "にしとうきょうし しみんか（たなしちょうしゃ）",
    "〒188-8666 西東京市南町五丁目6番13号": "〒188-8666 にしとうきょうしみなみちょうごちょうめ6ばん13ごう",
    "野田村役場": "のだむらやくば",
    "住民福祉課": "じゅうみんふくしか",
    "野田村役場 住民福祉課": "のだむらやくば じゅうみんふくしか",
    "〒028-8201 岩手県九戸郡野田村大字野田第20地割14番地": "〒028-8201 いわてけんくのへぐんのだむらおおあざのだだい20ちわり14ばんち",
    "区役所 東棟1階": "くやくしょ ひがしとう1かい",
    "区民課区民係": "くみんかくみんがかり",
    "井草区民事務所": "いぐさくみんじむしょ",
    "西荻窪区民事務所": "にしおぎくぼくみんじむしょ",
    "荻窪区民事務所": "おぎくぼくみんじむしょ",
    "高円寺区民事務所": "こうえんじくみんじむしょ",
    "高井戸区民事務所": "たかいどくみんじむしょ",
    "永福和泉区民事務所": "えいふくいずみくみんじむしょ",
    "区民生活部 区民課 区民係（代表電話）": "くみんせいかつぶ くみんか くみんがかり（だいひょうでんわ）",
    "〒166-8570 杉並区阿佐谷南1丁目15番1号": "〒166-8570 すぎなみくあさがやみなみ1ちょうめ15ばん1ごう",
}
"""Read by hand. A new office or contact is looked up before it is added here."""


def names_of(town: Municipality) -> Iterator[str]:
    for office in town.offices:
        yield from filter(None, (office.name, office.place, office.department))
    for contact in town.contacts:
        yield from filter(None, (contact.name, contact.address))
    yield town.name


def read_aloud(annotated: str) -> str:
    """The text with each run of kanji replaced by its reading."""
    for run, reading in rubies(annotated):
        annotated = annotated.replace(f"{run}《{reading}》", reading, 1)
    return annotated


@pytest.mark.parametrize("name", NAMES)
def test_names_of_offices_counters_and_places_are_read_rightly(content: Content, name: str) -> None:
    assert read_aloud(content.base.furigana.annotate(name)) == NAMES[name]


def test_every_office_and_contact_has_been_read_by_hand(content: Content) -> None:
    assert {name for town in content.base.municipalities.values() for name in names_of(town)} - NAMES.keys() == set()


def test_a_municipality_is_read_as_its_file_says(content: Content) -> None:
    read = {town.code: read_aloud(content.base.furigana.annotate(town.name)) for town in content.base.municipalities.values()}
    assert read == {town.code: town.reading for town in content.base.municipalities.values()}


@pytest.mark.parametrize(
    ("text", "annotated"),
    [
        ("持ち物", "持《も》ち物《もの》"),
        ("行って ください", "行《い》って ください"),
        ("新しく入れ直す", "新《あたら》しく入《い》れ直《なお》す"),
        ("電子証明書", "電子証明書《でんししょうめいしょ》"),
        ("マイナンバーカード", "マイナンバーカード"),
        ("2016年2月15日の ページ", "2016年《ねん》2月《がつ》15日《にち》の ページ"),
        ("4月1日", "4月《がつ》1日《ついたち》"),
        ("1日で終わる", "1日《にち》で終《お》わる"),
        ("1月3日", "1月《がつ》3日《か》"),
        ("14日", "14日《か》"),
        ("24日", "24日《か》"),
        ("30日前", "30日前《にちまえ》"),
        ("8時30分", "8時《じ》30分《ぷん》"),
        ("8時15分", "8時《じ》15分《ふん》"),
        ("3階", "3階《がい》"),
        ("1階", "1階《かい》"),
        ("15歳", "15歳《さい》"),
        ("5回目の誕生日", "5回目《かいめ》の誕生日《たんじょうび》"),
        ("月〜金曜", "月《げつ》〜金曜《きんよう》"),
        ("土・日曜・祝日", "土《ど》・日曜《にちよう》・祝日《しゅくじつ》"),
        ("11月30日（月）", "11月《がつ》30日《にち》（月《げつ》）"),
        ("（火）（水・祝）（木）（金）（土）（日）", "（火《か》）（水《すい》・祝《しゅく》）（木《もく》）（金《きん》）（土《ど》）（日《にち》）"),
        ("12月29日（火）〜1月3日（日）", "12月《がつ》29日《にち》（火《か》）〜1月《がつ》3日《か》（日《にち》）"),
        ("第2日曜", "第《だい》2日曜《にちよう》"),
        ("月の 終わり", "月《つき》の 終《お》わり"),
        ("年の終わりと始め", "年《とし》の終《お》わりと始《はじ》め"),
        ("夜に開くとき", "夜《よる》に開《あ》くとき"),
        ("一日 ちがいます", "一日《いちにち》 ちがいます"),
        ("広島県府中町", "広島県府中町《ひろしまけんふちゅうちょう》"),
        ("開いて いる", "開《あ》いて いる"),
        ("", ""),
    ],
)
def test_a_reading_stands_behind_each_run_of_kanji(content: Content, text: str, annotated: str) -> None:
    assert content.base.furigana.annotate(text) == annotated


def test_readings_written_by_hand_are_kept_and_those_missing_are_added(content: Content) -> None:
    mixed = "行《ゆ》く ところは 中野区です"
    assert content.base.furigana.annotate(mixed) == "行《ゆ》く ところは 中野区《なかのく》です"


@pytest.mark.parametrize("name", NAMES)
def test_adding_readings_twice_changes_nothing_and_taking_them_away_gives_the_text_back(content: Content, name: str) -> None:
    once = content.base.furigana.annotate(name)
    assert content.base.furigana.annotate(once) == once
    assert without_furigana(once) == name


def test_every_fact_that_a_sentence_may_hold_gets_all_its_readings(content: Content) -> None:
    base = content.base
    entries = [e for layer in (base.national, *base.local.values()) for found in layer.values() for e in found]
    texts = [shown(base.keys[e.fact.key], e.fact.value) for e in entries if e.fact.value is not None and base.keys[e.fact.key].type is not ValueType.choice]
    assert len(texts) > 300
    assert [text for text in texts if bare_runs(base.furigana.annotate(text))] == []


def test_a_correction_wins_over_the_dictionary_and_the_longer_one_over_the_shorter() -> None:
    furigana = Furigana({"日本": "にほん", "日本橋": "にっぽんばし"})
    assert furigana.annotate("日本と日本橋") == "日本《にほん》と日本橋《にっぽんばし》"


def test_a_reading_that_does_not_fit_its_spelling_is_not_spread_over_it() -> None:
    assert rubies(Furigana({"土・日": "どにち"}).annotate("土・日")) == [("土", "つち"), ("日", "ひ")]
