"""Facts as one municipality's resident sees them today: its own facts over the national ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from bot.knowledge.base import Entry, KnowledgeBase
from bot.knowledge.model import Contact, Municipality, Office, Source, Status, Value
from bot.knowledge.showing import hours_text, plain_date
from bot.knowledge.values import shown

Layer = Literal["city", "nation"]
_SLOT = re.compile(r"\{([a-z_0-9]+(?:\.[a-z_0-9]+)*)(?:@(city|nation))?\}")


@dataclass(frozen=True)
class Use:
    """A source that an answer rests on. `municipality` is None for a national source."""

    source: Source
    checked_on: date
    municipality: str | None
    status: Status = Status.current


@dataclass
class Facts:
    """Look-ups for one answer; remembers in `uses` whatever went into it, in `outdated` what has expired.

    `computed` are values worked out for this answer (a day, whether a counter is open); they come before facts.
    """

    base: KnowledgeBase
    municipality: str | None
    today: date
    office: str | None = None
    computed: Mapping[str, str] = field(default_factory=dict)
    uses: list[Use] = field(default_factory=list)
    outdated: set[str] = field(default_factory=set)

    @property
    def town(self) -> Municipality | None:
        return self.base.municipalities[self.municipality] if self.municipality else None

    def value(self, key: str, layer: Layer | None = None) -> Value | None:
        """The value in force today, or None: unknown, expired, or not this municipality's."""
        if key in self.computed:
            return self.computed[key]
        if key in DERIVED_KEYS:
            derived = self._derived(key)
            return derived[0] if derived else None
        entry = self.entry(key, layer)
        return entry.fact.value if entry else None

    def entry(self, key: str, layer: Layer | None = None) -> Entry | None:
        local = self.base.local.get(self.municipality or "", {}).get(key, ())
        if layer != "nation" and local:
            return self._in_force(local)
        return None if layer == "city" else self._in_force(self.base.national.get(key, ()))

    def expired(self, key: str) -> bool:
        """True when the fact was known once and no entry holds today."""
        local = self.base.local.get(self.municipality or "", {}).get(key, ())
        entries = local or self.base.national.get(key, ())
        return any(e.fact.until and e.fact.until < self.today for e in entries) and self._in_force(entries) is None

    def fill(self, template: str) -> str | None:
        """The sentence with its facts, or None when one of them is not known."""
        found: list[Use] = []
        missing = False

        def replace(match: re.Match[str]) -> str:
            nonlocal missing
            text = self._text(match.group(1), layer_named(match.group(2)), found)
            missing = missing or text is None
            return text or ""

        filled = _SLOT.sub(replace, template)
        if missing:
            return None
        self.uses += [use for use in found if use not in self.uses]
        return filled.replace("。。", "。")

    def _text(self, key: str, layer: Layer | None, found: list[Use]) -> str | None:
        if key in self.computed:
            return self.computed[key]
        derived = self._derived(key)
        if derived is not None:
            text, source = derived
            if text and source:
                found.append(Use(self._town_source(source), self._town_checked(), self.municipality))
            return text
        entry = self.entry(key, layer)
        if entry is None or entry.fact.value is None or key not in self.base.keys:
            self.outdated |= {key} if self.expired(key) else set()
            return None
        found.append(Use(entry.source, entry.checked_on, entry.municipality, entry.fact.status))
        return shown(self.base.keys[key], entry.fact.value)

    def _derived(self, key: str) -> tuple[str | None, str | None] | None:
        if self.town is None:
            return None
        if key == "office.named":
            named = next((o for o in self.town.offices if o.name == self.office), None)
            return (office_text(named), named.source) if named else (None, None)
        return _derived(self.town, key)

    def _town_source(self, source: str) -> Source:
        assert self.town is not None
        return self.town.sources[source]

    def _town_checked(self) -> date:
        assert self.town is not None
        return self.town.checked_on

    def _in_force(self, entries: tuple[Entry, ...]) -> Entry | None:
        holding = [
            e
            for e in entries
            if e.fact.status is not Status.unknown
            and (e.fact.since is None or e.fact.since <= self.today)
            and (e.fact.until is None or self.today <= e.fact.until)
        ]
        return max(holding, key=lambda e: e.fact.since or date.min, default=None)


def layer_named(name: str | None) -> Layer | None:
    return "city" if name == "city" else "nation" if name == "nation" else None


def slots(template: str) -> list[str]:
    """The keys that a sentence needs."""
    return [match.group(1) for match in _SLOT.finditer(template)]


COMPUTED = ("opening.", "phone.", "expiry.", "pin.asked_", "handover.", "mood.", "asked.")
"""First parts of the names of values that the dialogue works out for one answer."""

DERIVED_KEYS = (
    "city", "unit", "hall", "page.title", "page.date", "office.where", "office.list", "office.department", "office.hours",
    "office.hours_extra",
    "office.named", "contact.name", "contact.phone", "contact.fax", "contact.email", "contact.address",
    "contact.hours", "contact.other",
)  # fmt: skip


def _derived(town: Municipality, key: str) -> tuple[str | None, str | None] | None:
    """(text, source id) of what stands in a municipality's own blocks; None for other keys."""
    if key not in DERIVED_KEYS:
        return None
    first, office = town.contacts[0], town.offices[0]
    plain = {"city": town.name, "unit": town.unit, "hall": town.hall}
    if key in plain:
        return plain[key], None
    page = town.sources["page"]
    if key == "page.title":
        return page.title, "page"
    if key == "page.date":
        return (plain_date(page.date) if page.date else None), "page"
    if key == "office.list":
        return "、".join(office_text(o) for o in town.offices), office.source
    if key == "office.where":
        return "\n".join(office_text(o) for o in town.offices), office.source
    if key == "office.department":
        return "・".join(dict.fromkeys(o.department for o in town.offices if o.department)) or None, office.source
    if key.startswith("office.hours"):
        return _office_hours(office, key), office.source
    if key == "contact.hours":
        return _contact_hours(first), first.source
    if key == "contact.other":
        return "\n".join(contact_line(c) for c in town.contacts[1:]) or None, first.source
    return getattr(first, key.removeprefix("contact.")), first.source


def office_text(office: Office) -> str:
    """区役所1階 8番窓口（個人番号通知・カード交付担当）"""
    where = office.place or office.name
    return f"{where}（{office.department}）" if office.department else where


def _contact_hours(contact: Contact) -> str | None:
    note = f"（{contact.hours_note}）" if contact.hours_note else ""
    return f"{hours_text(contact.hours)}{note}" if contact.hours else None


def contact_line(contact: Contact) -> str:
    parts = [contact.name]
    parts += [f"電話 {contact.phone}"] if contact.phone else []
    parts += [f"ファクス {contact.fax}"] if contact.fax else []
    parts += [f"メール {contact.email}"] if contact.email else []
    return " ".join(parts)


def _office_hours(office: Office, key: str) -> str | None:
    if key == "office.hours_extra":
        return next((pattern.extra for pattern in office.hours if pattern.extra), None)
    return hours_text(office.hours) or None
