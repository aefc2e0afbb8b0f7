"""The easy text of a whole turn: whatever is added to an answer is added to it, or it is taken away."""

from __future__ import annotations

import re

import pytest

from bot.dialogue.turn import Content
from bot.knowledge.answer import Answer
from bot.language.furigana import bare_runs, without_furigana
from tests.dialogue.test_corrections import HOURS, LOST_WORDS, PIN, RENEW, Said, talk

MENTIONS = re.compile(r"（[^）]*）")


def easy(answer: Answer) -> list[str]:
    """The lines as they are read, without the explanations of terms."""
    return [MENTIONS.sub("", line) for line in without_furigana(answer.easy).splitlines()]


@pytest.mark.parametrize(
    ("turns", "town", "says"),
    [
        ([HOURS], None, "どこに 住んで いますか。"),
        ([HOURS, Said("杉並区")], None, "窓口が 開いて いる 時間は、杉並区の ページに 書いて ありません。"),
        ([Said("今開いてる?", "office_hours")], "中野区", "はい。今、開いて います。"),
        ([PIN], "中野区", "番号は 書かないで ください。"),
        ([Said("横浜市です")], None, "横浜市の 窓口の ことは、ここでは わかりません。"),
        ([Said("カードを無くした。横浜市", "card_lost")], None, "すぐ 電話して、カードを 止めて ください。"),
        ([LOST_WORDS], None, "どれの ことですか。"),
        ([LOST_WORDS, LOST_WORDS], None, "人に 聞きますか。"),
        ([Said("天気は?", "out_of_scope")], "中野区", "その ことは、ここでは 答える ことが できません。"),
        ([Said("人と話したい", "handoff")], "中野区", "今、電話が つながる 時間です。"),
        ([Said("人と話したい", "handoff")], "中野区", "2016年2月15日の ページの 電話番号です。"),
        ([PIN, Said("やめる")], "中野区", "わかりました。"),
        ([RENEW, Said("ほんと?")], "中野区", "ぜったいでは ありません。"),
        ([Said("引っ越しました", "address_or_name_change")], "野田村", "新しい 市・区・町・村の 窓口で、カードの 手続きを して ください。"),
        ([Said("在留期間を更新しました", "card_vs_cert_expiry")], "杉並区", "在留期間を のばしても、カードの 期限は のびません。"),
    ],
)
def test_the_easy_text_goes_with_the_conversation(content: Content, turns: list[Said], town: str | None, says: str) -> None:
    answers, _ = talk(content, turns, town=town)
    assert any(says in line for line in easy(answers[-1])), easy(answers[-1])
    assert bare_runs(answers[-1].easy) == []


def test_the_question_which_pin_stands_last_and_its_answer_leads_on(content: Content) -> None:
    answers, _ = talk(content, [PIN, Said("押した", None, "pin:signature"), Said("押した", None, "pin:yes")], town="中野区")
    asked, other, done = (easy(answer) for answer in answers)
    assert "どの 暗証番号ですか。" in asked and asked[-1] == "番号は 書かないで ください。"
    assert other[-2:] == ["もう ひとつの 暗証番号は わかりますか。", "番号は 書かないで ください。"]
    assert done[0] == "コンビニなどの 機械でも、窓口でも できます。"


def test_two_questions_have_both_their_answers(content: Content) -> None:
    (answer,), _ = talk(content, [Said("更新に予約はいりますか。あと手数料はいくらですか", "reservation")], town="中野区")
    lines = easy(answer)
    assert len(answer.topics) == 2
    second = lines.index("もう ひとつの 質問の 答えです。")
    assert "予約が いるか どうかは、中野区の ページに 書いて ありません。" in lines[:second]
    assert "電子証明書の 更新は、全国では 無料です。" in lines[second:]


def test_two_municipalities_stand_one_under_the_other(content: Content) -> None:
    (answer,), _ = talk(content, [Said("中野区と杉並区の窓口の違いは?", "office_location")])
    lines = easy(answer)
    assert lines.index("◆中野区") < lines.index("◆杉並区")
    assert any("8番窓口" in line for line in lines[: lines.index("◆杉並区")])


@pytest.mark.parametrize("town", [None, "名古屋市", "中野区", "西東京市", "野田村", "杉並区"])
def test_a_term_is_explained_once_in_a_whole_turn(content: Content, town: str | None) -> None:
    (answer,), _ = talk(content, [PIN], town=town)
    explained = [f"{term}（{meaning}）" for term, meaning in content.base.easy.terms.items()]
    assert [term for term in explained if answer.easy.count(term) > 1] == []
    assert "暗証番号（自分で 決めた ひみつの 番号）" in without_furigana(answer.easy)


def test_what_has_no_easy_form_takes_the_easy_text_away() -> None:
    answer = Answer("answer", "fees", "ふつう", easy="やさしい")
    assert answer.followed_by("もう一言", "もう ひとこと").easy == "やさしい\nもう ひとこと"
    assert answer.followed_by("もう一言", "").easy == ""
    assert Answer("answer", "fees", "ふつう").followed_by("もう一言", "もう ひとこと").easy == ""
    assert answer.followed_by("もう一言", "").text == "ふつう\nもう一言"


@pytest.mark.parametrize("town", [None, "名古屋市", "中野区", "杉並区"])
@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("2024年6月10日に発行、誕生日は8月5日", "まだ 更新できません。"),
        ("2022年1月10日に発行、誕生日は12月20日", "はい。もう 更新できます。"),
        ("2021年6月10日に発行、誕生日は9月5日", "健康保険証としても、"),
        ("期限が2026年9月20日でした", "健康保険証としては、"),
        ("期限が2026年11月20日です", "今日まで 使う ことが できます。"),
    ],
)
def test_the_calculated_days_are_the_same_in_easy_words(content: Content, said: str, says: str, town: str | None) -> None:
    (answer,), _ = talk(content, [Said(said, "check_expiry")], town=town)
    lines = easy(answer)
    assert any(says in line for line in lines), answer.lead
    figures = re.compile(r"\d+(?:[.,:-]\d+)*")
    assert set(figures.findall(without_furigana(answer.easy))) <= set(figures.findall(answer.text))


@pytest.mark.parametrize("town", [None, "名古屋市", "中野区", "西東京市", "野田村", "杉並区"])
@pytest.mark.parametrize("which", ["user", "signature", "both", "unsure"])
@pytest.mark.parametrize("other", ["yes", "no"])
def test_the_path_for_a_lost_pin_is_the_same_in_easy_words(content: Content, which: str, other: str, town: str | None) -> None:
    answers, _ = talk(content, [PIN, Said("押した", None, f"pin:{which}"), Said("押した", None, f"pin:{other}")], town=town)
    figures = re.compile(r"\d+(?:[.,:-]\d+)*")
    for answer in answers[: 2 if which in ("both", "unsure") else 3]:
        assert set(figures.findall(without_furigana(answer.easy))) <= set(figures.findall(answer.text))
        assert ("コンビニでは できません。" in without_furigana(answer.easy)) == ("コンビニではできません" in answer.lead)
        assert answer.easy
