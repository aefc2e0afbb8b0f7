# ruff: noqa: E501 — one row of a table stands on one line
from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

import pytest

from bot.dialogue.conversation import respond
from bot.dialogue.memory import Memory, Spoken
from bot.dialogue.turn import FALLBACK, Content, Heard
from bot.knowledge.answer import Answer, Button
from bot.settings import JAPAN

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=JAPAN)
CANDIDATES = (("renewal", 0.3), ("expired", 0.25), ("greet", 0.2), ("fees", 0.1), ("proxy", 0.05))
FIVE = ["名古屋市", "中野区", "西東京市", "野田村", "杉並区"]


@dataclass(frozen=True)
class Turn:
    """What is said, understood as `intent` (None: not understood), and what must come of it."""

    text: str
    intent: str | None = None
    outcome: str = "answer"
    topic: str | None = None
    town: str | None = None
    says: str = ""
    never: str = r"[{}]"
    sure: float = 0.95
    choice: str | None = None
    channel: str | None = None

    def heard(self) -> Heard:
        ranking = ((self.intent, self.sure), ("out_of_scope", 1 - self.sure)) if self.intent else CANDIDATES
        return Heard(self.text, self.intent or FALLBACK, ranking, self.choice, self.channel)


ASK_HOURS = Turn("窓口は何時まで?", "office_hours", "ask_back", "office_hours", None, "お住まいの市区町村")
HOURS_IN_NAKANO = Turn("何時まで?", "office_hours", "answer", "office_hours", "中野区", "午前8時30分〜午後5時", channel="中野区")
RENEWAL_IN_NAKANO = Turn("更新したい", "renewal", "answer", "renewal", "中野区", "3か月前の翌日", channel="中野区")
SUGGESTS = Turn("あのう", None, "suggest", "renewal", None, "更新.*期限が切れたあと")


def play(content: Content, turns: list[Turn]) -> tuple[list[Answer], Memory]:
    memory, answers = Memory(), []
    for turn in turns:
        answer, memory = respond(turn.heard(), memory, content, NOW)
        answers.append(answer)
        wanted = (turn.outcome, turn.topic, turn.town)
        assert (answer.outcome, answer.topic, answer.municipality) == wanted, f"{turn.text}\n{answer.text}"
        assert re.search(turn.says, answer.text, re.S), f"{turn.text}\n{answer.text}"
        assert not re.search(turn.never, answer.text), f"{turn.text}\n{answer.text}"
    return answers, memory


@pytest.mark.parametrize(
    ("turns", "home"),
    [
        ([ASK_HOURS, Turn("中野", None, topic="office_hours", town="中野区", says="午前8時30分〜午後5時")], "nakano"),
        ([ASK_HOURS, Turn("中野です", "greet", topic="office_hours", town="中野区", says="午前8時30分")], "nakano"),
        ([ASK_HOURS, Turn("野田村の者です", None, topic="office_hours", town="野田村", says="載っていません.*0194-78-2928")], "noda"),
        ([ASK_HOURS, Turn("高井戸", None, topic="office_hours", town="杉並区", says="03-3312-2111")], "suginami"),
        ([ASK_HOURS, Turn("中野区", "x", topic="office_hours", town="中野区", choice="municipality:nakano", says="午後5時")], "nakano"),
        ([ASK_HOURS, Turn("2", None, topic="office_hours", town="中野区", says="午後5時")], "nakano"),
        ([ASK_HOURS, Turn("2番", None, topic="office_hours", town="中野区", says="午後5時")], "nakano"),
        ([ASK_HOURS, Turn("はい", "affirm", "chat", "affirm", says="お住まいの市区町村の名前")], None),
        ([ASK_HOURS, Turn("横浜市です", None, topic=None, says="横浜市の窓口の情報は、こちらでは持っていません")], None),
        ([Turn("土曜は?", "office_hours", "ask_back", "office_hours"), Turn("中野", None, topic="office_hours", town="中野区", says="^いいえ、.*土曜")], "nakano"),
        ([Turn("電話番号は?", "contact", "ask_back", "contact"), Turn("西東京市", None, topic="contact", town="西東京市", says="042-460-9820")], "nishitokyo"),
        ([Turn("何時まで?", "office_hours", "ask_back", "office_hours", choice=None), Turn("更新したい", "renewal", topic="renewal", says="無料")], None),
    ],
)  # fmt: skip
def test_a_question_that_needs_a_municipality_asks_for_it_and_then_answers(content: Content, turns: list[Turn], home: str | None) -> None:
    answers, memory = play(content, turns)
    assert [button.title for button in answers[0].buttons] == FIVE
    assert memory.municipality == home


