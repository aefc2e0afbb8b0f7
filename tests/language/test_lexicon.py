from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.turn import Content
from bot.language.cues import Text, cue_holds
from bot.language.lexicon import Lexicon, LexiconFile
from bot.language.normalize import match_form
from bot.language.others import OtherMatters


def lexicon_with(notations: dict[str, list[str]]) -> Lexicon:
    mappings = dict.fromkeys(("persons", "certificates", "documents", "aspects", "procedures", "cases", "follow_ups", "recall"), {})
    lists = dict.fromkeys(("deixis", "stop", "home", "other", "connectives", "joins"), [])
    others = dict.fromkeys(OtherMatters.__fields__, [])
    given = {"connectives": ["じゃあ"], "openings": ["いや"], "notations": notations, "other_matters": others}
    return Lexicon.of(LexiconFile.parse_obj({**mappings, **lists, **given}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("個人番号カードの更新", "マイナンバーカードの更新"),
        ("マイナカードなくした", "マイナンバーカードなくした"),
        ("ﾏｲﾅｶｰﾄﾞ", "マイナンバーカード"),
        ("まいなんばーかーど", "マイナンバーカード"),
        ("マイナンバーカード", "マイナンバーカード"),
        ("マイナンバカードとマイナカード", "マイナンバーカードとマイナンバーカード"),
        ("パスワードを忘れた", "暗証番号を忘れた"),
        ("PINを忘れた", "暗証番号を忘れた"),
        ("ＰＩＮコードは?", "暗証番号は?"),
        ("暗唱番号", "暗証番号"),
        ("あんしょうばんごう", "暗証番号"),
        ("ぱすわーどがわからん", "暗証番号がわからん"),
        ("暗証番号", "暗証番号"),
        ("電子証明の期限", "電子証明書の期限"),
        ("電子証明", "電子証明書"),
        ("電子証明書", "電子証明書"),
        ("電子照明書", "電子証明書"),
        ("電子証明証", "電子証明書"),
        ("署名用電子証明書", "署名用電子証明書"),
        ("署名用の電子証明書", "署名用電子証明書"),
        ("利用者用電子証明書", "利用者証明用電子証明書"),
        ("利用者証明用電子証明書", "利用者証明用電子証明書"),
        ("住民基本台帳カード", "住基カード"),
        ("コンビ二で住民票", "コンビニで住民票"),
        ("コンビニエンスストア", "コンビニ"),
        ("電子証明書の交信", "電子証明書の更新"),
        ("スマートフォンとケータイ", "スマホとスマホ"),
        ("カードリーダー", "icカードリーダライタ"),
    ],
)
def test_variants_old_names_and_misspellings_become_the_standard_name(lexicon: Lexicon, text: str, expected: str) -> None:
    assert lexicon.canonical(match_form(text)) == expected


@pytest.mark.parametrize("text", ["パスポート", "happiness", "shopping", "opinion", "pinterest", "spin", "証明書", "更新", "番号", "カード", "通知カード", ""])
def test_words_that_only_look_like_a_variant_stay(lexicon: Lexicon, text: str) -> None:
    assert lexicon.canonical(match_form(text)) == text


@pytest.mark.parametrize(
    ("notations", "text", "expected"),
    [
        ({"乙": ["甲"], "丙": ["乙"]}, "甲", "乙"),
        ({"乙": ["甲"], "甲": ["乙"]}, "甲乙", "乙甲"),
        ({"証明書": ["証明"]}, "証明証明書証明", "証明書証明書証明書"),
        ({"い": ["あ", "ああ"]}, "ああ", "い"),
        ({"番号": ["pin"]}, "pin pinball shoppin pin2", "番号 pinball shoppin 番号2"),
    ],
)
def test_a_replacement_is_never_replaced_again(notations: dict[str, list[str]], text: str, expected: str) -> None:
    assert lexicon_with(notations).canonical(text) == expected


