"""Which topic a message is about, with the help of what was said before."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.dialogue.opening_hours import asked_moment
from bot.dialogue.second_question import asking_part
from bot.dialogue.turn import FALLBACK, OUT_OF_SCOPE, Turn
from bot.knowledge.conditions import SELF
from bot.language.lexicon import Mentions, cue_holds

_BARE, _ONLY_WHO = 12, 8
_NEAR = 3
_WEIGHED = 40
_LEAST, _LEAD = 0.2, 0.05
_OWN_WORD = 2.5
"""How much likelier a topic is when the text has words that only its own questions have."""
_FOLLOWING = 24
_SURE_ENOUGH = 0.75
_DOUBTFUL = 0.5
_OF_THE_PROCEDURE = {"how_long", "visits", "deadline", "order", "by_phone"}
_PINS = ("pin_forgotten", "pin_locked", "pin_change", "pin_reset_convenience_store")
_ASKS_ITEMS = re.compile(r"持ち物|何が|何を|何持|なに|必要|要るもの")
_OTHER_PAPERS = re.compile(r"印鑑|戸籍|納税|課税|住民票|パスポート|免許|保険証|通知カード|クレジット|キャッシュ|ポイント|口座")
_NOTE = re.compile(r"紙|メモ|控え|ひかえ|手帳|記載票")
_OF_THAT = re.compile(r"(?:その|この)(?:場合|とき|時|手続|方法|やり方)|それ[はってにも]|それで|これって")
_THAT = re.compile(r"それ|そこ|その(?:電話|番号)|そちら|そっち")
_CLOCK = {"closing", "opening", "now", "next_open", "saturday", "sunday", "holiday", "evening", "year_end"}
_CARD_ITSELF, _VERY_SURE = "card_vs_cert_expiry", 0.9
_THE_CARD = re.compile(r"カード(?:のほう|の方|自体|本体|そのもの)|(?:でかく|大きく)(?:印刷|印字|書)")
_NEW_CARD = re.compile(r"新しい|手元|届く|届き")
_COUNTER = re.compile(r"窓口|役所|役場")
_DOMAIN = ("カード", "証明書", "暗証番号", "更新")
_PAPERS = {"required_items", "id_document_accepted", "proxy", "minors"}
_DOCUMENT_ASKED = "id_document_accepted"
_NEVER_A_PAPER = {"my_number_card", "seal", "photo", "copy"}


def topic_of(turn: Turn) -> str | None:
    """The topic, with the conversation's help; None when candidates should be offered."""
    if _only_certificate(turn):
        return turn.memory.topic
    if _card_is_gone_too(turn):
        return "card_lost"
    turn = _in_light_of_memory(turn)
    intent, memory = turn.heard.intent, turn.memory
    if turn.recalled and (facets := turn.content.lexicon.follow_ups(turn.mentions())):
        return facets[0]
    if memory.event and _lost(turn) and len(turn.text.form) <= _WEIGHED and _of_the_event(turn):
        return memory.topic
    in_context = _in_context(turn) if memory.topic else None
    if in_context is not None:
        return in_context
    aspects = turn.mentions().aspects
    if intent == "office_location" and aspects & {"closing", "opening", "now"} and not aspects & {"place", "department", "window"}:
        return "office_hours"
    if intent in ("office_hours", "system_delay") and "call" in aspects and not aspects & {"window", "department"}:
        return "contact"
    if turn.kind(intent) == "concept" and _unsure(turn) and "bring_items" in aspects:
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
    plain = len(turn.text.form) <= _BARE or (len(facets) == 1 and _of_our_domain(turn))
    return facets[0] if facets and plain else None


def _card_is_gone_too(turn: Turn) -> bool:
    """「カードを失くしたし暗証番号も忘れた」: stopping the card comes first."""
    gone = "card_lost" in turn.content.lexicon.procedures(turn.text) and "カード" in turn.text.form
    return gone and turn.heard.intent in _PINS and not _NOTE.search(turn.text.form)


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
    vague = (
        turn.heard.intent in (FALLBACK, OUT_OF_SCOPE)
        or carried
        or turn.heard.confidence < _DOUBTFUL
        or (turn.kind(turn.heard.intent) == "concept" and turn.heard.confidence < _SURE_ENOUGH)
    )
    events = turn.base.events.values() if vague else ()
    told = [event for event in events if any(cue_holds(turn.text, cue) for cue in event.cues)]
    near = {name for name, _ in turn.heard.ranking[:_NEAR]}
    statement = len(turn.text.form) <= _BARE and "届" not in turn.text.form and turn.heard.intent in (FALLBACK, OUT_OF_SCOPE)
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
    if not (_asks_todays_hours(turn) or _of_our_domain(turn)) or not ranking or ranking[0][0] == OUT_OF_SCOPE:
        return None
    asked = (*turn.content.lexicon.procedures(turn.text), *turn.content.lexicon.follow_ups(turn.mentions()))
    return next((name for name, _ in ranking[:_NEAR] if name in asked), None)


