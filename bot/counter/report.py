"""A reading in words for the clerk: states, the renewal window by the knowledge's rules, and where to go on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from bot.counter.reading import REVOCATION, Auth, Reading, Situation, Tries
from bot.counter.wording import CounterWording, Message, Step, TriesMessages, filled
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.expiry import Rules, first_renewal_days
from bot.knowledge.lookup import Facts
from bot.knowledge.showing import japanese_date


@dataclass(frozen=True)
class Part:
    """One thing about the card: what it is about, its state, and what belongs to it."""

    label: str
    state: str
    lines: tuple[str, ...] = ()
    alert: bool = False


@dataclass(frozen=True)
class Next:
    """An answer that follows: the topic's id, its title, and words that narrow it."""

    topic: str
    title: str
    query: str


@dataclass(frozen=True)
class Report:
    """`parts` is empty when the card was not read; then `state` and `lines` say why and what to do."""

    situation: str
    state: str
    lines: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    next: tuple[Next, ...] = ()
    states: Mapping[str, Any] = field(default_factory=dict)

    @property
    def read(self) -> bool:
        return self.situation == Situation.read.value

    def text(self) -> str:
        """The whole for a terminal."""
        rows = [self.state, *(f"・{line}" for line in self.lines)]
        for part in self.parts:
            rows += [f"{part.label}: {part.state}", *(f"・{line}" for line in part.lines)]
        return "\n".join(rows)

    def as_dict(self) -> dict[str, Any]:
        """For programs: the states, then the words. Revocation is named even where nothing was read."""
        words = {name: value for name, value in asdict(self).items() if name not in ("situation", "states")}
        return {"situation": self.situation, **self.states, "revocation": REVOCATION, **words}


@dataclass(frozen=True)
class Reporter:
    wording: CounterWording
    base: KnowledgeBase

    def report(self, reading: Reading, town: str | None, today: date, has_roots: bool) -> Report:
        """`town` is a code: a municipality may have its own first day. `today` is in Japan."""
        if reading.auth is None:
            message = self.wording.situations[reading.situation]
            facts = Facts(self.base, town, today)
            return Report(reading.situation.value, message.state, filled(message.lines, facts), next=self._next([message]))
        window, values = self._window(reading.auth, town, today)
        facts = Facts(self.base, town, today, computed=values)
        name = "no_roots" if window == "foreign" and not has_roots else window
        labels = self.wording.labels
        told = [
            (labels.auth, getattr(self.wording.auth, name), facts),
            (labels.sign, getattr(self.wording.sign, reading.sign), facts),
            (labels.auth_tries, *self._tries(self.wording.auth_tries, reading.auth_tries, town, today)),
            (labels.sign_tries, *self._tries(self.wording.sign_tries, reading.sign_tries, town, today)),
        ]
        parts = [Part(label, known.fill(message.state) or "", filled(message.lines, known), message.alert) for label, message, known in told]
        first, *others = filled(self.wording.revocation, facts)
        parts.insert(1, Part(labels.revocation, first, tuple(others)))
        return Report(
            reading.situation.value,
            self.wording.panel.read,
            parts=tuple(parts),
            next=self._next(message for _, message, _ in told),
            states=self._states(reading, window),
        )

    def _window(self, auth: Auth, town: str | None, today: date) -> tuple[str, dict[str, str]]:
        """Where today stands to the certificate's days, and the days as they are shown."""
        if auth.last_day is None or auth.first_day is None:
            return auth.state, {}
        rules = Rules.of(Facts(self.base, town, today))
        firsts = first_renewal_days(auth.last_day, rules)
        values = {"day": japanese_date(auth.last_day if auth.state != "not_yet" else auth.first_day), "first": japanese_date(firsts[0])}
        if len(firsts) > 1:
            values["city_first"] = japanese_date(firsts[-1])
        if auth.state != "within":
            return auth.state, values
        if today == auth.last_day:
            return "last_day", values
        return ("early" if today < min(firsts) else "open" if today >= max(firsts) else "between"), values

    def _tries(self, messages: TriesMessages, tries: Tries, town: str | None, today: date) -> tuple[Message, Facts]:
        if isinstance(tries, str):
            return (messages.locked if tries == "locked" else messages.unknown), Facts(self.base, town, today)
        return (messages.last if tries == 1 else messages.left), Facts(self.base, town, today, computed={"count": str(tries)})

    def _next(self, messages: Iterable[Message]) -> tuple[Next, ...]:
        """What an alert leads to comes first."""
        steps: dict[tuple[str, str], Step] = {}
        for message in sorted(messages, key=lambda message: not message.alert):
            steps |= {(step.topic, step.query): step for step in message.next if (step.topic, step.query) not in steps}
        return tuple(Next(step.topic, self._title(step), step.query) for step in steps.values())

    def _title(self, step: Step) -> str:
        title = self.base.topics[step.topic].title
        return f"{title}（{step.query}）" if step.query else title

    @staticmethod
    def _states(reading: Reading, window: str) -> dict[str, Any]:
        auth = reading.auth
        assert auth is not None
        renewal = window if auth.state == "within" else None
        day = auth.last_day.isoformat() if auth.last_day else None
        tries = {"auth": reading.auth_tries, "sign": reading.sign_tries}
        return {"auth": {"state": auth.state, "last_day": day, "renewal": renewal}, "sign": reading.sign, "tries": tries}
