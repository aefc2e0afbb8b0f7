"""Corrections, towns that are meant and not meant, yes/no/thanks in each situation, and moods."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pytest

from bot.dialogue.conversation import respond
from bot.dialogue.memory import Memory
from bot.dialogue.turn import FALLBACK, Content, Heard
from bot.knowledge.answer import Answer
from bot.settings import JAPAN

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=JAPAN)
_CANDIDATES = (("renewal", 0.3), ("expired", 0.25), ("greet", 0.2), ("fees", 0.1), ("proxy", 0.05))
_NAKANO, _SUGINAMI, _NAGOYA = "03-3228-5425", "03-3312-2111", "052-953-7584"


@dataclass(frozen=True)
class Said:
    """A message, understood as `intent` (None: not understood); `choice` is a pressed button's payload."""

    text: str
    intent: str | None = None
    choice: str | None = None

    def heard(self, content: Content, town: str | None) -> Heard:
        """As the engine hands it over: without 「いや、」 in front, and with the note that it stood there."""
        opened = content.lexicon.opened(self.text)
        ranking = ((self.intent, 0.95), ("out_of_scope", 0.05)) if self.intent else _CANDIDATES
        return Heard(opened, self.intent or FALLBACK, ranking, self.choice, town, leans=content.lexicon.leans(self.text))


def talk(content: Content, turns: Sequence[Said], *, town: str | None = None, now: datetime = NOW) -> tuple[list[Answer], Memory]:
    memory, answers = Memory(), []
    for turn in turns:
        answer, memory = respond(turn.heard(content, town), memory, content, now)
        answers.append(answer)
    return answers, memory


RENEW = Said("更新したい", "renewal")
PHONE = Said("電話番号は?", "contact")
HOURS = Said("窓口は何時まで?", "office_hours")
LOST_WORDS = Said("あのう")
PIN = Said("暗証番号を忘れた", "pin_forgotten")
CALCULATE = Said("私の期限を計算して", "check_expiry")
PIN_RULES = Said("署名用の暗証番号の決まりは?", "pin_rules")


@pytest.mark.parametrize(
    ("turns", "topic", "says"),
    [
        ([PIN_RULES, Said("署名用じゃなくて")], "pin_rules", r"^利用者証明用.*数字4桁"),
        ([PIN_RULES, Said("署名用じゃなくて", "cert_types")], "pin_rules", r"^利用者証明用.*数字4桁"),
        ([PIN_RULES, Said("署名用じゃなくて利用者証明用", "cert_types")], "pin_rules", r"^利用者証明用.*数字4桁"),
        ([PIN_RULES, Said("もう片方は?")], "pin_rules", r"^利用者証明用.*数字4桁"),
        ([Said("署名用の期限は?", "validity_period"), Said("間違えた、利用者証明用のほうです")], "validity_period", "^利用者証明用電子証明書は"),
        ([Said("利用者証明用の期限は?", "validity_period"), Said("いや、署名用のほう")], "validity_period", "^署名用電子証明書は"),
        (
            [Said("引っ越したら署名用はどうなる", "address_or_name_change"), Said("そうじゃなくて、利用者証明用は?")],
            "address_or_name_change",
            "^利用者証明用は、.*失効しません",
        ),
    ],
)
def test_the_other_certificate_is_answered_when_the_first_is_taken_back(content: Content, turns: list[Said], topic: str, says: str) -> None:
    answers, memory = talk(content, turns)
    wanted = {"^利": ("user",), "^署": ("signature",)}[says[:2]]
    assert (answers[-1].topic, memory.certificates) == (topic, wanted), answers[-1].text
    assert re.search(says, answers[-1].lead), answers[-1].lead


PROXY_ITEMS = Said("母の代わりに更新したい。持ち物は?", "required_items")


@pytest.mark.parametrize(
    "turns",
    [
        [PROXY_ITEMS, Said("やっぱり自分で行きます")],
        [PROXY_ITEMS, Said("本人だと?")],
        [PROXY_ITEMS, Said("間違えた、自分の分です")],
        [Said("母の代わりに更新したい", "proxy"), Said("いや、私が行きます。本人です")],
    ],
)  # fmt: skip
@pytest.mark.parametrize("town", ["中野区", "野田村", None])
def test_whoever_goes_after_all_in_person_gets_nothing_of_a_proxy_s(content: Content, turns: list[Said], town: str | None) -> None:
    answers, memory = talk(content, [*turns, Said("持ち物は?", "required_items")], town=town)
    items = {section.label: section.lines for section in answers[-1].checklist}
    assert memory.persons == ()
    assert items["手続できる人"] == ("本人",)
    assert "代理" not in "".join(items["持ち物"])
    for answer in answers[1:]:
        assert not re.search("代理人(?:の持ち物|でも|も)", answer.lead), answer.lead


