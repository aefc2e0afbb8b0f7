"""One turn: what was heard and remembered becomes an answer and a new memory. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.dialogue import calculator, feedback, triage
from bot.dialogue.answering import answer_topic, pending_reminder
from bot.dialogue.context import topic_of
from bot.dialogue.forms import Reply, dropped, easy_filled, easy_question, filled, is_cue
from bot.dialogue.memory import Memory
from bot.dialogue.recall import recalled
from bot.dialogue.smalltalk import chat, named_vaguely, said_about_us, suggest, suggest_others
from bot.dialogue.towns import asks_at_other_town, asks_same_for, at_other_town, compare, compares, moved, told_only_where, town_named, unknown_town, with_town
from bot.dialogue.turn import OUT_OF_SCOPE, Content, Heard, Turn
from bot.knowledge.answer import Answer, Button
from bot.knowledge.conditions import SELF
from bot.knowledge.easy import explained_once
from bot.language.places import relatives, town_in_kana

_FORMS: Mapping[str, Callable[[Turn, str], Reply | None]] = {
    calculator.NAME: calculator.proceed,
    triage.NAME: triage.proceed,
    feedback.NAME: feedback.proceed,
}
_BEGINNINGS: Sequence[Callable[[Turn, str | None], Reply | None]] = (calculator.begin, triage.begin)
_INSISTENT = {calculator.NAME}
"""Forms that come back after an interruption; the others have given their answer already."""
_MINE = re.compile(r"(?:私|わたし|わし|俺|おれ|僕|ぼく|オラ|おら|自分)の(?!母|父|親|兄|弟|姉|妹|祖|夫|妻|主人|旦那|嫁|息子|娘|子|孫)")
_AGAIN = re.compile(
    r"(?:すみません|すいません|ごめん|え|あの)?[,\s]*もう(?:一回|1回|一度|1度|いっかい|いちど|いっぺん)[,\s]*"
    r"(?:(?:言|い)って|(?:言|い)うて|(?:教|おし)えて|説明して|(?:お願|おねが)い)?(?:ください|下さい|します|くれ|くれる|くれます|もらえます|もらえる|ほしい)?か?[?.!]*"
)
_LONGEST_STOP = 12
_WANTS_A_PERSON = 0.5
_MISSES = ("suggest", "out_of_scope")
_MISSES_BEFORE_HANDOVER = 2


def respond(heard: Heard, memory: Memory, content: Content, now: datetime) -> Reply:
    """The answer to one message and what to remember. `now` is in Asia/Tokyo."""
    heard = _offered_title_is_a_choice(heard, memory)
    town = content.base.municipality_named(heard.municipality) if heard.municipality else None
    if town is not None and memory.municipality is None and not memory.elsewhere:
        memory = memory.with_home(town.code)
    text = content.lexicon.prepare(heard.text)
    places = content.places.find(text, memory.municipality)
    if memory.pending and not places.codes and (name := town_in_kana(text)):
        places = replace(places, unknown=name)
    turn = Turn(heard, memory, content, now, text, places)
    answer, memory = _resumed(turn, *_respond(turn))
    answer, memory = _with_handover_offer(turn, answer, _counted(answer, memory))
    answer = replace(answer, confidence=round(heard.confidence, 3), easy=explained_once(answer.easy, content.base))
    outcome = "warning" if heard.masked else answer.outcome
    return answer, replace(memory, offered=answer.buttons, last_outcome=outcome)


def _respond(turn: Turn) -> Reply:
    if turn.places.kin:
        turn = replace(turn, memory=replace(turn.memory, kin={**turn.memory.kin, **dict(turn.places.kin)}))
    turn = replace(turn, memory=replace(turn.memory, whose=_whose_matter(turn)))
    if turn.memory.asked and (reply := _to_open_question(turn)):
        return reply
    if turn.heard.choice:
        return _chosen(turn, turn.heard.choice)
    if asks_at_other_town(turn):
        return at_other_town(turn)
    if turn.places.unknown:
        return unknown_town(turn)
    if turn.places.only:
        return town_named(turn)
    if compares(turn):
        return compare(turn)
    if asks_same_for(turn):
        return town_named(turn)
    new_home = turn.places.codes and turn.memory.municipality is None and not turn.memory.elsewhere
    if turn.places.home or new_home:
        turn = replace(turn, memory=moved(turn).with_home(turn.places.home or turn.places.codes[0]))
        if (turn.places.home or turn.memory.pending or not turn.speaks_of_knowledge(turn.heard.intent)) and told_only_where(turn):
            return with_town(turn)
    return _by_topic(recalled(turn))


def _whose_matter(turn: Turn) -> str | None:
    """The relative whose matter is spoken of; one's own again when home, oneself or another place is named."""
    named = [who for who in relatives(turn.text) if who in turn.memory.kin]
    if named:
        return named[-1]
    ends = turn.content.lexicon.means_home(turn.text) or _MINE.search(turn.text.form) or SELF in turn.mentions().persons or turn.places.codes
    return None if ends else turn.memory.whose


