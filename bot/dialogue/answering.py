"""A topic answered for the asker's municipality and case, with a second question under it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.dialogue import calculator, triage
from bot.dialogue.forms import Reply
from bot.dialogue.inquiry import HOURS, NATIONWIDE, PLACE, STORE, procedures_of, question_of
from bot.dialogue.memory import Memory
from bot.dialogue.opening_hours import asked_moment, kept, opening_values, phone_values
from bot.dialogue.second_question import second_topics
from bot.dialogue.turn import Turn
from bot.knowledge.answer import Answer, Button, Section
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.compose import asks_something_special, compose
from bot.knowledge.conditions import SELF
from bot.knowledge.easy import easy_sentence, two_easy_texts
from bot.knowledge.lookup import Facts
from bot.knowledge.model import LifeEvent
from bot.knowledge.question import Question

_ABOUT_TIME = (HOURS, "contact")
_WHERE = {"place", "where_to", "where_to_go", "window"}
_ASKED_LENGTH = 80
"""Characters at the end of a long message in which the question itself stands."""
_DAYS = {"saturday", "sunday", "holiday", "year_end"}


def answer_topic(turn: Turn, topic: str, aspects: frozenset[str] = frozenset(), values: Mapping[str, str] | None = None) -> Reply:
    """Composes, or asks for the municipality first when the answer would be worthless without. `values` are computed for it."""
    question = question_of(turn, topic, aspects)
    wording = turn.base.topics[topic].answer
    everywhere = question.aspects & NATIONWIDE or {"card_lost", STORE} & question.procedures
    if wording is not None and wording.needs_municipality and question.municipality is None and not everywhere:
        return _not_held(turn, question) if turn.memory.elsewhere else _ask_town(turn, question)
    event = _named_event(turn, topic)
    if event is not None:
        question = replace(question, aspects=question.aspects | turn.content.lexicon.aspects(turn.text, event.aspects))
    computed = (_hours_values(turn, question) if topic in _ABOUT_TIME else {}) | dict(values or {})
    answer = compose(question, turn.base, turn.today, worded=event, computed=computed)
    answer = _with_second(turn, question, _with_mood(turn, answer))
    answer = replace(answer, buttons=_next_buttons(turn, topic, question.municipality))
    memory = _remembered(turn, question, event)
    if question.municipality is None and not memory.elsewhere and (waits := _waits_for_a_town(turn, answer)):
        easy = easy_sentence("ask_town", Facts(turn.base, None, turn.today))
        asked = answer.followed_by(turn.base.wording.sentences["ask_town"], easy)
        return asked, replace(memory, pending=waits, pending_aspects=tuple(sorted(turn.mentions(waits).aspects)))
    return _with_invitation(replace(turn, memory=memory), topic, question, answer)


def _waits_for_a_town(turn: Turn, answer: Answer) -> str | None:
    """What was asked too and only a municipality settles: the second question, or which counter in 「更新の窓口はどこ?」."""
    topic, last = answer.topics[0], answer.topics[-1]
    second = turn.base.topics[last].answer if last != topic else None
    if second is not None and second.needs_municipality:
        return last
    return PLACE if turn.kind(topic) == "procedure" and turn.mentions(topic).aspects & _WHERE else None


def town_buttons(base: KnowledgeBase) -> tuple[Button, ...]:
    return tuple(Button(town.name, f"municipality:{town.code}") for town in base.municipalities.values())


def _named_event(turn: Turn, topic: str) -> LifeEvent | None:
    """The event of the text; in a short follow-up, the one spoken of. A long story's beginning is background."""
    asked = turn.content.lexicon.prepare(turn.text.form[-_ASKED_LENGTH:]) if len(turn.text.form) > _ASKED_LENGTH else turn.text
    told = [turn.base.events[name] for name in turn.content.events.names(asked)]
    spoken = turn.base.events.get(turn.memory.event or "") if turn.short and not told else None
    return next((e for e in (*told, *([spoken] if spoken else [])) if topic in e.topics), None)


def _remembered(turn: Turn, question: Question, event: LifeEvent | None) -> Memory:
    topic, code = question.topic, question.municipality
    kind = turn.kind(topic)
    procedure = topic if kind == "procedure" else next(iter(procedures_of(turn, topic)), None)
    waits = turn.memory.pending if turn.memory.pending != topic and code is None else None
    memory = replace(
        turn.memory,
        focus=code or turn.memory.focus,
        topic=topic,
        aspects=tuple(sorted(question.aspects)),
        persons=_persons_to_keep(turn, question),
        certificates=tuple(sorted(question.certificates)),
        cases=tuple(sorted(question.cases)),
        procedure=procedure,
        event=event.event if event else (turn.memory.event if procedure == turn.memory.procedure else None),
        pending=waits,
        pending_aspects=turn.memory.pending_aspects if waits else (),
        when=_moment_to_keep(turn, topic, bool(waits)),
        unlike=tuple(name for name, _ in turn.heard.ranking if name != topic and turn.speaks_of_knowledge(name))[:3],
    )
    return memory.spoken(topic, procedure, code)


def _persons_to_keep(turn: Turn, question: Question) -> tuple[str, ...]:
    """Whoever asks about proxies is one's case, unless the person goes after all."""
    implied = question.topic == "proxy" and not question.persons and SELF not in turn.mentions().persons
    return ("proxy",) if implied else tuple(sorted(question.persons))


