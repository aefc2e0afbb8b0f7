"""PIN triage: at most two questions to the right path, and never a PIN in or out."""

from __future__ import annotations

import re

import pytest

from bot.dialogue.memory import Memory
from bot.dialogue.turn import Content
from bot.knowledge.answer import Answer
from tests.dialogue.test_corrections import Said, talk

FORGOTTEN = Said("暗証番号を忘れた", "pin_forgotten")
LOCKED = Said("暗証番号がロックされました", "pin_locked")
USER, SIGNATURE = Said("4桁のほう"), Said("署名用")
STORES_FOR_BOTH = ("セブン", "イオン")
STORES_FOR_SIGNATURE = ("ローソン", "ファミリーマート", "ミニストップ")
TOWNS = [None, "名古屋市", "中野区", "西東京市", "野田村", "杉並区"]
PHONES = {"名古屋市": "052-953-7584", "中野区": "03-3228-5425", "西東京市": "042-460-9820", "野田村": "0194-78-2928", "杉並区": "03-3312-2111"}


def at_store(answer: Answer, signature: bool) -> bool:
    """Whether it sends to the stores where the PIN can be reset, and to no others."""
    able = STORES_FOR_BOTH + (STORES_FOR_SIGNATURE if signature else ())
    unable = () if signature else (*STORES_FOR_SIGNATURE, "ファミマ")
    return all(store in answer.text for store in able) and not any(store in answer.text for store in unable) and "無料" in answer.lead


def at_counter_only(answer: Answer) -> bool:
    return "窓口" in answer.text and not any(store in answer.text for store in (*STORES_FOR_BOTH, *STORES_FOR_SIGNATURE))


@pytest.mark.parametrize("town", TOWNS)
@pytest.mark.parametrize("said", [FORGOTTEN, LOCKED])
def test_a_general_question_gets_its_answer_and_the_question_which_pin(content: Content, said: Said, town: str | None) -> None:
    (answer,), memory = talk(content, [said], town=town)
    assert answer.outcome == "answer" and "窓口" in answer.text
    assert "どちらの暗証番号" in answer.text.splitlines()[-1] and "番号そのものは入力しない" in answer.text
    assert [button.payload for button in answer.buttons[:4]] == ["pin:user", "pin:signature", "pin:both", "pin:unsure"]
    assert memory.asked == "pin.which"


@pytest.mark.parametrize("start", [FORGOTTEN, LOCKED])
@pytest.mark.parametrize(
    ("which", "certificate"),
    [
        (Said("4桁のほう"), "user"),
        (Said("数字4桁"), "user"),
        (Said("利用者証明用です", "cert_types"), "user"),
        (Said("短いほう"), "user"),
        (Said("ログインに使うやつ"), "user"),
        (Said("押した", None, "pin:user"), "user"),
        (Said("1"), "user"),
        (Said("署名用"), "signature"),
        (Said("英数字のほうです"), "signature"),
        (Said("長いやつ"), "signature"),
        (Said("6文字以上のほう"), "signature"),
        (Said("押した", None, "pin:signature"), "signature"),
        (Said("2番"), "signature"),
    ],
)
def test_the_pin_that_is_named_leads_to_the_question_for_the_other(content: Content, start: Said, which: Said, certificate: str) -> None:
    answers, memory = talk(content, [start, which])
    assert (answers[-1].topic, memory.asked, memory.certificates) == (start.intent, "pin.other", (certificate,)), answers[-1].text
    assert "もう片方" in answers[-1].text.splitlines()[-1]
    assert [button.payload for button in answers[-1].buttons[:2]] == ["pin:yes", "pin:no"]


YES = [
    Said("はい", "affirm"),
    Said("はい、分かります"),
    Said("うん"),
    Said("覚えてる"),
    Said("メモがあります"),
    Said("大丈夫です", "affirm"),
    Said("押した", None, "pin:yes"),
]
NO = [
    Said("いいえ", "deny"),
    Said("いいえ、分かりません"),
    Said("覚えてない"),
    Said("そっちも忘れた", "pin_forgotten"),
    Said("わからん"),
    Said("自信ない"),
    Said("押した", None, "pin:no"),
]


