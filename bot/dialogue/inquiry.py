"""What a message asks of a topic, in the light of what was said: the question as the knowledge sees it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.dialogue.turn import NOT, Turn
from bot.knowledge.conditions import SELF
from bot.knowledge.question import Question

HOURS, PLACE, STORE = "office_hours", "office_location", "pin_reset_convenience_store"
NATIONWIDE = {"tollfree", "foreign", "deaf", "no_connect", "menu", "lost_now", "post_office", "fraud"}
"""Asked for what is the same everywhere: no need to know where somebody lives."""
_ITEMS = "required_items"
_COUNTER = ("役所", "役場", "窓口", "庁舎")
_I_MYSELF = re.compile(r"(?:私|わたし|僕|俺|自分|うち)(?:自身|の方|のほう)")
_IN_THAT_CASE = re.compile(r"(?:それ|これ|そっち)(?:だと|なら|だったら|の場合|でも)|(?:その|この)(?:場合|とき)")


def question_of(turn: Turn, topic: str, aspects: frozenset[str] = frozenset()) -> Question:
    """What the text, and what was spoken of, ask of `topic`."""
    mentions, code = turn.mentions(topic), turn.municipality()
    procedures = procedures_of(turn, topic)
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


def procedures_of(turn: Turn, topic: str) -> tuple[str, ...]:
    """What the text names, then what was spoken of; a long text that names its own stands alone."""
    named = turn.content.lexicon.procedures(turn.text)
    at_counter = topic in (HOURS, PLACE) and any(word in turn.text.form for word in _COUNTER)
    kept = None if at_counter and turn.memory.procedure == STORE else turn.memory.procedure
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
    follows = (turn.kind(topic) == "facet" or topic == STORE) and turn.short and not turn.content.lexicon.procedures(turn.text)
    carries = topic != turn.memory.topic and (follows or _IN_THAT_CASE.match(turn.text.form))
    case = {name for name in shared if not name.startswith(NOT)} if carries else frozenset()
    return _same_phone(turn, topic) | case


def _same_phone(turn: Turn, topic: str) -> frozenset[str]:
    """「それは何時まで?」 after a nationwide number is about that number."""
    named = {"phone", *NATIONWIDE} & turn.mentions(topic).aspects
    again = topic == turn.memory.topic == "contact" and turn.short and not named
    return frozenset(turn.memory.aspects) & NATIONWIDE if again else frozenset()


def _both_lost(turn: Turn, topic: str) -> frozenset[str]:
    """Told before that both PINs are lost: then no store can help, whichever is named now."""
    return frozenset({"both"}) if topic == STORE and turn.memory.answers.get("which") == "both" else frozenset()


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


def _branch(turn: Turn, code: str | None) -> str | None:
    """The branch that the text names; 西荻窪 before 荻窪."""
    offices = turn.base.municipalities[code].offices if code else []
    names = {alias: office.name for office in offices if office.branch for alias in (office.name, *office.aliases)}
    return next((names[alias] for alias in sorted(names, key=len, reverse=True) if alias in turn.text.form), None)
