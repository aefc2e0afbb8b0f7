"""Life events: what lapses for each certificate, in what order to act, for every municipality; and which sentences tell of one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from bot.dialogue.conversation import respond
from bot.dialogue.memory import Memory
from bot.dialogue.turn import Content, Heard
from bot.knowledge.answer import Answer
from bot.knowledge.compose import compose
from bot.knowledge.model import LifeEvent
from bot.knowledge.question import Question
from bot.language.cues import cue_holds
from bot.settings import JAPAN

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=JAPAN)
EVENTS = sorted(path.stem for path in (Path(__file__).resolve().parents[2] / "data" / "life_events").glob("*.yml"))
TOWNS = [None, "nagoya", "nakano", "nishitokyo", "noda", "suginami"]
NUMBERS = {
    "nagoya": ("052-953-7584", "052-972-3114"),
    "nakano": ("03-3228-5425", "03-3228-5653"),
    "nishitokyo": ("042-460-9820", "042-465-8630"),
    "noda": ("0194-78-2928",),
    "suginami": ("03-3312-2111", "03-5307-0771"),
}


def section(answer: Answer, label: str) -> tuple[str, ...]:
    return next((part.lines for part in answer.sections if part.label == label), ())


def told(content: Content, event: str, town: str | None = None) -> Answer:
    found = content.base.events[event]
    return compose(Question(found.topics[0], town), content.base, TODAY, worded=found)


# What the sources say lapses, by certificate; written by hand.
LAPSES = {
    "move": ("署名用：.*失効", "利用者証明用：.*失効しない", "カード本体：.*90日以内に継続利用.*しないと失効"),
    "move_in_town": ("署名用：.*失効", "利用者証明用：失効しない", "カード本体：失効しない"),
    "marriage": ("署名用：氏名.*失効", "利用者証明用：失効しない", "カード本体：失効しない"),
    "abroad": ("署名用：国外への転出で失効", "利用者証明用：.*失効しない", "カード本体：転出の前日までに継続利用"),
    "naturalization": ("署名用：氏名・通称.*失効", "利用者証明用：.*失効しない", "カード本体：.*書かれていません"),
    "residence": ("署名用・利用者証明用：カードの期限より後は使えない", "カード本体：在留期間の満了日"),
    "death": ("署名用・利用者証明用：住民票が消えると失効", "家族の証明書：失効しない"),
    "birth": ("ありません.*失効しない",),
    "turn_15": ("ありません.*期限まで使えます",),
    "coming_of_age": ("ありません.*期限まで使えます",),
}
# Steps that must come in this order.
ORDER = {
    "move": ("転出届.*30日前", "転入届.*14日以内", "継続利用", "署名用の入れ直し"),
    "move_in_town": ("転居届", "住所の書きかえ", "署名用の入れ直し"),
    "marriage": ("婚姻届・離婚届", "転入届か転居届", "氏名の書きかえ", "署名用の入れ直し"),
    "abroad": ("転出届", "前日まで.*継続利用", "帰国したら.*転入届"),
    "naturalization": ("帰化したあとの届", "氏名の書きかえ", "署名用の入れ直し"),
    "residence": ("入管", "延長（2か月）", "新しい在留カード.*市区町村の窓口"),
    "death": ("死亡届", "カードを返すか", "スマホ"),
    "birth": ("出生届と一緒.*1歳の誕生日の前日まで", "暗証番号は、法定代理人", "簡易書留"),
    "turn_15": ("15歳の誕生日を過ぎたら", "本人がカードを持って窓口", "暗証番号（6〜16文字）"),
    "coming_of_age": ("カードの期限を確かめる", "10回目の誕生日", "窓口で更新"),
}


def test_every_event_is_checked_here() -> None:
    assert set(EVENTS) == set(LAPSES) == set(ORDER)


@pytest.mark.parametrize("town", TOWNS)
@pytest.mark.parametrize("event", EVENTS)
def test_what_lapses_is_told_for_each_certificate(content: Content, event: str, town: str | None) -> None:
    lines = section(told(content, event, town), "使えなくなるもの")
    for wanted in LAPSES[event]:
        assert any(re.match(wanted, line) for line in lines), (wanted, lines)
    claims = [line for line in lines if line.startswith("利用者証明用：") and "失効しない" not in line]
    assert not claims


@pytest.mark.parametrize("town", TOWNS)
@pytest.mark.parametrize("event", EVENTS)
def test_the_steps_are_numbered_in_the_order_to_take_them(content: Content, event: str, town: str | None) -> None:
    lines = section(told(content, event, town), "する順番")
    assert [line.split(". ")[0] for line in lines] == [str(number) for number in range(1, len(lines) + 1)]
    places = [next((i for i, line in enumerate(lines) if re.search(step, line)), None) for step in ORDER[event]]
    assert None not in places, (ORDER[event], lines)
    assert places == sorted(places, key=lambda place: place or 0)


def questions(content: Content, event: LifeEvent, town: str | None) -> Iterator[Question]:
    lexicon = content.lexicon.file
    for topic in event.topics:
        yield Question(topic, town)
        yield from (Question(topic, town, aspects=frozenset({aspect})) for aspect in {*event.aspects, *lexicon.aspects})
        yield from (Question(topic, town, persons=frozenset({person})) for person in lexicon.persons)
        yield from (Question(topic, town, certificates=frozenset({certificate})) for certificate in lexicon.certificates)
        yield from (Question(topic, town, cases=frozenset({case})) for case in lexicon.cases)


@pytest.mark.parametrize("town", TOWNS)
@pytest.mark.parametrize("event", EVENTS)
def test_every_question_about_it_has_a_whole_answer_with_nobody_else_s_number(content: Content, event: str, town: str | None) -> None:
    found = content.base.events[event]
    others = [number for code, numbers in NUMBERS.items() if code != town for number in numbers]
    for question in questions(content, found, town):
        answer = compose(question, content.base, TODAY, worded=found)
        assert answer.lead.strip() and not re.search(r"[{}<>]|None|。。|、。|\n\n", answer.text), (question, answer.text)
        assert "手元の情報では、確かなことをお答えできません" not in answer.lead, question
        assert not [number for number in others if number in answer.text], (question, answer.text)
        assert (answer.checked_on is None) == (not answer.sources), question


@pytest.mark.parametrize("town", TOWNS)
@pytest.mark.parametrize("event", EVENTS)
def test_every_sub_question_is_answered_with_a_source(content: Content, event: str, town: str | None) -> None:
    if event == "abroad" and town is None:
        pytest.skip("what no source says of going abroad is said without one")
    found = content.base.events[event]
    asked = {aspect: Question(found.topics[0], town, aspects=frozenset({aspect})) for aspect in found.aspects}
    bare = [aspect for aspect, question in asked.items() if not compose(question, content.base, TODAY, worded=found).sources]
    assert not bare


@pytest.mark.parametrize("event", EVENTS)
def test_each_sub_question_of_an_event_has_its_own_answer_somewhere(content: Content, event: str) -> None:
    found = content.base.events[event]

    def lead(town: str | None, *aspects: str) -> str:
        return compose(Question(found.topics[0], town, aspects=frozenset(aspects)), content.base, TODAY, worded=found).lead

    same = [aspect for aspect in found.aspects if all(lead(town, aspect) == lead(town) for town in TOWNS)]
    assert not same


SIGNATURE_LOST = ("move", "move_in_town", "marriage", "abroad", "naturalization")


@pytest.mark.parametrize("town", TOWNS)
@pytest.mark.parametrize("event", SIGNATURE_LOST)
def test_the_user_certificate_is_not_called_lapsed(content: Content, event: str, town: str | None) -> None:
    found = content.base.events[event]
    general = told(content, event, town).lead
    asked = compose(Question(found.topics[0], town, certificates=frozenset({"user"})), content.base, TODAY, worded=found).lead
    assert re.search("署名用.{0,40}失効し", general), general
    assert re.search("利用者証明用は、.{0,20}失効しません", asked), asked


@pytest.mark.parametrize(
    ("text", "topic", "event"),
    [
        ("来月、横浜から中野区に引っ越します", "address_or_name_change", "move"),
        ("引っ越したら署名用はどうなりますか", "address_or_name_change", "move"),
        ("転入届を出したあと何をすればいい?", "address_or_name_change", "move"),
        ("転勤で名古屋に移ります。証明書は?", "address_or_name_change", "move"),
        ("住所が変わったら失効しますか", "revocation_reasons", "move"),
        ("隣の市に家を買ったので住所を移します", "address_or_name_change", "move"),
        ("夫の転勤で家族全員引っ越すことになった", "address_or_name_change", "move"),
        ("区内で引っ越しました", "address_or_name_change", "move_in_town"),
        ("同じ市内で転居するときは?", "address_or_name_change", "move_in_town"),
        ("同じマンションの別の部屋に移ります", "address_or_name_change", "move_in_town"),
        ("転居届を出したら署名用は?", "address_or_name_change", "move_in_town"),
        ("市内の引っ越しでも失効する?", "revocation_reasons", "move_in_town"),
        ("近所に引っ越しただけです", "address_or_name_change", "move_in_town"),
        ("結婚して名字が変わりました", "address_or_name_change", "marriage"),
        ("離婚して旧姓に戻ります", "address_or_name_change", "marriage"),
        ("入籍したら電子証明書はどうなる", "revocation_reasons", "marriage"),
        ("養子に入って苗字が変わる", "address_or_name_change", "marriage"),
        ("来週婚姻届を出します。署名用は?", "address_or_name_change", "marriage"),
        ("結婚して引っ越しました", "address_or_name_change", "marriage"),
        ("赤ちゃんが生まれました。カードは?", "apply_card", "birth"),
        ("出産したばかりで、子どものカードを作りたい", "apply_card", "birth"),
        ("出生届と一緒にマイナンバーカードを申請できる?", "apply_card", "birth"),
        ("生後3か月の子のカード", "apply_card", "birth"),
        ("来月15歳になります。署名用は?", "minors", "turn_15"),
        ("息子が15歳の誕生日を迎えました", "minors", "turn_15"),
        ("高校生になった娘に署名用を入れたい", "issue", "turn_15"),
        ("18歳になったらカードの期限は延びますか", "card_vs_cert_expiry", "coming_of_age"),
        ("娘が成人しました。カードは作り直しですか", "card_vs_cert_expiry", "coming_of_age"),
        ("18歳の誕生日を過ぎたら期限は変わる?", "validity_period", "coming_of_age"),
        ("父が亡くなりました。電子証明書はどうなりますか", "stop_using", "death"),
        ("他界した夫の証明書", "stop_using", "death"),
        ("遺品からカードが出てきた", "card_found", "death"),
        ("先月父がなくなりまして、証明書をやめる手続は", "stop_using", "death"),
        ("海外に転出します。署名用は?", "address_or_name_change", "abroad"),
        ("アメリカに3年駐在します", "address_or_name_change", "abroad"),
        ("留学するのでカードはどうなりますか", "address_or_name_change", "abroad"),
        ("帰国したので署名用を入れ直したい", "issue", "abroad"),
        ("海外赴任中に期限が切れたら", "expired", "abroad"),
        ("帰化して名前が変わりました", "address_or_name_change", "naturalization"),
        ("日本国籍を取りました。証明書は?", "address_or_name_change", "naturalization"),
        ("在留期間を更新しました。カードの期限は?", "card_vs_cert_expiry", "residence"),
        ("ビザが延びたらカードも延びますか", "card_vs_cert_expiry", "residence"),
        ("永住許可をもらいました", "card_vs_cert_expiry", "residence"),
        ("在留カードが新しくなったら電子証明書は?", "validity_period", "residence"),
        # neighbours that tell of no such event
        ("カードがなくなりました", "stop_using", None),
        ("電話がつながらなくなった", "stop_using", None),
        ("必要なくなったので返納したい", "stop_using", None),
        ("引っ越しはしていません。失効した理由は?", "revocation_reasons", None),
        ("結婚していないのに失効した", "revocation_reasons", None),
        ("独身です。住所変更もしていません", "address_or_name_change", None),
        ("結婚とかで名前が変わったわけではない", "address_or_name_change", None),
        ("海外の店のサイトで使える?", "revocation_reasons", None),
        ("留学生です。カードを更新したい", "renewal", None),
        ("外国人ですが更新できますか", "renewal", None),
        ("在留カードは本人確認に使えますか", "required_items", None),
        ("平成15年生まれの娘の更新", "renewal", None),
        ("15歳の息子の更新に行きたい", "renewal", None),
        ("15歳未満の子の更新", "minors", None),
        ("5歳の子どもの証明書の更新", "minors", None),
        ("18歳未満のカードの期限は?", "card_vs_cert_expiry", None),
        ("20歳です。期限はいつまで?", "validity_period", None),
        ("個人情報が入っていますか", "revocation_reasons", None),
    ],
)
def test_cues_catch_natural_sentences_and_not_their_neighbours(content: Content, text: str, topic: str, event: str | None) -> None:
    """The event that is taken is the first whose cues hold and which speaks of the topic."""
    prepared = content.lexicon.prepare(text)
    told_of = [e.event for e in content.base.events.values() if topic in e.topics and any(cue_holds(prepared, cue) for cue in e.cues)]
    assert (told_of[0] if told_of else None) == event, told_of


@pytest.mark.parametrize(
    ("text", "topic", "facts", "never"),
    [
        ("中野区に引っ越します。何をすればいい?", "address_or_name_change", ["転入届", "署名用"], "婚姻届"),
        ("区内で引っ越しました", "address_or_name_change", ["署名用が失効"], "90日|転出届"),
        ("近所に引っ越しただけです", "address_or_name_change", ["署名用が失効", "転居届"], "90日以内"),
        ("結婚して名字が変わりました", "address_or_name_change", ["署名用が失効", "婚姻届"], "90日"),
        ("父が亡くなりました。電子証明書をやめる手続は?", "stop_using", ["要りません|必要はありません", "住民票が消えると"], "委任状"),
        ("国外に転出します。カードは使い続けられる?", "address_or_name_change", ["前日まで", "継続利用"], "90日"),
        ("来月15歳になります。署名用は自動で入る?", "minors", ["自動では入り"], "[{}]"),
        ("18歳になったらカードの期限は自動で延びる?", "card_vs_cert_expiry", ["自動では延び|変わりません"], "[{}]"),
        ("ビザが延びたらカードの期限も自動で延びますか", "card_vs_cert_expiry", ["自動では延び", "カードの期限"], "[{}]"),
    ],
)
@pytest.mark.parametrize("town", ["中野区", None])
def test_who_tells_of_it_in_a_dialogue_gets_its_facts(content: Content, text: str, topic: str, facts: list[str], never: str, town: str | None) -> None:
    answer, _ = respond(Heard(text, topic, ((topic, 0.95),), municipality=town), Memory(), content, NOW)
    assert answer.topic == topic
    assert all(re.search(fact, answer.text) for fact in facts), answer.text
    assert not re.search(never, answer.text), answer.text


def test_a_short_question_after_it_stays_with_the_event(content: Content) -> None:
    first = Heard("結婚して名字が変わりました", "address_or_name_change", (("address_or_name_change", 0.95),))
    answer, memory = respond(first, Memory(), content, NOW)
    assert memory.event == "marriage"
    answer, memory = respond(Heard("カードはそのまま使える?", "address_or_name_change", (("address_or_name_change", 0.95),)), memory, content, NOW)
    assert memory.event == "marriage" and "書きかえ" in answer.text
    answer, memory = respond(Heard("カードをなくした", "card_lost", (("card_lost", 0.95),)), memory, content, NOW)
    assert memory.event is None and "婚姻届" not in answer.text
