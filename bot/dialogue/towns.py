"""Municipalities in a conversation: asked for, named, compared, moved to, or not held here."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.dialogue import calculator
from bot.dialogue.answering import answer_topic, town_buttons
from bot.dialogue.context import topic_of
from bot.dialogue.forms import Reply
from bot.dialogue.memory import Memory
from bot.dialogue.smalltalk import chat, suggest
from bot.dialogue.turn import FORMER, STILL, Turn
from bot.knowledge.answer import Answer
from bot.knowledge.easy import easy_sentence
from bot.knowledge.lookup import Facts
from bot.language.places import PlacesFound

_UNDERSTOOD = 0.75
_OWN_QUESTION = re.compile(r"どこ|何時|いくら|何階|何番|なんぼ")
_LOCATION = "office_location"
_THERE_TOO = re.compile(
    r"でも(?:いい|よい|良い|ええ|でき|出来|大丈夫|だいじょうぶ|やって|手続|更新|受け付け|可能|OK|行け)|でやってもらう(?:とか|の)?は?(?:無理|だめ|できま)"
)
_EACH = re.compile(r"それぞれ|別々|両方|どっちも|どちらも")
_BOTH = re.compile(r"両方(?:とも|の)|どっちも|どちらも|ふたつとも|2つとも")


def town_named(turn: Turn) -> Reply:
    """「中野です」 answers our question; 「杉並区だと?」 asks the last one again for another town."""
    code = turn.places.codes[0]
    if turn.places.moving_to and turn.memory.topic is None and turn.heard.intent == "address_or_name_change":
        return answer_topic(replace(turn, memory=moved(turn).with_home(code)), turn.heard.intent)
    elsewhere = turn.memory.elsewhere and turn.leans
    comparing = (elsewhere or (turn.memory.municipality not in (None, code) and turn.leans)) and not turn.places.moving_to
    memory = replace(turn.memory, focus=code) if comparing else moved(turn).with_home(code)
    return with_town(replace(turn, memory=memory))


def moved(turn: Turn) -> Memory:
    """Whoever moves may still ask about the place that is left."""
    left = turn.memory.municipality
    if turn.places.moving_to is None or left in (None, turn.places.moving_to):
        return turn.memory
    names = (FORMER, STILL) if turn.places.soon else (FORMER,)
    return replace(turn.memory, kin={**turn.memory.kin, **dict.fromkeys(names, left)})


def with_town(turn: Turn) -> Reply:
    topic = turn.memory.pending or turn.memory.topic
    if turn.memory.last_outcome == "handoff" and not turn.memory.pending:
        return chat(turn, "handoff")
    if topic is None or not turn.speaks_of_knowledge(topic):
        facts = Facts(turn.base, turn.memory.focus, turn.today)
        text = facts.fill(turn.base.wording.sentences["town_chosen"]) or ""
        return Answer("chat", None, text, facts.town.name if facts.town else None, lead=text, easy=easy_sentence("town_chosen", facts)), turn.memory
    if not turn.memory.pending and (result := calculator.for_town(turn)):
        return result
    aspects = turn.memory.pending_aspects if turn.memory.pending else turn.memory.aspects
    return answer_topic(turn, topic, aspects=frozenset(aspects))


def asks_same_for(turn: Turn) -> bool:
    """「杉並に住んでる孫は取れるって言ってたけど、杉並だと?」: the last question for another town."""
    own_matter = turn.content.lexicon.procedures(turn.text) or turn.content.lexicon.follow_ups(turn.mentions())
    return (
        turn.places.same_for
        and turn.speaks_of_knowledge(turn.memory.topic)
        and not own_matter
        and not turn.places.home
        and not _OWN_QUESTION.search(turn.text.form)
    )


def told_only_where(turn: Turn) -> bool:
    """「住んでるのは杉並」「やっぱり中野で見てもらえますか」: the last question again, for the asker's own town."""
    if turn.memory.pending and turn.places.codes and not turn.speaks_of_knowledge(turn.heard.intent):
        return True
    waits = turn.memory.pending or turn.memory.topic
    if waits is None or turn.content.lexicon.procedures(turn.text) or turn.content.lexicon.follow_ups(turn.mentions()):
        return False
    understood = turn.speaks_of_knowledge(turn.heard.intent) and turn.heard.confidence >= _UNDERSTOOD
    return not understood or turn.heard.intent == turn.memory.topic


