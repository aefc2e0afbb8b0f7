"""「役に立った」「立たなかった」: ids of what was answered, and nothing that was typed."""

from __future__ import annotations

from dataclasses import astuple

import pytest

from bot.dialogue.turn import Content
from bot.knowledge.answer import Feedback
from tests.dialogue.test_corrections import Said, talk

RENEW = Said("更新したい", "renewal")
REASONS = ["wrong_topic", "missing", "outdated", "unclear"]
UNHELPFUL = Said("役に立たなかった", "feedback")


@pytest.mark.parametrize("word", ["役に立った", "役に立ちました", "とても役立ちました、ありがとう", "参考になりました", "やくにたった", "役に立ったよ!"])
@pytest.mark.parametrize("intent", ["feedback", "thanks", None])
def test_a_good_word_is_thanked_for_and_recorded_for_the_last_answer(content: Content, word: str, intent: str | None) -> None:
    answers, memory = talk(content, [RENEW, Said(word, intent)], town="中野区")
    assert answers[-1].feedback == Feedback(True, None, "renewal", "nakano")
    assert (answers[-1].outcome, answers[-1].topic, memory.asked) == ("chat", "feedback", None)
    assert "ありがとうございます" in answers[-1].text


@pytest.mark.parametrize(
    "word", ["役に立たなかった", "役に立ちませんでした", "全然役立たない", "参考になりませんでした", "解決しませんでした", "答えになってないよ"]
)
@pytest.mark.parametrize("intent", ["feedback", "deny", None])
def test_a_bad_word_is_recorded_at_once_and_the_reason_asked_for(content: Content, word: str, intent: str | None) -> None:
    answers, memory = talk(content, [RENEW, Said(word, intent)], town="中野区")
    assert answers[-1].feedback == Feedback(False, None, "renewal", "nakano")
    assert [button.payload for button in answers[-1].buttons] == [f"feedback:{reason}" for reason in REASONS]
    assert "どこが足りなかったか" in answers[-1].text and memory.asked == "feedback.reason"
    assert memory.misses == 0


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Said("聞いたことと違う"), "wrong_topic"),
        (Said("関係ない話だった", "feedback"), "wrong_topic"),
        (Said("知りたいことが載っていない"), "missing"),
        (Said("手数料が書いてないです", "feedback"), "missing"),
        (Said("古い情報でした", "feedback"), "outdated"),
        (Said("電話番号が間違っていました", "feedback"), "outdated"),
        (Said("長くて読みにくい"), "unclear"),
        (Said("言葉が難しい", "feedback"), "unclear"),
        (Said("1"), "wrong_topic"),
        (Said("4番"), "unclear"),
        *((Said("押した", None, f"feedback:{reason}"), reason) for reason in REASONS),
    ],
)
def test_the_reason_can_be_said_pressed_and_numbered(content: Content, reply: Said, reason: str) -> None:
    answers, memory = talk(content, [RENEW, UNHELPFUL, reply], town="杉並区")
    assert answers[-1].feedback == Feedback(False, reason, "renewal", "suginami")
    assert "ありがとうございます" in answers[-1].text and memory.asked is None
    assert "renewal" in (memory.topic, memory.procedure)


@pytest.mark.parametrize(
    ("other", "topic"),
    [
        (Said("手数料は?", "fees"), "fees"),
        (Said("カードをなくした", "card_lost"), "card_lost"),
        (Said("ありがとう", "thanks"), "thanks"),
        (Said("人と話したい", "handoff"), "handoff"),
        (Said("暗証番号が難しくて覚えられず、とうとう忘れてしまったのでどうすればよいですか", "pin_forgotten"), "pin_forgotten"),
    ],
)
def test_whoever_gives_no_reason_is_not_held_up(content: Content, other: Said, topic: str) -> None:
    answers, memory = talk(content, [RENEW, UNHELPFUL, other], town="中野区")
    assert answers[-1].topic == topic and answers[-1].feedback is None
    assert memory.asked != "feedback.reason" or topic == "thanks"


def test_an_unknown_reason_is_not_recorded(content: Content) -> None:
    answers, _ = talk(content, [RENEW, UNHELPFUL, Said("押した", None, "feedback:'; DROP TABLE feedback")])
    assert answers[-1].feedback is None


def test_the_buttons_of_a_channel_say_the_same_as_the_words(content: Content) -> None:
    good, _ = talk(content, [RENEW, Said("", None, "feedback:helpful")], town="中野区")
    bad, memory = talk(content, [RENEW, Said("", None, "feedback:unhelpful")], town="中野区")
    assert good[-1].feedback == Feedback(True, None, "renewal", "nakano")
    assert bad[-1].feedback == Feedback(False, None, "renewal", "nakano") and memory.asked == "feedback.reason"


@pytest.mark.parametrize(
    ("turns", "record"),
    [
        ([Said("役に立った", "feedback")], Feedback(True, None, None, None)),
        ([RENEW, Said("手数料は?", "fees"), UNHELPFUL], Feedback(False, None, "fees", None)),
        ([RENEW, Said("ありがとう", "thanks"), Said("役に立ちました", "feedback")], Feedback(True, None, "renewal", None)),
        ([Said("野田村の電話番号は?", "contact"), Said("役に立った", "feedback")], Feedback(True, None, "contact", "noda")),
    ],
)
def test_the_record_names_the_last_answer_from_facts(content: Content, turns: list[Said], record: Feedback) -> None:
    assert talk(content, turns)[0][-1].feedback == record


def test_a_verdict_on_another_town_s_answer_names_that_town(content: Content) -> None:
    answers, _ = talk(content, [Said("電話番号は?", "contact"), Said("杉並だと?"), UNHELPFUL], town="中野区")
    assert answers[-1].feedback == Feedback(False, None, "contact", "suginami")


@pytest.mark.parametrize("typed", ["役に立たなかった。山田太郎より", "昭和40年3月3日生まれの者です。役に立った", "080-1234-5678に電話して。解決しませんでした"])
def test_no_word_that_was_typed_is_in_the_record(content: Content, typed: str) -> None:
    answers, _ = talk(content, [RENEW, Said(typed, "feedback")], town="中野区")
    record = answers[-1].feedback
    assert record is not None
    assert set(astuple(record)) <= {True, False, None, "renewal", "nakano"}


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        (Said("電子証明書は何の役に立つの?", "uses"), "uses"),
        (Said("住民票に古い住所が載っている", "address_or_name_change"), "address_or_name_change"),
        (Said("カードが読み取れません。何度やっても解決しません", "card_broken"), "card_broken"),
        (Said("さっきので解決しないので、窓口の電話番号を教えてください", "contact"), "contact"),
    ],
)
def test_a_question_is_no_verdict(content: Content, said: Said, topic: str) -> None:
    (answer,), _ = talk(content, [said], town="中野区")
    assert (answer.topic, answer.feedback) == (topic, None), answer.text
