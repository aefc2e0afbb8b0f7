"""やさしい日本語: as true as the ordinary answer, as careful, and readable."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from bot.checking import check
from bot.content import load_content
from bot.dialogue.turn import Content
from bot.knowledge.answer import Answer
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.compose import compose, compose_chat
from bot.knowledge.easy import easy_sentence, easy_text, explained_once, finished, two_easy_texts
from bot.knowledge.easy_rules import easy_faults, sentences, text_faults, unreachable
from bot.knowledge.errors import ContentError
from bot.knowledge.lookup import COMPUTED, Facts, slots
from bot.knowledge.model import EasyPoint, Form, LifeEvent, Line, Point, Topic, Wording
from bot.knowledge.question import Question
from bot.language.furigana import Furigana, bare_runs, rubies, without_furigana
from tests.knowledge.test_content_rules import FIGURES, TOPICS

Answers = Callable[[str], list[tuple[Question, Answer]]]
TODAY = date(2026, 11, 20)
TOWNS = [None, "nagoya", "nakano", "nishitokyo", "noda", "suginami"]
WITHOUT = {"check_card_status"}
"""For staff at the card reader: no resident is shown it."""
EVENTS = ["abroad", "birth", "death", "marriage", "move", "move_in_town", "naturalization", "residence", "turn_15"]
FORBIDDEN = "|".join(
    [
        "ございま|いただ|くださいませ|お客様|申し訳|いたします|ください(?:ます|まし)",
        "なければ|なくては|わけでは|ざるを|ないと[、 ]?[^。]*(?:ません|ない)。",
        "[かさたなまらわ]れま(?:す|せん|した)",
        "オンライン(?!窓口)|アクセス|サービス|システム|サポート|クリック|ダウンロード|ログイン|パスワード",
        "初期化|失効|留意|当該|及び|並びに",
    ]
)
"""Honorifics, double negatives, the passive, loan words and officialese."""
POLITE = ("です", "ます", "ません", "ました", "でした", "ください", "か", "こんにちは", "どういたしまして")
SELF_ONLY = {"proxy.rule@city": ["self_only"]}
FIGURE = re.compile(r"\d+(?:[.,:-]\d+)*")
READ_OTHERWISE = {
    ("何", "なに"),
    ("今", "いま"),
    ("町", "まち"),
    ("表", "おもて"),
    ("誕生日", "たんじょうび"),
    ("日本", "にほん"),
    ("日本人", "にほんじん"),
    ("日本語", "にほんご"),
    ("日本国籍", "にほんこくせき"),
    ("開", "あ"),
    ("一日", "いちにち"),
}
"""Where the writer's reading is right and the dictionary's is another."""


def says(line: Line) -> str:
    return line.say if isinstance(line, Point) else line


def written(base: KnowledgeBase) -> Iterator[tuple[str, str]]:
    """Every easy text as its file has it."""
    for worded in (*base.topics.values(), *base.events.values(), *base.forms.values()):
        yield from ((worded.title if isinstance(worded, Topic) else str(worded.__class__.__name__), point.say) for point in worded.easy)
    yield from (("easy.yml", says(line)) for lines in base.easy.lines.values() for line in lines)
    yield from (("easy.yml", sentence) for sentence in base.easy.sentences.values())
    yield from (("easy.yml", f"{term} {meaning}") for term, meaning in base.easy.terms.items())
    yield from ((form.form, ask.easy) for form in base.forms.values() for ask in form.asks.values() if ask.easy)


def questions(worded: Topic | LifeEvent, topic: str) -> Iterator[Question]:
    """One for each thing that the ordinary answer tells apart, for each municipality."""
    points = worded.answer.points if worded.answer else []
    for town in TOWNS:
        plain = Question(topic, town)
        yield plain
        yield from (replace(plain, persons=frozenset({person})) for person in ("proxy", "child", "ward"))
        for certificate in ("signature", "user"):
            yield replace(plain, certificates=frozenset({certificate}))
            yield from (replace(plain, certificates=frozenset({certificate}), persons=frozenset({person})) for person in ("child", "ward"))
        yield from (replace(plain, procedures=frozenset({name})) for name in sorted({name for p in points for name in p.procedure}))
        yield from (replace(plain, documents=frozenset({name})) for name in sorted({name for p in points for name in p.document}))
        for aspect in sorted({name for p in points for name in p.about}):
            asked = replace(plain, aspects=frozenset({aspect}))
            yield asked
            yield from (replace(asked, certificates=frozenset({name})) for name in ("signature", "user"))


@pytest.fixture(scope="module")
def answers(content: Content) -> Callable[[str], list[tuple[Question, Answer]]]:
    """Every question on a topic or event with its answer, composed once."""

    @cache
    def composed(name: str) -> list[tuple[Question, Answer]]:
        return list(answered(content.base, name))

    return composed


def answered(base: KnowledgeBase, name: str) -> Iterator[tuple[Question, Answer]]:
    if name in base.events:
        event = base.events[name]
        yield from ((question, compose(question, base, TODAY, worded=event)) for question in questions(event, event.topics[0]))
        return
    topic = base.topics[name]
    answering = compose_chat if topic.kind == "conversation" else compose
    yield from ((question, answering(question, base, TODAY)) for question in questions(topic, name))


def easy_of(content: Content, points: list[EasyPoint], leads: list[Point], question: Question) -> str:
    return without_furigana(easy_text(points, leads, question, Facts(content.base, question.municipality, TODAY), closing=False))


@pytest.mark.parametrize("topic", [name for name in TOPICS if name not in WITHOUT])
def test_every_topic_has_an_easy_text_for_every_municipality_and_without_one(content: Content, topic: str) -> None:
    kind = content.base.topics[topic].kind
    answering = compose_chat if kind == "conversation" else compose
    assert [town for town in TOWNS if not answering(Question(topic, town), content.base, TODAY).easy] == []


@pytest.mark.parametrize("name", [*TOPICS, *EVENTS])
def test_an_easy_text_says_no_figure_that_the_answer_does_not_say(answers: Answers, name: str) -> None:
    wrong = []
    for question, answer in answers(name):
        figures = set(FIGURE.findall(without_furigana(answer.easy))) - set(FIGURE.findall(answer.text))
        wrong += [(question, figures)] if figures else []
    assert wrong == []


@pytest.mark.parametrize("name", [*TOPICS, *EVENTS])
def test_an_easy_text_says_yes_or_no_only_where_the_answer_does(answers: Answers, name: str) -> None:
    wrong = []
    for question, answer in answers(name):
        spoken = next((word for word in ("はい", "いいえ") if answer.easy.startswith(word)), "")
        wrong += [(question, answer.lead)] if not answer.lead.startswith(spoken) else []
    assert wrong == []


@pytest.mark.parametrize("name", [*TOPICS, *EVENTS])
def test_an_easy_text_is_as_careful_about_old_pages_as_the_answer(content: Content, answers: Answers, name: str) -> None:
    towns = {town.code: town.name for town in content.base.municipalities.values()}
    wrong = []
    for question, answer in answers(name):
        about_page = [note for note in answer.notes if note.startswith(f"{towns.get(question.municipality or '')}のページ")]
        warned = f"{towns.get(question.municipality or '')}の ページ" in without_furigana(answer.easy)
        wrong += [question] if about_page and answer.easy and not warned else []
    assert wrong == []


@pytest.mark.parametrize("name", [*TOPICS, *EVENTS])
def test_every_kanji_that_is_shown_has_its_reading(answers: Answers, name: str) -> None:
    assert [(question, bare_runs(answer.easy)) for question, answer in answers(name) if bare_runs(answer.easy)] == []


def test_a_reading_is_the_dictionarys_or_a_known_exception(content: Content) -> None:
    plain = Furigana()
    differing = set()
    for _, text in written(content.base):
        differing |= set(rubies(text)) - set(rubies(plain.annotate(without_furigana(re.sub(r"(?<=\})[一-鿿]+", "", text)))))
    assert differing == READ_OTHERWISE


def test_the_check_command_finds_nothing_wrong_with_the_easy_texts(content: Content) -> None:
    assert easy_faults(content.base) == []


def test_no_easy_text_uses_the_words_that_make_a_text_hard(content: Content) -> None:
    hard = [(place, found.group()) for place, text in written(content.base) if (found := re.search(FORBIDDEN, without_furigana(text)))]
    assert hard == []


def test_every_sentence_ends_politely(content: Content) -> None:
    ended = [re.sub(r"（[^）]*）", "", s).strip() for _, text in written(content.base) for s in re.findall(r"([^。\n]+)。", without_furigana(text))]
    assert len(ended) > 2000
    assert [s for s in ended if not s.endswith((*POLITE, "はい", "いいえ", "}"))] == []


def test_sentences_are_short_on_the_whole(content: Content) -> None:
    lengths = sorted(len(s) for _, text in written(content.base) for s in sentences(text))
    assert lengths[len(lengths) // 2] <= 20 and lengths[len(lengths) * 9 // 10] <= 30


@pytest.mark.parametrize("kind", FIGURES)
def test_no_easy_text_holds_a_figure_that_belongs_into_the_knowledge(content: Content, kind: str) -> None:
    assert [text for _, text in written(content.base) if re.search(FIGURES[kind], without_furigana(text))] == []


def test_phrases_are_separated_by_spaces(content: Content) -> None:
    runs = [part for _, text in written(content.base) for part in re.split(r"[ 。、・「」（）\n]", re.sub(r"\{[^}]*\}", "", without_furigana(text)))]
    assert [run for run in runs if len(run) > 15] == []


@pytest.mark.parametrize(
    ("easy", "lead", "asked"),
    [
        (EasyPoint(say="ひろい。"), Point(about=["fee"], say="x"), Question("fees", aspects=frozenset({"fee"}))),
        (EasyPoint(about=["bring"], say="べつ。"), Point(about=["fee"], say="x"), Question("fees", aspects=frozenset({"fee", "bring"}))),
        (EasyPoint(about=["fee"], say="べつ。"), Point(say="x"), Question("fees", aspects=frozenset({"fee"}))),
        (EasyPoint(say="ひろい。"), Point(certificate=["user"], say="x"), Question("fees", certificates=frozenset({"user"}))),
        (EasyPoint(say="ひろい。"), Point(person=["child"], say="x"), Question("fees", persons=frozenset({"child"}))),
        (EasyPoint(say="ひろい。"), Point(procedure=["card_lost"], say="x"), Question("fees", procedures=frozenset({"card_lost"}))),
        (EasyPoint(say="ひろい。"), Point(document=["passport"], say="x"), Question("fees", documents=frozenset({"passport"}))),
        (EasyPoint(say="ひろい。"), Point(facts=SELF_ONLY, say="x"), Question("proxy", "nakano")),
        (EasyPoint(say="ひろい。"), Point(facts={"office.named": ["known"]}, say="x"), Question("proxy", "suginami", office="荻窪区民事務所")),
        (EasyPoint(municipality="missing", say="ない。"), Point(say="x"), Question("fees", "nakano")),
        (EasyPoint(say="{fees.page_says@city}"), Point(say="x"), Question("fees", "nakano")),
    ],
)
def test_a_special_answer_without_an_easy_counterpart_leaves_the_easy_text_empty(content: Content, easy: EasyPoint, lead: Point, asked: Question) -> None:
    assert easy_of(content, [easy], [lead], asked) == ""


@pytest.mark.parametrize(
    ("easy", "lead", "asked"),
    [
        (EasyPoint(about=["fee", "cost"], say="そう。"), Point(about=["fee"], say="x"), Question("fees", aspects=frozenset({"fee"}))),
        (EasyPoint(certificate=["user"], say="そう。"), Point(certificate=["user"], say="x"), Question("fees", certificates=frozenset({"user"}))),
        (EasyPoint(say="そう。"), Point(facts={"fees.page_says@city": ["known"]}, say="x"), Question("fees", "noda")),
        (
            EasyPoint(facts={"proxy.rule@city": ["self_only"]}, say="そう。"),
            Point(facts=SELF_ONLY, say="x"),
            Question("proxy", "nakano"),
        ),
        (EasyPoint(say="そう。"), Point(municipality="given", say="x"), Question("fees", "noda")),
    ],
)
def test_the_counterpart_is_what_depends_on_the_same(content: Content, easy: EasyPoint, lead: Point, asked: Question) -> None:
    assert easy_of(content, [easy], [lead], asked) == "そう。"


def test_a_second_answer_without_counterpart_is_said_to_stand_in_the_ordinary_text(content: Content) -> None:
    asked = Question("fees", aspects=frozenset({"fee", "bring"}))
    points, leads = [EasyPoint(about=["fee"], say="いる。")], [Point(about=["fee"], say="x"), Point(about=["bring"], say="y")]
    assert easy_of(content, points, leads, asked).splitlines() == ["いる。", "もう ひとつの 質問の 答えは、ふつうの 日本語の 文で 読んで ください。"]
    assert easy_of(content, points, list(reversed(leads)), asked) == ""


@pytest.mark.parametrize(
    ("town", "words"),
    [
        ("nakano", ["2016年2月15日の もので、とても 古いです。", "行く 前に、電話で 聞いて ください。", "場所や 電話番号も、今は ちがうかも しれません。"]),
        ("suginami", ["2024年6月7日の ものです。", "もっと 新しい ページが あります。", "窓口が 開いて いる 時間は 書いて ありません。"]),
        ("noda", ["いつの ページか 書いて ありません。", "もっと 新しい ページが あります。", "窓口の 人が 言う ことを 先に して ください。"]),
        ("nishitokyo", ["2023年5月8日の ものです。"]),
        ("nagoya", ["2024年4月1日の ものです。"]),
    ],
)
def test_an_old_or_silent_page_is_said_to_be_so(content: Content, town: str, words: list[str]) -> None:
    easy = without_furigana(compose(Question("renewal", town), content.base, TODAY).easy)
    assert [word for word in words if word not in easy] == []


@pytest.mark.parametrize("town", TOWNS)
def test_an_easy_answer_ends_with_whom_to_ask(content: Content, town: str | None) -> None:
    phone = content.base.municipalities[town].contacts[0].phone if town else Facts(content.base, None, TODAY).fill("{hotline.phone}")
    assert str(phone) in compose(Question("renewal", town), content.base, TODAY).easy.splitlines()[-1]


def test_an_expired_fact_is_no_longer_told_and_said_to_be_missing(content: Content, data: Path) -> None:
    path = next(p for p in (data / "knowledge/national").glob("*.yml") if "{key: renewal.fee, value: 0," in p.read_text(encoding="utf-8"))
    path.write_text(
        path.read_text(encoding="utf-8").replace("{key: renewal.fee, value: 0,", "{key: renewal.fee, value: 0, until: 2026-11-19,"), encoding="utf-8"
    )
    base = load_content(data).base
    assert "無料" not in compose(Question("fees", procedures=frozenset({"renewal"})), base, TODAY).easy
    assert "無料" in compose(Question("fees", procedures=frozenset({"renewal"})), content.base, TODAY).easy


def test_a_hard_term_is_explained_once_and_never_inside_a_name(content: Content) -> None:
    facts = Facts(content.base, None, TODAY)
    text = without_furigana(
        finished(["カードの「電子証明書の有効期限」を 見て ください。", "電子証明書は カードの 中に あります。", "電子証明書を 使います。"], facts)
    )
    assert text.splitlines() == [
        "カードの「電子証明書の有効期限」を 見て ください。",
        "電子証明書（インターネットで 使う 証明）は カードの 中に あります。",
        "電子証明書を 使います。",
    ]


def test_parts_that_are_put_together_explain_a_term_only_once(content: Content) -> None:
    part = finished(["電子証明書を 使います。"], Facts(content.base, None, TODAY))
    assert explained_once(f"{part}\n{part}", content.base).count("（") == 1


def test_a_sentence_stands_on_a_line_of_its_own_and_once(content: Content) -> None:
    facts = Facts(content.base, None, TODAY)
    text = finished(["はい。あります。なお、もの（大きい。重い。）です。あります。"], facts)
    assert without_furigana(text).splitlines() == ["はい。あります。", "なお、もの（大きい。重い。）です。", "あります。"]


def test_words_of_facts_become_plainer(content: Content) -> None:
    text = without_furigana(compose(Question("office_hours", "nakano"), content.base, TODAY).easy)
    assert "年末年始" not in text and "（祝日・年の終わりと始めは休み）" in text
    assert "受け付けない" not in text


@pytest.mark.parametrize(
    ("first", "second", "lines"),
    [
        ("あ。", "い。", ["あ。", "もう ひとつの 質問の 答えです。", "い。"]),
        ("あ。", "あ。\nい。", ["あ。", "もう ひとつの 質問の 答えです。", "い。"]),
        ("あ。", "", ["あ。", "もう ひとつの 質問の 答えは、ふつうの 日本語の 文で 読んで ください。"]),
        ("", "い。", []),
    ],
)
def test_two_answers_of_one_message(content: Content, first: str, second: str, lines: list[str]) -> None:
    assert without_furigana(two_easy_texts(first, second, content.base)).splitlines() == lines


def test_sentences_around_an_answer_exist_in_the_ordinary_wording_too(content: Content) -> None:
    own = {"more", "second", "superseded", "caution"}
    assert content.base.easy.sentences.keys() - own <= content.base.wording.sentences.keys()
    facts = Facts(content.base, "nakano", TODAY)
    composed = {name for name in content.base.easy.sentences if name.startswith(("page_", "status_"))}
    assert [name for name in content.base.easy.sentences if name not in composed and not easy_sentence(name, facts)] == []


@pytest.mark.parametrize("name", sorted({"ask_town", "private_data", "trouble", "unknown_town", "suggest", "handover_offer", "empty", "too_long"}))
def test_a_sentence_needs_no_fact_that_the_ordinary_one_does_not_have(content: Content, name: str) -> None:
    assert set(slots(content.base.easy.sentences[name])) <= set(slots(content.base.wording.sentences[name]))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("窓口《まどぐち》へ 行く。", "「行」に読みがありません"),
        ("{city}役所《やくしょ》へ。", "「役所」は書けません"),
        ("{renewal.proxy}", "{renewal.proxy} は文なので"),
        ("これは とても とても とても とても とても とても とても とても とても とても とても とても とても ながい ぶんです。", "長すぎます"),
    ],
)
def test_what_is_wrong_with_a_text_is_named(content: Content, text: str, fault: str) -> None:
    assert [f for f in text_faults(text, content.base) if fault in f] != []


@pytest.mark.parametrize(
    "text", ["{minors.age}歳《さい》", "{minors.age}歳から", "{change.online_before}日前から", "{city}の ページ", "電話《でんわ》 {contact.phone}"]
)
def test_what_is_right_is_not_complained_of(content: Content, text: str) -> None:
    assert text_faults(text, content.base) == []


@pytest.mark.parametrize(
    ("easy", "lost"),
    [
        ([EasyPoint(about=["fee"], say="あ"), EasyPoint(say="い")], []),
        ([EasyPoint(about=["other"], say="あ"), EasyPoint(say="い")], ["あ"]),
        ([EasyPoint(say="い"), EasyPoint(say="う")], ["う"]),
        ([EasyPoint(say="い{city}"), EasyPoint(say="う")], []),
        ([EasyPoint(municipality="given", say="い"), EasyPoint(say="う")], []),
        ([EasyPoint(say="い"), EasyPoint(municipality="given", say="う")], ["う"]),
        ([EasyPoint(about=["fee", "bring"], say="い"), EasyPoint(about=["fee"], say="う")], ["う"]),
        ([EasyPoint(about=["fee"], say="い"), EasyPoint(about=["fee"], certificate=["user"], say="う")], []),
    ],
)
def test_a_point_that_nothing_leads_to_is_found(easy: list[EasyPoint], lost: list[str]) -> None:
    answer = Wording(points=[Point(about=["fee", "bring"], say="x"), Point(say="y")])
    assert [point.say for point in unreachable(easy, answer)] == lost


@pytest.mark.parametrize(
    ("written_text", "fault"),
    [
        ("- about: [payment]\n  say: 窓口へ。", "読みがありません"),
        ("- about: [no_such]\n  say: あ。", "aspects にも data/lexicon.yml にもありません"),
        ("- say: '{no.such}'", "この名前の事実はありません"),
        ("- say: あ。\n  then: [no_such]", "data/easy.yml の lines にありません"),
    ],
)
def test_check_names_the_file_of_a_faulty_easy_text(data: Path, written_text: str, fault: str) -> None:
    path = data / "topics/fees.yml"
    before, _, after = path.read_text(encoding="utf-8").partition("easy:\n")
    path.write_text(f"{before}easy:\n{written_text}\n{after}", encoding="utf-8")
    found = check(data.parent, TODAY).errors
    assert [error for error in found if "data/topics/fees.yml" in error and fault in error] != [], found


def test_a_misspelt_key_of_an_easy_text_is_refused(data: Path) -> None:
    path = data / "topics/fees.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("easy:\n", "easy:\n- abuot: [fee]\n  say: あ。\n", 1), encoding="utf-8")
    with pytest.raises(ContentError, match="easy"):
        load_content(data)


def test_facts_of_computed_answers_are_used_under_the_same_conditions(content: Content) -> None:
    values = {"opening.state": "open", "opening.asked": "now", "opening.until": "午後5時"}
    open_now = compose(Question("office_hours", "nakano"), content.base, TODAY, computed=values)
    assert without_furigana(open_now.easy).startswith("はい。今、開いて います。\n今日は 午後5時までです。")
    assert all(key.startswith(COMPUTED) for key in values)


def test_the_result_of_a_form_has_its_easy_text(content: Content) -> None:
    form: Form = content.base.forms["pin"]
    both = compose(Question("pin_forgotten", "nakano"), content.base, TODAY, worded=form, computed={"pin.asked_which": "both"})
    assert "コンビニでは できません。" in without_furigana(both.easy)
    assert "8番窓口" in without_furigana(both.easy)
