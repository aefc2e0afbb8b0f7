"""The dates that somebody gives for a calculation: which is the day of issue, which the birthday."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.dialogue.turn import Turn
from bot.knowledge.model import Form
from bot.language.dates import DateSaid, Fault

_CLAUSE = re.compile(r"[,.?!\n ]")
_BARE_DAY = re.compile(r"(\d{1,2})(\d{2})")
_NOT_A_ROLE = {"renewed"}


@dataclass(frozen=True)
class Given:
    """What is known so far. `issued` is a span of days; `born` has the year only where it was said."""

    issued: tuple[date, date] | None = None
    born: tuple[int | None, int, int] | None = None
    ends: date | None = None
    card: date | None = None
    renewed: bool = False

    @classmethod
    def of(cls, stored: Mapping[str, str]) -> Given:
        issued = stored.get("issued", "").split("/")
        born = [int(part) for part in stored["born"].split("-")] if "born" in stored else []
        return cls(
            issued=(date.fromisoformat(issued[0]), date.fromisoformat(issued[1])) if len(issued) == 2 else None,
            born=(born[0] or None, born[1], born[2]) if born else None,
            ends=date.fromisoformat(stored["ends"]) if "ends" in stored else None,
            card=date.fromisoformat(stored["card"]) if "card" in stored else None,
            renewed="renewed" in stored,
        )

    def stored(self) -> dict[str, str]:
        kept = {"ends": self.ends, "card": self.card}
        found = {name: day.isoformat() for name, day in kept.items() if day}
        if self.issued:
            found["issued"] = "/".join(day.isoformat() for day in self.issued)
        if self.born:
            found["born"] = f"{self.born[0] or 0}-{self.born[1]}-{self.born[2]}"
        return found | ({"renewed": "yes"} if self.renewed else {})


@dataclass(frozen=True)
class Read:
    """Dates of one text by role; `fault` is why one of them cannot be used."""

    roles: dict[str, DateSaid]
    renewed: bool = False
    fault: Fault | None = None


def read_dates(turn: Turn, form: Form, asked: str | None) -> Read:
    """`asked` is the role that the bot has just asked for: a date without a role takes it."""
    text, dates = turn.text.form, turn.dates or _bare_birthday(turn, asked)
    roles: dict[str, DateSaid] = {}
    loose: list[DateSaid] = []
    for index, said in enumerate(dates):
        start = dates[index - 1].end if index else 0
        stop = dates[index + 1].start if index + 1 < len(dates) else len(text)
        role = _role(text[start : said.start], text[said.end : stop], form)
        if role is None:
            loose.append(said)
        else:
            roles.setdefault(role, said)
    order = [asked, *(["born"] if asked == "issued" else ["issued"])] if asked else []
    for role, said in zip([r for r in order if r and r not in roles], loose, strict=False):
        roles[role] = said
    used = [said.fault for role, said in roles.items() if said.fault]
    return Read(roles, any(cue in text for cue in form.roles.get("renewed", [])), used[0] if used else None)


def merged(given: Given, read: Read, today: date) -> Given:
    """`given` with what this text adds; the newer word wins."""
    issued = _issued(read, today) or given.issued
    born = _born(read) or given.born
    ends = _exact(read, "ends", today, future=True)
    # A day of issue or a birthday given anew is worked out anew.
    restarts = bool({"issued", "born"} & set(read.roles))
    return Given(
        issued, born, ends or (None if restarts else given.ends), _exact(read, "card", today, future=True) or given.card, read.renewed or given.renewed
    )


def _role(before: str, after: str, form: Form) -> str | None:
    """By the words of the same clause, after the date first: 「6月10日に発行」, 「発行は6月10日」."""
    near = (_CLAUSE.split(after)[0], _CLAUSE.split(before.rstrip())[-1])
    for words in near:
        for role, cues in form.roles.items():
            if role not in _NOT_A_ROLE and any(cue in words for cue in cues):
                return role
    return None


def _issued(read: Read, today: date) -> tuple[date, date] | None:
    """A day of issue without its year is not known: five years lie between the candidates."""
    said = read.roles.get("issued")
    if said is None or said.year is None:
        return None
    return said.span(today)


def _born(read: Read) -> tuple[int | None, int, int] | None:
    said = read.roles.get("born")
    if said is None or said.fault or said.month is None or said.day is None:
        return None
    return said.year, said.month, said.day


def _exact(read: Read, role: str, today: date, *, future: bool) -> date | None:
    said = read.roles.get(role)
    span = (said.in_future(today) if future else said.in_past(today)) if said and not said.rough else None
    return span[0] if span and span[0] == span[1] else None


def _bare_birthday(turn: Turn, asked: str | None) -> list[DateSaid]:
    """「0805」 when the birthday was asked for."""
    found = _BARE_DAY.fullmatch(turn.text.form.strip()) if asked == "born" else None
    if found is None:
        return []
    month, day = int(found[1]), int(found[2])
    return [DateSaid(0, len(turn.text.form), None, month, day, fault=None if 1 <= month <= 12 and 1 <= day <= 31 else Fault.no_such_day)]
