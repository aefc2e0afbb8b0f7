"""The expiry and renewal calculator: asks for what is missing, one thing at a time, and keeps nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from bot.dialogue.expiry_values import Deadlines, day_values, echo, expiry_values
from bot.dialogue.forms import Reply, again, answered, dropped, easy_question, form_text, is_cue, put
from bot.dialogue.given_dates import Given, Read, asks_opening, mended_day, merged, read_dates
from bot.dialogue.memory import Memory
from bot.dialogue.opening_hours import asked_moment
from bot.dialogue.turn import Turn
from bot.knowledge import expiry
from bot.knowledge.answer import Button
from bot.knowledge.calendar_file import Entry, calendar_file
from bot.knowledge.compose import asks_something_special, compose
from bot.knowledge.expiry import Rules
from bot.knowledge.lookup import Facts
from bot.knowledge.model import Form
from bot.knowledge.question import Question
from bot.language.dates import DateSaid

NAME = "expiry"
_SIDES = ("before", "after")
_BARE_SIDES = {"前": "before", "まえ": "before", "あと": "after", "後": "after"}
_FALLBACK_TOPIC = "check_expiry"
_LONGEST_FOLLOW_UP = 40
_SURE = 0.75
_ABOUT_PLACES = ("office_hours", "contact", "office_location")
_ABOUT_GOING = re.compile(r"更新|手続|行[くけっこき]|いけ|でき|大丈夫|いい|間違い|合って")
_CALENDAR_FILE = "denshi-shomeisho.ics"


def begin(turn: Turn, topic: str | None) -> Reply | None:
    """The result or the first question, when the text asks for a calculation or gives all it needs."""
    form = turn.base.forms[NAME]
    if amended := _amended(turn):
        return _next_step(turn, amended, turn.memory.topic)
    read = read_dates(turn, form, None)
    given = merged(Given(), read, turn.today)
    fitting = topic in form.topics
    if read.fault and fitting and read.roles:
        return again(_keeping(turn, given), NAME, _first_missing(given) or "issued", read.fault.value)
    if fitting and given.issued and _impossible_issue(turn, given):
        return _next_step(turn, given, topic)
    if (given.issued and given.born) or (given.ends and fitting):
        return _next_step(turn, given, topic)
    if (given.issued or given.born) and turn.memory.topic in form.topics and turn.short and not turn.speaks_of_knowledge(topic):
        return _next_step(turn, merged(Given.of(turn.memory.given), read, turn.today), turn.memory.topic)
    if is_cue(turn, form.start) and (fitting or topic is None or not turn.speaks_of_knowledge(topic)):
        return _next_step(turn, given, topic)
    open_to_it = fitting or topic is None or not turn.speaks_of_knowledge(topic) or _means_the_dates(turn, form)
    return _follow_up(turn, topic) if open_to_it and not read.roles else None


def proceed(turn: Turn, question: str) -> Reply | None:
    """The reply to the calculator's question; None when the text is about something else."""
    form = turn.base.forms[NAME]
    chosen, _, reply = (turn.heard.choice or "").partition(":")
    reply = reply if chosen == NAME else ""
    if question == "side" and (side := reply or _side_said(turn)) in _SIDES:
        return _next_step(turn, replace(Given.of(turn.memory.given), side=side), turn.memory.topic)
    if turn.heard.intent in _ABOUT_PLACES and turn.heard.confidence >= _SURE and asks_opening(turn):
        return None
    if turn.heard.intent == "affirm" and turn.short and not turn.dates:
        known = Given.of(turn.memory.given)
        # A restart loses the dates, and which side of the birthday is then a question about nothing.
        missing = "issued" if known.issued is None else _first_missing(known)
        return put(turn, NAME, missing if question == "side" and missing else question, values=echo(known))
    if is_cue(turn, form.roles.get("unknown", [])) and turn.short:
        return dropped(turn, form.sentences["unknown"])
    read = read_dates(turn, form, "issued" if question == "side" else question)
    if not read.roles:
        return None
    given = merged(Given.of(turn.memory.given), read, turn.today)
    if read.fault:
        return again(_keeping(turn, given), NAME, question, read.fault.value)
    return _next_step(turn, given, turn.memory.topic, read=read)


