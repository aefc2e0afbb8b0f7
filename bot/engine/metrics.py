"""What Prometheus reads: counts, times and states. Labels come from closed sets; never a text, never an id."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, get_args

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, disable_created_metrics, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.dialogue.turn import Content
from bot.engine.faults import FAILED, Fault
from bot.engine.observer import Channel
from bot.knowledge.answer import Outcome
from bot.language.private_data import KINDS

OTHER, NONE = "other", "none"
"""A label outside its set, and a turn that has no topic or no municipality."""
FAULTS = frozenset(
    {
        "clock_jumped",
        "clock_wrong",
        "feedback_unsaved",
        "inbox",
        "inbox_corrupt",
        "inbox_given_up",
        "knowledge_refused",
        "miss_unsaved",
        "model_missing",
        "redis",
        "row_unreadable",
        "store_corrupt",
        "store_unsaved",
        "turn",
        "unpurged",
    }
)
LIMITS = frozenset({"message", "session", "request", "pressure", "sign_in", "unauthorized", "too_large"})
METHODS = frozenset({"GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "PATCH"})
_MISSES = ("suggest", "out_of_scope")
# When a counter was made is no news: a process has its start time.
disable_created_metrics()  # type: ignore[no-untyped-call]
_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class Metrics:
    """An Observer that counts. `content` gives what the bot answers from, `lasting` the faults that last, `now` the moment in Asia/Tokyo."""

    def __init__(self, content: Callable[[], Content], lasting: Callable[[], Iterable[Fault]], now: Callable[[], datetime]) -> None:
        self._content = content
        self._registry = CollectorRegistry()
        self._turns = self._counter("turns", "Answers, by channel and outcome.", "channel", "outcome")
        self._topics = self._counter("topics", "Answers, by topic and outcome.", "topic", "outcome")
        self._towns = self._counter("municipalities", "Answers, by municipality.", "municipality")
        self._misses = self._counter("misses", "Questions that got no answer of their own: candidates, or out of scope.")
        self._masks = self._counter("masks", "Messages in which private data was blanked, by its kind.", "kind")
        self._feedback = self._counter("feedback", "What answers were worth.", "helpful")
        self._faults = self._counter("faults", "Faults that began, by name.", "fault")
        self._refusals = self._counter("refusals", "Requests that were refused, by reason.", "reason")
        self._sessions = self._counter("sessions", "Sessions given out, and conversations deleted by their users.", "event")
        self._requests = self._counter("http_requests", "HTTP requests, by route, method and status.", "route", "method", "status")
        self._turn_seconds = self._histogram("turn_seconds", "From a message to its answer.", "channel")
        self._http_seconds = self._histogram("http_request_seconds", "From a request's headers to its response.", "route")
        _begin_at_zero(self._masks, KINDS)
        _begin_at_zero(self._faults, FAULTS)
        _begin_at_zero(self._refusals, LIMITS)
        _begin_at_zero(self._feedback, ("yes", "no"))
        _begin_at_zero(self._sessions, ("opened", "deleted"))
        self._states = _States(content, lasting, now)
        self._registry.register(self._states)
        ProcessCollector(registry=self._registry)

    def answered(self, channel: Channel, answer: Mapping[str, Any], seconds: float) -> None:
        base = self._content().base
        where = _known(channel, get_args(Channel))
        outcome = FAILED if FAILED in answer else _known(answer.get("outcome"), get_args(Outcome))
        topic = _known(answer.get("topic"), (*base.topics, *base.events, *base.forms))
        self._turns.labels(where, outcome).inc()
        self._topics.labels(topic, outcome).inc()
        self._towns.labels(_known(answer.get("municipality"), {town.name for town in base.municipalities.values()})).inc()
        self._turn_seconds.labels(where).observe(seconds)
        if outcome in _MISSES:
            self._misses.inc()

    def masked(self, kinds: Collection[str]) -> None:
        for kind in kinds:
            self._masks.labels(_known(kind, KINDS)).inc()

    def judged(self, helpful: bool) -> None:
        self._feedback.labels("yes" if helpful else "no").inc()

    def fault(self, name: str) -> None:
        self._faults.labels(_known(name, FAULTS)).inc()

    def refused(self, limit: str) -> None:
        self._refusals.labels(_known(limit, LIMITS)).inc()

    def opened(self) -> None:
        self._sessions.labels("opened").inc()

    def forgotten(self) -> None:
        self._sessions.labels("deleted").inc()

    def requested(self, route: str, method: str, status: int, seconds: float) -> None:
        """`route` is the template of one of the server's routes, or OTHER where none fits."""
        self._requests.labels(route, _known(method, METHODS), str(int(status))).inc()
        self._http_seconds.labels(route).observe(seconds)

    def watch_queue(self, channel: Channel, waiting: Callable[[], int]) -> None:
        """`waiting` tells how many messages of a chat platform wait for their answer."""
        self._states.queues[channel] = waiting

    def text(self) -> bytes:
        """In Prometheus' own format."""
        return generate_latest(self._registry)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"jpki_bot_{name}", meaning, labels, registry=self._registry)

    def _histogram(self, name: str, meaning: str, *labels: str) -> Histogram:
        return Histogram(f"jpki_bot_{name}", meaning, labels, registry=self._registry, buckets=_SECONDS)


class _States(Collector):
    """What holds at the moment of reading."""

    def __init__(self, content: Callable[[], Content], lasting: Callable[[], Iterable[Fault]], now: Callable[[], datetime]) -> None:
        self._content, self._lasting, self._now = content, lasting, now
        self.queues: dict[Channel, Callable[[], int]] = {}

    def describe(self) -> Iterable[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        base = self._content().base
        yield InfoMetricFamily("jpki_bot_knowledge", "The knowledge that answers come from.", {"version": base.version})
        age = (self._now().date() - base.newest_check()).days
        yield GaugeMetricFamily("jpki_bot_knowledge_newest_check_age_days", "Days since the newest check of a fact.", age)
        lasting = GaugeMetricFamily("jpki_bot_fault_lasting", "1 while a fault lasts.", labels=["fault"])
        names = {_known(fault.name, FAULTS) for fault in self._lasting()}
        for name in sorted({*FAULTS, *names}):
            lasting.add_metric([name], float(name in names))
        yield lasting
        waiting = GaugeMetricFamily("jpki_bot_waiting", "Messages of a chat platform that wait for their answer.", labels=["channel"])
        for channel, count in self.queues.items():
            waiting.add_metric([channel], count())
        yield waiting


def _begin_at_zero(counter: Counter, labels: Iterable[str]) -> None:
    """What has not happened yet shows as zero: otherwise its first time is no increase."""
    for label in sorted(labels):
        counter.labels(label)


def _known(value: object, known: Collection[str]) -> str:
    if value is None:
        return NONE
    return value if isinstance(value, str) and value in known else OTHER