def _by_topic(turn: Turn) -> Reply:
    if _AGAIN.fullmatch(turn.text.form) and turn.speaks_of_knowledge(turn.memory.topic):
        return answer_topic(replace(turn, text=turn.content.lexicon.prepare("")), turn.memory.topic or "", frozenset(turn.memory.aspects))
    if reply := feedback.begin(turn):
        return reply
    if reply := said_about_us(turn):
        return reply
    if reply := named_vaguely(turn):
        return reply
    topic = topic_of(turn)
    for begin in _BEGINNINGS:
        if reply := begin(turn, topic):
            return reply
    if topic is None:
        return suggest(turn)
    if topic == "deny" and turn.memory.unlike:
        return suggest_others(turn)
    return answer_topic(turn, topic) if turn.speaks_of_knowledge(topic) else chat(turn, topic)


def _to_open_question(turn: Turn) -> Reply | None:
    """The reply to what the bot asked last; None when the message is about something else."""
    form, _, question = (turn.memory.asked or "").partition(".")
    if is_cue(turn, turn.content.lexicon.file.stop) and len(turn.text.form) <= _LONGEST_STOP:
        return dropped(turn, turn.base.wording.sentences["dropped"], easy_filled(turn, "dropped"))
    if turn.heard.choice and not turn.heard.choice.startswith(f"{form}:"):
        return None
    if turn.heard.intent == "handoff" and turn.heard.confidence >= _WANTS_A_PERSON:
        return None
    if form == "handover":
        return chat(turn, "handoff") if turn.heard.intent == "affirm" and turn.short else None
    return _FORMS[form](turn, question) if form in _FORMS else None


def _resumed(turn: Turn, answer: Answer, memory: Memory) -> Reply:
    """A question of the calculator comes back once after another answer; any other is let go."""
    if memory.pending and memory.pending == turn.memory.pending and answer.outcome == "answer" and not memory.elsewhere:
        return _town_resumed(turn, answer, memory)
    was = turn.memory.asked
    taken = memory.answers != turn.memory.answers
    if was is None or memory.asked != was or taken or answer.outcome == "ask_back":
        return answer, memory
    form, _, question = was.partition(".")
    if answer.outcome == "chat" and not memory.interrupted and form != "handover":
        return answer, replace(memory, interrupted=1)
    if form not in _INSISTENT or memory.interrupted:
        return answer, memory.asking(None)
    ask = turn.base.forms[form].asks[question]
    asked = answer.followed_by(filled(turn, ask.resume or ask.say), easy_question(turn, ask))
    stop = Button(turn.base.wording.sentences["stop_button"], "stop:")
    return replace(asked, buttons=(*answer.buttons, stop)), replace(memory, interrupted=1)


def _town_resumed(turn: Turn, answer: Answer, memory: Memory) -> Reply:
    """The answer that waits for a municipality is mentioned once, then let go."""
    if memory.interrupted:
        return answer, replace(memory, pending=None, pending_aspects=(), interrupted=0)
    return answer.followed_by(*pending_reminder(turn)), replace(memory, interrupted=1)


def _counted(answer: Answer, memory: Memory) -> Memory:
    return replace(memory, misses=memory.misses + 1 if answer.outcome in _MISSES else 0)


def _with_handover_offer(turn: Turn, answer: Answer, memory: Memory) -> Reply:
    """Not understood twice in a row: the bot offers a person itself."""
    if memory.misses < _MISSES_BEFORE_HANDOVER:
        return answer, memory
    sentences = turn.base.wording.sentences
    button = Button(sentences["handover_button"], "topic:handoff")
    offered = answer.followed_by(filled(turn, sentences["handover_offer"]), easy_filled(turn, "handover_offer"))
    others = tuple(b for b in answer.buttons if b.payload != button.payload)
    return replace(offered, buttons=(*others, button)), memory.asking("handover.offer")


def pressed(heard: Heard, memory: Memory) -> str | None:
    """The payload of the button that the message presses, by click or by typing what stands on it."""
    return _offered_title_is_a_choice(heard, memory).choice


def _offered_title_is_a_choice(heard: Heard, memory: Memory) -> Heard:
    """A typed title, payload or number of a button just offered counts as pressing it."""
    said = heard.text.strip().strip("。.!！")
    numbers = {str(i): b for i, b in enumerate(memory.offered, 1)} | {f"{i}番": b for i, b in enumerate(memory.offered, 1)}
    by_word = {b.title: b for b in memory.offered} | {b.payload: b for b in memory.offered} | numbers
    button = by_word.get(said)
    return replace(heard, choice=button.payload) if heard.choice is None and button is not None else heard


def _chosen(turn: Turn, payload: str) -> Reply:
    kind, _, name = payload.partition(":")
    if kind == "municipality" and name in turn.base.municipalities:
        return with_town(replace(turn, memory=turn.memory.with_home(name)))
    if kind == "topic" and name in turn.base.topics:
        if not turn.speaks_of_knowledge(name):
            return chat(turn, name)
        return answer_topic(replace(turn, text=turn.content.lexicon.prepare("")), name)
    if payload == f"{calculator.NAME}:start":
        return calculator.start(turn)
    if kind == feedback.NAME and (reply := feedback.begin(turn)):
        return reply
    if kind == "stop":
        return dropped(turn, turn.base.wording.sentences["dropped"], easy_filled(turn, "dropped"))
    return chat(turn, OUT_OF_SCOPE) if kind in _FORMS else suggest(turn)