@pytest.mark.parametrize("start", [FORGOTTEN, LOCKED])
@pytest.mark.parametrize("town", TOWNS)
@pytest.mark.parametrize("reply", YES, ids=lambda said: str(said.text + (said.choice or "")))
def test_the_other_pin_known_means_a_store_that_can_do_it(content: Content, start: Said, town: str | None, reply: Said) -> None:
    for which, signature in ((USER, False), (SIGNATURE, True)):
        answers, memory = talk(content, [start, which, reply], town=town)
        assert at_store(answers[-1], signature), answers[-1].text
        assert "JPKI暗証番号リセット" in answers[-1].text and "24時間以内" in answers[-1].text
        assert "窓口" in answers[-1].text
        assert memory.asked is None, "two questions are enough"
        assert not any(phone in answers[-1].text for name, phone in PHONES.items() if name != town)


@pytest.mark.parametrize("start", [FORGOTTEN, LOCKED])
@pytest.mark.parametrize("reply", NO, ids=lambda said: str(said.text + (said.choice or "")))
def test_the_other_pin_unknown_too_means_the_counter(content: Content, start: Said, reply: Said) -> None:
    for which in (USER, SIGNATURE):
        answers, memory = talk(content, [start, which, reply], town="野田村")
        assert at_counter_only(answers[-1]) and "2つとも" in answers[-1].lead, answers[-1].text
        assert "野田村役場" in answers[-1].text and memory.asked is None


@pytest.mark.parametrize(
    ("reply", "lead"),
    [
        (Said("両方"), "2つとも"),
        (Said("どっちも"), "2つとも"),
        (Said("両方忘れた", "pin_forgotten"), "2つとも"),
        (Said("署名用も4桁も", "cert_types"), "2つとも"),
        (Said("押した", None, "pin:both"), "2つとも"),
        (Said("わからない"), "窓口ならまとめて"),
        (Said("さあ、どれだろう"), "窓口ならまとめて"),
        (Said("押した", None, "pin:unsure"), "窓口ならまとめて"),
        (Said("住民基本台帳用のほう"), "コンビニでは設定し直せません"),
        (Said("券面事項入力補助用です"), "コンビニでは設定し直せません"),
    ],
)
@pytest.mark.parametrize("start", [FORGOTTEN, LOCKED])
def test_both_unsure_and_the_other_two_pins_mean_the_counter_without_a_second_question(content: Content, start: Said, reply: Said, lead: str) -> None:
    answers, memory = talk(content, [start, reply], town="杉並区")
    assert lead in answers[-1].lead, answers[-1].text
    assert at_counter_only(answers[-1]) and "区民事務所" in answers[-1].text
    assert memory.asked is None


@pytest.mark.parametrize(
    ("said", "signature"),
    [
        (Said("4桁の暗証番号を忘れたけど署名用は覚えてる", "pin_forgotten"), False),
        (Said("署名用は覚えています。4桁のほうを忘れました", "pin_forgotten"), False),
        (Said("4桁がロックされた。英数字のほうは分かる", "pin_locked"), False),
        (Said("署名用の暗証番号を忘れた。4桁のほうは分かる", "pin_forgotten"), True),
        (Said("長いほうがロックされましたが、短いほうは覚えてます", "pin_locked"), True),
        (Said("署名用を忘れた、もう片方は大丈夫", "pin_forgotten"), True),
    ],
)
def test_all_told_in_one_message_needs_no_question(content: Content, said: Said, signature: bool) -> None:
    (answer,), memory = talk(content, [said])
    assert at_store(answer, signature), answer.text
    assert memory.asked is None and "どちらの暗証番号" not in answer.text


@pytest.mark.parametrize(
    "said",
    [
        Said("署名用も4桁も両方忘れた", "pin_forgotten"),
        Said("4桁も署名用も両方覚えてない", "pin_forgotten"),
        Said("署名用の暗証番号を忘れた。4桁も覚えてない", "pin_forgotten"),
        Said("暗証番号がどっちもロックされた", "pin_locked"),
    ],
)
def test_both_lost_in_one_message_means_the_counter_without_a_question(content: Content, said: Said) -> None:
    (answer,), memory = talk(content, [said])
    assert "窓口" in answer.lead and "コンビニではでき" in answer.lead, answer.lead
    assert memory.asked is None and "どちらの暗証番号" not in answer.text


