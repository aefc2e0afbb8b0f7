"""「最初の話」「前の話に戻って」「その前の」: back to what was answered before."""

from __future__ import annotations

import pytest

from bot.dialogue.turn import Content
from tests.dialogue.test_corrections import Said, talk

LOST = Said("カードをなくした", "card_lost")
RENEW = Said("更新したい", "renewal")
CHANGE = Said("暗証番号を変えたい", "pin_change")
REISSUE, FREE = "合わせて1,000円", "更新は無料"


@pytest.mark.parametrize(
    ("before", "said", "procedure", "says", "never"),
    [
        ([LOST, RENEW, CHANGE], "最初の話の手数料は?", "card_lost", REISSUE, FREE),
        ([LOST, RENEW, CHANGE], "最初の話に戻って、手数料は?", "card_lost", REISSUE, FREE),
        ([LOST, RENEW, CHANGE], "一番最初の件だけど、いくらかかる?", "card_lost", REISSUE, FREE),
        ([LOST, RENEW], "はじめの話のほうの手数料は?", "card_lost", REISSUE, FREE),
        ([LOST, RENEW, CHANGE], "前の話に戻って、手数料は?", "renewal", FREE, REISSUE),
        ([LOST, RENEW, CHANGE], "さっきの話に戻るけど、手数料は?", "renewal", FREE, REISSUE),
        ([LOST, RENEW, CHANGE], "その前の話の手数料は?", "renewal", FREE, REISSUE),
        ([LOST, RENEW, CHANGE], "ひとつ前のやつ、いくら?", "renewal", FREE, REISSUE),
        ([RENEW, LOST], "前の話に戻って、手数料は?", "renewal", FREE, REISSUE),
        ([RENEW, LOST], "元の話だけど、手数料は?", "renewal", FREE, REISSUE),
        ([LOST, RENEW], "前の話に戻って、手数料は?", "card_lost", REISSUE, FREE),
        ([LOST], "最初の話の手数料は?", "card_lost", REISSUE, FREE),
    ],
)
def test_a_question_about_an_earlier_matter_is_answered_for_it(content: Content, before: list[Said], said: str, procedure: str, says: str, never: str) -> None:
    answers, memory = talk(content, [*before, Said(said, "fees")], town="中野区")
    assert (answers[-1].topic, memory.procedure) == ("fees", procedure), answers[-1].text
    assert says in answers[-1].lead and never not in answers[-1].lead, answers[-1].lead


@pytest.mark.parametrize(
    ("before", "said", "topic"),
    [
        ([LOST, RENEW, CHANGE], "最初の話に戻るけど", "card_lost"),
        ([LOST, RENEW, CHANGE], "最初の話", "card_lost"),
        ([LOST, RENEW, CHANGE], "前の話に戻ります", "renewal"),
        ([LOST, RENEW, CHANGE], "その前の話", "renewal"),
        ([RENEW, LOST], "前の話に戻して", "renewal"),
        ([LOST, RENEW], "元の話に戻りたい", "card_lost"),
    ],
)
@pytest.mark.parametrize("intent", [None, "out_of_scope"])
def test_going_back_alone_answers_the_earlier_matter_again(content: Content, before: list[Said], said: str, topic: str, intent: str | None) -> None:
    answers, _ = talk(content, [*before, Said(said, intent)], town="中野区")
    assert (answers[-1].outcome, answers[-1].topic) == ("answer", topic), answers[-1].text


def test_what_follows_stays_with_the_matter_gone_back_to(content: Content) -> None:
    answers, memory = talk(content, [LOST, RENEW, Said("前の話に戻って、手数料は?", "fees"), Said("持ち物は?", "required_items")], town="中野区")
    assert memory.procedure == "card_lost"
    assert "本人確認書類" in answers[-1].lead and "有効期限通知書" not in answers[-1].text


def test_before_means_the_other_matter_and_not_the_last_question_on_this_one(content: Content) -> None:
    answers, memory = talk(content, [LOST, RENEW, Said("手数料は?", "fees"), Said("前の話に戻って、持ち物は?", "required_items")], town="中野区")
    assert memory.procedure == "card_lost", answers[-1].text


def test_the_first_matter_is_remembered_through_a_long_talk(content: Content) -> None:
    long = [LOST, *[RENEW, Said("いくら?", "fees"), CHANGE] * 8]
    answers, memory = talk(content, [*long, Said("最初の話の電話番号は?", "contact")], town="中野区")
    assert (answers[-1].topic, memory.procedure) == ("contact", "card_lost")
    assert len(memory.history) <= 12 and memory.history[0].topic == "card_lost"


def test_the_earlier_matter_s_town_comes_back_with_it(content: Content) -> None:
    turns = [Said("杉並区の電話番号は?", "contact"), Said("名古屋市だと?"), Said("最初の話に戻って。電話番号は?", "contact")]
    answers, _ = talk(content, turns)
    assert "03-3312-2111" in answers[-1].text and "052-953-7584" not in answers[-1].text


@pytest.mark.parametrize("said", ["最初の話の手数料は?", "前の話に戻って、手数料は?", "その前の話の手数料は?"])
def test_with_nothing_before_it_is_an_ordinary_question(content: Content, said: str) -> None:
    answers, memory = talk(content, [Said(said, "fees")])
    assert (answers[-1].outcome, answers[-1].topic, memory.procedure) == ("answer", "fees", None)


@pytest.mark.parametrize(
    ("said", "intent"),
    [("引っ越しの前のカードはどうなる?", "address_or_name_change"), ("最初に必要なものは?", "required_items"), ("期限の前の日でも更新できる?", "renewal")],
)
def test_the_words_first_and_before_alone_go_back_nowhere(content: Content, said: str, intent: str) -> None:
    _, memory = talk(content, [LOST, RENEW, Said(said, intent)], town="中野区")
    assert memory.procedure != "card_lost"
