"""One turn: what was heard and remembered becomes an answer and a new memory. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.knowledge.answer import Answer, Button, Section
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.compose import compose, compose_chat, contact_block
from bot.knowledge.context import topic_of
from bot.knowledge.lookup import Facts
from bot.knowledge.memory import Memory
from bot.knowledge.question import Question
from bot.knowledge.turn import OUT_OF_SCOPE, SHORT, Content, Heard, Turn
from bot.language.places import PlacesFound

_MOST_CANDIDATES = 3
_DAYS = {"saturday", "sunday", "holiday", "year_end"}


def respond(heard: Heard, memory: Memory, content: Content, today: date) -> tuple[Answer, Memory]:
    """The answer to one message and what to remember. `today` is a day in Asia/Tokyo."""
    heard = _offered_title_is_a_choice(heard, memory)
    town = content.base.municipality_named(heard.municipality) if heard.municipality else None
    if town is not None and memory.municipality is None and not memory.elsewhere:
        memory = memory.with_home(town.code)
    text = content.lexicon.prepare(heard.text)
    places = content.places.find(text, memory.municipality)
    turn = Turn(heard, memory, content, today, text, places)
    answer, memory = _respond(turn)
    return replace(answer, confidence=round(heard.confidence, 3)), replace(memory, offered=answer.buttons, last_outcome=answer.outcome)


def _respond(turn: Turn) -> tuple[Answer, Memory]:
    if turn.heard.choice:
        return _chosen(turn, turn.heard.choice)
    if turn.places.unknown:
        return _unknown_town(turn)
    if turn.places.only:
        return _town_named(turn)
    if _compares(turn):
        return _comparison(turn)
    if turn.places.moving_to or (turn.places.codes and turn.memory.municipality is None):
        turn = replace(turn, memory=turn.memory.with_home(turn.places.moving_to or turn.places.codes[0]))
    topic = topic_of(turn)
    if topic is None:
        return _suggest(turn)
    if turn.content.base.topics[topic].kind in ("conversation", "staff"):
        return _chat(turn, topic)
    return _answer(turn, topic)


def _offered_title_is_a_choice(heard: Heard, memory: Memory) -> Heard:
    """A typed title, payload or number of a button just offered counts as pressing it."""
    said = heard.text.strip().strip("。.!！")
    numbers = {str(i): b for i, b in enumerate(memory.offered, 1)} | {f"{i}番": b for i, b in enumerate(memory.offered, 1)}
    by_word = {b.title: b for b in memory.offered} | {b.payload: b for b in memory.offered} | numbers
    button = by_word.get(said)
    return replace(heard, choice=button.payload) if heard.choice is None and button is not None else heard


def _chosen(turn: Turn, payload: str) -> tuple[Answer, Memory]:
    kind, _, name = payload.partition(":")
    if kind == "municipality" and name in turn.content.base.municipalities:
        return _with_town(replace(turn, memory=turn.memory.with_home(name)))
    if kind == "topic" and name in turn.content.base.topics:
        if turn.content.base.topics[name].kind in ("conversation", "staff"):
            return _chat(turn, name)
        return _answer(replace(turn, text=turn.content.lexicon.prepare("")), name)
    return _suggest(turn)


def _town_named(turn: Turn) -> tuple[Answer, Memory]:
    """「中野です」 answers our question; 「杉並区だと?」 asks the last one again for another town."""
    code = turn.places.codes[0]
    if turn.places.moving_to and turn.memory.topic is None and turn.heard.intent == "address_or_name_change":
        return _answer(replace(turn, memory=turn.memory.with_home(code)), turn.heard.intent)
    comparing = turn.memory.municipality not in (None, code) and turn.content.lexicon.continues(turn.text) and not turn.places.moving_to
    memory = replace(turn.memory, focus=code) if comparing else turn.memory.with_home(code)
    return _with_town(replace(turn, memory=memory))


def _with_town(turn: Turn) -> tuple[Answer, Memory]:
    topic = turn.memory.pending or turn.memory.topic
    if topic is None:
        facts = Facts(turn.content.base, turn.memory.focus, turn.today)
        text = facts.fill(turn.content.base.wording.sentences["town_chosen"]) or ""
        return Answer("chat", None, text, facts.town.name if facts.town else None, lead=text), turn.memory
    return _answer(turn, topic, aspects=frozenset(turn.memory.pending_aspects))


def _answer(turn: Turn, topic: str, aspects: frozenset[str] = frozenset()) -> tuple[Answer, Memory]:
    """Composes, or asks for the municipality first when the answer would be worthless without."""
    base = turn.content.base
    wording = base.topics[topic].answer
    mentions = turn.mentions(topic)
    aspects = aspects | mentions.aspects | _kept_aspects(turn, topic)
    code = _municipality(turn)
    named = turn.content.lexicon.procedures(turn.text)
    short = len(turn.text.form) <= SHORT
    procedures = (*named, *((turn.memory.procedure,) if turn.memory.procedure and (short or not named) else ()))
    persons = mentions.persons | (set(turn.memory.persons) if short else set())
    if wording is not None and wording.needs_municipality and code is None and not _nationwide(aspects):
        return _ask_town(turn, topic, procedures, aspects)
    question = Question(topic, code, frozenset(procedures), aspects, frozenset(persons), mentions.certificates, mentions.documents, _branch(turn, code))
    answer = compose(question, base, turn.today)
    kind = base.topics[topic].kind
    memory = replace(
        turn.memory,
        focus=code or turn.memory.focus,
        topic=topic,
        aspects=tuple(sorted(aspects)),
        persons=tuple(sorted({"proxy"} if topic == "proxy" else persons)),
        procedure=topic if kind == "procedure" else next(iter(procedures), None),
        pending=None,
        pending_aspects=(),
    )
    return replace(_with_second(turn, topic, question, answer), buttons=_next_buttons(turn, topic, code)), memory


def _kept_aspects(turn: Turn, topic: str) -> frozenset[str]:
    """「間違えた、署名用のほうです」 corrects the certificate; what was asked of it stays the same."""
    only_certificate = turn.mentions().certificates and not turn.mentions().aspects
    same = topic == turn.memory.topic and only_certificate and len(turn.text.form) <= SHORT
    return frozenset(turn.memory.aspects) if same else frozenset()


def _with_second(turn: Turn, topic: str, question: Question, answer: Answer) -> Answer:
    """「予約いる?あと手数料は?」: the other question's answer goes under the first.

    A day that is named is always a second question: who comes on a Saturday must know whether it is open.
    """
    base = turn.content.base
    if turn.mentions().aspects & _DAYS and base.topics[topic].kind != "concept" and topic != "office_hours" and question.municipality:
        return _under(answer, replace(question, topic="office_hours", aspects=turn.mentions("office_hours").aspects), topic, turn)
    others = [name for name in turn.content.lexicon.follow_ups(turn.mentions()) if name != topic and name != "system_delay"]
    if not others or not turn.content.lexicon.joins(turn.text) or answer.outcome != "answer":
        return replace(answer, topics=(topic,))
    return _under(answer, replace(question, topic=others[0], aspects=turn.mentions(others[0]).aspects), topic, turn)


def _under(answer: Answer, question: Question, topic: str, turn: Turn) -> Answer:
    """`answer` with the lead of a second question and its sources below its own lead."""
    base = turn.content.base
    title = base.topics[question.topic].title
    second = compose(question, base, turn.today)
    text = f"{answer.lead}\n◆{title}\n{second.lead}{answer.text.removeprefix(answer.lead)}"
    sources = tuple(dict.fromkeys((*answer.sources, *second.sources)))
    checked = min(filter(None, (answer.checked_on, second.checked_on)), default=None)
    sections = (*answer.sections, Section(title, (second.lead,)))
    return replace(answer, text=text, sections=sections, topics=(topic, question.topic), sources=sources, checked_on=checked)


def _branch(turn: Turn, code: str | None) -> str | None:
    """The branch that the text names; 西荻窪 before 荻窪."""
    offices = turn.content.base.municipalities[code].offices if code else []
    names = {alias: office.name for office in offices if office.branch for alias in (office.name, *office.aliases)}
    return next((names[alias] for alias in sorted(names, key=len, reverse=True) if alias in turn.text.form), None)


def _nationwide(aspects: frozenset[str]) -> bool:
    """Asked for what is the same everywhere: no need to know where somebody lives."""
    return bool(aspects & {"tollfree", "foreign", "deaf", "no_connect", "menu", "lost_now"})


def _municipality(turn: Turn) -> str | None:
    """Named in the text; else the one just spoken of when the text points at it; else home."""
    if turn.places.codes:
        return turn.places.codes[0]
    pointing = "そこ" in turn.text.form or "あっち" in turn.text.form or turn.places.only or turn.memory.pending is not None
    return (turn.memory.focus if pointing else None) or turn.memory.municipality or turn.memory.focus


def _ask_town(turn: Turn, topic: str, procedures: Sequence[str], aspects: frozenset[str]) -> tuple[Answer, Memory]:
    text = turn.content.base.wording.sentences["ask_town"]
    buttons = _town_buttons(turn.content.base)
    memory = replace(turn.memory, pending=topic, procedure=next(iter(procedures), None), pending_aspects=tuple(sorted(aspects)))
    return Answer("ask_back", topic, text, lead=text, buttons=buttons), memory


def _compares(turn: Turn) -> bool:
    """「中野区と杉並区、どう違う?」"""
    return len(turn.places.codes) > 1 and turn.places.moving_to is None and "difference" in turn.mentions().aspects


def _comparison(turn: Turn) -> tuple[Answer, Memory]:
    """Each municipality's own answer, one under the other."""
    topic = topic_of(turn)
    if topic is None or turn.content.base.topics[topic].kind in ("conversation", "staff"):
        return _suggest(turn)
    answers = [_answer(replace(turn, places=PlacesFound((code,))), topic)[0] for code in turn.places.codes]
    sources = tuple(dict.fromkeys(source for answer in answers for source in answer.sources))
    text = "\n\n".join(f"◆{answer.municipality}\n{answer.text}" for answer in answers)
    lead = "\n".join(f"{answer.municipality}: {answer.lead}" for answer in answers)
    memory = replace(turn.memory, topic=topic, focus=turn.places.codes[0])
    return replace(answers[0], text=text, lead=lead, sections=(), sources=sources, buttons=()), memory


