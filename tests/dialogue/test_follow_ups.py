"""Short messages that lean on what was said: which matter they belong to, and what still holds of it."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from bot.dialogue.turn import Content
from bot.settings import JAPAN
from tests.dialogue.test_corrections import Said, talk

LOST = Said("カードをなくした", "card_lost")
RESULT = Said("2023年6月15日に発行、誕生日は8月1日", "check_expiry")
OVER = Said("2020年6月15日に発行、誕生日は8月1日", "check_expiry")
STORE = "pin_reset_convenience_store"
PHONE = Said("国のフリーダイヤルはありますか", "contact")


@pytest.mark.parametrize(
    ("before", "said", "topic", "says"),
    [
        (LOST, Said("警察も行かなかん?"), "card_lost", "警察"),
        (LOST, Said("電話で何て言えばいいですか"), "handoff", "カードの紛失・盗難"),
        (Said("封筒が届いた", "expiry_notice"), Said("詐欺じゃありませんよね?"), "expiry_notice", "詐欺|メール|リンク"),
        (Said("カード自体は何年もつの", "card_vs_cert_expiry"), Said("子どもは", "minors"), "card_vs_cert_expiry", "5回目"),
        (Said("署名用の暗証番号は何回でロック?", "pin_locked"), Said("短い方は", "cert_types"), "pin_locked", "3回"),
        (PHONE, Said("それは何時までですか", "office_hours"), "contact", "午後8時"),
        (RESULT, Said("カレンダーに入れておけますか", "smartphone_certificate"), "check_expiry", "カレンダー"),
        (OVER, Said("今からでも更新できんの", "renewal"), "renewal", "できます"),
        (Said("イオンで4桁を初期化できる?", STORE), Said("ミニストップは?", "convenience_store_certificates"), STORE, "署名用だけ"),
        (Said("引っ越したら証明書はどうなる?", "address_or_name_change"), Said("もう一つのほうは?", "deny"), "address_or_name_change", "利用者証明用"),
        (Said("確定申告に使うのはどっち?", "cert_types"), Said("それ何文字?", "cert_types"), "pin_rules", "16文字"),
        (Said("カードと証明書の期限は別?", "card_vs_cert_expiry"), Said("30歳で作った場合は?", "minors"), "card_vs_cert_expiry", "10回目"),
        (Said("カードの再発行はいくら?", "card_lost"), Said("急ぎなら?", "id_document_accepted"), "apply_card", "特急"),
        (Said("コンビニで住民票を取れますか", "convenience_store_certificates"), Said("正月は?", "office_hours"), "convenience_store_certificates", "12月29日"),
        (Said("スマホで更新できる?", "online_procedures"), Said("郵便局は?", "online_procedures"), "office_location", "郵便局"),
        (LOST, Said("もう一回言って", "proxy"), "card_lost", "0120-95-0178"),
        (
            Said("コンビニで暗証番号を初期化できる?", "pin_reset_convenience_store"),
            Said("引っ越したばっかりなんだけど", "pin_reset_convenience_store"),
            "pin_reset_convenience_store",
            "いいえ",
        ),
    ],
)
def test_it_is_answered_in_the_light_of_the_turn_before(content: Content, before: Said, said: Said, topic: str, says: str) -> None:

    answers, _ = talk(content, [before, said], now=datetime(2026, 11, 20, 10, 0, tzinfo=JAPAN))
    assert answers[-1].topic == topic and re.search(says, answers[-1].text), answers[-1].text


@pytest.mark.parametrize(
    ("first", "then", "day"),
    [
        ("来週の月曜は開いてる?", "ほな火曜は?", "1月12日"),
        ("来週の金曜は開いてる?", "木曜は?", "1月14日"),
        ("日曜は開いてる?", "土曜は?", "1月9日"),
    ],
)
def test_a_weekday_is_one_of_the_week_spoken_of(content: Content, first: str, then: str, day: str) -> None:
    now = datetime(2027, 1, 5, 8, 10, tzinfo=JAPAN)
    answers, _ = talk(content, [Said(first, "office_hours"), Said(then, "office_hours")], town="中野区", now=now)
    assert day in answers[-1].lead, answers[-1].lead


def test_a_person_is_wanted_even_while_a_question_is_open(content: Content) -> None:
    answers, _ = talk(
        content, [Said("署名用のパスワードがロックされました", "pin_locked"), Said("わからないので担当の人につないで", "handoff")], town="名古屋市"
    )
    assert answers[-1].outcome == "handoff" and "052-953-7584" in answers[-1].text


def test_stopping_the_card_comes_before_a_forgotten_pin(content: Content) -> None:
    answers, _ = talk(content, [Said("カード失くしたし暗証番号も忘れた", "pin_forgotten")])
    assert answers[-1].topic == "card_lost" and "0120-95-0178" in answers[-1].lead


@pytest.mark.parametrize(
    ("said", "never"),
    [
        ("e-Taxの期限が3月15日。更新していつまでに行けば間に合う?", "2027年3月15日"),
        ("来月とかに早めに更新したら損しますか", "発行日が今日より先"),
    ],
)
def test_a_date_of_something_else_is_no_date_of_the_certificate(content: Content, said: str, never: str) -> None:
    answers, _ = talk(content, [Said(said, "renewal")])
    assert never not in answers[-1].text


def test_a_past_end_is_past(content: Content) -> None:
    turns = [Said("期限切れちゃったんだけど", "expired"), Said("期限は10月5日だった", "check_expiry")]
    answers, _ = talk(content, turns, now=datetime(2026, 11, 25, 10, 0, tzinfo=JAPAN))
    assert "2026年10月5日" in answers[-1].lead and "切れています" in answers[-1].lead


def test_another_branch_is_asked_about_in_its_short_name(content: Content) -> None:
    turns = [Said("荻窪で更新できますか", "office_location"), Said("西荻でもいい?", "id_document_accepted")]
    answers, _ = talk(content, turns, town="杉並区")
    assert answers[-1].topic == "office_location" and "西荻窪" in answers[-1].lead


def test_a_daughter_who_goes_instead_is_no_child(content: Content) -> None:
    turns = [Said("封筒が届いた", "expiry_notice"), Said("足が悪いので娘に頼んでもいいですか", "proxy"), Said("娘は何を持っていけばいい?", "required_items")]
    answers, _ = talk(content, turns, town="野田村")
    assert all("照会書" in answer.text and "15歳未満" not in answer.lead for answer in answers[1:]), answers[-1].text
