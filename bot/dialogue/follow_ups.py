"""What a short text means after what was said before: 「何時まで?」「パスポートなら?」「短い方は」."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bot.dialogue.certainty import SURE_ENOUGH, lost, sure_of_knowledge, unsure
from bot.dialogue.opening_hours import asked_moment
from bot.dialogue.turn import FALLBACK, OUT_OF_SCOPE, Turn
from bot.knowledge.conditions import SELF

BARE = 12
"""Characters; so short a text names at most one thing."""
PINS = ("pin_forgotten", "pin_locked", "pin_change", "pin_reset_convenience_store")
_FOLLOWING = 24
_ONLY_WHO = 8
_VERY_SURE = 0.9
_OF_THE_PROCEDURE = {"how_long", "visits", "deadline", "order", "by_phone"}
_RIGHT_NOW = re.compile(r"(?:じゃ[あぁ]?|で|では)?[,\s]*(?:今|いま|現在|ただ今)(?:は|だと|なら|も|どう|はどう)?(?:ですか)?[?.]?")
_OF_THAT = re.compile(r"(?:その|この)(?:場合|とき|時|手続|方法|やり方)|それ[はってにも]|それで|これって")
_THAT = re.compile(r"それ|そこ|その(?:電話|番号)|そちら|そっち")
_CLOCK = {"closing", "opening", "now", "next_open", "saturday", "sunday", "holiday", "evening", "year_end"}
_CARD_ITSELF = "card_vs_cert_expiry"
_THE_CARD = re.compile(r"カード(?:のほう|の方|自体|本体|そのもの)|(?:でかく|大きく)(?:印刷|印字|書)")
_NEW_CARD = re.compile(r"新しい|手元|届く|届き")
_WHAT_THEN = re.compile(
    r"(?:じゃあ?|では|で|ほな|それなら|そしたら)?[,\s]*(?:どう|どない|どげん)(?:すれば|したら|すりゃ)(?:いい|よい|ええ)?(?:の|ん)?(?:です)?か?[?.]*"
)
_LETTERS = re.compile(r"(?:何|なん)(?:文字|桁|けた|ケタ|もじ)")
_GROWN_UP = re.compile(r"(?<![0-9])(?:1[89]|[2-9][0-9])歳")
_HURRY = re.compile(r"急ぎ|急い|急ぐ|いそぎ|いそい|特急")
_NEW_CARDS = {"card_lost", "card_broken", "apply_card"}
_WAYS = {"renewal", "expired", "online_procedures", "office_location", "reservation", "pin_forgotten", "pin_locked"}
_PLACES = {"office_location", "office_hours"}
_COUNTER = re.compile(r"窓口|役所|役場")
_STORE = "pin_reset_convenience_store"
_STORE_PAPERS = re.compile(r"住民票|印鑑|戸籍|課税|納税|証明書|交付|取れ|とれ")
_PAPERS = {"required_items", "id_document_accepted", "proxy", "minors"}
_NEVER_A_PAPER = {"my_number_card", "seal", "photo", "copy"}


def followed_up(turn: Turn) -> str | None:
    """The topic of a short text in the light of the conversation; None when it stands for itself. The first rule that knows wins."""
    if len(turn.text.form) > _FOLLOWING:
        return None
    return next((topic for rule in _RULES if (topic := rule(turn)) is not None), None)


def _now(turn: Turn) -> str | None:
    """「今は?」: whether it is open after its hours or place, else the same as it is today."""
    if not _RIGHT_NOW.fullmatch(turn.text.form) or not turn.speaks_of_knowledge(turn.memory.topic):
        return None
    return "office_hours" if turn.memory.topic in ("office_hours", "office_location") else turn.memory.topic


def _what_then(turn: Turn) -> str | None:
    """「じゃあどうすれば?」"""
    return (turn.memory.procedure or turn.memory.topic) if _WHAT_THEN.fullmatch(turn.text.form) else None


def _own_word_alone(turn: Turn) -> str | None:
    """「過ぎたら?」 after a move, 「保険証は?」 after the uses: a bare word that the matter spoken of has an answer to."""
    topic, lexicon = turn.memory.topic, turn.content.lexicon
    alone = len(turn.text.form) <= _ONLY_WHO and not turn.mentions().persons and not turn.places.codes and turn.kind(topic) in ("concept", "procedure")
    named = [name for name in lexicon.procedures(turn.text) if name != "expired" or "期限" in turn.text.form]
    other = named or lexicon.follow_ups(turn.mentions()) or not (turn.speaks_of_knowledge(turn.heard.intent) or lost(turn))
    return topic if alone and not other and turn.own_words(topic or "") else None


def _insurance(turn: Turn) -> str | None:
    """「保険証は?」 after an expiry is no identity paper."""
    expiring = turn.memory.topic in turn.base.forms["expiry"].topics
    return "health_insurance" if _papers(turn) == {"health_insurance_card"} and expiring and "本人確認" not in turn.text.form else None


def _cannot_go(turn: Turn) -> str | None:
    return "proxy" if turn.short and "cannot_go" in turn.mentions().aspects and turn.memory.procedure else None


def _goes_after_all(turn: Turn) -> str | None:
    return turn.memory.procedure if SELF in turn.mentions().persons and turn.memory.topic == "proxy" else None


def _only_who(turn: Turn) -> str | None:
    """「子どもは?」 of a concept that is not the same for everybody."""
    who = turn.mentions().persons & {"child", "ward", "foreigner"}
    concept = turn.kind(turn.memory.topic) == "concept" and turn.own_words(turn.memory.topic or "")
    return turn.memory.topic if who and concept and len(turn.text.form) <= _ONLY_WHO else None


def _only_which(turn: Turn) -> str | None:
    """「短い方は」: the same about the other certificate."""
    found = turn.mentions()
    longest = _FOLLOWING if turn.content.lexicon.corrects(turn.text) else BARE - 2
    only = len(found.certificates) == 1 and not found.aspects and not found.persons and len(turn.text.form) <= longest
    about = turn.speaks_of_knowledge(turn.memory.topic) and not turn.content.lexicon.procedures(turn.text)
    return turn.memory.topic if only and about else None


def _of_the_card(turn: Turn) -> str | None:
    """「カードのほうは?」 of the card itself after its certificates; 「新しいカードが手元に来るまで?」 of a new one."""
    topic, form = turn.memory.topic, turn.text.form
    if "how_long" in turn.mentions().aspects and (topic == _CARD_ITSELF or (_NEW_CARD.search(form) and "カード" in form)):
        return "apply_card"
    about_card = _THE_CARD.search(form) and topic in turn.base.forms["expiry"].topics and not turn.content.lexicon.follow_ups(turn.mentions())
    return _CARD_ITSELF if about_card and turn.short and turn.heard.confidence < _VERY_SURE else None


def _pin_unknown(turn: Turn) -> str | None:
    """「番号があやしいかも」 on the way to another procedure."""
    told = "pin_unknown" in turn.mentions().cases and turn.heard.confidence < SURE_ENOUGH
    return "pin_forgotten" if told and turn.memory.procedure and turn.memory.procedure not in PINS else None


def _last_day(turn: Turn) -> str | None:
    """「期限の当日でも間に合う?」 of an expiry, not of a counter."""
    asked = "deadline" in turn.mentions().aspects and "期限" in turn.text.form
    return "renewal" if asked and turn.memory.topic in turn.base.forms["expiry"].topics else None


def _counter_after_store(turn: Turn) -> str | None:
    """「区役所の方だと?」 after the hours of a store."""
    hours = turn.memory.topic == _STORE and {"clock", "closing", "opening"} & set(turn.memory.aspects)
    return "office_hours" if hours and turn.short and _COUNTER.search(turn.text.form) else None


def _store_hours(turn: Turn) -> str | None:
    """「何時から何時まで?」「正月は?」 of the papers from a store."""
    asked = turn.short and turn.mentions().aspects & _CLOCK and not _COUNTER.search(turn.text.form)
    return turn.memory.topic if turn.memory.topic == "convenience_store_certificates" and asked else None


def _post_office(turn: Turn) -> str | None:
    """「郵便局は?」 after how it is done."""
    named = "post_office" in turn.mentions().aspects and len(turn.text.form) <= _ONLY_WHO and not turn.mentions().persons
    return "office_location" if named and turn.memory.topic in _WAYS else None


def _another_branch(turn: Turn) -> str | None:
    """「西荻でもいい?」 after where it is done."""
    named = turn.short and turn.places.codes == (turn.memory.municipality,) and not turn.mentions().documents
    other = turn.content.lexicon.procedures(turn.text) or turn.content.lexicon.follow_ups(turn.mentions())
    return "office_location" if named and turn.memory.topic in _PLACES and not other else None


def _letters(turn: Turn) -> str | None:
    """「それ何文字?」"""
    return "pin_rules" if len(turn.text.form) <= BARE and _LETTERS.search(turn.text.form) else None


def _grown_up(turn: Turn) -> str | None:
    """「30歳で作った場合は?」 of an expiry."""
    expiring = turn.memory.topic in turn.base.forms["expiry"].topics
    return turn.memory.topic if expiring and turn.short and turn.heard.intent == "minors" and _GROWN_UP.search(turn.text.form) else None


def _in_a_hurry(turn: Turn) -> str | None:
    """「急ぎなら?」 of a new card."""
    return "apply_card" if len(turn.text.form) <= BARE and _HURRY.search(turn.text.form) and turn.memory.procedure in _NEW_CARDS else None


def _that_phone(turn: Turn) -> str | None:
    """「それは何時まで?」 after a phone number; after its hours, or a nationwide one, also 「何時から?」 alone."""
    if turn.memory.topic != "contact" or not turn.short or _COUNTER.search(turn.text.form) or not turn.mentions().aspects & _CLOCK:
        return None
    spoken_of = {"tollfree", "foreign", "call", "reach_now", "phone_hours"} & set(turn.memory.aspects)
    return "contact" if spoken_of or _THAT.search(turn.text.form) else None


def _who_for_a_child(turn: Turn) -> str | None:
    return "minors" if _about_child(turn) and "誰が" in turn.text.form else None


def _visits_of_a_proxy(turn: Turn) -> str | None:
    asked = turn.short and "visits" in turn.mentions().aspects and SELF not in turn.mentions().persons
    return "proxy" if (turn.memory.topic == "proxy" or "proxy" in turn.memory.persons) and asked else None


def _paper(turn: Turn) -> str | None:
    """「パスポートなら?」"""
    named = _papers(turn) and "として" not in turn.text.form and not turn.content.lexicon.procedures(turn.text)
    return "id_document_accepted" if named and (unsure(turn) or turn.memory.topic in _PAPERS) else None


def _at_a_store(turn: Turn) -> str | None:
    """「ミニストップは?」 of a PIN, unless papers from a store are named."""
    papers = turn.heard.intent == "convenience_store_certificates" and (turn.memory.topic != _STORE or _STORE_PAPERS.search(turn.text.form))
    return _STORE if turn.memory.procedure in PINS and "store" in turn.mentions().aspects and not papers else None


def _certificate_in_the_event(turn: Turn) -> str | None:
    """「署名用のほうは?」「もう一つのほうは?」 after a move or a marriage."""
    memory, found = turn.memory, turn.mentions()
    named = found.certificates or turn.content.lexicon.means_other(turn.text)
    spoken_of = bool(memory.event) and memory.topic in turn.base.events[memory.event or ""].topics
    own = sure_of_knowledge(turn) and turn.own_words(turn.heard.intent)
    return memory.topic if spoken_of and not own and turn.short and named and not found.aspects else None


def _certificate_of_a_child(turn: Turn) -> str | None:
    general = turn.heard.intent in ("cert_types", "issue", "renewal", FALLBACK, OUT_OF_SCOPE)
    return "minors" if _about_child(turn) and turn.mentions().certificates and not _papers(turn) and general else None


def _of_the_procedure(turn: Turn) -> str | None:
    """「何回行くの」「いつまでに」 of the procedure spoken of."""
    asked = turn.mentions().aspects & _OF_THE_PROCEDURE
    other_matter = turn.kind(turn.heard.intent) == "procedure" and turn.heard.confidence >= SURE_ENOUGH and turn.heard.intent != turn.memory.procedure
    clear = asked == {"deadline"} and sure_of_knowledge(turn)
    return turn.memory.procedure if asked and not clear and not turn.places.codes and not other_matter else None


def _facet(turn: Turn) -> str | None:
    """「手数料は?」「場所は」, and the bare name of a procedure after a facet."""
    memory, mentions = turn.memory, turn.mentions()
    lexicon = turn.content.lexicon
    follow_ups, named, bare = lexicon.follow_ups(mentions), lexicon.procedures(turn.text), len(turn.text.form) <= BARE
    if bare and memory.procedure and follow_ups and turn.kind(turn.heard.intent) == "concept":
        return follow_ups[0]
    if turn.short and lexicon.means_other(turn.text) and len(memory.certificates) == 1:
        return memory.topic
    only_kind = turn.heard.intent in ("cert_types", "pin_rules", "double_issue") and not turn.own_words(turn.heard.intent)
    if turn.short and only_kind and mentions.certificates and not mentions.aspects:
        return memory.topic
    if bare and turn.kind(memory.topic) == "facet" and named and not mentions.aspects and turn.leans:
        return memory.topic
    if unsure(turn) and turn.short and follow_ups:
        return follow_ups[0]
    instead = turn.kind(turn.heard.intent) == "facet" and unsure(turn) and turn.short and len(named) == 1 and not follow_ups
    return named[0] if instead else None


def _same_again(turn: Turn) -> str | None:
    """The topic stays: another place, person, certificate or day is meant."""
    mentions, lexicon, topic = turn.mentions(), turn.content.lexicon, turn.memory.topic
    if not turn.speaks_of_knowledge(topic) or not unsure(turn):
        return None
    if lost(turn) and turn.own_words(topic or ""):
        return topic
    if lexicon.procedures(turn.text):
        return None
    if turn.places.codes and turn.leans:
        return next(iter(lexicon.follow_ups(mentions)), topic)
    if turn.short and (lexicon.means_home(turn.text) or (topic == "office_hours" and asked_moment(turn))):
        return topic
    if lexicon.points_at(turn.text):
        return topic
    if turn.heard.intent == FALLBACK and _OF_THAT.match(turn.text.form) and not mentions.aspects & _OF_THE_PROCEDURE:
        return topic
    refining = turn.heard.intent in (FALLBACK, OUT_OF_SCOPE) or not turn.speaks_of_knowledge(turn.heard.intent)
    refines = bool(mentions.persons or mentions.certificates or mentions.documents or mentions.aspects)
    return topic if refining and turn.short and turn.leans and refines else None


def _papers(turn: Turn) -> frozenset[str]:
    return turn.mentions().documents - _NEVER_A_PAPER


def _about_child(turn: Turn) -> bool:
    return turn.memory.topic == "minors" or bool({"child", "ward"} & set(turn.memory.persons))


_RULES: Sequence[Callable[[Turn], str | None]] = (
    _now,
    _what_then,
    _insurance,
    _cannot_go,
    _goes_after_all,
    _only_who,
    _only_which,
    _of_the_card,
    _pin_unknown,
    _last_day,
    _counter_after_store,
    _store_hours,
    _post_office,
    _another_branch,
    _letters,
    _grown_up,
    _in_a_hurry,
    _that_phone,
    _who_for_a_child,
    _visits_of_a_proxy,
    _paper,
    _at_a_store,
    _certificate_in_the_event,
    _certificate_of_a_child,
    _of_the_procedure,
    _own_word_alone,
    _facet,
    _same_again,
)
"""From the most particular to the most general."""