def invitation(turn: Turn, topic: str) -> tuple[str, str, Memory] | None:
    """Under a general answer: 「誕生日を入力すると計算します」, when a date of the asker's own was given. The second is its easy form."""
    form = turn.base.forms[NAME]
    read = read_dates(turn, form, None)
    given = merged(Given(), read, turn.today)
    if topic not in form.topics or not (given.issued or given.born):
        return None
    missing = _first_missing(given) or "issued"
    ask = form.asks[missing]
    return (ask.invite or ask.say), easy_question(turn, ask), replace(turn.memory.asking(f"{NAME}.{missing}"), given=given.stored())


def for_town(turn: Turn) -> Reply | None:
    """「杉並区だと?」 after a result: the same dates by that municipality's page."""
    given = Given.of(turn.memory.given)
    return _next_step(turn, given, turn.memory.topic) if _complete(given) and turn.memory.topic in turn.base.forms[NAME].topics else None


def start_button(turn: Turn) -> Button:
    return Button(turn.base.forms[NAME].sentences["button"], f"{NAME}:start")


def start(turn: Turn) -> Reply:
    return _next_step(turn, Given.of(turn.memory.given), turn.memory.topic)


def _next_step(turn: Turn, given: Given, topic: str | None, read: Read | None = None) -> Reply:
    memory = replace(turn.memory, given=given.stored(), topic=topic if topic in turn.base.forms[NAME].topics else _FALLBACK_TOPIC)
    turn = replace(turn, memory=memory)
    if given.issued and (fault := _impossible_issue(turn, given)):
        return again(turn, NAME, "issued", fault)
    missing = _first_missing(given)
    if missing is None and given.ends is None and given.side is None and _differs(turn, given):
        missing = "side"
    if missing is None:
        return _result(turn, given)
    if read is not None and missing in read.roles:
        return again(turn, NAME, missing, "not_exact" if missing == "born" or read.roles[missing].year else "no_year")
    return put(turn, NAME, missing, values=echo(given))


def _impossible_issue(turn: Turn, given: Given) -> str | None:
    """Why nothing can have been issued on that day: it is to come, or before there were cards."""
    began = _facts(turn).value("card_expiry.began")
    if given.issued is None:
        return None
    if given.issued[0] > turn.today:
        return "future_issue"
    return "before_cards" if isinstance(began, date) and given.issued[1] < began else None


def _keeping(turn: Turn, given: Given) -> Turn:
    return replace(turn, memory=replace(turn.memory, given=given.stored()))


def _first_missing(given: Given) -> str | None:
    if given.ends:
        return None
    return "issued" if given.issued is None else "born" if given.born is None else None


def _differs(turn: Turn, given: Given) -> bool:
    """Whether a day of issue known only by month or year leaves two answers."""
    assert given.issued and given.born
    rules = Rules.of(_facts(turn))
    first, last = (expiry.nth_birthday(day, given.born[1], given.born[2], rules.birthdays) for day in given.issued)
    return first != last


def _side_said(turn: Turn) -> str | None:
    roles, bare = turn.base.forms[NAME].roles, turn.text.form.strip(" ,.?!")
    if bare in _BARE_SIDES:
        return _BARE_SIDES[bare]
    return next((side for side in _SIDES if is_cue(turn, roles.get(side, []))), None)


def _amended(turn: Turn) -> Given | None:
    """「あ、2023年でした」 after a result: the date that was given wrong, in the place of the old one."""
    form, given = turn.base.forms[NAME], Given.of(turn.memory.given)
    if not _complete(given) or not (is_cue(turn, form.roles["amends"]) or _day_of_issue(turn)):
        return None
    read = read_dates(turn, form, "ends" if given.ends else None)
    loose = [said for said in turn.dates if said not in read.roles.values()]
    if not read.roles and not loose and (mended := _day_of_issue(turn)):
        read = replace(read, roles={"issued": mended})
    if not read.roles and loose:
        role = "issued" if loose[-1].year else "born"
        read = replace(read, roles={role: loose[-1]})
    return merged(given, read, turn.today) if read.roles and not read.fault else None


