"""A topic answered for the asker's municipality and case, with a second question under it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.dialogue import calculator, triage
from bot.dialogue.forms import Reply
from bot.dialogue.memory import Memory
from bot.dialogue.opening_hours import asked_moment, kept, opening_values, phone_values
from bot.dialogue.second_question import second_topics
from bot.dialogue.turn import NOT, Turn
from bot.knowledge.answer import Answer, Button, Section
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.compose import asks_something_special, compose
from bot.knowledge.conditions import SELF
from bot.knowledge.easy import easy_sentence, two_easy_texts
from bot.knowledge.lookup import Facts
from bot.knowledge.model import LifeEvent
from bot.knowledge.question import Question
from bot.language.lexicon import cue_holds

_HOURS = "office_hours"
_ABOUT_TIME = (_HOURS, "contact")
_ITEMS = "required_items"
_PLACE = "office_location"
_WHERE = {"place", "where_to", "where_to_go", "window"}
_STORE = "pin_reset_convenience_store"
_COUNTER = ("役所", "役場", "窓口", "庁舎")
_ASKED_LENGTH = 80
"""Characters at the end of a long message in which the question itself stands."""
_I_MYSELF = re.compile(r"(?:私|わたし|僕|俺|自分|うち)(?:自身|の方|のほう)")
_IN_THAT_CASE = re.compile(r"(?:それ|これ|そっち)(?:だと|なら|だったら|の場合|でも)|(?:その|この)(?:場合|とき)")
_DAYS = {"saturday", "sunday", "holiday", "year_end"}
_NATIONWIDE = {"tollfree", "foreign", "deaf", "no_connect", "menu", "lost_now", "post_office", "fraud"}
"""Asked for what is the same everywhere: no need to know where somebody lives."""


def answer_topic(turn: Turn, topic: str, aspects: frozenset[str] = frozenset(), values: Mapping[str, str] | None = None) -> Reply:
    """Composes, or asks for the municipality first when the answer would be worthless without. `values` are computed for it."""
    question = question_of(turn, topic, aspects)
    wording = turn.base.topics[topic].answer
    everywhere = question.aspects & _NATIONWIDE or {"card_lost", _STORE} & question.procedures
    if wording is not None and wording.needs_municipality and question.municipality is None and not everywhere:
        return _not_held(turn, question) if turn.memory.elsewhere else _ask_town(turn, question)
    event = _named_event(turn, topic)
    if event is not None:
        question = replace(question, aspects=question.aspects | turn.content.lexicon.mentions(turn.text, event.aspects).aspects)
    computed = (_hours_values(turn, question) if topic in _ABOUT_TIME else {}) | dict(values or {})
    answer = compose(question, turn.base, turn.today, worded=event, computed=computed)
    answer = _with_second(turn, question, _with_mood(turn, answer))
    answer = replace(answer, buttons=_next_buttons(turn, topic, question.municipality))
    memory = _remembered(turn, question, event)
    second = turn.base.topics[answer.topics[-1]].answer
    if question.municipality is None and len(answer.topics) > 1 and second and second.needs_municipality and not turn.memory.elsewhere:
        memory = replace(memory, pending=answer.topics[-1], pending_aspects=tuple(sorted(turn.mentions(answer.topics[-1]).aspects)))
        ask = turn.base.wording.sentences["ask_town"]
        return replace(answer, text=f"{answer.text}\n{ask}"), memory
    if question.municipality is None and _wants_a_place(turn, topic) and not turn.memory.elsewhere:
        ask = turn.base.wording.sentences["ask_town"]
        return replace(answer, text=f"{answer.text}\n{ask}"), replace(memory, pending=_PLACE, pending_aspects=())
    return _with_invitation(replace(turn, memory=memory), topic, question, answer)


def _wants_a_place(turn: Turn, topic: str) -> bool:
    """「更新の窓口はどこ?」 is answered in general; which counter it is depends on the municipality."""
    return turn.kind(topic) == "procedure" and bool(turn.mentions(topic).aspects & _WHERE)


def town_buttons(base: KnowledgeBase) -> tuple[Button, ...]:
    return tuple(Button(town.name, f"municipality:{town.code}") for town in base.municipalities.values())


def question_of(turn: Turn, topic: str, aspects: frozenset[str] = frozenset()) -> Question:
    """What the text, and what was spoken of, ask of `topic`."""
    mentions, code = turn.mentions(topic), turn.municipality()
    procedures = _procedures(turn, topic)
    carried = turn.short or turn.leans or (turn.kind(topic) == "facet" and not turn.content.lexicon.procedures(turn.text))
    persons = mentions.persons or (frozenset(turn.memory.persons) if carried else frozenset())
    return Question(
        topic,
        code,
        frozenset(procedures),
        aspects | mentions.aspects | _kept_aspects(turn, topic) | _both_lost(turn, topic) | _carried_over(turn, topic),
        _person(_speaker_is_proxy(turn, persons)),
        _certificates(turn, topic),
        mentions.documents,
        frozenset(_cases(turn, mentions.cases)),
        _branch(turn, code),
        _checklists(turn, topic, procedures, mentions.aspects),
    )


def _speaker_is_proxy(turn: Turn, persons: frozenset[str]) -> frozenset[str]:
    """「私自身は何を持って行く?」 of somebody who goes for another is the proxy's question."""
    goes_for_another = SELF in persons and "proxy" in turn.memory.persons and _I_MYSELF.search(turn.text.form)
    return (persons - {SELF}) | {"proxy"} if goes_for_another else persons


