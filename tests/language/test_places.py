from __future__ import annotations

import pytest

from bot.language.lexicon import Lexicon
from bot.language.places import Places, PlacesFound


def find(lexicon: Lexicon, places: Places, text: str, home: str | None = None) -> PlacesFound:
    return places.find(lexicon.prepare(text), home)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("中野区の窓口", ("nakano",)),
        ("中野です", ("nakano",)),
        ("東京都中野区", ("nakano",)),
        ("なかのくです", ("nakano",)),
        ("東中野に住んでいます", ("nakano",)),
        ("鷺ノ宮です", ("nakano",)),
        ("杉並の区役所", ("suginami",)),
        ("高井戸でカードを落とした", ("suginami",)),
        ("阿佐ヶ谷です", ("suginami",)),
        ("西荻窪の区民事務所", ("suginami",)),
        ("千種区の区役所", ("nagoya",)),
        ("名古屋で更新", ("nagoya",)),
        ("なごやしです", ("nagoya",)),
        ("富田支所は開いてる?", ("nagoya",)),
        ("野田の役場", ("noda",)),
        ("野田村です", ("noda",)),
        ("岩手の野田です", ("noda",)),
        ("のだむらです", ("noda",)),
        ("田無の庁舎", ("nishitokyo",)),
        ("西東京市の保谷", ("nishitokyo",)),
        ("ひばりヶ丘です", ("nishitokyo",)),
        ("ﾆｼﾄｳｷﾖｳ", ()),
        ("中野区と杉並区の違い", ("nakano", "suginami")),
        ("杉並区から中野区、また杉並区", ("suginami", "nakano")),
        ("更新の方法", ()),
        ("", ()),
    ],
)
def test_the_five_municipalities_are_found_by_name_ward_and_station(lexicon: Lexicon, places: Places, text: str, codes: tuple[str, ...]) -> None:
    found = find(lexicon, places, text)
    assert found.codes == codes
    assert found.unknown is None


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("杉並じゃなくて野田村だと?", ("noda",)),
        ("野田村だよ、杉並区じゃないです", ("noda",)),
        ("中野区ではありません", ()),
        ("中野やのうて名古屋や", ("nagoya",)),
        ("中野区じゃないとだめですか", ("nakano",)),
        ("中野区ではどうですか", ("nakano",)),
        ("中野区じゃないの?", ("nakano",)),
    ],
)
def test_a_municipality_that_is_denied_does_not_count(lexicon: Lexicon, places: Places, text: str, codes: tuple[str, ...]) -> None:
    found = find(lexicon, places, text)
    assert (found.codes, found.unknown) == (codes, None)


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("中野市です", "中野市"),
        ("長野県中野市に住んでいます", "長野県中野市"),
        ("野田市在住です", "野田市"),
        ("千葉県野田市です", "千葉県野田市"),
        ("守山市の者です", "守山市"),
        ("横浜市なんですけど", "横浜市"),
        ("札幌市に住んでいます", "札幌市"),
        ("世田谷区です", "世田谷区"),
        ("大阪市では何時まで?", "大阪市"),
        ("和泉市です", "和泉市"),
    ],
)
def test_a_municipality_outside_the_knowledge_base_is_named_as_unknown(lexicon: Lexicon, places: Places, text: str, unknown: str) -> None:
    found = find(lexicon, places, text)
    assert found.codes == ()
    assert found.unknown == unknown


@pytest.mark.parametrize(
    "text",
    [
        "野田さんに聞きました",
        "中野さんという職員",
        "野田総理のころ",
        "野田阪神の駅前",
        "カードのなか",
        "カードの中の電子証明書",
        "世の中のこと",
        "隣の久慈に引っ越したら",
        "市役所に行きました",
        "区民です",
        "町の中",
        "横浜へ旅行に行った",
        "市外に出かけた",
    ],
)
def test_words_that_only_look_like_a_place_name_none(lexicon: Lexicon, places: Places, text: str) -> None:
    assert find(lexicon, places, text) == PlacesFound()