def _day_of_issue(turn: Turn) -> DateSaid | None:
    """「作ったのはたしか10日」 where year and month are known."""
    form = turn.base.forms[NAME]
    days = mended_day(turn, "issued") if is_cue(turn, form.roles["issued"]) else []
    return days[0] if days and not days[0].fault else None


def _complete(given: Given) -> bool:
    return _first_missing(given) is None


def _follow_up(turn: Turn, topic: str | None) -> Reply | None:
    """「保険証はいつまで?」 after a result: the same dates, another side of them."""
    given = Given.of(turn.memory.given)
    form = turn.base.forms[NAME]
    aspects = turn.content.lexicon.aspects(turn.text, form.aspects) & form.aspects.keys()
    if not _complete(given) or turn.memory.asked or len(turn.text.form) > _LONGEST_FOLLOW_UP:
        return None
    if topic == "expired" and is_cue(turn, form.roles["supposed"]) and not aspects:
        return None
    about_hours = asked_moment(turn) is not None and turn.memory.topic == "office_hours"
    general = topic not in form.topics or asks_something_special(Question(topic, aspects=turn.mentions(topic).aspects), turn.base, turn.today)
    if about_hours or (general and not aspects and not _day_asked(turn)):
        return None
    return _next_step(turn, given, topic)


def _means_the_dates(turn: Turn, form: Form) -> bool:
    """「カレンダーに入れられる?」「息子の更新の初日は?」 right after a result, whatever else it sounds like."""
    aspects = turn.content.lexicon.aspects(turn.text, form.aspects) & form.aspects.keys()
    after_result = turn.memory.topic in form.topics and _complete(Given.of(turn.memory.given))
    others = turn.content.lexicon.follow_ups(turn.mentions())
    return after_result and bool(aspects) and turn.short and all(name in form.topics for name in others)


def _day_asked(turn: Turn) -> date | None:
    """「1月15日なら更新できる?」: a day of going there, to look at beside the window of renewal."""
    if not _ABOUT_GOING.search(turn.text.form) or "保険" in turn.text.form or "病院" in turn.text.form:
        return None
    days = [span for said in turn.dates if (span := said.in_future(turn.today)) and span[0] == span[1]]
    return days[-1][0] if days else None


def _facts(turn: Turn) -> Facts:
    return Facts(turn.base, turn.municipality(), turn.today)


def _result(turn: Turn, given: Given) -> Reply:
    form = turn.base.forms[NAME]
    rules = Rules.of(_facts(turn))
    days = Deadlines.of(given, rules)
    values = expiry_values(given, rules, days, turn.today)
    found = replace(turn.mentions(), aspects=turn.content.lexicon.aspects(turn.text, form.aspects))
    given_days = {days.ends, given.card, *(given.issued or ())}
    day = None if read_dates(turn, form, None).roles else _day_asked(turn)
    if day is not None and day not in given_days and not turn.memory.asked:
        values |= day_values(day, days)
    topic = turn.memory.topic or _FALLBACK_TOPIC
    question = Question(topic, turn.municipality(), aspects=found.aspects, persons=found.persons, certificates=found.certificates)
    answer = compose(question, turn.base, turn.today, worded=form, computed=values)
    entries = [
        Entry("first", days.surely_open, form.sentences["calendar_first"], form_text(turn, NAME, "calendar_note", values)),
        Entry("last", days.ends, form.sentences["calendar_last"], form_text(turn, NAME, "calendar_note", values)),
    ]
    coming = [entry for entry in entries if entry.day >= turn.today]
    attachments = (calendar_file(_CALENDAR_FILE, coming, turn.now),) if coming else ()
    return answered(turn, replace(answer, attachments=attachments), topic)
