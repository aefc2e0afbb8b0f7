"""Which topic a message is about, with the help of what was said before."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.dialogue.certainty import SURE_ENOUGH, lost, unsure
from bot.dialogue.follow_ups import BARE, PINS, followed_up
from bot.dialogue.other_matters import of_another_matter
from bot.dialogue.second_question import asking_part
from bot.dialogue.turn import FALLBACK, OUT_OF_SCOPE, Turn

_NEAR = 3
_WEIGHED = 40
_LEAST, _LEAD = 0.2, 0.05
_OWN_WORD = 2.5
"""How much likelier a topic is when the text has words that only its own questions have."""
_SURELY_NOT_OURS = 0.9
_ASKS_ITEMS = re.compile(r"持ち物|何が|何を|何持|なに|必要|要るもの")
_OTHER_PAPERS = re.compile(r"印鑑|戸籍|納税|課税|住民票|パスポート|免許|保険証|通知カード|クレジット|キャッシュ|ポイント|口座")
_NOTE = re.compile(r"紙|メモ|控え|ひかえ|手帳|記載票")
_EXPIRY_ALONE = re.compile(r"(?:私の|わたしの|自分の)?(?:有効)?期限(?:[はがもを?]|切れ(?!の)|って|$)")
_DOMAIN = ("カード", "証明書", "暗証番号", "更新")


def topic_of(turn: Turn) -> str | None:
    """The topic, with the conversation's help; None when candidates should be offered."""
    if _only_certificate(turn):
        return turn.memory.topic
    if _card_is_gone_too(turn):
        return "card_lost"
    if of_another_matter(turn):
        return OUT_OF_SCOPE
    turn = _in_light_of_memory(turn)
    intent, memory = turn.heard.intent, turn.memory
    if turn.recalled and (facets := turn.content.lexicon.follow_ups(turn.mentions())):
        return facets[0]
    if memory.event and turn.heard.confidence < SURE_ENOUGH and len(turn.text.form) <= _WEIGHED and _of_the_event(turn):
        return memory.topic
    in_context = followed_up(turn) if memory.topic else None
    if in_context is not None:
        return in_context
    aspects = turn.mentions().aspects
    if intent == "office_location" and aspects & {"closing", "opening", "now"} and not aspects & {"place", "department", "window"}:
        return "office_hours"
    if intent in ("office_hours", "system_delay") and "call" in aspects and not aspects & {"window", "department"}:
        return "contact"
    if turn.kind(intent) == "concept" and unsure(turn) and "bring_items" in aspects:
        return "required_items"
    if not turn.speaks_of_knowledge(intent) and (part := asking_part(turn)):
        return part.intent
    if told := _of_event(turn):
        return told
    if intent == OUT_OF_SCOPE and (settled := _in_our_words(turn)):
        return settled
    if intent in turn.base.topics:
        return intent
    if settled := _named_candidate(turn):
        return settled
    facets = turn.content.lexicon.follow_ups(turn.mentions())
    plain = len(turn.text.form) <= BARE or (len(facets) == 1 and _of_our_domain(turn))
    return facets[0] if facets and plain else None


def _card_is_gone_too(turn: Turn) -> bool:
    """「カードを失くしたし暗証番号も忘れた」: stopping the card comes first."""
    gone = "card_lost" in turn.content.lexicon.procedures(turn.text) and "カード" in turn.text.form
    return gone and turn.heard.intent in PINS and not _NOTE.search(turn.text.form)


def _only_certificate(turn: Turn) -> bool:
    """「署名用じゃなくて」「間違えた、利用者証明用のほう」: the same question about the other certificate."""
    lexicon, mentions = turn.content.lexicon, turn.mentions()
    about = turn.short and turn.speaks_of_knowledge(turn.memory.topic) and turn.heard.intent == FALLBACK
    return about and bool(mentions.certificates) and not lexicon.procedures(turn.text) and not lexicon.follow_ups(mentions)