def compares(turn: Turn) -> bool:
    """「中野区と杉並区、どう違う?」"""
    if _both(turn):
        return True
    several = len(turn.places.codes) > 1 and turn.places.moving_to is None
    return several and ("difference" in turn.mentions().aspects or bool(_EACH.search(turn.text.form)))


def _both(turn: Turn) -> tuple[str, ...]:
    """「電話、両方ともお願い」 after two municipalities were spoken of."""
    spoken = dict.fromkeys(entry.municipality for entry in turn.memory.history if entry.municipality)
    facet = turn.content.lexicon.follow_ups(turn.mentions())
    asks = facet and _BOTH.search(turn.text.form) and not turn.places.codes and not turn.mentions().certificates
    return tuple(spoken)[-2:] if asks and len(spoken) > 1 else ()


def compare(turn: Turn) -> Reply:
    """Each municipality's own answer, one under the other."""
    topic = topic_of(turn)
    if topic is None or not turn.speaks_of_knowledge(topic):
        return suggest(turn)
    codes = _both(turn) or turn.places.codes
    answers = [answer_topic(replace(turn, places=PlacesFound((code,))), topic)[0] for code in codes]
    sources = tuple(dict.fromkeys(source for answer in answers for source in answer.sources))
    text = "\n\n".join(f"◆{answer.municipality}\n{answer.text}" for answer in answers)
    lead = "\n".join(f"{answer.municipality}: {answer.lead}" for answer in answers)
    memory = turn.memory.with_home(turn.places.home) if turn.places.home else turn.memory
    memory = replace(memory, topic=topic, focus=codes[-1])
    disputed = any(answer.disputed for answer in answers)
    easy = "\n".join(f"◆{turn.base.furigana.annotate(answer.municipality or '')}\n{answer.easy}" for answer in answers)
    told = replace(answers[0], text=text, lead=lead, easy=easy if all(answer.easy for answer in answers) else "")
    return replace(told, sections=(), checklist=(), sources=sources, buttons=(), disputed=disputed, opening=None), memory


def asks_at_other_town(turn: Turn) -> bool:
    """「職場が杉並なんだけど、杉並の窓口でもいい?」: another municipality than the asker's own."""
    home = turn.memory.municipality
    other = bool(turn.places.unknown) or (bool(turn.places.codes) and turn.places.codes[0] != home and not turn.places.home and not turn.places.kin)
    return other and (home is not None or turn.memory.elsewhere) and bool(_THERE_TOO.search(turn.text.form.replace(" ", "")))


def at_other_town(turn: Turn) -> Reply:
    """The counter is the one of the asker's own municipality."""
    asked = turn.places.unknown or turn.base.municipalities[turn.places.codes[0]].name
    return answer_topic(replace(turn, places=PlacesFound()), _LOCATION, frozenset({"elsewhere"}), {"asked.town": asked})


def unknown_town(turn: Turn) -> Reply:
    """Says that we hold nothing on it; what holds everywhere is answered all the same."""
    base = turn.base
    names = "、".join(town.name for town in base.municipalities.values())
    facts = Facts(base, None, turn.today)
    sentence = base.wording.sentences["unknown_town"].replace("<town>", turn.places.unknown or "").replace("<towns>", names)
    text = facts.fill(sentence) or ""
    easy = easy_sentence("unknown_town", facts, {"town": turn.places.unknown or "", "towns": names})
    memory = replace(turn.memory, municipality=None, focus=None, elsewhere=True)
    nationwide = replace(turn, memory=memory, places=PlacesFound())
    if counted := calculator.begin(nationwide, topic_of(turn)):
        told = f"{easy}\n{counted[0].easy}" if easy and counted[0].easy else ""
        return replace(counted[0], text=f"{text}\n{counted[0].text}", notes=(text, *counted[0].notes), easy=told), counted[1]
    topic = base.topics.get(topic_of(turn) or "")
    if topic is None or topic.answer is None or not turn.speaks_of_knowledge(topic.topic) or topic.answer.needs_municipality:
        name = topic.topic if topic else None
        return Answer("answer", name, text, lead=text, buttons=town_buttons(base), easy=easy), replace(memory, topic=memory.topic or name)
    answer, memory = answer_topic(nationwide, topic.topic)
    parts = (easy, easy_sentence("nationwide_instead", facts), answer.easy)
    easy = "\n".join(parts) if all(parts) else ""
    return replace(answer, text=f"{text}\n{base.wording.sentences['nationwide_instead']}\n{answer.text}", notes=(text, *answer.notes), easy=easy), memory