@pytest.mark.parametrize("word", ["代理人だと?", "母の分です", "やっぱり妻が行きます。代理です"])
def test_whoever_sends_somebody_after_all_is_told_about_proxies(content: Content, word: str) -> None:
    answers, memory = talk(content, [Said("更新の持ち物は?", "required_items"), Said(word, "proxy"), Said("持ち物は?", "required_items")], town="野田村")
    items = {section.label: section.lines for section in answers[-1].checklist}
    assert memory.persons == ("proxy",)
    assert "本人が回答した照会書" in items["持ち物"] and any("2回" in line for line in items["来庁の回数"])


@pytest.mark.parametrize(
    "move",
    [
        Said("住んでるのは杉並"),
        Said("やっぱり杉並で"),
        Said("やっぱり杉並区で見てもらえますか", "contact"),
        Said("いや、杉並区です"),
        Said("間違えた、杉並です"),
        Said("杉並に引っ越しました"),
        Said("杉並区に引っ越しました", "address_or_name_change"),
        Said("先月、杉並へ越してきました", "address_or_name_change"),
    ],
)
def test_another_home_changes_this_answer_and_the_next_ones(content: Content, move: Said) -> None:
    answers, memory = talk(content, [PHONE, move, Said("何番にかければいい?", "contact")], town="中野区")
    assert memory.municipality == "suginami"
    assert _SUGINAMI in answers[1].text and _NAKANO not in answers[1].text
    assert _SUGINAMI in answers[2].text and _NAKANO not in answers[2].text


@pytest.mark.parametrize(
    ("turns", "phones"),
    [
        ([PHONE, Said("杉並だと?"), PHONE], [_NAKANO, _SUGINAMI, _NAKANO]),
        ([PHONE, Said("杉並区の場合は?"), Said("名古屋だと?"), PHONE], [_NAKANO, _SUGINAMI, _NAGOYA, _NAKANO]),
        ([PHONE, Said("杉並だと?"), Said("当市は?")], [_NAKANO, _SUGINAMI, _NAKANO]),
        ([PHONE, Said("杉並だと?"), Said("当区の電話番号は?", "contact")], [_NAKANO, _SUGINAMI, _NAKANO]),
        ([PHONE, Said("杉並だと?"), Said("うちのほうは?")], [_NAKANO, _SUGINAMI, _NAKANO]),
        ([PHONE, Said("杉並だと?"), Said("そこの電話番号は?", "contact")], [_NAKANO, _SUGINAMI, _SUGINAMI]),
        ([PHONE, Said("名古屋市の電話番号は?", "contact"), PHONE], [_NAKANO, _NAGOYA, _NAKANO]),
    ],
)
def test_a_compared_town_is_answered_once_and_the_home_stays(content: Content, turns: list[Said], phones: list[str]) -> None:
    answers, memory = talk(content, turns, town="中野区")
    assert memory.municipality == "nakano"
    for turn, answer, phone in zip(turns, answers, phones, strict=True):
        others = {_NAKANO, _SUGINAMI, _NAGOYA} - {phone}
        assert phone in answer.text and not any(other in answer.text for other in others), f"{turn.text}\n{answer.text}"


@pytest.mark.parametrize(
    "relative",
    [
        Said("母は杉並に住んでます"),
        Said("実家は杉並なんですが"),
        Said("息子が名古屋に住んでいて"),
        Said("杉並区の母の代わりに更新したい", "proxy"),
        Said("妹が杉並に引っ越しました", "address_or_name_change"),
        Said("友だちが名古屋市に引っ越した", "address_or_name_change"),
    ],
)
def test_a_relative_s_town_does_not_move_the_asker(content: Content, relative: Said) -> None:
    answers, memory = talk(content, [PHONE, relative, Said("うちの電話番号は?", "contact")], town="中野区")
    assert memory.municipality == "nakano"
    assert _NAKANO in answers[-1].text


@pytest.mark.parametrize(
    ("between", "outcome"),
    [
        ([], "office_hours"),
        ([RENEW], "office_hours"),
        ([Said("カードをなくした", "card_lost")], "office_hours"),
        ([Said("ありがとう", "thanks")], "office_hours"),
        ([Said("はい", "affirm")], "office_hours"),
    ],
)  # fmt: skip
def test_a_question_that_waits_for_a_town_survives_one_interruption(content: Content, between: list[Said], outcome: str) -> None:
    answers, memory = talk(content, [HOURS, *between, Said("中野です")])
    assert (answers[-1].topic, answers[-1].municipality) == (outcome, "中野区")
    assert "午前8時30分〜午後5時" in answers[-1].lead
    assert memory.pending is None