def _person(persons: frozenset[str]) -> frozenset[str]:
    """「娘の分」 is a child's case, not a proxy's: the legal representative comes. Nobody named means oneself."""
    if SELF in persons:
        return frozenset()
    legal = persons & {"child", "ward"}
    if legal:
        return persons - {"proxy"}
    return persons - {"foreigner"} if "proxy" in persons else persons


def _procedures(turn: Turn, topic: str) -> tuple[str, ...]:
    """What the text names, then what was spoken of; a long text that names its own stands alone."""
    named = turn.content.lexicon.procedures(turn.text)
    at_counter = topic in (_HOURS, "office_location") and any(word in turn.text.form for word in _COUNTER)
    kept = None if at_counter and turn.memory.procedure == _STORE else turn.memory.procedure
    return (*named, *((kept,) if kept and kept not in named and (turn.short or not named) else ()))


def _cases(turn: Turn, said: frozenset[str]) -> set[str]:
    """The newer word about the same thing wins: 「番号は思い出した」 after 「忘れた」."""
    opposite = {"pin_unknown": "pin_known", "pin_known": "pin_unknown", "has_form": "no_form", "no_form": "has_form"}
    return set(said) | {case for case in turn.memory.cases if opposite.get(case) not in said}


def _checklists(turn: Turn, topic: str, procedures: Sequence[str], aspects: frozenset[str]) -> tuple[str, ...]:
    """The list to tick is for one procedure: the one whose items are asked for."""
    if topic != _ITEMS and not (turn.kind(topic) == "procedure" and aspects & {"bring", "bring_items"}):
        return ()
    wanted = topic if topic != _ITEMS else next(iter(procedures), None)
    found = turn.base.topics.get(wanted or "")
    return (found.topic,) if found and found.answer and found.answer.checklist else ()


def _kept_aspects(turn: Turn, topic: str) -> frozenset[str]:
    """「間違えた、署名用のほうです」 corrects the certificate; what was asked of it stays the same."""
    mentions = turn.mentions()
    only_case = (mentions.certificates or mentions.persons) and not mentions.aspects - {"proxy"}
    return frozenset(turn.memory.aspects) if topic == turn.memory.topic and only_case and turn.short else frozenset()


def _carried_over(turn: Turn, topic: str) -> frozenset[str]:
    """What is still meant: 「それだといくら?」 after the express issue, 「何時まで?」 after a phone number."""
    shared = frozenset(turn.memory.aspects) & set(turn.base.topics[topic].aspects) - turn.content.lexicon.facet_aspects
    follows = (turn.kind(topic) == "facet" or topic == _STORE) and turn.short and not turn.content.lexicon.procedures(turn.text)
    carries = topic != turn.memory.topic and (follows or _IN_THAT_CASE.match(turn.text.form))
    case = {name for name in shared if not name.startswith(NOT)} if carries else frozenset()
    return _same_phone(turn, topic) | case


