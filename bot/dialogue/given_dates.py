"""The dates that somebody gives for a calculation: which is the day of issue, which the birthday."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.dialogue.date_roles import roles_of
from bot.dialogue.turn import Turn
from bot.knowledge.model import Form
from bot.language.cues import any_holds
from bot.language.dates import DateSaid, Fault

_LEAP_YEAR = 2024
_OLD_END = timedelta(days=200)
_ON_BIRTHDAY = re.compile(
    r"(?:その日|当日|同じ日)[がはも]?[^,.?!]{0,6}誕生日|(?<!の)誕生日(?:の日|当日|と同じ日)?に(?:取|作|受|もら|発行|交付)|発行も誕生日も同じ"
)
_WAS = re.compile(r"日(?:だった|でした)")
_DENIED = re.compile(r"(?:では|じゃ|でも|や)な(?:くて?|い(?:です)?[,.])|(?:や|じゃ)のうて")
_ONLY_DAY = re.compile(r"(?<![\d月/.])(\d{1,2})日(?![間前後以])")
_BARE_DAY = re.compile(r"^(\d{1,2})(\d{2})$")
_DOTTED_DAY = re.compile(r"(?:誕生日?|たんじょうび|生まれ)[はがも:]?\s?(\d{1,2})[.](\d{1,2})(?![\d.])|^(\d{1,2})[.](\d{1,2})$")
Draft = tuple[int | None, int | None, int | None]
_NEAR_DAY = re.compile(r"曜|明日|あした|あさって|今日|来週|今週|再来週|^[土日]$")
_ASKS_OPENING = re.compile(r"開い|あいて|やって(?:る|ます|い)|行け|行って(?:も|い)|間に合|窓口|受付|休み")


@dataclass(frozen=True)
class Given:
    """What is known so far. `issued` is a span of days; `born` has the year only where it was said.

    `side` says whether the span lies before or after the birthday. `draft` is the day of issue as far as
    it was said, year, month and day: a slip is mended piece by piece.
    """

    issued: tuple[date, date] | None = None
    born: tuple[int | None, int, int] | None = None
    ends: date | None = None
    card: date | None = None
    renewed: bool = False
    side: str | None = None
    draft: Draft = (None, None, None)

    @property
    def issue_day(self) -> date | None:
        """The day to count from: of a span, the end on the side that was told."""
        if self.issued is None:
            return None
        return self.issued[-1 if self.side == "after" else 0]

    @classmethod
    def of(cls, stored: Mapping[str, str]) -> Given:
        issued = stored.get("issued", "").split("/")
        born = [int(part) for part in stored["born"].split("-")] if "born" in stored else []
        year, month, day = ([int(part) or None for part in stored["draft"].split("-")]) if "draft" in stored else (None, None, None)
        return cls(
            issued=(date.fromisoformat(issued[0]), date.fromisoformat(issued[1])) if len(issued) == 2 else None,
            born=(born[0] or None, born[1], born[2]) if born else None,
            ends=date.fromisoformat(stored["ends"]) if "ends" in stored else None,
            card=date.fromisoformat(stored["card"]) if "card" in stored else None,
            renewed="renewed" in stored,
            side=stored.get("side"),
            draft=(year, month, day),
        )

    def stored(self) -> dict[str, str]:
        kept = {"ends": self.ends, "card": self.card}
        found = {name: day.isoformat() for name, day in kept.items() if day}
        if self.issued:
            found["issued"] = "/".join(day.isoformat() for day in self.issued)
        if self.born:
            found["born"] = f"{self.born[0] or 0}-{self.born[1]}-{self.born[2]}"
        if self.side:
            found["side"] = self.side
        if any(self.draft):
            found["draft"] = "-".join(str(part or 0) for part in self.draft)
        return found | ({"renewed": "yes"} if self.renewed else {})


@dataclass(frozen=True)
class Read:
    """Dates of one text by role; `past` when it tells of something over; `fault` is why one of them cannot be used."""

    roles: dict[str, DateSaid]
    renewed: bool = False
    past: bool = False
    fault: Fault | None = None


def read_dates(turn: Turn, form: Form, asked: str | None) -> Read:
    """`asked` is the role that the bot has just asked for: a date without a role takes it."""
    text, dates = turn.text.form, _with_bare_birthday(turn, asked)
    roles: dict[str, DateSaid] = {}
    loose: list[DateSaid] = []
    told = [(said, found) for said, found in zip(dates, roles_of(text, dates, form), strict=True)]
    denied = [said for said, _ in told if _DENIED.match(text, said.end)]
    if denied and len(told) > len(denied):
        # 「誕生日は8月じゃなくて2月1日」: what stands in its place has its role.
        roles_denied = next((found for said, found in told if said in denied and found), [])
        told = [(said, found or roles_denied) for said, found in told if said not in denied]
    for said, found in told:
        if not found:
            loose.append(said)
        for role in found:
            roles.setdefault(role, said)
    if asked and asks_opening(turn):
        loose = [said for said in loose if not _NEAR_DAY.search(text[said.start : said.end])]
    issued = Given.of(turn.memory.given).issued
    _place_loose(roles, loose, asked, issued is not None and issued[0] != issued[1])
    full = [said for said in loose if said.year and said.day]
    if "issued" not in roles and len(full) == 1 and _ON_BIRTHDAY.search(text):
        roles["issued"] = full[0]
    if "issued" in roles and "born" not in roles and _ON_BIRTHDAY.search(text):
        roles["born"] = replace(roles["issued"], year=None)
    fault = next((said.fault for said in roles.values() if said.fault), None)
    whole = turn.text
    renewed, past = (any_holds(whole, form.roles[role]) for role in ("renewed", "past"))
    past = past or ("expired" in turn.memory.cases and bool(_WAS.search(text)))
    return Read(roles, renewed, past, fault)


def asks_opening(turn: Turn) -> bool:
    """「土曜は開いてる?」: a question about a counter, even while a date is awaited."""
    return bool(_ASKS_OPENING.search(turn.text.form))


def merged(given: Given, read: Read, today: date) -> Given:
    """`given` with what this text adds; the newer word wins."""
    draft = _draft(read, given)
    read = _without_old_end(read, today)
    # A day of issue or a birthday given anew is worked out anew.
    restarts = bool({"issued", "born"} & set(read.roles))
    return Given(
        issued=_issued(draft, read, today) or given.issued,
        born=_born(read) or given.born,
        ends=_exact(read, "ends", today) or (None if restarts else given.ends),
        card=_exact(read, "card", today) or given.card,
        renewed=read.renewed or given.renewed,
        side=None if restarts else given.side,
        draft=draft,
    )


def _without_old_end(read: Read, today: date) -> Read:
    """「期限が3月10日のを1月20日に更新した」: the end of the old certificate only tells that this was a renewal."""
    ends, issued = read.roles.get("ends"), read.roles.get("issued")
    old, new = (said.on(today) if said else None for said in (ends, issued))
    if old is None or new is None or not timedelta(0) <= old - new <= _OLD_END:
        return read
    return replace(read, roles={role: said for role, said in read.roles.items() if role != "ends"}, renewed=True)


def _place_loose(roles: dict[str, DateSaid], loose: list[DateSaid], asked: str | None, unsure_of_issue: bool) -> None:
    """Dates without a word beside them: the one asked for first, then the other of the two."""
    issued = roles.get("issued")
    if issued is not None and issued.year is None:
        # 「2021/12/10です。発行も誕生日も12月10日」: the same day, once with its year.
        whole = next((d for d in loose if (d.month, d.day) == (issued.month, issued.day) and d.year), None)
        roles["issued"] = whole or issued
        loose = [d for d in loose if d is not whole]
    if asked == "born":
        loose = _with_birth_year(loose)
        if loose and loose[0].year and (not loose[0].month or unsure_of_issue):
            roles.setdefault("issued", loose.pop(0))
    if asked and asked not in roles and loose:
        roles[asked] = loose.pop(0)
    other = {"issued": "born", "born": "issued"}.get(asked or "")
    if other and other not in roles and loose and (other == "born" or loose[0].year):
        roles[other] = loose[0]


def _with_birth_year(loose: list[DateSaid]) -> list[DateSaid]:
    """「一月二十日、昭和29年の」: one birthday in two pieces."""
    years = [d for d in loose if d.year and not d.month]
    days = [d for d in loose if d.month and d.day and not d.year]
    if not years or not days:
        return loose
    return [replace(days[0], year=years[0].year), *(d for d in loose if d is not days[0] and d is not years[0])]


def _draft(read: Read, given: Given) -> Draft:
    """What was said now over what was said before: 「2022年です」 mends the year alone."""
    said = read.roles.get("issued")
    if said is None:
        return given.draft
    year, month, day = given.draft
    return (said.year or year, month, day) if said.month is None else (said.year or year, said.month, said.day)


def _issued(draft: Draft, read: Read, today: date) -> tuple[date, date] | None:
    """A day of issue without its year is not known: five years lie between the candidates."""
    said = read.roles.get("issued")
    if said is None or read.fault or draft[0] is None:
        return None
    return DateSaid(said.start, said.end, *draft).span(today)


def _born(read: Read) -> tuple[int | None, int, int] | None:
    said = read.roles.get("born")
    if said is None or said.fault or said.month is None or said.day is None:
        return None
    return said.year, said.month, said.day


def _exact(read: Read, role: str, today: date) -> date | None:
    said = read.roles.get(role)
    if said is None or said.rough:
        return None
    span = said.in_past(today) if read.past else said.in_future(today)
    return span[0] if span and span[0] == span[1] else None


def _with_bare_birthday(turn: Turn, asked: str | None) -> list[DateSaid]:
    """「0805」 and 「8.5」 are days only where a birthday is meant."""
    text = turn.text.form.strip()
    found = _BARE_DAY.search(text) if asked == "born" and not turn.dates else None
    found = found or _DOTTED_DAY.search(text)
    if found is None or (found[0] == text and asked != "born"):
        return sorted([*mended_day(turn, asked), *turn.dates], key=lambda said: said.start)
    month, day = (int(part) for part in found.groups() if part)
    fault = None if 1 <= month <= 12 and _exists(_LEAP_YEAR, month, day) else Fault.no_such_day
    start = next(found.start(n) for n, part in enumerate(found.groups(), 1) if part)
    return sorted([*turn.dates, DateSaid(start, found.end(), None, month, day, fault=fault)], key=lambda said: said.start)


def mended_day(turn: Turn, asked: str | None) -> list[DateSaid]:
    """「30日なんてないか、28日です」: the day alone, where year and month were given before."""
    year, month, _ = Given.of(turn.memory.given).draft
    covered = [range(date_said.start, date_said.end) for date_said in turn.dates]
    bare = [m for m in _ONLY_DAY.finditer(turn.text.form) if not any(m.start() in span for span in covered)]
    told_whole = any(said.month and not said.year for said in turn.dates)
    days = bare if asked == "issued" and year and month and not told_whole else []
    if not days:
        return []
    said = days[-1]
    day = int(said[1])
    return [DateSaid(said.start(), said.end(), year, month, day, fault=None if _exists(year or 0, month or 0, day) else Fault.no_such_day)]


def _exists(year: int, month: int, day: int) -> bool:
    return 1 <= day <= calendar.monthrange(year, month)[1]