def test_the_waiting_question_is_mentioned_once_and_then_let_go(content: Content) -> None:
    answers, memory = talk(content, [HOURS, RENEW, Said("いくら?", "fees"), Said("中野です")])
    named = ["市区町村の名前を入力" in answer.text for answer in answers]
    assert named == [False, True, False, False]
    assert "受付時間" in answers[1].text.splitlines()[-1]
    assert (answers[-1].topic, memory.pending) == ("fees", None)


YES, NO, THANKS = Said("はい", "affirm"), Said("いいえ", "deny"), Said("ありがとう", "thanks")


@pytest.mark.parametrize(
    ("turns", "outcome", "topic", "says", "never"),
    [
        ([YES], "chat", "affirm", "わかりました", "市区町村"),
        ([RENEW, YES], "chat", "affirm", "わかりました", "市区町村の名前"),
        ([HOURS, YES], "chat", "affirm", "お住まいの市区町村の名前", "わかりました"),
        ([LOST_WORDS, YES], "answer", "renewal", "無料で更新", "もしかして"),
        ([LOST_WORDS, LOST_WORDS, YES], "handoff", "handoff", "0120-95-0178", "もしかして"),
        ([CALCULATE, YES], "ask_back", "check_expiry", "発行日", "市区町村の名前"),
        ([PIN, YES], "ask_back", "pin_forgotten", "どちらの暗証番号", "コンビニ"),
        ([PIN, Said("4桁のほう"), YES], "answer", "pin_forgotten", "セブン", "窓口で2つとも"),
        ([Said("人と話したい", "handoff"), YES], "chat", "affirm", "わかりました", "市区町村の名前を教えて"),
        ([NO], "chat", "deny", "わかりました", "失礼しました"),
        ([RENEW, NO], "chat", "deny", "失礼しました", "ありがとう"),
        ([HOURS, NO], "chat", "deny", "ほかに知りたいこと", "失礼しました"),
        ([LOST_WORDS, NO], "chat", "deny", "別の言葉", "もしかして"),
        ([LOST_WORDS, LOST_WORDS, NO], "chat", "deny", "別の言葉", "0120"),
        ([PIN, Said("4桁のほう"), NO], "answer", "pin_forgotten", "窓口で2つとも", "セブン"),
        ([THANKS], "chat", "thanks", "どういたしまして", "失礼"),
        ([RENEW, THANKS], "chat", "thanks", "どういたしまして", "失礼"),
        ([HOURS, THANKS], "chat", "thanks", "どういたしまして", "失礼"),
        ([LOST_WORDS, THANKS], "chat", "thanks", "どういたしまして", "もしかして"),
        ([CALCULATE, THANKS], "chat", "thanks", "どういたしまして", "市区町村の名前"),
        ([PIN, Said("4桁のほう"), THANKS], "chat", "thanks", "どういたしまして", "もう片方"),
        ([RENEW, Said("役に立たなかった", "feedback"), THANKS], "chat", "thanks", "どういたしまして", "足りなかったか"),
    ],
)
def test_yes_no_and_thanks_mean_what_the_last_question_makes_of_them(
    content: Content, turns: list[Said], outcome: str, topic: str, says: str, never: str
) -> None:
    answer = talk(content, turns)[0][-1]
    assert (answer.outcome, answer.topic) == (outcome, topic), answer.text
    assert says in answer.text and never not in answer.text, answer.text


def test_not_that_offers_the_other_candidates_once(content: Content) -> None:
    ranking = (("renewal", 0.8), ("expired", 0.1), ("fees", 0.05), ("greet", 0.03))
    _, memory = respond(Heard("更新", "renewal", ranking), Memory(), content, NOW)
    answer, memory = respond(Said("そうじゃなくて", "deny").heard(content, None), memory, content, NOW)
    assert answer.outcome == "suggest"
    assert [button.payload for button in answer.buttons] == ["topic:expired", "topic:fees"]
    assert respond(Said("2").heard(content, None), memory, content, NOW)[0].topic == "fees"
    again, _ = respond(Said("そうじゃなくて", "deny").heard(content, None), memory, content, NOW)
    assert (again.outcome, again.topic, again.buttons) == ("chat", "deny", ())


@pytest.mark.parametrize(
    ("said", "fact"),
    [
        (Said("カードをなくしてしまった。どうしよう", "card_lost"), "0120-95-0178"),
        (Said("期限が切れてた、やばい", "expired"), "窓口"),
        (Said("暗証番号が漏れたかも。怖い", "pin_change"), "すぐに変えて"),
    ],
)
def test_whoever_worries_gets_a_calm_word_and_at_once_what_to_do(content: Content, said: Said, fact: str) -> None:
    answer = talk(content, [said])[0][-1]
    first, second = answer.text.splitlines()[:2]
    assert "だいじょうぶ" in first and fact in second
    calm = talk(content, [Said("カードをなくしました", "card_lost")])[0][-1]
    assert "だいじょうぶ" not in calm.text