def _same_phone(turn: Turn, topic: str) -> frozenset[str]:
    """「それは何時まで?」 after a nationwide number is about that number."""
    named = {"phone", *_NATIONWIDE} & turn.mentions(topic).aspects
    again = topic == turn.memory.topic == "contact" and turn.short and not named
    return frozenset(turn.memory.aspects) & _NATIONWIDE if again else frozenset()


def _both_lost(turn: Turn, topic: str) -> frozenset[str]:
    """Told before that both PINs are lost: then no store can help, whichever is named now."""
    return frozenset({"both"}) if topic == _STORE and turn.memory.answers.get("which") == "both" else frozenset()


def _certificates(turn: Turn, topic: str) -> frozenset[str]:
    """Named, or 「もう片方」, or for a short follow-up on the same matter the one spoken of."""
    named = turn.mentions(topic).certificates
    spoken = frozenset(turn.memory.certificates)
    if not named and len(spoken) == 1 and turn.content.lexicon.means_other(turn.text):
        return frozenset(turn.content.lexicon.file.certificates) - spoken
    return named or (spoken if _same_matter(turn, topic) else frozenset())


def _same_matter(turn: Turn, topic: str) -> bool:
    same = topic == turn.memory.topic or (turn.kind(topic) == "facet" and turn.memory.procedure is not None)
    return same and turn.short


def _named_event(turn: Turn, topic: str) -> LifeEvent | None:
    """The event of the text; in a short follow-up, the one spoken of. A long story's beginning is background."""
    asked = turn.content.lexicon.prepare(turn.text.form[-_ASKED_LENGTH:]) if len(turn.text.form) > _ASKED_LENGTH else turn.text
    told = [e for e in turn.base.events.values() if any(cue_holds(asked, cue) for cue in e.cues)]
    spoken = turn.base.events.get(turn.memory.event or "") if turn.short and not told else None
    return next((e for e in (*told, *([spoken] if spoken else [])) if topic in e.topics), None)


def _remembered(turn: Turn, question: Question, event: LifeEvent | None) -> Memory:
    topic, code = question.topic, question.municipality
    kind = turn.kind(topic)
    procedure = topic if kind == "procedure" else next(iter(_procedures(turn, topic)), None)
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
    sentences, aspects = turn.base.wording.sentences, turn.mentions().aspects
    moods = {"worry": "mood_worry", "anger": "mood_anger"}
    calm = next((sentences[name] for mood, name in moods.items() if mood in aspects), None)
    if calm is None or turn.kind(answer.topic) != "procedure":
        return answer
    return replace(answer, text=f"{calm}\n{answer.text}", lead=f"{calm}\n{answer.lead}")


def _with_second(turn: Turn, question: Question, answer: Answer) -> Answer:
    """「予約いる?あと手数料は?」: the other question's answer goes under the first.

    A day that is named is always a second question: who comes on a Saturday must know whether it is open.
    """
    topic = question.topic
    day = turn.mentions().aspects & _DAYS or asked_moment(turn) is not None
    if day and turn.kind(topic) != "concept" and topic not in _ABOUT_TIME and question.municipality:
        return _under(turn, answer, question, _HOURS)
    others = [name for name in second_topics(turn, topic) if turn.base.topics[name].answer is not None]
    return _under(turn, answer, question, others[0]) if others else replace(answer, topics=(topic,))


def _under(turn: Turn, answer: Answer, question: Question, other: str) -> Answer:
    """`answer` with the lead of a second question and its sources below its own lead."""
    title = turn.base.topics[other].title
    values = _hours_values(turn, question) if other == _HOURS else {}
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


def _branch(turn: Turn, code: str | None) -> str | None:
    """The branch that the text names; 西荻窪 before 荻窪."""
    offices = turn.base.municipalities[code].offices if code else []
    names = {alias: office.name for office in offices if office.branch for alias in (office.name, *office.aliases)}
    return next((names[alias] for alias in sorted(names, key=len, reverse=True) if alias in turn.text.form), None)


def _ask_town(turn: Turn, question: Question) -> Reply:
    text = turn.base.wording.sentences["ask_town"]
    memory = replace(
        turn.memory.asking(None),
        pending=question.topic,
        procedure=next(iter(_procedures(turn, question.topic)), None),
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
