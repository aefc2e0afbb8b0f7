"""What is no answer from facts: greetings and thanks, a person wanted, candidates, and declining."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.dialogue.answering import answer_topic
from bot.dialogue.forms import Reply, easy_filled, filled
from bot.dialogue.handover import handover_values
from bot.dialogue.memory import Memory
from bot.dialogue.turn import OUT_OF_SCOPE, Turn
from bot.knowledge.answer import Answer, Button
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.compose import compose_chat, contact_block
from bot.knowledge.lookup import Facts
from bot.knowledge.question import Question

_MOST_CANDIDATES = 3
_SURE = 0.75
_LIKELY = 0.25
_LONGEST_APOLOGY = 40
_LONGEST_DOUBT = 12
_DOMAIN = re.compile(r"証明|カード|番号|更新|期限|手続|窓口|電話|予約|いくら|何時")
_CERTAIN = re.compile(r"確実|ほんと|本当|絶対|間違いない|まちがいない|合って(?:い)?る|合ってます|確か\?|たしか\?")
_VAGUE = re.compile(r"^(.{2,8}?)(?:のこと|について|の件|関係)(?:で|を|に)?[^,.?!]{0,6}(?:聞|き|相談|質問|教え|知り|問い合わせ)[^?？]*$")
_WHY, _NOT_HERE = re.compile(r"なんで|なぜ|どうして"), re.compile(r"いけない|だめ|ダメ|あかん|保存|残る")
_MINE = re.compile(r"入力|入れた|いれた|打っ|打ち込|書いた|書き込|言ったこと|話した|会話|日付|誕生日|チャット|やりとり|ここに|この内容|今の")
_WITH_MENU = (OUT_OF_SCOPE, "greet", "bot_challenge")


def chat(turn: Turn, topic: str) -> Reply:
    """The reply to a conversational topic, in the light of what was said last."""
    memory = turn.memory
    if topic == "affirm" and memory.last_outcome == "suggest" and memory.offered:
        return _first_candidate(turn)
    context = {f"after_{memory.last_outcome}"} if memory.last_outcome else set()
    context |= {f"after_{memory.topic}"} if memory.topic else set()
    question = Question(topic, turn.municipality(), aspects=turn.mentions(topic).aspects | context)
    values = handover_values(turn)
    answer = compose_chat(question, turn.base, turn.today, values)
    if topic == "handoff":
        answer = _with_case(turn, answer, values)
    buttons: Sequence[Button] = menu_buttons(turn.base) if topic in _WITH_MENU else ()
    return replace(answer, buttons=tuple(buttons), topics=(topic,)), memory


def _with_case(turn: Turn, answer: Answer, values: Mapping[str, str]) -> Answer:
    """What to say on the phone, and whether the number comes from an old page."""
    sentences = turn.base.wording.sentences
    if summary := filled(turn, sentences["handover_summary"], values):
        answer = answer.followed_by(summary, easy_filled(turn, "handover_summary", {"summary": values["handover.summary"]}))
    if caution := filled(turn, sentences["handover_caution"]):
        answer = replace(answer.followed_by(caution, easy_filled(turn, "handover_caution")), notes=(*answer.notes, caution))
    return answer


def said_about_us(turn: Turn) -> Reply | None:
    """An insult, an apology, or the question what becomes of one's words; None when a matter is asked about."""
    aspects = turn.mentions().aspects
    matter = turn.content.lexicon.procedures(turn.text) or turn.mentions().documents
    sure = turn.speaks_of_knowledge(turn.heard.intent) and turn.heard.confidence >= _SURE
    if "privacy" in aspects and _MINE.search(turn.text.form) and not matter:
        return _said(turn, "bot_challenge", "privacy")
    if turn.memory.last_outcome == "warning" and (_WHY.search(turn.text.form) or (_NOT_HERE.search(turn.text.form) and "?" not in turn.text.form)):
        return _said(turn, "bot_challenge", "privacy")
    if "print" in aspects and turn.memory.topic and not matter and len(turn.text.form) <= _LONGEST_APOLOGY:
        return _said(turn, "bot_challenge", "print")
    if "say_what" in aspects:
        return chat(turn, "handoff")
    apology = "apology" in aspects and len(turn.text.form) <= _LONGEST_APOLOGY and "?" not in turn.text.form
    if apology and not matter and not _DOMAIN.search(turn.text.form):
        return _said(turn, "thanks", "mood_apology")
    if turn.memory.topic and turn.heard.intent != "thanks" and _CERTAIN.search(turn.text.form) and len(turn.text.form) <= _LONGEST_DOUBT:
        return _said(turn, "affirm", "certain")
    if matter or sure or turn.content.lexicon.follow_ups(turn.mentions()):
        return None
    if "plain_wanted" in aspects:
        return _said(turn, "greet", "easy_hint")
    if "humble" in aspects and turn.heard.intent not in ("thanks", "handoff") and not turn.speaks_of_knowledge(turn.heard.intent):
        return _said(turn, "greet", "mood_humble")
    if "insult" in aspects:
        return _said(turn, OUT_OF_SCOPE, "mood_insult")
    return None