@pytest.mark.parametrize(
    ("turns", "says", "never"),
    [
        ([Said("役立たず", "out_of_scope")], "人と話したい", "バカ|役立たず"),
        ([Said("バカ")], "申し訳ありません", "バカ|もしかして"),
        ([RENEW, Said("ふざけるな", "deny")], "申し訳ありません", "ふざけ"),
        ([Said("このポンコツ、更新の手数料は?", "fees")], "更新は無料", "申し訳ありません"),
        ([Said("クソ、カードを落とした", "card_lost")], "0120-95-0178", "別の言葉"),
        ([Said("住所ばかり聞かれるのはなぜ", "out_of_scope")], "お答えできません", "もう一度調べます"),
        ([RENEW, Said("ごめんね", "out_of_scope")], "お気になさらない", "お答えできません"),
        ([Said("さっきはごめんなさい", "out_of_scope")], "お気になさらない", "お答えできません"),
        ([Said("ごめん、更新したいんだけど", "renewal")], "無料で更新", "お気になさらない"),
        ([Said("申し訳ないですが、窓口の電話番号は?", "contact")], "市区町村", "お気になさらない"),
    ],
)
def test_an_insult_is_answered_calmly_an_apology_kindly_and_a_question_first(content: Content, turns: list[Said], says: str, never: str) -> None:
    answer = talk(content, turns)[0][-1]
    assert says in answer.text, answer.text
    assert not re.search(never, answer.text), answer.text


@pytest.mark.parametrize(
    "said",
    [
        Said("入力した内容は保存されますか", "about_service"),
        Said("ここに入力した日付は残りますか", "out_of_scope"),
        Said("この会話は記録されるの?"),
        Said("さっき打った誕生日は覚えられてるの?", "bot_challenge"),
        Said("今のやりとり、誰かに見られてる?"),
    ],
)
def test_whoever_asks_what_becomes_of_their_words_is_told_that_none_is_kept(content: Content, said: Said) -> None:
    answer = talk(content, [RENEW, said], town="中野区")[0][-1]
    assert answer.outcome == "chat"
    assert "保存しません" in answer.text and "目印だけ" in answer.text and "暗証番号は、入力しない" in answer.text


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        (Said("マイナンバーカードに個人情報は記録されますか", "about_service"), "about_service"),
        (Said("住民票に前の住所の履歴が残りますか", "convenience_store_certificates"), "convenience_store_certificates"),
        (Said("暗証番号を人に見られてしまった", "pin_change"), "pin_change"),
    ],
)
def test_privacy_of_the_card_is_a_question_of_its_own(content: Content, said: Said, topic: str) -> None:
    answer = talk(content, [said])[0][-1]
    assert (answer.outcome, answer.topic) == ("answer", topic)
    assert "目印だけ" not in answer.text


@pytest.mark.parametrize(
    ("before", "then", "topic"),
    [
        (HOURS, Said("今は?", "feedback"), "office_hours"),
        (Said("窓口はどこ?", "office_location"), Said("今どう?"), "office_hours"),
        (Said("手数料は?", "fees"), Said("じゃあ今は?", "feedback"), "fees"),
        (Said("住所が変わった", "address_or_name_change"), Said("過ぎたら?", "expired"), "address_or_name_change"),
        (Said("マイナポータル使える?", "uses"), Said("保険証は?", "id_document_accepted"), "uses"),
        (Said("期限が切れた", "expired"), Said("過ぎたら?", "expired"), "expired"),
        (Said("住所が変わった", "address_or_name_change"), Said("人と話したい", "handoff"), "handoff"),
    ],
)
def test_a_bare_word_stays_with_the_matter_spoken_of(content: Content, before: Said, then: Said, topic: str) -> None:
    answers, _ = talk(content, [before, then], town="中野区")
    assert answers[-1].topic == topic, answers[-1].text


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("有効期限が切れた", "expired"),
        ("署名用の有効期限が切れた", "expired"),
        ("免許の有効期限が切れた", "out_of_scope"),
        ("期限切れの牛乳を飲んだ", "out_of_scope"),
    ],
)
def test_an_expiry_of_nothing_else_is_ours(content: Content, text: str, topic: str) -> None:
    heard = Heard(text, "out_of_scope", (("expired", 0.5), ("out_of_scope", 0.4)), None, "中野区")
    answer, _ = respond(heard, Memory(), content, NOW)
    assert answer.topic == topic
