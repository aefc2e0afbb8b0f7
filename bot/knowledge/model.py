"""The shapes of the knowledge base: dated facts, municipalities, topics and their wording."""

from __future__ import annotations

import re
from datetime import date
from enum import Enum
from typing import Any, Literal

from pydantic import BaseModel, Extra, Field, StrictBool, StrictInt, validator
from pydantic.errors import DateError
from pydantic.fields import ModelField

PHONE = r"^0\d{1,4}-\d{1,4}-\d{2,4}$"
_CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"
_MONTH_DAY = r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class _Model(BaseModel):
    """Unknown keys are mistakes: a misspelt key must never silently drop a fact."""

    class Config:
        extra = Extra.forbid
        allow_mutation = False

    @validator("*", pre=True, each_item=True)
    def _a_day_is_written_out(cls, value: Any, field: ModelField) -> Any:
        """pydantic takes 2026 and 20261120 for seconds since 1970, and would date a fact there."""
        written = value is None or isinstance(value, date) or (isinstance(value, str) and _DAY.fullmatch(value))
        if field.type_ is date and not written:
            raise DateError
        return value


class Status(str, Enum):
    current = "current"
    past = "past"
    planned = "planned"
    disputed = "disputed"
    unknown = "unknown"


class ValueType(str, Enum):
    """How a value is checked and shown."""

    text = "text"
    statement = "statement"
    items = "items"
    number = "count"
    yen = "yen"
    date = "date"
    phone = "phone"
    email = "email"
    url = "url"
    choice = "choice"
    month_day = "month_day"
    hours = "hours"


class Key(_Model):
    """What may be stated under a name. `choices` only with type `choice`."""

    type: ValueType
    title: str
    choices: list[str] = []