def _said(turn: Turn, topic: str, sentence: str) -> Reply:
    text, town = filled(turn, turn.base.wording.sentences[sentence]), turn.town()
    easy = easy_filled(turn, sentence)
    return Answer("chat", topic, text, town.name if town else None, lead=text, topics=(topic,), easy=easy), turn.memory


def suggest(turn: Turn) -> Reply:
    """Two or three candidates; nothing near enough means that we decline."""
    names = [name for name, _ in turn.heard.ranking if turn.speaks_of_knowledge(name)]
    reply = _candidates(turn, names, "suggest")
    return _with_best(turn, names[0], *reply) if reply else chat(turn, OUT_OF_SCOPE)


def _with_best(turn: Turn, topic: str, answer: Answer, memory: Memory) -> Reply:
    """The likeliest candidate's answer stands in front, said to be a guess: better than candidates alone."""
    likely = dict(turn.heard.ranking).get(topic, 0.0) >= _LIKELY
    wanted = turn.base.topics[topic].answer
    if not likely or wanted is None or (wanted.needs_municipality and turn.municipality() is None):
        return answer, memory
    guess, _ = answer_topic(replace(turn, memory=replace(turn.memory, asked="suggest")), topic)
    title = turn.base.topics[topic].title
    intro = turn.base.wording.sentences["suggest_guess"].replace("<topic>", title)
    text = f"{intro}\n{guess.lead}\n{answer.text}"
    parts = (easy_filled(turn, "suggest_guess", {"topic": title}), guess.easy, answer.easy)
    easy = "\n".join(parts) if all(parts) else ""
    return replace(answer, text=text, easy=easy, sources=guess.sources, checked_on=guess.checked_on, notes=guess.notes), memory


def named_vaguely(turn: Turn) -> Reply | None:
    """「暗証番号のことで聞きたい」: which of its matters?"""
    found = _VAGUE.search(turn.text.form)
    if found is None or turn.memory.topic:
        return None
    names = [name for name, topic in turn.base.topics.items() if found[1] in topic.title and turn.speaks_of_knowledge(name)]
    ranked = sorted(names, key=lambda name: -dict(turn.heard.ranking).get(name, 0.0))
    return _candidates(turn, ranked, "suggest_of")


def suggest_others(turn: Turn) -> Reply:
    """「そうじゃなくて」: what else the last message may have meant."""
    return _candidates(turn, list(turn.memory.unlike), "suggest_others") or chat(turn, "deny")


def menu_buttons(base: KnowledgeBase) -> tuple[Button, ...]:
    return tuple(Button(base.topics[name].title, f"topic:{name}") for name in base.wording.menu if name in base.topics)


def _first_candidate(turn: Turn) -> Reply:
    kind, _, name = turn.memory.offered[0].payload.partition(":")
    if kind != "topic" or not turn.speaks_of_knowledge(name):
        return chat(replace(turn, memory=replace(turn.memory, last_outcome=None)), "affirm")
    return answer_topic(replace(turn, text=turn.content.lexicon.prepare("")), name)


def _candidates(turn: Turn, names: Sequence[str], sentence: str) -> Reply | None:
    base = turn.base
    buttons = tuple(Button(base.topics[name].title, f"topic:{name}") for name in names[:_MOST_CANDIDATES])
    if len(buttons) < 2:
        return None
    facts = Facts(base, turn.municipality(), turn.today)
    titles = "\n".join(f"・{button.title}" for button in buttons)
    lead = base.wording.sentences[sentence]
    text = f"{lead}\n{titles}\n{contact_block(facts)}"
    easy = easy_filled(turn, sentence)
    answer = Answer("suggest", names[0], text, facts.town.name if facts.town else None, lead=lead, buttons=buttons, easy=easy)
    return answer, replace(turn.memory, unlike=())
