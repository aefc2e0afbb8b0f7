"""The whole content, loaded once: national facts, municipalities, topics, shared wording."""

from __future__ import annotations

import difflib
import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.knowledge.errors import ContentError, problem
from bot.knowledge.files import M, read_model
from bot.knowledge.menu import Menu, menu_faults
from bot.knowledge.model import Fact, Form, Key, LifeEvent, Municipality, NationalFile, Source, Status, Topic, ValueType
from bot.knowledge.values import fault
from bot.knowledge.wording import EasyWording, SharedWording
from bot.language.furigana import Furigana


@dataclass(frozen=True)
class Entry:
    """A fact with the source it names and the day somebody checked it."""

    fact: Fact
    source: Source
    checked_on: date
    municipality: str | None


@dataclass(frozen=True)
class KnowledgeBase:
    keys: dict[str, Key]
    national: dict[str, tuple[Entry, ...]]
    local: dict[str, dict[str, tuple[Entry, ...]]]
    municipalities: dict[str, Municipality]
    topics: dict[str, Topic]
    wording: SharedWording
    events: dict[str, LifeEvent]
    forms: dict[str, Form]
    menu: Menu
    easy: EasyWording
    furigana: Furigana
    version: str

    def public_numbers(self) -> list[str]:
        """Every phone, fax and mail address that an answer may name, offices' and nationwide."""
        offices = [n for town in self.municipalities.values() for c in town.contacts for n in (c.phone, c.fax, c.email) if n]
        phones = [entry.fact.value for key, entries in self.national.items() if self.keys[key].type is ValueType.phone for entry in entries]
        return offices + [phone for phone in phones if isinstance(phone, str)]

    def newest_check(self) -> date:
        """The day on which somebody last compared any fact with its source."""
        layers = (self.national, *self.local.values())
        return max(entry.checked_on for layer in layers for entries in layer.values() for entry in entries)

    def municipality_named(self, name: str) -> Municipality | None:
        """The municipality whose code, name or alias is exactly `name`."""
        for town in self.municipalities.values():
            if name in (town.code, town.name, *town.aliases):
                return town
        return None


def load(data: Path) -> KnowledgeBase:
    """Everything below `data`. Raises ContentError naming every fault found, not only the first."""
    problems: list[str] = []
    national_files = _read_all([*sorted((data / "knowledge").glob("*_keys.yml")), *sorted((data / "knowledge/national").glob("*.yml"))], NationalFile, problems)
    towns = _read_all(sorted((data / "knowledge/municipalities").glob("*.yml")), Municipality, problems)
    topics = _read_all(sorted((data / "topics").glob("*.yml")), Topic, problems)
    wording = _read_all([data / "wording.yml"], SharedWording, problems)
    easy = _read_all([data / "easy.yml"], EasyWording, problems)
    events = _read_all(sorted((data / "life_events").glob("*.yml")), LifeEvent, problems)
    forms = _read_all(sorted((data / "forms").glob("*.yml")), Form, problems)
    menu = _read_all([data / "menu.yml"], Menu, problems)
    if problems:
        raise ContentError(problems)
    base = KnowledgeBase(
        keys=_merge_keys(national_files, problems),
        national=_national(national_files),
        local={town.code: _local(town) for _, town in towns},
        municipalities={town.code: town for _, town in towns},
        topics={topic.topic: topic for _, topic in topics},
        wording=wording[0][1],
        events={event.event: event for _, event in events},
        forms={form.form: form for _, form in forms},
        menu=menu[0][1],
        easy=easy[0][1],
        furigana=Furigana(easy[0][1].readings),
        version=_version(data),
    )
    problems += menu_faults(base.menu, base.topics)
    for path, file in national_files:
        problems += _faults(path, file.facts, file.sources, base.keys)
    for path, town in towns:
        problems += _faults(path, town.facts, town.sources, base.keys) + _town_faults(path, town)
    named = [(p, "topic", t.topic) for p, t in topics] + [(p, "event", e.event) for p, e in events] + [(p, "form", f.form) for p, f in forms]
    problems += [problem(path, key, f"ファイル名は {name}.yml です") for path, key, name in named if path.stem != name]
    if problems:
        raise ContentError(problems)
    return base


def read_topics(data: Path) -> list[Topic]:
    """The topic files alone, for training. Raises ContentError."""
    problems: list[str] = []
    topics = [topic for _, topic in _read_all(sorted((data / "topics").glob("*.yml")), Topic, problems)]
    if problems:
        raise ContentError(problems)
    return topics


def _version(data: Path) -> str:
    """Changes with any fact: what an answer or a feedback was about can be found again."""
    digest = hashlib.sha256()
    for path in sorted((data / "knowledge").rglob("*.yml")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _read_all(paths: list[Path], model: type[M], problems: list[str]) -> list[tuple[Path, M]]:
    read: list[tuple[Path, M]] = []
    for path in paths:
        try:
            read.append((path, read_model(path, model)))
        except ContentError as error:
            problems += error.problems
    return read


def _merge_keys(files: list[tuple[Path, NationalFile]], problems: list[str]) -> dict[str, Key]:
    keys: dict[str, Key] = {}
    for path, file in files:
        for name, key in file.keys.items():
            if name in keys:
                problems.append(problem(path, f"keys.{name}", "ほかのファイルにも同じ名前があります"))
            keys[name] = key
    return keys


def _national(files: list[tuple[Path, NationalFile]]) -> dict[str, tuple[Entry, ...]]:
    found: dict[str, tuple[Entry, ...]] = {}
    for _, file in files:
        for fact in file.facts:
            source = file.sources.get(fact.source)
            if source is not None:
                entry = Entry(fact, source, fact.checked_on or file.checked_on, None)
                found[fact.key] = (*found.get(fact.key, ()), entry)
    return found


def _local(town: Municipality) -> dict[str, tuple[Entry, ...]]:
    found: dict[str, tuple[Entry, ...]] = {}
    for fact in town.facts:
        source = town.sources.get(fact.source)
        if source is not None:
            entry = Entry(fact, source, fact.checked_on or town.checked_on, town.code)
            found[fact.key] = (*found.get(fact.key, ()), entry)
    return found


def _faults(path: Path, facts: list[Fact], sources: dict[str, Source], keys: dict[str, Key]) -> list[str]:
    found = []
    for fact in facts:
        where = f"facts.{fact.key}"
        if fact.source not in sources:
            found.append(problem(path, where, f"source「{fact.source}」が sources にありません"))
        key = keys.get(fact.key)
        if key is None:
            near = difflib.get_close_matches(fact.key, keys, n=1)
            hint = f"「{near[0]}」ではありませんか" if near else "keys に足してください"
            found.append(problem(path, where, f"この名前の事実はありません。{hint}"))
            continue
        reason = None if fact.status is Status.unknown else fault(key, fact.value)
        if reason:
            found.append(problem(path, where, reason))
        if fact.since and fact.until and fact.since > fact.until:
            found.append(problem(path, where, "since が until より後です"))
    return found


def _town_faults(path: Path, town: Municipality) -> list[str]:
    found = []
    if path.stem != town.code:
        found.append(problem(path, "code", f"ファイル名は {town.code}.yml です"))
    named = [(o.name, o.source) for o in town.offices] + [(c.name, c.source) for c in town.contacts]
    found += [problem(path, name, f"source「{source}」が sources にありません") for name, source in named if source not in town.sources]
    if not any(contact.phone for contact in town.contacts):
        found.append(problem(path, "contacts", "電話番号のある問い合わせ先が1つは必要です"))
    return found
