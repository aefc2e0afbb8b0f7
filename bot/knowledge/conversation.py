"""One turn: what was heard and remembered becomes an answer and a new memory. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.knowledge.answer import Answer, Button
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.compose import compose, compose_chat, contact_block
from bot.knowledge.lookup import Facts
from bot.knowledge.memory import Memory
from bot.knowledge.question import Question
from bot.language.lexicon import Lexicon, Mentions, Text
from bot.language.places import Places, PlacesFound, Town

FALLBACK = "nlu_fallback"
OUT_OF_SCOPE = "out_of_scope"
_MOST_CANDIDATES = 3
_SHORT = 16
_BARE = 8
_SURE_ENOUGH = 0.75


@dataclass(frozen=True)
class Heard:
    """A message after understanding. `ranking` is (topic, probability), best first.

    `choice` is a button's payload; `municipality` what the channel is set to (a name or code).
    """

    text: str
    intent: str
    ranking: tuple[tuple[str, float], ...]
    choice: str | None = None
    municipality: str | None = None

    @property
    def confidence(self) -> float:
        return next((p for topic, p in self.ranking if topic == self.intent), self.ranking[0][1] if self.ranking else 0.0)


@dataclass(frozen=True)
class Content:
    """All that answering needs, loaded once."""

    base: KnowledgeBase
    lexicon: Lexicon
    places: Places

    @classmethod
    def of(cls, base: KnowledgeBase, lexicon: Lexicon) -> Content:
        towns = [
            Town(t.code, [t.name, t.reading, *t.aliases, *t.areas], t.local_areas, t.not_this) for t in base.municipalities.values()
        ]  # fmt: skip
        return cls(base, lexicon, Places(towns))


@dataclass(frozen=True)
class _Turn:
    heard: Heard
    memory: Memory
    content: Content
    today: date
    text: Text
    places: PlacesFound

    def mentions(self, topic: str | None = None) -> Mentions:
        local = self.content.base.topics[topic].aspects if topic in self.content.base.topics else {}
        return self.content.lexicon.mentions(self.text, local)


def respond(heard: Heard, memory: Memory, content: Content, today: date) -> tuple[Answer, Memory]:
    """The answer to one message and what to remember. `today` is a day in Asia/Tokyo."""
    heard = _offered_title_is_a_choice(heard, memory)
    town = content.base.municipality_named(heard.municipality) if heard.municipality else None
    if town is not None and memory.municipality is None:
        memory = memory.with_home(town.code)
    text = content.lexicon.prepare(heard.text)
    places = content.places.find(text, memory.municipality)
    turn = _Turn(heard, memory, content, today, text, places)
    answer, memory = _respond(turn)
    return replace(answer, confidence=round(heard.confidence, 3)), replace(memory, offered=answer.buttons, last_outcome=answer.outcome)


def _respond(turn: _Turn) -> tuple[Answer, Memory]:
    if turn.heard.choice:
        return _chosen(turn, turn.heard.choice)
    if turn.places.unknown:
        return _unknown_town(turn)
    if turn.places.only:
        return _town_named(turn)
    if turn.places.moving_to or (turn.places.codes and turn.memory.municipality is None):
        turn = replace(turn, memory=turn.memory.with_home(turn.places.moving_to or turn.places.codes[0]))
    topic = _topic(turn)
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


def _chosen(turn: _Turn, payload: str) -> tuple[Answer, Memory]:
    kind, _, name = payload.partition(":")
    if kind == "municipality" and name in turn.content.base.municipalities:
        return _with_town(replace(turn, memory=turn.memory.with_home(name)))
    if kind == "topic" and name in turn.content.base.topics:
        if turn.content.base.topics[name].kind in ("conversation", "staff"):
            return _chat(turn, name)
        return _answer(replace(turn, text=turn.content.lexicon.prepare("")), name)
    return _suggest(turn)


def _topic(turn: _Turn) -> str | None:
    """The topic, with the conversation's help; None when candidates should be offered."""
    intent, memory = turn.heard.intent, turn.memory
    mentions = turn.mentions()
    follow_up = turn.content.lexicon.follow_up(mentions)
    short = len(turn.text.form) <= _SHORT
    unsure = intent in (FALLBACK, OUT_OF_SCOPE) or turn.heard.confidence < _SURE_ENOUGH
    if memory.topic and unsure and short and follow_up:
        return follow_up
    if memory.topic and unsure and turn.places.codes and _ellipsis(turn):
        return memory.topic
    if memory.procedure and follow_up and len(turn.text.form) <= _BARE and _is_concept(turn, intent):
        return follow_up
    if intent == FALLBACK or intent not in turn.content.base.topics:
        return memory.topic if memory.topic and short and turn.content.lexicon.continues(turn.text) and _refines(mentions) else None
    return intent


def _is_concept(turn: _Turn, topic: str) -> bool:
    """「暗証番号は?」 within a renewal asks what the renewal needs, not what kinds of PIN there are."""
    found = turn.content.base.topics.get(topic)
    return found is not None and found.kind == "concept"


def _ellipsis(turn: _Turn) -> bool:
    """「杉並のも教えて、実家なんで」: a place and no other matter."""
    return turn.content.lexicon.continues(turn.text) and not turn.content.lexicon.procedures(turn.text)


def _refines(mentions: Mentions) -> bool:
    return bool(mentions.persons or mentions.certificates or mentions.documents or mentions.aspects)