@pytest.mark.parametrize(
    ("text", "home", "codes"),
    [
        ("港区の区役所", "nagoya", ("nagoya",)),
        ("港区の区役所", "nakano", ()),
        ("港区の区役所", None, ()),
        ("中区の窓口", "nagoya", ("nagoya",)),
        ("緑区役所", "nagoya", ("nagoya",)),
        ("緑区役所", "noda", ()),
        ("和泉の事務所", "suginami", ("suginami",)),
        ("和泉の事務所", None, ()),
        ("和泉市です", "suginami", ()),
    ],
)
def test_ambiguous_ward_names_count_only_for_somebody_who_lives_there(
    lexicon: Lexicon, places: Places, text: str, home: str | None, codes: tuple[str, ...]
) -> None:
    assert find(lexicon, places, text, home).codes == codes


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("中野区", True),
        ("中野です", True),
        ("中野区です。", True),
        ("私は中野区に住んでいます", True),
        ("名古屋市在住です", True),
        ("野田村の者です", True),
        ("杉並区だと?", True),
        ("杉並のも教えて", True),
        ("杉並に引っ越しました", True),
        ("千種区でお願いします", True),
        ("田無", True),
        ("西東京市の場合は?", True),
        ("中野区の更新は?", False),
        ("中野の手数料", False),
        ("杉並区でカードをなくした", False),
        ("更新したい", False),
        ("横浜市です", False),
        ("", False),
    ],
)
def test_a_text_that_holds_nothing_but_the_place_is_noticed(lexicon: Lexicon, places: Places, text: str, only: bool) -> None:
    assert find(lexicon, places, text).only is only


@pytest.mark.parametrize(
    ("text", "moving_to"),
    [
        ("杉並に引っ越しました", "suginami"),
        ("杉並区へ引越します", "suginami"),
        ("中野区から杉並区に転入しました", "suginami"),
        ("名古屋市に越してきた", "nagoya"),
        ("野田村へ移る予定", "noda"),
        ("西東京市に転居した", "nishitokyo"),
        ("杉並区から引っ越しました", None),
        ("杉並区に住んでいます", None),
        ("杉並区の更新", None),
        ("横浜市に引っ越しました", None),
    ],
)
def test_the_municipality_that_somebody_moves_to_is_noticed(lexicon: Lexicon, places: Places, text: str, moving_to: str | None) -> None:
    assert find(lexicon, places, text).moving_to == moving_to


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("横浜市の区役所で更新したい", "横浜市"),
        ("札幌市って手数料いくら", "札幌市"),
        ("三鷹市で更新するときの持ち物", "三鷹市"),
        ("埼玉県川口市 更新 予約", "川口市"),
        ("大阪市に転勤するけど、向こうは予約いる?", "大阪市"),
        ("一宮市の兄のカードが期限切れ", "一宮市"),
        ("父は大阪市に住んでまして、手数料は", "大阪市"),
        ("久慈市役所でも手続できますか", "久慈市"),
        ("福岡だと手数料いくら?", "福岡"),
        ("三鷹市から引っ越してきました", None),
        ("川崎市の会社に勤めています。手数料は", None),
        ("職場は横浜市です", None),
        ("本籍は大阪市です", None),
        ("前の住所は札幌市です", None),
        ("横浜市に住んでいた頃に作ったカードです", None),
        ("カードは横浜市で作りました", None),
        ("渋谷区で落としたかもしれない", None),
        ("江東区の免許センターで入れてもらった", None),
        ("八王子市で働いています。杉並区の窓口は", None),
        ("市役所の場所は", None),
    ],
)
def test_another_municipality_is_noticed_unless_it_is_named_in_passing(lexicon: Lexicon, places: Places, text: str, unknown: str | None) -> None:
    assert find(lexicon, places, text).unknown == unknown
