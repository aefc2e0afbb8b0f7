"""PIN triage: which PIN, is the other one known; at most two questions to the right path. Never takes a PIN."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.dialogue.forms import Reply, answered, easy_question, filled, is_cue, put, reply_buttons
from bot.dialogue.memory import Memory
from bot.dialogue.turn import Turn
from bot.knowledge.answer import Answer
from bot.knowledge.compose import asks_something_special, compose
from bot.knowledge.question import Question
from bot.language.cues import any_holds

NAME = "pin"
_LONGEST_REPLY = 40
_SURE = 0.75
_YES = re.compile(r"(?:はい|うん|ええ|おう)(?:[,.!\s]|$|です)")
_ALSO = re.compile(r"(?:まで|も)[^,.?!]{0,6}(?:忘れ|わすれ|ロック|わから|分から|覚え)")
_FAMILY = ("pin_forgotten", "pin_locked", "pin_reset_convenience_store", "pin_rules", "pin_change")
_STORE = "pin_reset_convenience_store"
_CLAUSE = re.compile(r"[,.?!\n]|けど|けれど|だけど|ですが|だが|んで、")
_BOTH = frozenset({"signature", "user"})


def begin(turn: Turn, topic: str | None) -> Reply | None:
    """The path at once, when the text says which PIN is unknown and whether the other one is known."""
    form, memory = turn.base.forms[NAME], turn.memory
    spoken = memory.procedure in (*form.topics, _STORE)
    if topic not in form.topics and not (spoken and len(turn.text.form) <= _LONGEST_REPLY):
        return None
    matter = topic if topic in form.topics else form.topics[0]
    if lost_both(turn):
        return _path(turn, matter, {"which": "both"})
    lost, known = _states(turn)
    if len(lost) == 1 and known == _BOTH - lost:
        return _path(turn, matter, {"which": next(iter(lost)), "other": "yes"})
    if spoken and len(lost | known) == 1 and (said := _with_what_was_said(memory, lost, known, _ALSO.search(turn.text.form) is not None)):
        return _path(turn, matter, said)
    if len(lost) == 1 and topic in form.topics and not asks_something_special(_question(turn, topic, lost), turn.base, turn.today):
        return _path(turn, topic, {"which": next(iter(lost))})
    return None


def invitation(turn: Turn, topic: str) -> tuple[str, Memory, str] | None:
    """Under a general answer: which PIN is it, or is the other one known. The third is the question's id."""
    form = turn.base.forms[NAME]
    if topic not in form.topics or is_cue(turn, form.roles["both"]):
        return None
    which = next(iter(turn.mentions().certificates)) if len(turn.mentions().certificates) == 1 else None
    question = "other" if which else "which"
    memory = replace(turn.memory.asking(f"{NAME}.{question}"), answers={"which": which} if which else {})
    return filled(turn, form.asks[question].invite or form.asks[question].say), memory, question


def proceed(turn: Turn, question: str) -> Reply | None:
    """The reply to the triage's question; None when the text is about something else."""
    topic = turn.memory.topic if turn.memory.topic in turn.base.forms[NAME].topics else turn.base.forms[NAME].topics[0]
    if not turn.heard.choice and (path := begin(turn, topic)):
        return path
    reply = _reply(turn, question)
    named = turn.mentions().certificates
    corrected = turn.content.lexicon.corrects(turn.text)
    if reply is None and question == "other" and len(named) == 1 and (turn.short or corrected) and not turn.mentions().aspects:
        return _path(turn, topic, {"which": next(iter(named))})
    if reply is None and question == "which" and turn.heard.intent == "affirm" and turn.short:
        return put(turn, NAME, question)
    if reply is None:
        return None
    said = {**turn.memory.answers, question: reply}
    if "which" not in said:
        return put(turn, NAME, "which")
    other_known = (
        question == "which" and reply in _BOTH and turn.content.lexicon.means_other(turn.text) and is_cue(turn, turn.base.forms[NAME].roles["other_yes"])
    )
    return _path(turn, topic, {**said, "other": "yes"} if other_known else said)


def lost_both(turn: Turn) -> bool:
    """「署名用を忘れた。4桁も覚えてない」"""
    return _states(turn)[0] == _BOTH


