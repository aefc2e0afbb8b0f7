"""data/counter.yml: what a clerk is told about a card, and the issuer's certificates that are trusted."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Extra, constr

from bot.counter.reading import Situation
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.errors import ContentError, problem
from bot.knowledge.files import read_model
from bot.knowledge.lookup import Facts, slots

_FORBIDDEN = ("有効です", "使えます", "問題ありません", "無効")
"""What nobody can say who has not asked for revocation."""
_COMPUTED = {"day", "first", "city_first", "count"}


class _Part(BaseModel):
    class Config:
        extra = Extra.forbid
        allow_mutation = False


class Root(_Part):
    """A certificate of the issuer for 利用者証明用 certificates, by the SHA-256 of its DER."""

    name: constr(regex=r"^[a-z0-9_-]+$")  # type: ignore[valid-type]
    sha256: constr(regex=r"^[0-9a-fA-F]{64}$")  # type: ignore[valid-type]


class Step(_Part):
    """A topic to open next; `query` narrows it to a certificate or a person."""

    topic: str
    query: str = ""


class Message(_Part):
    """One state in words, what to do, and which answers follow. `alert` marks what a clerk must not overlook."""

    state: str
    lines: list[str] = []
    next: list[Step] = []
    alert: bool = False


class TriesMessages(_Part):
    """`{count}` stands in `left`."""

    left: Message
    last: Message
    locked: Message
    unknown: Message


class AuthMessages(_Part):
    """The 利用者証明用 certificate. `{day}` is its last day; `{first}` the first renewal day, `{city_first}` the municipality's own."""

    early: Message
    between: Message
    open: Message
    last_day: Message
    expired: Message
    not_yet: Message
    foreign: Message
    no_roots: Message
    unreadable: Message


class SignMessages(_Part):
    present: Message
    absent_or_unknown: Message
    unknown: Message


class Labels(_Part):
    auth: str
    sign: str
    auth_tries: str
    sign_tries: str
    revocation: str


class Panel(_Part):
    """What the staff page, the terminal and the chat say around a read."""

    title: str
    ready: Message
    not_installed: Message
    consent: list[str]
    button: str
    waiting: str
    reading: str
    read: str
    clears: str
    cleared: str
    clear: str
    next: str


class CounterWording(_Part):
    panel: Panel
    labels: Labels
    situations: dict[Situation, Message]
    auth: AuthMessages
    sign: SignMessages
    auth_tries: TriesMessages
    sign_tries: TriesMessages
    revocation: list[str]
    roots: list[Root]

    def messages(self) -> list[tuple[str, Message]]:
        """Every message with its place in the file."""
        groups = [("auth", self.auth), ("sign", self.sign), ("auth_tries", self.auth_tries), ("sign_tries", self.sign_tries)]
        found = [(f"{name}.{key}", getattr(group, key)) for name, group in groups for key in group.__fields__]
        found += [(f"situations.{situation.value}", message) for situation, message in self.situations.items()]
        return [*found, ("panel.ready", self.panel.ready), ("panel.not_installed", self.panel.not_installed)]


def read_counter_wording(data: Path, base: KnowledgeBase) -> CounterWording:
    """Raises ContentError when a clerk could be left without words, or be told more than was checked."""
    path = data / "counter.yml"
    wording = read_model(path, CounterWording)
    problems = [problem(path, f"situations.{s.value}", "文がありません") for s in Situation if s is not Situation.read and s not in wording.situations]
    for place, message in wording.messages():
        problems += [problem(path, f"{place}.next", f"{step.topic}: この名前の話題はありません") for step in message.next if step.topic not in base.topics]
        problems += _faults(path, place, [message.state, *message.lines], base)
    problems += _faults(path, "revocation", wording.revocation, base) + _faults(path, "panel.consent", wording.panel.consent, base)
    if "{count}" not in wording.auth_tries.left.state + wording.sign_tries.left.state:
        problems.append(problem(path, "auth_tries.left", "{count} がありません"))
    if problems:
        raise ContentError(problems)
    return wording


def _faults(path: Path, place: str, sentences: list[str], base: KnowledgeBase) -> list[str]:
    found = [problem(path, place, f"「{word}」は、確かめていないことなので書けません") for word in _FORBIDDEN for text in sentences if word in text]
    named = {key.partition("@")[0] for text in sentences for key in slots(text)} - _COMPUTED
    return found + [problem(path, place, f"{key}: この名前の事実はありません") for key in sorted(named) if key not in base.keys]


def filled(sentences: list[str], facts: Facts) -> tuple[str, ...]:
    """The sentences whose facts are known today."""
    return tuple(text for sentence in sentences if (text := facts.fill(sentence)))