def _moment_to_keep(turn: Turn, topic: str, waits: bool) -> str | None:
    """Only of a question about opening: another date may be the asker's own."""
    if topic not in _ABOUT_TIME:
        return turn.memory.when if waits else None
    return kept(asked_moment(turn)) or turn.memory.when


def _with_invitation(turn: Turn, topic: str, question: Question, answer: Answer) -> Reply:
    """Under the answer, the question that would make it the asker's own: a date, or which PIN."""
    if turn.memory.asked:
        return answer, turn.memory
    if invited := calculator.invitation(turn, topic):
        sentence, easy, memory = invited
        return answer.followed_by(sentence, easy), memory
    if topic in turn.base.forms[calculator.NAME].topics:
        answer = replace(answer, buttons=(calculator.start_button(turn), *answer.buttons))
    if not asks_something_special(question, turn.base, turn.today) and (asked := triage.invitation(turn, topic)):
        sentence, memory, which = asked
        return triage.with_question(turn, answer, sentence, which), memory
    return answer, turn.memory


def _with_mood(turn: Turn, answer: Answer) -> Answer:
    """「どうしよう」 gets a calm word first, an angry word a sorry one, and then at once what to do."""
    moods = {"worry": "mood_worry", "anger": "mood_anger"}
    name = next((sentence for mood, sentence in moods.items() if mood in turn.mentions().aspects), None)
    if name is None or turn.kind(answer.topic) != "procedure":
        return answer
    calm = turn.base.wording.sentences[name]
    return replace(answer, text=f"{calm}\n{answer.text}", lead=f"{calm}\n{answer.lead}")


def _with_second(turn: Turn, question: Question, answer: Answer) -> Answer:
    """「予約いる?あと手数料は?」: the other question's answer goes under the first.

    A day that is named is always a second question: who comes on a Saturday must know whether it is open.
    """
    topic = question.topic
    day = turn.mentions().aspects & _DAYS or asked_moment(turn) is not None
    if day and turn.kind(topic) != "concept" and topic not in _ABOUT_TIME and question.municipality:
        return _under(turn, answer, question, HOURS)
    others = [name for name in second_topics(turn, topic) if turn.base.topics[name].answer is not None]
    return _under(turn, answer, question, others[0]) if others else replace(answer, topics=(topic,))


def _under(turn: Turn, answer: Answer, question: Question, other: str) -> Answer:
    """`answer` with the lead of a second question and its sources below its own lead."""
    title = turn.base.topics[other].title
    values = _hours_values(turn, question) if other == HOURS else {}
    asked = replace(question, topic=other, aspects=turn.mentions(other).aspects, checklists=())
    second = compose(asked, turn.base, turn.today, computed=values)
    text = f"{answer.lead}\n◆{title}\n{second.lead}{answer.text.removeprefix(answer.lead)}"
    sources = tuple(dict.fromkeys((*answer.sources, *second.sources)))
    checked = min(filter(None, (answer.checked_on, second.checked_on)), default=None)
    sections = (*answer.sections, Section(title, (second.lead,)))
    both = replace(answer, text=text, sections=sections, topics=(question.topic, other), sources=sources, checked_on=checked)
    easy = two_easy_texts(answer.easy, second.easy, turn.base)
    return replace(both, disputed=answer.disputed or second.disputed, opening=answer.opening or second.opening, easy=easy)


def _hours_values(turn: Turn, question: Question) -> dict[str, str]:
    values = opening_values(turn, question.municipality, question.office) | phone_values(turn, question.municipality)
    asks_hotline = "tollfree" in question.aspects and bool(question.aspects & {"reach_now", "now", "call"})
    return values | ({"phone.hotline_asked": "yes"} if asks_hotline else {})


def _ask_town(turn: Turn, question: Question) -> Reply:
    text = turn.base.wording.sentences["ask_town"]
    memory = replace(
        turn.memory.asking(None),
        pending=question.topic,
        procedure=next(iter(procedures_of(turn, question.topic)), None),
        when=kept(asked_moment(turn)),
        pending_aspects=tuple(sorted(question.aspects)),
    )
    easy = easy_sentence("ask_town", Facts(turn.base, None, turn.today))
    return Answer("ask_back", question.topic, text, lead=text, buttons=town_buttons(turn.base), topics=(question.topic,), easy=easy), memory


def _not_held(turn: Turn, question: Question) -> Reply:
    """Told before that the asker lives where we hold nothing: asking again would be no help."""
    text = Facts(turn.base, None, turn.today).fill(turn.base.wording.sentences["elsewhere"]) or ""
    answer = Answer("answer", question.topic, text, lead=text, buttons=town_buttons(turn.base), topics=(question.topic,))
    return answer, _remembered(turn, question, None)


def _next_buttons(turn: Turn, topic: str, code: str | None) -> tuple[Button, ...]:
    wording = turn.base.topics[topic].answer
    following = [n for n in (wording.next if wording else []) if n in turn.base.topics]
    buttons = tuple(Button(turn.base.topics[name].title, f"topic:{name}") for name in following)
    return buttons if code else (*buttons, *town_buttons(turn.base))


def pending_reminder(turn: Turn) -> tuple[str, str]:
    """What still waits for the name of a municipality, and the same in easy Japanese."""
    topic = turn.base.topics[turn.memory.pending or ""]
    facts = Facts(turn.base, None, turn.today)
    sentence = facts.fill(turn.base.wording.sentences["town_still_wanted"]) or ""
    return sentence.replace("<topic>", topic.title), easy_sentence("town_still_wanted", facts, {"topic": topic.title})
