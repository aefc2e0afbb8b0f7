"""What is counted, and that nothing but names from closed sets becomes a label."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from bot.dialogue.turn import Content
from bot.engine.faults import Faults
from bot.engine.metrics import FAULTS, METHODS, Metrics
from bot.engine.observer import Channel
from bot.language.private_data import KINDS, mask
from bot.settings import JAPAN
from tests.conftest import PROJECT

NOW = datetime(2026, 11, 20, 10, tzinfo=JAPAN)
NASTY = ("ヒミツノコトバ", '1"} 9\njpki_bot_turns_total{channel="web', "renewal\n", "RENEWAL", "9021 3345 6781", "", "\ud800", "a" * 5000, "203.0.113.7")


@pytest.fixture
def faults() -> Faults:
    return Faults(lambda: NOW)


@pytest.fixture
def metrics(content: Content, faults: Faults) -> Metrics:
    return Metrics(lambda: content, faults.lasting, lambda: NOW)


def samples(metrics: Metrics) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    families = text_string_to_metric_families(metrics.text().decode())
    return {(sample.name, frozenset(sample.labels.items())): sample.value for family in families for sample in family.samples}


def value(metrics: Metrics, name: str, **labels: str) -> float:
    return samples(metrics).get((f"jpki_bot_{name}", frozenset(labels.items())), 0.0)


def answer(**fields: Any) -> dict[str, Any]:
    return {"outcome": "answer", "topic": "renewal", "municipality": "中野区", **fields}


def test_a_turn_is_counted_by_channel_outcome_topic_and_municipality(metrics: Metrics) -> None:
    metrics.answered("line", answer(), 0.03)
    metrics.answered("line", answer(), 0.3)
    metrics.answered("web", answer(topic=None, municipality=None, outcome="handoff"), 0.01)
    assert value(metrics, "turns_total", channel="line", outcome="answer") == 2
    assert value(metrics, "turns_total", channel="web", outcome="handoff") == 1
    assert value(metrics, "topics_total", topic="renewal", outcome="answer") == 2
    assert value(metrics, "topics_total", topic="none", outcome="handoff") == 1
    assert value(metrics, "municipalities_total", municipality="中野区") == 2
    assert value(metrics, "municipalities_total", municipality="none") == 1
    assert value(metrics, "turn_seconds_bucket", channel="line", le="0.05") == 1
    assert value(metrics, "turn_seconds_count", channel="line") == 2
    assert value(metrics, "turn_seconds_sum", channel="line") == pytest.approx(0.33)


def test_an_answer_that_only_says_whom_to_ask_is_a_failure_and_no_answer(metrics: Metrics) -> None:
    metrics.answered("web", answer(outcome="handoff", topic=None, failed=True), 0.01)
    assert value(metrics, "turns_total", channel="web", outcome="failed") == 1
    assert value(metrics, "turns_total", channel="web", outcome="handoff") == 0


def test_what_found_no_answer_of_its_own_is_a_miss(metrics: Metrics) -> None:
    for outcome in ("suggest", "out_of_scope", "answer", "ask_back", "chat"):
        metrics.answered("web", answer(outcome=outcome), 0.01)
    assert value(metrics, "misses_total") == 2


def test_the_other_events_are_counted(metrics: Metrics, faults: Faults) -> None:
    metrics.masked({"pin", "mail"})
    metrics.judged(True)
    metrics.judged(False)
    metrics.judged(False)
    metrics.refused("message")
    metrics.opened()
    metrics.forgotten()
    metrics.requested("/api/messages", "POST", 429, 0.001)
    assert [value(metrics, "masks_total", kind=kind) for kind in ("pin", "mail", "phone")] == [1, 1, 0]
    assert [value(metrics, "feedback_total", helpful=helpful) for helpful in ("yes", "no")] == [1, 2]
    assert value(metrics, "refusals_total", reason="message") == 1
    assert [value(metrics, "sessions_total", event=event) for event in ("opened", "deleted")] == [1, 1]
    assert value(metrics, "http_requests_total", route="/api/messages", method="POST", status="429") == 1
    assert value(metrics, "http_request_seconds_count", route="/api/messages") == 1


def test_a_fault_shows_while_it_lasts_and_stays_counted(content: Content) -> None:
    counted: list[str] = []
    faults = Faults(lambda: NOW, counted.append)
    metrics = Metrics(lambda: content, faults.lasting, lambda: NOW)
    name = sorted(FAULTS)[0]
    faults.begin(name, "こわれています")
    for each in counted:
        metrics.fault(each)
    assert value(metrics, "fault_lasting", fault=name) == 1 and value(metrics, "faults_total", fault=name) == 1
    faults.end(name)
    assert value(metrics, "fault_lasting", fault=name) == 0 and value(metrics, "faults_total", fault=name) == 1


def test_the_knowledge_and_the_process_show_their_state(metrics: Metrics, content: Content) -> None:
    newest = max(town.checked_on for town in content.base.municipalities.values())
    assert value(metrics, "knowledge_info", version=content.base.version) == 1
    assert content.base.newest_check() >= newest >= date(2026, 1, 1)
    assert value(metrics, "knowledge_newest_check_age_days") == (NOW.date() - content.base.newest_check()).days
    found = {name for name, _ in samples(metrics)}
    assert found >= {"process_resident_memory_bytes", "process_cpu_seconds_total", "process_open_fds", "process_start_time_seconds"}


def test_the_length_of_a_queue_is_that_of_the_moment(metrics: Metrics) -> None:
    waiting = [1, 2, 3]
    metrics.watch_queue("line", lambda: len(waiting))
    assert value(metrics, "waiting", channel="line") == 3
    waiting.clear()
    assert value(metrics, "waiting", channel="line") == 0


def test_two_of_them_count_apart(content: Content, faults: Faults) -> None:
    one, two = (Metrics(lambda: content, faults.lasting, lambda: NOW) for _ in range(2))
    one.opened()
    assert value(one, "sessions_total", event="opened") == 1 and value(two, "sessions_total", event="opened") == 0


def allowed(content: Content) -> dict[str, set[str]]:
    base = content.base
    outcomes = {"answer", "ask_back", "suggest", "out_of_scope", "handoff", "warning", "chat", "failed", "other", "none"}
    return {
        "channel": {*get_args(Channel), "other", "none"},
        "outcome": outcomes,
        "topic": {*base.topics, *base.events, *base.forms, "other", "none"},
        "municipality": {*(town.name for town in base.municipalities.values()), "other", "none"},
        "kind": {*KINDS, "other"},
        "fault": {*FAULTS, "other"},
        "reason": {"message", "session", "request", "pressure", "sign_in", "unauthorized", "too_large", "other"},
        "helpful": {"yes", "no"},
        "event": {"opened", "deleted"},
        "method": {*METHODS, "other"},
        "version": {base.version},
    }


def check_labels(metrics: Metrics, content: Content) -> None:
    known = allowed(content)
    for name, labels in samples(metrics):
        for label, found in labels:
            if label in ("le", "status"):
                assert re.fullmatch(r"\d+(\.\d+)?|\+Inf", found)
            elif label != "route":
                assert found in known[label], (name, label)


hostile = st.one_of(st.sampled_from(NASTY), st.text(), st.none(), st.integers(), st.lists(st.text(max_size=3), max_size=2))


def test_hostile_values_become_no_labels(content: Content) -> None:
    @settings(max_examples=60, deadline=None)
    @given(channel=hostile, outcome=hostile, topic=hostile, municipality=hostile, name=st.one_of(st.sampled_from(NASTY), st.text()))
    def fed(channel: Any, outcome: Any, topic: Any, municipality: Any, name: str) -> None:
        faults = Faults(lambda: NOW)
        metrics = Metrics(lambda: content, faults.lasting, lambda: NOW)
        faults.begin(name, "何か")
        metrics.answered(channel, {"outcome": outcome, "topic": topic, "municipality": municipality}, 0.1)
        metrics.masked([name])
        metrics.fault(name)
        metrics.refused(name)
        metrics.requested("other", name, 404, 0.1)
        check_labels(metrics, content)
        assert "ヒミツ" not in metrics.text().decode()

    fed()


def test_every_kind_of_private_data_has_a_label(content: Content) -> None:
    texts = ("9021 3345 6781", "暗証番号は1234です", "4980 1234 5678 9012", "090-1234-5678", "taro@example.jp")
    found = set().union(*(mask(text).kinds for text in texts))
    assert len(found) == len(texts) and found <= KINDS


def _trees() -> dict[str, ast.Module]:
    return {str(path.relative_to(PROJECT)): ast.parse(path.read_text(encoding="utf-8")) for path in sorted((PROJECT / "bot").rglob("*.py"))}


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(name, value) of each text that a module gives a name."""
    for node in tree.body:
        if isinstance(node, ast.Assign):
            target, held = node.targets[0], node.value
            pairs = zip(target.elts, held.elts, strict=True) if isinstance(target, ast.Tuple) and isinstance(held, ast.Tuple) else [(target, held)]
            yield from ((name.id, value.value) for name, value in pairs if isinstance(name, ast.Name) and isinstance(value, ast.Constant))


def _begun(tree: ast.Module) -> Iterator[ast.expr]:
    """The first argument of each call on something named faults or observer that begins a fault."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = ast.unparse(node.func.value).rpartition(".")[2].strip("_")
            if (owner, node.func.attr) in {("faults", "begin"), ("faults", "happened"), ("observer", "fault")}:
                yield node.args[0]


def test_every_fault_of_the_code_has_a_label() -> None:
    trees = _trees()
    known = {name: value for tree in trees.values() for name, value in _constants(tree)}
    begun = [name for tree in trees.values() for name in _begun(tree)]
    found = {str(name.value) if isinstance(name, ast.Constant) else known[ast.unparse(name)] for name in begun}
    assert found == FAULTS, "bot/engine/metrics.py: FAULTS"