class Source(_Model):
    """Where a fact was read. `date` is the page's own date: a day, a month (YYYY-MM), or None."""

    title: str
    publisher: str
    url: str | None = None
    page_id: str | None = None
    date: str | None = None
    superseded: str | None = None

    @validator("date", pre=True)
    def _date_as_text(cls, value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else value

    @validator("date")
    def _date_is_a_day_or_month(cls, value: str | None) -> str | None:
        if value is not None:
            date.fromisoformat(value if len(value) > 7 else f"{value}-01")
        return value


class Hours(_Model):
    """One weekly pattern in Asia/Tokyo, from `opens` to before `closes`.

    `days` are weekdays, or "holiday" for public holidays on any weekday; `weeks` keeps only the
    nth of those weekdays in a month (second Sunday: days [sun], weeks [2]). `closed` names days
    without service; `extra` is shown as it is.
    """

    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"]] = Field(min_items=1)
    weeks: list[Literal[1, 2, 3, 4, 5]] = []
    opens: str = Field(regex=_CLOCK)
    closes: str = Field(regex=_CLOCK)
    closed: list[Literal["holidays", "year_end"]] = []
    extra: str | None = None

    @validator("closes")
    def _closes_after_it_opens(cls, value: str, values: dict[str, Any]) -> str:
        if value <= values.get("opens", ""):
            raise ValueError("closes は opens より後の時刻です")
        return value


def _one_or_many(value: Any) -> Any:
    """A single pattern may be written without a list."""
    return [value] if isinstance(value, dict) else value


class YearEnd(_Model):
    """The year-end closing as a page states it; both days are closed. MM-DD."""

    first: str = Field(regex=_MONTH_DAY)
    last: str = Field(regex=_MONTH_DAY)


Value = StrictBool | StrictInt | str | date | list[str] | list[Hours]


class Fact(_Model):
    """One dated statement. `since` and `until` are the days it holds, both included (Asia/Tokyo)."""

    key: str
    value: Value | None = None
    source: str
    status: Status = Status.current
    since: date | None = None
    until: date | None = None
    checked_on: date | None = None
    note: str | None = None


class NationalFile(_Model):
    checked_on: date
    keys: dict[str, Key] = {}
    sources: dict[str, Source] = {}
    facts: list[Fact] = []


class Office(_Model):
    """A counter. No `hours` means that the page does not say; `place` None likewise.

    A `branch` is one of several places, which people ask for by its name or an alias.
    """

    name: str
    place: str | None = None
    department: str | None = None
    aliases: list[str] = []
    branch: bool = False
    hours: list[Hours] = []
    source: str = "page"

    _hours_as_list = validator("hours", pre=True, allow_reuse=True)(_one_or_many)


class Contact(_Model):
    """Whom to ask. What is None is not on the page."""

    name: str
    phone: str | None = Field(None, regex=PHONE)
    fax: str | None = Field(None, regex=PHONE)
    email: str | None = None
    address: str | None = None
    hours: list[Hours] = []
    hours_note: str | None = None
    aliases: list[str] = []
    source: str = "page"

    _hours_as_list = validator("hours", pre=True, allow_reuse=True)(_one_or_many)


class Municipality(_Model):
    """A municipality's whole file.

    `areas` are wards, towns and stations that mean it; `local_areas` mean it only to somebody who
    is already there (港区 is Nagoya's for a Nagoya resident); `not_this` only looks like its name.
    `closed_on` are single days on which all its counters are closed.
    """

    code: str = Field(regex=r"^[a-z_]+$")
    name: str
    reading: str
    prefecture: str
    hall: str
    unit: str
    aliases: list[str] = []
    areas: list[str] = []
    local_areas: list[str] = []
    not_this: list[str] = []
    year_end: YearEnd | None = None
    closed_on: list[date] = []
    checked_on: date
    sources: dict[str, Source]
    offices: list[Office] = Field(min_items=1)
    contacts: list[Contact] = Field(min_items=1)
    facts: list[Fact] = []


class Point(_Model):
    """A sentence with the conditions under which it is the right one.

    Every condition that is given must hold; a list holds when one of it does, a case with 「!」 when it is not so. A point whose
    `say` needs a fact that is unknown is passed over, so that the next one can say so.
    """

    about: list[str] = []
    person: list[str] = []
    certificate: list[str] = []
    procedure: list[str] = []
    document: list[str] = []
    case: list[str] = []
    municipality: Literal["given", "missing"] | None = None
    facts: dict[str, list[str]] = {}
    say: str

    @property
    def specific(self) -> bool:
        return bool(self.about or self.document or "office.named" in self.facts)


class EasyPoint(Point):
    """An answer in やさしい日本語, one fact a line; `then` names the shared lines of data/easy.yml that follow it."""

    then: list[str] = []


Line = str | Point


class Wording(_Model):
    """How a topic is answered: first the lead, then details, then the facets in a fixed order.

    `checklist` is what to tick before going, shown where the items of this procedure are asked for.
    """

    points: list[Point]
    details: list[Line] = []
    sections: dict[str, list[Line]] = {}
    checklist: dict[str, list[Line]] = {}
    needs_municipality: bool = False
    next: list[str] = []


class Topic(_Model):
    """One topic file. `phrases` are training examples, never shown; `aspects` are cues of sub-questions."""

    topic: str
    title: str
    kind: Literal["concept", "procedure", "facet", "conversation", "staff"]
    group: str
    aspects: dict[str, list[str]] = {}
    answer: Wording | None = None
    phrases: list[str] = []
    easy: list[EasyPoint] = []


class LifeEvent(_Model):
    """What happens in somebody's life: what lapses when, and in what order to act.

    Its wording is used instead of the topic's when one of `cues` stands in a question on one of `topics`.
    """

    event: str
    title: str
    topics: list[str] = Field(min_items=1)
    cues: list[str] = Field(min_items=1)
    aspects: dict[str, list[str]] = {}
    answer: Wording
    easy: list[EasyPoint] = []


class Ask(_Model):
    """A question that the bot puts. `invite` offers it under a complete answer; `resume` comes back to it later.

    `easy` is the question in やさしい日本語, whichever of the three is put.
    """

    say: str
    invite: str | None = None
    resume: str | None = None
    easy: str | None = None
    buttons: dict[str, str] = {}


class Form(_Model):
    """What the bot works out with the asker: cues, questions and the wording of the result.

    `topics` are those that it may answer for, `start` the words that ask for it, `roles` what a
    date or a reply in the text stands for. `buttons` of a question are reply id → title.
    """

    form: str
    topics: list[str] = []
    start: list[str] = []
    roles: dict[str, list[str]] = {}
    aspects: dict[str, list[str]] = {}
    asks: dict[str, Ask] = {}
    sentences: dict[str, str] = {}
    answer: Wording
    easy: list[EasyPoint] = []
