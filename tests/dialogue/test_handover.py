"""Handing over to a person: whom to call, whether they answer now, what to say, and when the bot offers it itself."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.dialogue.memory import Memory
from bot.dialogue.turn import Content
from bot.settings import JAPAN
from tests.dialogue.test_corrections import Said, talk

PERSON = Said("人と話したい", "handoff")
LOST_WORDS = Said("あのう")
OPEN, CLOSED = "今つながる時間です", "今は受付時間の外"
PHONES = {"名古屋市": "052-953-7584", "中野区": "03-3228-5425", "西東京市": "042-460-9820", "野田村": "0194-78-2928", "杉並区": "03-3312-2111"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JAPAN)


@pytest.mark.parametrize(
    ("town", "moment", "state", "until_or_next"),
    [
        ("中野区", "2026-11-20T08:29:59", CLOSED, "11月20日（金）午前8時30分"),
        ("中野区", "2026-11-20T08:30:00", OPEN, "午後5時まで"),
        ("中野区", "2026-11-20T12:15:00", OPEN, "午後5時まで"),
        ("中野区", "2026-11-20T16:59:59", OPEN, "午後5時まで"),
        ("中野区", "2026-11-20T17:00:00", CLOSED, "11月24日（火）午前8時30分"),
        ("中野区", "2026-11-21T10:00:00", CLOSED, "11月24日（火）午前8時30分"),
        ("中野区", "2026-11-23T10:00:00", CLOSED, "11月24日（火）午前8時30分"),
        ("中野区", "2026-11-24T08:30:00", OPEN, "午後5時まで"),
        ("中野区", "2026-12-28T16:59:00", OPEN, "午後5時まで"),
        ("中野区", "2026-12-28T17:00:00", CLOSED, "1月4日（月）午前8時30分"),
        ("中野区", "2026-12-29T10:00:00", CLOSED, "1月4日（月）午前8時30分"),
        ("中野区", "2027-01-03T23:59:00", CLOSED, "1月4日（月）午前8時30分"),
        ("中野区", "2027-01-04T08:30:00", OPEN, "午後5時まで"),
        ("名古屋市", "2026-11-20T07:59:59", CLOSED, "11月20日（金）午前8時"),
        ("名古屋市", "2026-11-20T08:00:00", OPEN, "午後9時まで"),
        ("名古屋市", "2026-11-20T20:59:59", OPEN, "午後9時まで"),
        ("名古屋市", "2026-11-20T21:00:00", CLOSED, "11月21日（土）午前8時"),
        ("名古屋市", "2026-11-22T10:00:00", OPEN, "午後9時まで"),
        ("名古屋市", "2026-11-23T10:00:00", OPEN, "午後9時まで"),
        ("名古屋市", "2026-12-31T10:00:00", OPEN, "午後9時まで"),
        ("名古屋市", "2027-01-01T00:00:00", CLOSED, "1月1日（金）午前8時"),
        (None, "2026-11-20T09:29:59", CLOSED, "11月20日（金）午前9時30分"),
        (None, "2026-11-20T09:30:00", OPEN, "午後8時まで"),
        (None, "2026-11-20T19:59:59", OPEN, "午後8時まで"),
        (None, "2026-11-20T20:00:00", CLOSED, "11月21日（土）午前9時30分"),
        (None, "2026-11-21T17:29:00", OPEN, "午後5時30分まで"),
        (None, "2026-11-21T17:30:00", CLOSED, "11月22日（日）午前9時30分"),
        (None, "2026-11-23T17:29:00", OPEN, "午後5時30分まで"),
        (None, "2026-11-23T17:30:00", CLOSED, "11月24日（火）午前9時30分"),
        (None, "2026-12-28T19:59:00", OPEN, "午後8時まで"),
        (None, "2026-12-29T10:00:00", CLOSED, "1月4日（月）午前9時30分"),
    ],
)
def test_the_phone_is_told_with_whether_somebody_answers_now(content: Content, town: str | None, moment: str, state: str, until_or_next: str) -> None:
    (answer,), _ = talk(content, [PERSON], town=town, now=at(moment))
    first = answer.text.splitlines()[0]
    assert (answer.outcome, answer.topic, answer.municipality) == ("handoff", "handoff", town)
    assert PHONES.get(town or "", "0120-95-0178") in first
    assert state in first and until_or_next in first, first
    assert ({OPEN, CLOSED} - {state}).pop() not in answer.text


@pytest.mark.parametrize("town", ["西東京市", "野田村", "杉並区"])
@pytest.mark.parametrize("moment", ["2026-11-20T10:00:00", "2026-11-22T03:00:00"])
def test_where_the_page_has_no_phone_hours_nothing_is_claimed(content: Content, town: str, moment: str) -> None:
    (answer,), _ = talk(content, [PERSON], town=town, now=at(moment))
    assert PHONES[town] in answer.text and "分かりません" in answer.text
    assert OPEN not in answer.text and CLOSED not in answer.text


@pytest.mark.parametrize("town", [*PHONES, None])
def test_nobody_else_s_phone_is_named(content: Content, town: str | None) -> None:
    (answer,), _ = talk(content, [PERSON], town=town)
    assert not [phone for name, phone in PHONES.items() if name != town and phone in answer.text]
    assert "0120-95-0178" in answer.text


@pytest.mark.parametrize("town", ["中野区", None])
@pytest.mark.parametrize("text", ["人と話したい。夜の10時でもいい?", "明日の朝4時に職員と話せますか", "今日の22時に電話してもいいですか"])
def test_a_moment_asked_about_is_not_called_now(content: Content, town: str | None, text: str) -> None:
    """At ten on a Friday morning both phones answer; at the moment asked about neither does."""
    (answer,), _ = talk(content, [Said(text, "handoff")], town=town)
    assert CLOSED not in answer.text, answer.text
    assert PHONES.get(town or "", "0120-95-0178") in answer.text


@pytest.mark.parametrize(
    ("turns", "titles"),
    [
        ([Said("更新したい", "renewal")], "更新、中野区"),
        ([Said("母の代わりに署名用を更新したい。暗証番号が分からない", "renewal")], "更新、代理人の手続、署名用、暗証番号が分からない、中野区"),
        ([Said("結婚しました", "address_or_name_change")], "結婚・離婚・養子などで氏名が変わる、引越し・結婚など、中野区"),
        ([Said("カードをなくした", "card_lost"), Said("手数料は?", "fees")], "カードの紛失・盗難、手数料、中野区"),
        ([Said("期限が切れてた", "expired")], "期限が切れたあと、期限が切れている、中野区"),
        ([Said("15歳未満の子の更新", "minors")], "15歳未満の人の手続、中野区"),
    ],
)
def test_what_to_say_is_made_of_titles_alone(content: Content, turns: list[Said], titles: str) -> None:
    answers, _ = talk(content, [*turns, PERSON], town="中野区")
    line = next(line for line in answers[-1].text.splitlines() if line.startswith("伝えること"))
    said = line.removeprefix("伝えること: ").removesuffix("について。").split("、")
    known = {topic.title for topic in content.base.topics.values()} | {event.title for event in content.base.events.values()}
    known |= {*content.base.wording.case_titles.values(), "中野区"}
    assert set(said) <= known, said
    assert said[-1] == "中野区"
    assert set(titles.split("、")) <= set(said)


@pytest.mark.parametrize("secret", ["山田花子の証明書を更新したい", "昭和40年3月3日生まれです。更新したい", "電話は080-1234-5678です。更新したい"])
def test_nothing_that_was_typed_stands_in_the_summary(content: Content, secret: str) -> None:
    answers, memory = talk(content, [Said(secret, "renewal"), PERSON], town="中野区")
    assert "更新" in answers[-1].text
    for typed in ("山田", "花子", "昭和", "3月3日", "1234", "生まれ"):
        assert typed not in answers[-1].text and typed not in str({**memory.slots(), "given": {}})


@pytest.mark.parametrize("town", ["中野区", None])
def test_without_a_matter_there_is_nothing_to_say(content: Content, town: str | None) -> None:
    (answer,), _ = talk(content, [PERSON], town=town)
    assert "伝えること" not in answer.text


def offered(content: Content, turns: list[Said]) -> list[bool]:
    answers, _ = talk(content, turns, town="中野区")
    shown = ["人に聞きますか" in answer.text for answer in answers]
    assert shown == [any(b.payload == "topic:handoff" for b in answer.buttons) for answer in answers]
    return shown


def test_the_second_miss_in_a_row_offers_a_person(content: Content) -> None:
    assert offered(content, [LOST_WORDS, Said("うーん")]) == [False, True]
    assert offered(content, [Said("今日の天気は?", "out_of_scope"), Said("株価は?", "out_of_scope")]) == [False, True]
    assert offered(content, [LOST_WORDS, Said("株価は?", "out_of_scope"), LOST_WORDS]) == [False, True, True]


@pytest.mark.parametrize("hit", [Said("カードをなくした", "card_lost"), Said("ありがとう", "thanks"), Said("手数料は?", "fees")])
def test_an_answer_in_between_resets_the_count(content: Content, hit: Said) -> None:
    odd = Said("株価は?", "out_of_scope")
    assert offered(content, [odd, hit, odd]) == [False, False, False]
    assert offered(content, [odd, hit, odd, Said("おすすめのラーメン屋を教えて", "out_of_scope")]) == [False, False, False, True]


@pytest.mark.parametrize("yes", [Said("はい", "affirm"), Said("お願いします", "affirm"), Said("人に聞く"), Said("押した", None, "topic:handoff"), Said("4")])
def test_accepting_the_offer_hands_over_with_the_matter_so_far(content: Content, yes: Said) -> None:
    answers, memory = talk(
        content,
        [
            Said("カードをなくした", "card_lost"),
            Said("ええとあれが何だか変なことになっていて全然うまくいかないんですよ"),
            Said("とにかくもう何がなんだかさっぱりなので何とかなりませんでしょうか"),
            yes,
        ],
        town="中野区",
    )
    assert "人に聞きますか" in answers[-2].text
    assert answers[-1].outcome == "handoff" and "03-3228-5425" in answers[-1].text
    assert "伝えること: カードの紛失・盗難" in answers[-1].text
    assert (memory.asked, memory.misses) == (None, 0)


@pytest.mark.parametrize(("reply", "topic"), [(Said("いいえ", "deny"), "deny"), (Said("更新したい", "renewal"), "renewal"), (Said("更新"), "renewal")])
def test_the_offer_is_dropped_by_no_and_by_another_question(content: Content, reply: Said, topic: str) -> None:
    answers, memory = talk(content, [LOST_WORDS, Said("うーん"), reply])
    assert answers[-1].topic == topic and memory.asked is None
    after, _ = talk(content, [LOST_WORDS, Said("うーん"), reply, Said("はい", "affirm")])
    assert after[-1].outcome != "handoff"
    assert Memory().misses == memory.misses


@pytest.mark.parametrize(("town", "old"), [("中野区", True), ("杉並区", False), ("野田村", False), (None, False)])
def test_a_contact_from_an_old_page_is_not_given_as_fresh(content: Content, town: str | None, old: bool) -> None:
    (answer,), _ = talk(content, [PERSON], town=town)
    assert ("2016年2月15日のページの連絡先" in answer.text and "変わっているかもしれません" in answer.text) == old