@pytest.mark.parametrize(
    ("turns", "home"),
    [
        ([HOURS_IN_NAKANO, Turn("杉並区だと?", None, topic="office_hours", town="杉並区", says="03-3312-2111", never="03-3228-5425")], "nakano"),
        ([HOURS_IN_NAKANO, Turn("野田村の場合は?", None, topic="office_hours", town="野田村", says="0194-78-2928")], "nakano"),
        ([HOURS_IN_NAKANO, Turn("杉並区だと?", None, topic="office_hours", town="杉並区"), Turn("更新したい", "renewal", topic="renewal", town="中野区")], "nakano"),
        ([HOURS_IN_NAKANO, Turn("杉並に引っ越しました", None, topic="office_hours", town="杉並区", says="03-3312-2111")], "suginami"),
        ([HOURS_IN_NAKANO, Turn("杉並に引っ越しました", "address_or_name_change", topic="office_hours", town="杉並区")], "suginami"),
        ([HOURS_IN_NAKANO, Turn("杉並区へ引っ越したので更新したい", "renewal", topic="renewal", town="杉並区", says="03-3312-2111", never="03-3228-5425")], "suginami"),
        ([HOURS_IN_NAKANO, Turn("杉並区です", None, topic="office_hours", town="杉並区")], "suginami"),
        ([HOURS_IN_NAKANO, Turn("名古屋市の電話番号は?", "contact", topic="contact", town="名古屋市", says="052-953-7584", never="03-3228-5425")], "nakano"),
        ([RENEWAL_IN_NAKANO, Turn("港区の区役所は?", "contact", topic="contact", town=None, never="03-3228-5425")], None),
        ([Turn("電話は?", "contact", topic="contact", town="名古屋市", channel="名古屋市"), Turn("港区役所は?", "contact", topic="contact", town="名古屋市")], "nagoya"),
        ([Turn("中野区に住んでいます", None, "chat", None, "中野区", "中野区の内容で")], "nakano"),
        ([Turn("中野区で更新したい", "renewal", topic="renewal", town="中野区"), Turn("電話は?", "contact", topic="contact", town="中野区")], "nakano"),
        ([RENEWAL_IN_NAKANO, Turn("電話は?", "contact", topic="contact", town="中野区", channel="杉並区")], "nakano"),
    ],
)  # fmt: skip
def test_comparing_keeps_the_home_and_moving_changes_it(content: Content, turns: list[Turn], home: str) -> None:
    assert play(content, turns)[1].municipality == home


@pytest.mark.parametrize(
    ("turns", "procedure"),
    [
        ([Turn("カードをなくした", "card_lost", topic="card_lost"), Turn("手数料は?", "fees", topic="fees", says="なくしたカードを再発行.*1,000円")], "card_lost"),
        ([Turn("カードをなくした", "card_lost", topic="card_lost"), Turn("手数料は?", None, topic="fees", says="1,000円")], "card_lost"),
        ([Turn("更新したい", "renewal", topic="renewal"), Turn("手数料は?", "fees", topic="fees", says="更新は無料", never="1,000円")], "renewal"),
        ([Turn("カードをなくした", "card_lost", topic="card_lost"), Turn("更新の手数料は?", "fees", topic="fees", says="更新は無料")], "renewal"),
        ([Turn("引っ越した", "address_or_name_change", topic="address_or_name_change"), Turn("いくら?", "fees", topic="fees", says="引越しや結婚.*無料")], "address_or_name_change"),
        ([RENEWAL_IN_NAKANO, Turn("土曜は?", None, topic="office_hours", town="中野区", says="土曜・日曜・祝日は受け付けていません")], "renewal"),
        ([RENEWAL_IN_NAKANO, Turn("駐車場は?", None, topic="office_location", town="中野区", says="駐車場")], "renewal"),
        ([Turn("手数料は?", "fees", topic="fees", says="はじめての発行・更新")], None),
    ],
)  # fmt: skip
def test_a_facet_is_answered_for_the_procedure_spoken_of(content: Content, turns: list[Turn], procedure: str | None) -> None:
    assert play(content, turns)[1].procedure == procedure


