"""Another office's matter, asked in the words that ours is asked in, is declined; ours is not, whatever it names in passing."""

from __future__ import annotations

import pytest

from bot.dialogue.conversation import respond
from bot.dialogue.memory import Memory
from bot.dialogue.turn import OUT_OF_SCOPE, Content, Heard, Part
from tests.dialogue.test_corrections import NOW, Said, talk


@pytest.mark.parametrize(
    "said",
    [
        Said("運転免許の更新手数料はいくら?", "fees"),
        Said("キャッシュカードを落とした", "card_lost"),
        Said("スマホの画面ロックの番号を忘れた", "pin_locked"),
        Said("在留カードの期間更新は入管に行けばよいのですか", "card_vs_cert_expiry"),
        Said("図書館の利用カードは引っ越したら作り直し?", OUT_OF_SCOPE),
    ],
)
def test_it_is_declined_however_sure_the_classifier_is(content: Content, said: Said) -> None:
    answers, _ = talk(content, [said], town="中野区")
    assert answers[-1].outcome == "out_of_scope"


def test_it_is_declined_in_the_middle_of_ours_too(content: Content) -> None:
    answers, memory = talk(content, [Said("更新したい", "renewal"), Said("パスポートの更新は?", "renewal")], town="中野区")
    assert answers[-1].outcome == "out_of_scope" and memory.topic == "renewal"


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        (Said("パスポートも使えますか", "id_document_accepted"), "id_document_accepted"),
        (Said("メルカリの本人確認に使える?", "uses"), "uses"),
        (Said("クレジットカードで払えますか", "fees"), "fees"),
    ],
)
def test_what_belongs_to_ours_is_answered(content: Content, said: Said, topic: str) -> None:
    answers, _ = talk(content, [said], town="中野区")
    assert answers[-1].topic == topic and answers[-1].outcome == "answer"


def _told(*parts: tuple[str, str], whole: str = OUT_OF_SCOPE) -> Heard:
    """Sentences, each as it is understood alone."""
    text = "".join(text for text, _ in parts)
    return Heard(text, whole, ((whole, 0.95), ("contact", 0.05)), parts=tuple(Part(text, topic, 0.95) for text, topic in parts), municipality="中野区")


def test_a_bare_question_belongs_to_what_is_told_before_it(content: Content) -> None:
    heard = _told(("裏山に熊が出ました。", OUT_OF_SCOPE), ("どこに電話すればいいですか", "contact"))
    assert respond(heard, Memory(), content, NOW)[0].outcome == "out_of_scope"
    _, memory = talk(content, [Said("カードをなくした", "card_lost")], town="中野区")
    assert respond(heard, memory, content, NOW)[0].outcome == "answer"


@pytest.mark.parametrize(
    ("text", "topic"), [("署名用電子証明書の番号を失念いたしました", "pin_forgotten"), ("ぴよぴよの番号を失念いたしました", OUT_OF_SCOPE)]
)
def test_what_names_ours_is_not_declined_for_a_little_doubt(content: Content, text: str, topic: str) -> None:
    ranking = (("pin_forgotten", 0.6), (OUT_OF_SCOPE, 0.2))
    answer, _ = respond(Heard(text, OUT_OF_SCOPE, ranking), Memory(), content, NOW)
    assert answer.topic == topic