def _town_named(turn: _Turn) -> tuple[Answer, Memory]:
    """「中野です」 answers our question; 「杉並区だと?」 asks the last one again for another town."""
    code = turn.places.codes[0]
    comparing = turn.memory.municipality not in (None, code) and turn.content.lexicon.continues(turn.text) and not turn.places.moving_to
    memory = replace(turn.memory, focus=code) if comparing else turn.memory.with_home(code)
    return _with_town(replace(turn, memory=memory))


def _with_town(turn: _Turn) -> tuple[Answer, Memory]:
    topic = turn.memory.pending or turn.memory.topic
    if topic is None:
        facts = Facts(turn.content.base, turn.memory.focus, turn.today)
        text = facts.fill(turn.content.base.wording.sentences["town_chosen"]) or ""
        return Answer("chat", None, text, facts.town.name if facts.town else None, lead=text), turn.memory
    return _answer(turn, topic, aspects=frozenset(turn.memory.pending_aspects))


def _answer(turn: _Turn, topic: str, aspects: frozenset[str] = frozenset()) -> tuple[Answer, Memory]:
    """Composes, or asks for the municipality first when the answer would be worthless without."""
    base = turn.content.base
    wording = base.topics[topic].answer
    mentions = turn.mentions(topic)
    aspects = aspects | mentions.aspects
    code = _municipality(turn)
    named = turn.content.lexicon.procedures(turn.text)
    procedures = named or ((turn.memory.procedure,) if turn.memory.procedure else ())
    if wording is not None and wording.needs_municipality and code is None and not _nationwide(aspects):
        return _ask_town(turn, topic, procedures, aspects)
    question = Question(
        topic, code, frozenset(procedures), aspects, mentions.persons, mentions.certificates, mentions.documents, _branch(turn, code)
    )
    answer = compose(question, base, turn.today)
    kind = base.topics[topic].kind
    memory = replace(
        turn.memory,
        focus=code or turn.memory.focus,
        topic=topic,
        procedure=topic if kind == "procedure" else next(iter(procedures), None),
        pending=None,
        pending_aspects=(),
    )
    return replace(answer, buttons=_next_buttons(turn, topic, code)), memory


def _branch(turn: _Turn, code: str | None) -> str | None:
    """The branch that the text names; 西荻窪 before 荻窪."""
    offices = turn.content.base.municipalities[code].offices if code else []
    names = {alias: office.name for office in offices if office.branch for alias in (office.name, *office.aliases)}
    return next((names[alias] for alias in sorted(names, key=len, reverse=True) if alias in turn.text.form), None)


def _nationwide(aspects: frozenset[str]) -> bool:
    """Asked for what is the same everywhere: no need to know where somebody lives."""
    return bool(aspects & {"tollfree", "foreign", "deaf", "no_connect", "menu", "lost_now"})


def _municipality(turn: _Turn) -> str | None:
    """Named in the text; else the one just spoken of when the text points at it; else home."""
    if turn.places.codes:
        return turn.places.codes[0]
    pointing = "そこ" in turn.text.form or "あっち" in turn.text.form or turn.places.only or turn.memory.pending is not None
    return (turn.memory.focus if pointing else None) or turn.memory.municipality or turn.memory.focus


def _ask_town(turn: _Turn, topic: str, procedures: Sequence[str], aspects: frozenset[str]) -> tuple[Answer, Memory]:
    text = turn.content.base.wording.sentences["ask_town"]
    buttons = _town_buttons(turn.content.base)
    memory = replace(turn.memory, pending=topic, procedure=next(iter(procedures), None), pending_aspects=tuple(sorted(aspects)))
    return Answer("ask_back", topic, text, lead=text, buttons=buttons), memory


def _unknown_town(turn: _Turn) -> tuple[Answer, Memory]:
    base = turn.content.base
    names = "、".join(town.name for town in base.municipalities.values())
    facts = Facts(base, None, turn.today)
    sentence = base.wording.sentences["unknown_town"].replace("<town>", turn.places.unknown or "").replace("<towns>", names)
    text = facts.fill(sentence) or ""
    topic = turn.heard.intent if turn.heard.intent in base.topics else None
    memory = replace(turn.memory, pending=topic)
    return Answer("answer", topic, text, lead=text, buttons=_town_buttons(base)), memory


def _suggest(turn: _Turn) -> tuple[Answer, Memory]:
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


def _chat(turn: _Turn, topic: str) -> tuple[Answer, Memory]:
    context = {f"after_{turn.memory.last_outcome}"} if turn.memory.last_outcome else set()
    if topic == "affirm" and turn.memory.last_outcome == "suggest" and turn.memory.offered:
        return _chosen(turn, turn.memory.offered[0].payload)
    question = Question(topic, _municipality(turn), aspects=turn.mentions(topic).aspects | context)
    answer = compose_chat(question, turn.content.base, turn.today)
    buttons: Sequence[Button] = _menu_buttons(turn.content.base) if topic in (OUT_OF_SCOPE, "greet", "bot_challenge") else ()
    return replace(answer, buttons=tuple(buttons)), turn.memory


def _next_buttons(turn: _Turn, topic: str, code: str | None) -> tuple[Button, ...]:
    base = turn.content.base
    wording = base.topics[topic].answer
    following = [n for n in (wording.next if wording else []) if n in base.topics]
    buttons = tuple(Button(base.topics[name].title, f"topic:{name}") for name in following)
    return buttons if code else (*buttons, *_town_buttons(base))


def _menu_buttons(base: KnowledgeBase) -> tuple[Button, ...]:
    return tuple(Button(base.topics[name].title, f"topic:{name}") for name in base.wording.menu if name in base.topics)


def _town_buttons(base: KnowledgeBase) -> tuple[Button, ...]:
    return tuple(Button(town.name, f"municipality:{town.code}") for town in base.municipalities.values())