def _of_our_domain(turn: Turn) -> bool:
    """Whether the text names what we know about, and no paper of another office."""
    return any(word in turn.text.form for word in _DOMAIN) and not _OTHER_PAPERS.search(turn.text.form)


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


def _in_context(turn: Turn) -> str | None:
    """What a short text means after what was said before; None when it stands for itself."""
    if len(turn.text.form) > _FOLLOWING:
        return None
    return _for_the_procedure(turn) or _by_facet(turn) or _same_again(turn)


def _for_the_procedure(turn: Turn) -> str | None:
    """「何回行くの」「いつまでに」「パスポートなら?」 of the procedure spoken of."""
    memory, mentions = turn.memory, turn.mentions()
    papers = mentions.documents - _NEVER_A_PAPER
    about_child = memory.topic == "minors" or bool({"child", "ward"} & set(memory.persons))
    if papers == {"health_insurance_card"} and memory.topic in turn.base.forms["expiry"].topics and "本人確認" not in turn.text.form:
        return "health_insurance"
    if turn.short and "cannot_go" in mentions.aspects and memory.procedure:
        return "proxy"
    if SELF in mentions.persons and memory.topic == "proxy" and memory.procedure:
        return memory.procedure
    if _only_who(turn) or _only_which(turn):
        return memory.topic
    if instead := _of_the_card(turn):
        return instead
    if "pin_unknown" in mentions.cases and memory.procedure and turn.heard.confidence < _SURE_ENOUGH and memory.procedure not in _PINS:
        return "pin_forgotten"
    if "deadline" in mentions.aspects and "期限" in turn.text.form and memory.topic in turn.base.forms["expiry"].topics:
        return "renewal"
    at_store = memory.topic == "pin_reset_convenience_store" and {"clock", "closing", "opening"} & set(memory.aspects)
    if at_store and turn.short and _COUNTER.search(turn.text.form):
        return "office_hours"
    if _about_that_phone(turn):
        return "contact"
    if about_child and "誰が" in turn.text.form:
        return "minors"
    if memory.topic == "proxy" and turn.short and "visits" in mentions.aspects and SELF not in mentions.persons:
        return "proxy"
    if papers and "として" not in turn.text.form and not turn.content.lexicon.procedures(turn.text) and (_unsure(turn) or memory.topic in _PAPERS):
        return _DOCUMENT_ASKED
    if memory.procedure in _PINS and "store" in mentions.aspects and turn.heard.intent not in ("convenience_store_certificates",):
        return "pin_reset_convenience_store"
    sure = turn.speaks_of_knowledge(turn.heard.intent) and turn.heard.confidence >= _SURE_ENOUGH
    spoken_of = bool(memory.event) and memory.topic in turn.base.events[memory.event or ""].topics
    if spoken_of and not (sure and turn.own_words(turn.heard.intent)) and turn.short and mentions.certificates and not mentions.aspects:
        return memory.topic
    if about_child and mentions.certificates and not papers and turn.heard.intent in ("cert_types", "issue", "renewal", FALLBACK, OUT_OF_SCOPE):
        return "minors"
    if sure and mentions.aspects & _OF_THE_PROCEDURE == {"deadline"}:
        return None
    if memory.procedure and mentions.aspects & _OF_THE_PROCEDURE and not turn.places.codes and not _other_matter(turn):
        return memory.procedure
    return None


def _of_the_card(turn: Turn) -> str | None:
    """「カードのほうは?」 of the card itself after its certificates; 「新しいカードが手元に来るまで?」 of a new one."""
    topic, form = turn.memory.topic, turn.text.form
    if "how_long" in turn.mentions().aspects and (topic == _CARD_ITSELF or (_NEW_CARD.search(form) and "カード" in form)):
        return "apply_card"
    about_card = _THE_CARD.search(form) and topic in turn.base.forms["expiry"].topics and not turn.content.lexicon.follow_ups(turn.mentions())
    return _CARD_ITSELF if about_card and turn.short and turn.heard.confidence < _VERY_SURE else None


def _only_who(turn: Turn) -> bool:
    """「子どもは?」 of a concept that is not the same for everybody."""
    who = turn.mentions().persons & {"child", "ward", "foreigner"}
    only = bool(who) and len(turn.text.form) <= _ONLY_WHO
    return only and turn.kind(turn.memory.topic) == "concept" and turn.own_words(turn.memory.topic or "")


