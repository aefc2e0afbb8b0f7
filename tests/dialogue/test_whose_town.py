"""Whose municipality an answer is for: one's own, a relative's, the one that is left, one that nobody holds."""

from __future__ import annotations

import pytest

from bot.dialogue.turn import Content
from tests.dialogue.test_corrections import Said, talk

PHONES = {"中野区": "03-3228-5425", "杉並区": "03-3312-2111", "名古屋市": "052-953-7584", "西東京市": "042-460-9820", "野田村": "0194-78-2928"}
PHONE = Said("電話番号は?", "contact")
RENEW = Said("更新したい", "renewal")


@pytest.mark.parametrize(
    ("town", "turns", "whose"),
    [
        ("中野区", [Said("母の代わりに更新に行きたい", "renewal"), Said("母は杉並に住んでいます"), PHONE], "杉並区"),
        ("中野区", [Said("名古屋に住んでる母のカードの更新", "renewal"), PHONE, Said("うちのほうの電話は?", "contact")], "中野区"),
        ("杉並区", [Said("娘が名古屋に住んでいて、カードをなくしました", "card_lost"), PHONE], "名古屋市"),
        ("名古屋市", [Said("兄が岩手の野田村におる。兄んとこの電話わかる?", "contact")], "野田村"),
        ("名古屋市", [Said("兄が野田村におる", "contact"), Said("私のほうの電話は?", "contact")], "名古屋市"),
        ("名古屋市", [Said("すみません、名古屋じゃなくて中野です"), PHONE], "中野区"),
        ("名古屋市", [RENEW, Said("引っ越して今は西東京市です"), PHONE], "西東京市"),
        ("杉並区", [Said("来月名古屋の緑区に引っ越すことになった", "address_or_name_change"), PHONE], "名古屋市"),
        ("杉並区", [Said("来月名古屋の緑区に引っ越すことになった", "address_or_name_change"), Said("今の区の電話番号は?", "contact")], "杉並区"),
        ("中野区", [Said("杉並に引っ越しました", "address_or_name_change"), Said("前の区の電話番号は?", "contact")], "中野区"),
        (None, [Said("母が中野区、私が西東京市です。それぞれの電話番号は?", "contact"), Said("うちのほうの電話は?", "contact")], "西東京市"),
    ],
)
def test_the_number_is_the_one_of_the_municipality_meant(content: Content, town: str | None, turns: list[Said], whose: str) -> None:
    answers, _ = talk(content, turns, town=town)
    text = answers[-1].text
    assert PHONES[whose] in text, text
    assert not [name for name, phone in PHONES.items() if name != whose and phone in text], text


@pytest.mark.parametrize(
    ("town", "turns"),
    [
        ("杉並区", [Said("荻窪から三鷹市に引っ越すことになりました", "address_or_name_change"), PHONE]),
        ("杉並区", [RENEW, Said("三鷹の窓口の電話番号わかりますか", "contact")]),
        (None, [Said("札幌ですけど、更新の手数料は?", "fees"), Said("窓口は何時まで?", "office_hours"), PHONE]),
        (None, [Said("横浜市に住んでいます。更新したい", "renewal"), Said("杉並だと違うの?", "renewal"), Said("予約はいりますか", "reservation")]),
        (None, [Said("どこでできますか", "office_location"), Said("さっぽろし です"), PHONE]),
    ],
)
def test_a_place_that_nobody_holds_gets_no_other_places_number(content: Content, town: str | None, turns: list[Said]) -> None:
    answers, memory = talk(content, turns, town=town)
    assert memory.elsewhere
    assert not [phone for phone in PHONES.values() if phone in answers[-1].text], answers[-1].text


def test_where_somebody_lives_is_not_asked_again_of_an_unknown_place(content: Content) -> None:
    answers, _ = talk(
        content, [Said("仙台市に住んでいます。更新したい", "renewal"), Said("窓口は何時まで?", "office_hours"), Said("場所は?", "office_location")]
    )
    assert [answer.outcome for answer in answers[1:]] == ["answer", "answer"]
    assert "こちらでは持っていません" in answers[1].text and "0120-95-0178" in answers[1].text


@pytest.mark.parametrize("said", ["職場が杉並なんだけど、杉並の窓口でもいい?", "しごとばが すぎなみです。すぎなみの まどぐちでも いいですか"])
def test_the_counter_of_another_town_is_refused_by_name(content: Content, said: str) -> None:
    answers, memory = talk(content, [RENEW, Said(said, "office_location")], town="中野区")
    assert answers[-1].lead.startswith("いいえ、杉並区の窓口ではできません") and "8番窓口" in answers[-1].lead
    assert memory.municipality == "nakano"


def test_a_question_that_needs_a_town_waits_under_the_first_answer(content: Content) -> None:
    answers, memory = talk(content, [Said("更新の窓口はどこですか", "renewal"), Said("お金はかかりますか", "fees"), Said("中野区です")])
    assert "どちらですか" in answers[0].text and "どこに" in answers[0].easy
    assert answers[-1].topic == "office_location" and "8番窓口" in answers[-1].text and memory.municipality == "nakano"


def test_the_counter_of_a_municipality_that_nobody_holds_is_not_offered(content: Content) -> None:
    answers, memory = talk(content, [RENEW, Said("隣の久慈市役所でもできますか", "office_location")], town="野田村")
    assert "久慈市" in answers[-1].text and PHONES["野田村"] in answers[-1].text and answers[-1].lead.count("できません") == 1
    assert memory.municipality is not None and not memory.elsewhere


@pytest.mark.parametrize("text", ["大阪市の手数料はいくら?", "大阪市に転勤するんやけど、向こうは予約いる?", "一宮市の兄が更新に行く。予約いる?"])
def test_nothing_of_ones_own_municipality_is_told_of_another(content: Content, text: str) -> None:
    answers, _ = talk(content, [RENEW, Said(text, "reservation" if "予約" in text else "fees")], town="杉並区")
    assert not [phone for phone in PHONES.values() if phone in answers[-1].text], answers[-1].text