@given(st.text())
def test_any_text_can_be_prepared_and_matched(content: Content, text: str) -> None:
    prepared = content.lexicon.prepare(text)
    assert prepared.raw == text
    content.lexicon.mentions(prepared)
    content.lexicon.procedures(prepared)
    content.places.find(prepared)


@pytest.mark.parametrize(
    ("form", "kana", "cue", "expected"),
    [
        ("暗証番号を忘れた", "", "暗証番号+忘れ", True),
        ("忘れた暗証番号", "", "暗証番号+忘れ", True),
        ("暗証番号を変えた", "", "暗証番号+忘れ", False),
        ("更新したい", "", "更新+!カード", True),
        ("カードを更新したい", "", "更新+!カード", False),
        ("何でもない", "", "!カード", True),
        ("だいりでもいい", "だいりでもいい", "代理", True),
        ("だいりでもいい", "", "代理", False),
        ("おかあさん", "おかあさん", "家", False),
        ("ちゅうしゃじょうありますか", "ちゅうしゃじょうありますか", "駐車場+!地図", True),
        ("ＰＩＮ", "", "pin", False),
        ("pinは", "", "ＰＩＮ", True),
    ],
)
def test_a_cue_needs_all_its_parts_and_none_of_the_forbidden_ones(form: str, kana: str, cue: str, expected: bool) -> None:
    assert cue_holds(Text(form, form, kana), cue) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("土曜はやってる?", {"saturday"}),
        ("土日は?", {"saturday", "sunday"}),
        ("ファックス番号は", {"fax"}),
        ("手数料はいくら", {"price"}),
        ("駐車場ありますか", {"parking"}),
        ("ちゅうしゃじょうありますか", {"parking"}),
        ("だいりでもいいですか", {"proxy"}),
        ("ゆうびんきょくでできますか", {"post_office"}),
        ("きゅうじつもやってますか", {"holiday"}),
        ("てすうりょうはかかりますか", {"price"}),
        ("3ヶ月前から?何か月前?", {"when_start"}),
        ("コンビニでできる?", {"store"}),
        ("ネットでできますか", {"online"}),
        ("何番窓口ですか", {"window"}),
        ("代わりに妻が行く", {"proxy"}),
    ],
)
def test_the_shared_aspects_of_a_question_are_noticed(lexicon: Lexicon, text: str, expected: set[str]) -> None:
    assert expected <= lexicon.mentions(lexicon.prepare(text)).aspects


@pytest.mark.parametrize("text", ["こんにちは", "カードの話", "はい", "マイナンバーカード", ""])
def test_a_text_that_asks_nothing_has_no_aspects(lexicon: Lexicon, text: str) -> None:
    assert lexicon.mentions(lexicon.prepare(text)).aspects == frozenset()