def _unknown_town(turn: Turn) -> tuple[Answer, Memory]:
    """Says that we hold nothing on it; what holds everywhere is answered all the same."""
    base = turn.content.base
    names = "、".join(town.name for town in base.municipalities.values())
    facts = Facts(base, None, turn.today)
    sentence = base.wording.sentences["unknown_town"].replace("<town>", turn.places.unknown or "").replace("<towns>", names)
    text = facts.fill(sentence) or ""
    memory = replace(turn.memory, municipality=None, focus=None, elsewhere=True)
    topic = base.topics.get(topic_of(turn) or "")
    if topic is None or topic.answer is None or topic.kind in ("conversation", "staff") or topic.answer.needs_municipality:
        name = topic.topic if topic else None
        return Answer("answer", name, text, lead=text, buttons=_town_buttons(base)), replace(memory, pending=name)
    answer, memory = _answer(replace(turn, memory=memory, places=PlacesFound()), topic.topic)
    return replace(answer, text=f"{text}\n{base.wording.sentences['nationwide_instead']}\n{answer.text}", notes=(text, *answer.notes)), memory


def _suggest(turn: Turn) -> tuple[Answer, Memory]:
    """Two or three candidates; nothing near enough means that we decline."""
    base = turn.content.base
    names = [name for name, _ in turn.heard.ranking if name in base.topics and base.topics[name].kind not in ("conversation", "staff")]
    buttons = tuple(Button(base.topics[name].title, f"topic:{name}") for name in names[:_MOST_CANDIDATES])
    if len(buttons) < 2:
        return _chat(turn, OUT_OF_SCOPE)
    facts = Facts(base, _municipality(turn), turn.today)
    titles = "\n".join(f"・{button.title}" for button in buttons)
    text = f"{base.wording.sentences['suggest']}\n{titles}\n{contact_block(facts)}"
    answer = Answer("suggest", names[0], text, facts.town.name if facts.town else None, lead=base.wording.sentences["suggest"], buttons=buttons)
    return answer, replace(turn.memory, pending=turn.memory.pending)