def _with_what_was_said(memory: Memory, lost: frozenset[str], known: frozenset[str], also: bool) -> dict[str, str] | None:
    """「英数字のほうはメモにあった」 after both; 「英数字まで忘れてたら」 after the other one."""
    before = memory.answers.get("which")
    if lost and before in _BOTH - lost:
        return {"which": "both"} if also else {"which": next(iter(lost))}
    if known and before in ("both", *(_BOTH - known), None) and memory.topic in (*_FAMILY, "required_items"):
        return {"which": next(iter(_BOTH - known)), "other": "yes"}
    return None


def _question(turn: Turn, topic: str, certificates: frozenset[str]) -> Question:
    found = turn.mentions(topic)
    return Question(topic, turn.municipality(), aspects=found.aspects, persons=found.persons, certificates=certificates)


def _reply(turn: Turn, question: str) -> str | None:
    form, choice = turn.base.forms[NAME], turn.heard.choice or ""
    if choice.startswith(f"{NAME}:"):
        reply = choice.partition(":")[2]
        return reply if reply in form.asks[question].buttons else None
    if len(turn.text.form) > _LONGEST_REPLY:
        return None
    other_matter = turn.speaks_of_knowledge(turn.heard.intent) and turn.heard.intent not in (*_FAMILY, "cert_types")
    if other_matter and turn.heard.confidence >= _SURE:
        return None
    if question == "other":
        if turn.heard.intent == "affirm" or _YES.match(turn.text.form):
            return "yes"
        return next((reply for reply in ("no", "yes") if is_cue(turn, form.roles[f"other_{reply}"])), None)
    certificates = turn.mentions().certificates
    told = turn.heard.intent in _FAMILY and "?" not in turn.text.form and not turn.own_words(turn.heard.intent)
    if turn.speaks_of_knowledge(turn.heard.intent) and turn.heard.intent not in form.topics and not turn.short and not told:
        return None
    if is_cue(turn, form.roles["both"]) or certificates == _BOTH:
        return "both"
    if len(certificates) == 1:
        return next(iter(certificates))
    return next((reply for reply in ("entry", "unsure") if is_cue(turn, form.roles[reply])), None)


def _path(turn: Turn, topic: str, answers: dict[str, str]) -> Reply:
    """The answer for what is known by now, and the second question where it still decides."""
    form = turn.base.forms[NAME]
    values = {f"pin.asked_{name}": reply for name, reply in answers.items()}
    found = turn.mentions()
    certificates = frozenset({answers["which"]}) & _BOTH
    question = Question(topic, turn.municipality(), persons=found.persons or frozenset(turn.memory.persons), certificates=certificates)
    answer = compose(question, turn.base, turn.today, worded=form, computed=values)
    reply, memory = answered(turn, answer, topic)
    at_store = answers.get("other") == "yes"
    memory = replace(memory, answers=answers, certificates=tuple(sorted(certificates)), procedure=_STORE if at_store else topic)
    if certificates and "other" not in answers:
        return with_question(turn, reply, filled(turn, form.asks["other"].say), "other"), replace(memory, asked=f"{NAME}.other")
    return reply, memory


def with_question(turn: Turn, answer: Answer, sentence: str, question: str) -> Answer:
    """The question stands last in the text, its replies first among the buttons."""
    asked = answer.followed_by(sentence, easy_question(turn, turn.base.forms[NAME].asks[question]))
    return replace(asked, buttons=(*reply_buttons(turn, NAME, question), *answer.buttons))


def _states(turn: Turn) -> tuple[frozenset[str], frozenset[str]]:
    """The PINs that are said to be lost (forgotten or locked), and those said to be known."""
    roles, lexicon = turn.base.forms[NAME].roles, turn.content.lexicon
    clauses = _CLAUSE.split(turn.text.form) if turn.text.kana else _CLAUSE.split(turn.text.form.replace(" ", ","))
    lost: set[str] = set()
    known: set[str] = set()
    for clause in clauses:
        part = lexicon.prepare(clause.replace(" ", ""))
        certificates = lexicon.mentions(part).certificates
        if not certificates and len(lost | known) == 1 and lexicon.means_other(part):
            certificates = _BOTH - lost - known
        if any_holds(part, roles["other_no"]):
            lost |= certificates
        elif any_holds(part, roles["other_yes"]):
            known |= certificates
    return frozenset(lost), frozenset(known)