@pytest.mark.parametrize(
    ("turns", "signature"),
    [
        ([FORGOTTEN, SIGNATURE, Said("忘れたの4桁のほうだった"), Said("はい", "affirm")], False),
        ([FORGOTTEN, SIGNATURE, Said("忘れたの4桁のほうだった", "pin_forgotten"), Said("はい", "affirm")], False),
        ([FORGOTTEN, SIGNATURE, Said("間違えた、4桁のほう"), Said("はい", "affirm")], False),
        ([FORGOTTEN, SIGNATURE, Said("はい", "affirm"), Said("忘れたの4桁のほうだった", "pin_forgotten"), Said("はい", "affirm")], False),
        ([FORGOTTEN, USER, Said("いいえ、署名用のほうでした"), Said("はい", "affirm")], True),
        ([FORGOTTEN, USER, Said("はい", "affirm"), Said("忘れたのは署名用だった", "pin_forgotten"), Said("はい", "affirm")], True),
    ],
)
def test_a_correction_of_which_pin_it_was_leads_to_that_pin_s_stores(content: Content, turns: list[Said], signature: bool) -> None:
    answers, memory = talk(content, turns)
    asked_again = answers[-2]
    assert "もう片方の暗証番号は分かりますか" in asked_again.text, asked_again.text
    assert memory.certificates == (("signature",) if signature else ("user",))
    assert at_store(answers[-1], signature), answers[-1].text


@pytest.mark.parametrize(
    "other",
    [
        Said("更新したい", "renewal"),
        Said("カードをなくした", "card_lost"),
        Said("手数料はいくら?", "fees"),
        Said("電子証明書の有効期限はいつまでですか", "validity_period"),
        Said("窓口は何時まで?", "office_hours"),
    ],
)
@pytest.mark.parametrize("before", [[FORGOTTEN], [FORGOTTEN, USER]])
@pytest.mark.parametrize("town", [None, "中野区"])
def test_a_change_of_topic_drops_the_question(content: Content, before: list[Said], other: Said, town: str | None) -> None:
    answers, memory = talk(content, [*before, other], town=town)
    assert answers[-1].topic == other.intent
    assert memory.asked is None
    assert "暗証番号は分かりますか" not in answers[-1].text and "どちらの暗証番号" not in answers[-1].text


@pytest.mark.parametrize("word", ["やめる", "もういい", "キャンセル"])
def test_the_question_can_be_refused(content: Content, word: str) -> None:
    answers, memory = talk(content, [FORGOTTEN, USER, Said(word, "deny")])
    assert "ここまで" in answers[-1].text and memory.asked is None


@pytest.mark.parametrize("question", [Said("何時まで?", "office_hours"), Said("お店は何時まで?", "office_hours"), Said("夜でもできる?"), Said("日曜は?")])
@pytest.mark.parametrize("town", TOWNS)
def test_after_the_way_to_the_store_its_hours_are_meant(content: Content, question: Said, town: str | None) -> None:
    answers, _ = talk(content, [FORGOTTEN, USER, Said("はい", "affirm"), question], town=town)
    assert (answers[-1].outcome, answers[-1].topic) == ("answer", "office_hours"), answers[-1].text
    assert "午前6時30分〜午後11時" in answers[-1].text
    assert "午後5時" not in answers[-1].lead


def test_after_the_way_to_the_counter_the_counter_s_hours_are_meant(content: Content) -> None:
    answers, _ = talk(content, [FORGOTTEN, Said("両方"), Said("何時まで?", "office_hours")], town="中野区")
    assert "午前8時30分〜午後5時" in answers[-1].lead and "午後11時" not in answers[-1].text


@pytest.mark.parametrize(
    "turns",
    [
        [FORGOTTEN, Said("署名用は7482QXZWだったかも")],
        [FORGOTTEN, Said("7482")],
        [FORGOTTEN, USER, Said("7482だと思う")],
        [FORGOTTEN, SIGNATURE, Said("もう片方は7482です"), Said("何時まで?", "office_hours")],
        [Said("暗証番号は7482だったのに、ロックされた", "pin_locked"), USER, Said("はい、7482です")],
    ],
)  # fmt: skip
def test_a_pin_never_comes_back_nor_is_it_remembered(content: Content, turns: list[Said]) -> None:
    answers, memory = talk(content, turns)
    assert not re.search(r"7482|QXZW", "".join(str(answer.as_dict()) for answer in answers))
    assert not re.search(r"7482|QXZW", str(memory.slots()))


def test_a_reply_that_no_button_has_leads_nowhere(content: Content) -> None:
    answers, memory = talk(content, [FORGOTTEN, Said("押した", None, "pin:7482")])
    assert answers[-1].outcome == "out_of_scope" and memory.answers == Memory().answers