def _of_event(turn: Turn) -> str | None:
    """An event in somebody's life, told in a message that is not clear otherwise."""
    carried = turn.heard.intent == "required_items" and not _ASKS_ITEMS.search(turn.text.form)
    if turn.heard.intent in ("uses", "online_procedures"):
        return None
    vague = lost(turn) or carried or (turn.kind(turn.heard.intent) == "concept" and turn.heard.confidence < SURE_ENOUGH)
    told = [turn.base.events[name] for name in turn.content.events.names(turn.text)] if vague else []
    near = {name for name, _ in turn.heard.ranking[:_NEAR]}
    statement = len(turn.text.form) <= BARE and "届" not in turn.text.form and turn.heard.intent in (FALLBACK, OUT_OF_SCOPE)
    if turn.heard.intent == OUT_OF_SCOPE and turn.heard.confidence >= _SURELY_NOT_OURS and not statement:
        return None
    domain = statement or bool(turn.mentions().certificates) or any(word in turn.text.form for word in _DOMAIN)
    return next((next((t for t in event.topics if t in near), event.topics[0]) for event in told if domain), None)


def _in_light_of_memory(turn: Turn) -> Turn:
    """A short message is more likely about what is being talked of than its words alone say."""
    memory, ranking = turn.memory, turn.heard.ranking
    if not memory.topic or not ranking or len(turn.text.form) > _WEIGHED or turn.heard.intent not in (FALLBACK, ranking[0][0], OUT_OF_SCOPE):
        return turn
    scores = sorted(((p * _weight(turn, name), name) for name, p in ranking), reverse=True)
    total = sum(score for score, _ in scores) or 1.0
    best, second = scores[0], scores[1] if len(scores) > 1 else (0.0, "")
    clear = best[0] / total >= _LEAST and (best[0] - second[0]) / total >= _LEAD
    return replace(turn, heard=replace(turn.heard, intent=best[1] if clear else FALLBACK))


def _weight(turn: Turn, name: str) -> float:
    memory = turn.memory
    if name == OUT_OF_SCOPE:
        return 0.4
    spoken = turn.base.topics.get(memory.topic or "")
    following = spoken.answer.next if spoken and spoken.answer else []
    near = 3.0 if name in (memory.topic, memory.procedure) else 2.0 if turn.kind(name) == "facet" or name in following else 1.0
    return near * _OWN_WORD if turn.own_words(name) else near


def _in_our_words(turn: Turn) -> str | None:
    """Nearly declined, although the text asks for a matter of ours by name: 「証明書の更新に参りたい」."""
    ranking = turn.heard.ranking
    if not ranking or ranking[0][0] == OUT_OF_SCOPE:
        return None
    if ranking[0][1] >= _LEAST and turn.content.lexicon.others.names_ours(turn.text):
        return ranking[0][0]
    if not (_asks_todays_hours(turn) or _of_our_domain(turn)):
        return None
    asked = (*turn.content.lexicon.procedures(turn.text), *turn.content.lexicon.follow_ups(turn.mentions()))
    return next((name for name, _ in ranking[:_NEAR] if name in asked), None)


def _of_our_domain(turn: Turn) -> bool:
    """Whether the text names what we know about, or an expiry of nothing else, and no paper of another office."""
    form = turn.text.form
    names = any(word in form for word in _DOMAIN) or bool(turn.mentions().certificates) or bool(_EXPIRY_ALONE.match(form))
    return names and not _OTHER_PAPERS.search(form)


def _asks_todays_hours(turn: Turn) -> bool:
    """「今日まだ間に合いますか」: today's hours, without a word of whose."""
    aspects = turn.mentions().aspects
    return "today" in aspects and bool(aspects & {"closing", "opening", "now"})


def _named_candidate(turn: Turn) -> str | None:
    """Of near candidates, the one whose procedure the text names; in a short text, the one spoken of."""
    candidates = [name for name, _ in turn.heard.ranking[:_NEAR] if turn.speaks_of_knowledge(name)]
    named = turn.content.lexicon.procedures(turn.text)
    near = [name for name in candidates if name in named]
    if len(near) == 1:
        return near[0]
    spoken = [name for name in candidates if name in (turn.memory.topic, turn.memory.procedure)]
    return spoken[0] if spoken and turn.short and turn.heard.intent == FALLBACK else None


def _of_the_event(turn: Turn) -> bool:
    """Whether the text has words that the event spoken of asks about: 「申請中です」 after a stay was to be prolonged."""
    event = turn.base.events.get(turn.memory.event or "")
    if event is None or turn.memory.topic not in event.topics:
        return False
    return bool(turn.content.lexicon.aspects(turn.text, event.aspects) & event.aspects.keys())