def _chat(turn: Turn, topic: str) -> tuple[Answer, Memory]:
    context = {f"after_{turn.memory.last_outcome}"} if turn.memory.last_outcome else set()
    if topic == "affirm" and turn.memory.last_outcome == "suggest" and turn.memory.offered:
        return _chosen(turn, turn.memory.offered[0].payload)
    question = Question(topic, _municipality(turn), aspects=turn.mentions(topic).aspects | context)
    answer = compose_chat(question, turn.content.base, turn.today)
    buttons: Sequence[Button] = _menu_buttons(turn.content.base) if topic in (OUT_OF_SCOPE, "greet", "bot_challenge") else ()
    return replace(answer, buttons=tuple(buttons)), turn.memory


def _next_buttons(turn: Turn, topic: str, code: str | None) -> tuple[Button, ...]:
    base = turn.content.base
    wording = base.topics[topic].answer
    following = [n for n in (wording.next if wording else []) if n in base.topics]
    buttons = tuple(Button(base.topics[name].title, f"topic:{name}") for name in following)
    return buttons if code else (*buttons, *_town_buttons(base))


def _menu_buttons(base: KnowledgeBase) -> tuple[Button, ...]:
    return tuple(Button(base.topics[name].title, f"topic:{name}") for name in base.wording.menu if name in base.topics)


def _town_buttons(base: KnowledgeBase) -> tuple[Button, ...]:
    return tuple(Button(town.name, f"municipality:{town.code}") for town in base.municipalities.values())