@pytest.mark.parametrize(
    ("local", "text", "expected", "absent"),
    [
        ({"cost": ["200円"]}, "200円かかる?", {"cost"}, set()),
        ({"price": ["別の意味"]}, "手数料は?", set(), {"price"}),
        ({"price": ["別の意味"]}, "別の意味で", {"price"}, set()),
    ],
)
def test_a_topic_s_own_aspects_come_before_the_shared_ones(
    lexicon: Lexicon, local: dict[str, list[str]], text: str, expected: set[str], absent: set[str]
) -> None:
    found = lexicon.aspects(lexicon.prepare(text), local)
    assert expected <= found
    assert not absent & found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("夫の代わりに行けますか", {"proxy"}),
        ("5歳の子どものカード", {"child"}),
        ("成年被後見人です", {"ward"}),
        ("在留カードの期限", {"foreigner"}),
        ("息子の代わりに", {"proxy", "child"}),
        ("がいこくじんです", {"foreigner"}),
        ("私のカード", set()),
    ],
)
def test_persons_are_noticed(lexicon: Lexicon, text: str, expected: set[str]) -> None:
    assert lexicon.mentions(lexicon.prepare(text)).persons == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("署名用の暗証番号", {"signature"}),
        ("英数字のほう", {"signature"}),
        ("4桁の番号", {"user"}),
        ("４ケタの番号", {"user"}),
        ("利用者用電子証明書", {"user"}),
        ("署名用と利用者証明用の違い", {"signature", "user"}),
        ("りようしゃしょうめいよう", {"user"}),
        ("電子証明書の更新", set()),
    ],
)
def test_the_two_certificates_are_told_apart(lexicon: Lexicon, text: str, expected: set[str]) -> None:
    assert lexicon.mentions(lexicon.prepare(text)).certificates == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("運転免許証でいい?", {"drivers_license"}),
        ("めんきょしょうつかえますか", {"drivers_license"}),
        ("旅券は?", {"passport"}),
        ("りょけんはつかえますか", {"passport"}),
        ("在留カード", {"residence_card"}),
        ("外国人登録証明書", {"alien_registration"}),
        ("資格確認書で足りる?", {"eligibility_certificate"}),
        ("年金手帳と学生証", {"pension_book", "student_id"}),
        ("住民基本台帳カード", {"juki_card"}),
        ("個人番号カード", {"my_number_card"}),
        ("印鑑登録証明書", {"seal_certificate"}),
        ("更新したい", set()),
    ],
)
def test_identity_documents_are_noticed(lexicon: Lexicon, text: str, expected: set[str]) -> None:
    assert lexicon.mentions(lexicon.prepare(text)).documents == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("カードをなくした", ("card_lost",)),
        ("財布ごと盗まれた", ("card_lost",)),
        ("なくしたカードが出てきた", ("card_lost", "card_found")),
        ("カードが出てきた", ("card_found",)),
        ("暗証番号がロックされた", ("pin_locked",)),
        ("コンビニで暗証番号の初期化", ("pin_reset_convenience_store", "pin_forgotten")),
        ("パスワードを忘れた", ("pin_forgotten",)),
        ("PINを変更したい", ("pin_change",)),
        ("カードが割れた", ("card_broken",)),
        ("結婚して名字が変わった", ("address_or_name_change",)),
        ("引っ越したので更新したい", ("address_or_name_change", "renewal")),
        ("利用をやめたい", ("stop_using",)),
        ("期限が切れた", ("expired",)),
        ("更新したい", ("renewal",)),
        ("こうしんしたい", ("renewal",)),
        ("カードを申請したい", ("apply_card",)),
        ("新しく発行したい", ("issue",)),
        ("更新の前になくした", ("card_lost", "renewal")),
        ("こんにちは", ()),
        ("", ()),
    ],
)
def test_the_procedures_that_a_text_names_are_found_in_the_file_s_order(lexicon: Lexicon, text: str, expected: tuple[str, ...]) -> None:
    assert lexicon.procedures(lexicon.prepare(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("土曜は?", "office_hours"),
        ("何時まで?", "office_hours"),
        ("電話は?", "contact"),
        ("メールは?", "contact"),
        ("手数料は?", "fees"),
        ("現金だけ?", "fees"),
        ("家族が行っても?", "proxy"),
        ("駐車場は?", "office_location"),
        ("待ち時間は?", "system_delay"),
        ("ありがとう", None),
        ("", None),
    ],
)
def test_a_short_follow_up_belongs_to_a_topic(lexicon: Lexicon, text: str, expected: str | None) -> None:
    assert next(iter(lexicon.follow_ups(lexicon.mentions(lexicon.prepare(text)))), None) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("杉並区だと?", True), ("じゃあ代理は?", True), ("それはいくら", True), ("そこの電話", True), ("更新の方法", False), ("はじめまして", False)],
)
def test_a_text_that_leans_on_the_one_before_is_noticed(lexicon: Lexicon, text: str, expected: bool) -> None:
    assert lexicon.continues(lexicon.prepare(text)) is expected