def _only_which(turn: Turn) -> bool:
    """「短い方は」: the same about the other certificate."""
    found = turn.mentions()
    longest = _FOLLOWING if turn.content.lexicon.corrects(turn.text) else _BARE - 2
    only = len(found.certificates) == 1 and not found.aspects and not found.persons and len(turn.text.form) <= longest
    return only and turn.speaks_of_knowledge(turn.memory.topic) and not turn.content.lexicon.procedures(turn.text)


def _about_that_phone(turn: Turn) -> bool:
    """「それは何時まで?」 after a phone number; after a nationwide one also 「何時から?」 alone."""
    if turn.memory.topic != "contact" or not turn.short or _COUNTER.search(turn.text.form):
        return False
    nationwide = {"tollfree", "foreign", "call", "reach_now", "phone_hours"} & set(turn.memory.aspects)
    return bool(turn.mentions().aspects & _CLOCK) and bool(nationwide or _THAT.search(turn.text.form))


def _by_facet(turn: Turn) -> str | None:
    memory, mentions = turn.memory, turn.mentions()
    follow_ups = turn.content.lexicon.follow_ups(mentions)
    bare = len(turn.text.form) <= _BARE
    if bare and memory.procedure and follow_ups and turn.kind(turn.heard.intent) == "concept":
        return follow_ups[0]
    if turn.short and turn.content.lexicon.means_other(turn.text) and len(memory.certificates) == 1:
        return memory.topic
    only_kind = turn.heard.intent in ("cert_types", "pin_rules", "double_issue") and not turn.own_words(turn.heard.intent)
    if turn.short and only_kind and mentions.certificates and not mentions.aspects:
        return memory.topic
    names_one = bool(turn.content.lexicon.procedures(turn.text)) and not mentions.aspects
    if bare and turn.kind(memory.topic) == "facet" and names_one and turn.leans:
        return memory.topic
    if _unsure(turn) and turn.short and follow_ups:
        return follow_ups[0]
    named = turn.content.lexicon.procedures(turn.text)
    if turn.kind(turn.heard.intent) == "facet" and _unsure(turn) and turn.short and len(named) == 1 and not follow_ups:
        return named[0]
    return None


def _same_again(turn: Turn) -> str | None:
    """The topic stays: another place, person, certificate or day is meant."""
    mentions, lexicon = turn.mentions(), turn.content.lexicon
    knowledge = turn.speaks_of_knowledge(turn.memory.topic)
    if not knowledge or not _unsure(turn):
        return None
    if _lost(turn) and turn.own_words(turn.memory.topic or ""):
        return turn.memory.topic
    if lexicon.procedures(turn.text):
        return None
    if turn.places.codes and turn.leans:
        return next(iter(lexicon.follow_ups(mentions)), turn.memory.topic)
    if lexicon.means_home(turn.text) and turn.short:
        return turn.memory.topic
    if turn.short and turn.memory.topic == "office_hours" and asked_moment(turn):
        return turn.memory.topic
    if lexicon.points_at(turn.text):
        return turn.memory.topic
    if turn.heard.intent == FALLBACK and _OF_THAT.match(turn.text.form) and not mentions.aspects & _OF_THE_PROCEDURE:
        return turn.memory.topic
    refining = turn.heard.intent in (FALLBACK, OUT_OF_SCOPE) or not turn.speaks_of_knowledge(turn.heard.intent)
    return turn.memory.topic if refining and turn.short and turn.leans and _refines(mentions) else None


def _lost(turn: Turn) -> bool:
    return turn.heard.intent in (FALLBACK, OUT_OF_SCOPE) or turn.heard.confidence < _DOUBTFUL


def _of_the_event(turn: Turn) -> bool:
    """Whether the text has words that the event spoken of asks about: 「申請中です」 after a stay was to be prolonged."""
    event = turn.base.events.get(turn.memory.event or "")
    if event is None or turn.memory.topic not in event.topics:
        return False
    return bool(turn.content.lexicon.mentions(turn.text, event.aspects).aspects & set(event.aspects))


def _unsure(turn: Turn) -> bool:
    """Not understood, or taken for conversation although a matter is being talked about."""
    intent = turn.heard.intent
    talk = not turn.speaks_of_knowledge(intent) and intent not in ("handoff", "thanks", "bot_challenge", "feedback")
    return talk or turn.heard.confidence < _SURE_ENOUGH


def _other_matter(turn: Turn) -> bool:
    """A procedure of its own that the text names and the classifier is sure of."""
    return turn.kind(turn.heard.intent) == "procedure" and turn.heard.confidence >= _SURE_ENOUGH and turn.heard.intent != turn.memory.procedure


def _refines(mentions: Mentions) -> bool:
    return bool(mentions.persons or mentions.certificates or mentions.documents or mentions.aspects)
