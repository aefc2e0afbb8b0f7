"""The shapes of the knowledge base: dated facts, municipalities, topics and their wording."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Any, Literal

from pydantic import BaseModel, Extra, Field, StrictBool, StrictInt, validator

PHONE = r"^0\d{1,4}-\d{1,4}-\d{2,4}$"
Value = StrictBool | StrictInt | str | date | list[str]


class _Model(BaseModel):
    """Unknown keys are mistakes: a misspelt key must never silently drop a fact."""

    class Config:
        extra = Extra.forbid
        allow_mutation = False


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


class Hours(_Model):
    """Counter hours in Asia/Tokyo. `closed` names days without service; `extra` is shown as it is."""

    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] = Field(min_items=1)
    opens: str = Field(regex=r"^([01]\d|2[0-3]):[0-5]\d$")
    closes: str = Field(regex=r"^([01]\d|2[0-3]):[0-5]\d$")
    closed: list[Literal["holidays", "year_end"]] = []
    extra: str | None = None


class Office(_Model):
    """A counter. `hours` None means that the page does not say; `place` None likewise.

    A `branch` is one of several places, which people ask for by its name or an alias.
    """

    name: str
    place: str | None = None
    department: str | None = None
    aliases: list[str] = []
    branch: bool = False
    hours: Hours | None = None
    source: str = "page"


class Contact(_Model):
    """Whom to ask. What is None is not on the page."""

    name: str
    phone: str | None = Field(None, regex=PHONE)
    fax: str | None = Field(None, regex=PHONE)
    email: str | None = None
    address: str | None = None
    hours: str | None = None
    aliases: list[str] = []
    source: str = "page"


class Municipality(_Model):
    """A municipality's whole file.

    `areas` are wards, towns and stations that mean it; `local_areas` mean it only to somebody who
    is already there (港区 is Nagoya's for a Nagoya resident); `not_this` only looks like its name.
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
    checked_on: date
    sources: dict[str, Source]
    offices: list[Office] = Field(min_items=1)
    contacts: list[Contact] = Field(min_items=1)
    facts: list[Fact] = []


class Point(_Model):
    """A sentence with the conditions under which it is the right one.

    Every condition that is given must hold; a list holds when one of it does. A point whose
    `say` needs a fact that is unknown is passed over, so that the next one can say so.
    """

    about: list[str] = []
    person: list[str] = []
    certificate: list[str] = []
    procedure: list[str] = []
    document: list[str] = []
    municipality: Literal["given", "missing"] | None = None
    facts: dict[str, list[str]] = {}
    say: str

    @property
    def specific(self) -> bool:
        return bool(self.about or self.document or "office.named" in self.facts)


Line = str | Point


class Wording(_Model):
    """How a topic is answered: first the lead, then details, then the facets in a fixed order."""

    points: list[Point]
    details: list[Line] = []
    sections: dict[str, list[Line]] = {}
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