@pytest.mark.parametrize(
    "turns",
    [
        [SUGGESTS, Turn("更新", None, topic="renewal", says="更新")],
        [SUGGESTS, Turn("更新。", None, topic="renewal")],
        [SUGGESTS, Turn("1", None, topic="renewal")],
        [SUGGESTS, Turn("2番", None, topic="expired")],
        [SUGGESTS, Turn("手数料", None, topic="fees")],
        [SUGGESTS, Turn("topic:fees", None, topic="fees")],
        [SUGGESTS, Turn("はい", "affirm", topic="renewal")],
        [SUGGESTS, Turn("いいえ", "deny", "chat", "deny", says="別の言葉で")],
        [SUGGESTS, Turn("9", None, "suggest", "renewal")],
        [SUGGESTS, Turn("押した", "greet", topic="fees", choice="topic:fees")],
        [SUGGESTS, Turn("押した", None, "suggest", "renewal", choice="topic:no_such_topic")],
        [SUGGESTS, Turn("押した", None, "suggest", "renewal", choice="municipality:atlantis")],
        [SUGGESTS, Turn("押した", None, "suggest", "renewal", choice=":::")],
        [SUGGESTS, Turn("カードをなくした", "card_lost", topic="card_lost"), Turn("3番", "x", topic="fees", choice="topic:fees")],
        [Turn("はい", "affirm", "chat", "affirm", says="わかりました")],
        [Turn("更新", "renewal", topic="renewal"), Turn("いいえ", "deny", "chat", "deny", says="失礼しました")],
    ],
)
def test_a_suggestion_can_be_pressed_typed_numbered_accepted_and_refused(content: Content, turns: list[Turn]) -> None:
    play(content, turns)


@pytest.mark.parametrize(
    ("ranking", "titles"),
    [
        ((("renewal", 0.3), ("expired", 0.2), ("fees", 0.1), ("proxy", 0.1)), ["更新", "期限が切れたあと", "手数料"]),
        ((("renewal", 0.3), ("greet", 0.2), ("fees", 0.1)), ["更新", "手数料"]),
        ((("out_of_scope", 0.3), ("renewal", 0.2), ("check_card_status", 0.2), ("expired", 0.1)), ["更新", "期限が切れたあと"]),
    ],
)
def test_two_or_three_candidates_are_offered(content: Content, ranking: tuple[tuple[str, float], ...], titles: list[str]) -> None:
    answer, memory = respond(Heard("あのう", FALLBACK, ranking), Memory(), content, NOW)
    assert answer.outcome == "suggest"
    assert [button.title for button in answer.buttons] == titles
    assert memory.offered == answer.buttons
    assert all(title in answer.text for title in titles)
    assert "0120-95-0178" in answer.text


@pytest.mark.parametrize("ranking", [(), (("renewal", 0.3),), (("renewal", 0.3), ("greet", 0.2)), (("no_such_topic", 0.9),)])
def test_fewer_than_two_candidates_mean_that_the_bot_declines(content: Content, ranking: tuple[tuple[str, float], ...]) -> None:
    answer, _ = respond(Heard("あのう", FALLBACK, ranking), Memory(), content, NOW)
    assert (answer.outcome, answer.topic) == ("out_of_scope", "out_of_scope")
    assert answer.buttons


@pytest.mark.parametrize("text", ["横浜市なんですけど", "中野市です", "野田市在住です", "世田谷区の窓口は何時まで?", "港区です"])
def test_an_unknown_municipality_gets_the_names_of_the_five_and_the_national_number(content: Content, text: str) -> None:
    answer, memory = respond(Heard(text, "office_hours", (("office_hours", 0.9),)), Memory(), content, NOW)
    assert all(name in answer.text for name in FIVE)
    assert "0120-95-0178" in answer.text
    assert "03-3228-5425" not in answer.text
    assert [button.title for button in answer.buttons] == FIVE
    assert (answer.municipality, memory.municipality) == (None, None)


@pytest.mark.parametrize(
    ("turn", "confidence"),
    [(Turn("更新", "renewal", sure=0.8), 0.8), (Turn("あのう", None), 0.3), (Turn("更新", "renewal", sure=0.123456), 0.123)],
)
def test_an_answer_tells_how_sure_it_is(content: Content, turn: Turn, confidence: float) -> None:
    assert respond(turn.heard(), Memory(), content, NOW)[0].confidence == confidence


@pytest.mark.parametrize(
    "memory",
    [
        Memory(),
        Memory(
            municipality="nakano",
            focus="suginami",
            topic="fees",
            procedure="renewal",
            pending="office_hours",
            pending_aspects=("price", "saturday"),
            offered=(Button("更新", "topic:renewal"),),
            last_outcome="suggest",
            cases=("expired",),
            asked="pin.other",
            answers={"which": "user"},
            history=(Spoken("renewal", "renewal", "nakano"), Spoken("fees")),
        ),
    ],
)
def test_what_is_remembered_survives_being_stored(memory: Memory) -> None:
    assert Memory.of(memory.slots()) == memory
    assert Memory.of({**memory.slots(), "old_slot": "x", "requested_slot": None}) == memory
