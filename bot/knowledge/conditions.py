"""Whether a sentence with conditions is the right one for a question."""

from __future__ import annotations

from bot.knowledge.lookup import Facts, layer_named
from bot.knowledge.model import Point
from bot.knowledge.question import Question

SELF = "self"
"""The person of a question that names nobody."""


def holds(point: Point, question: Question, facts: Facts) -> bool:
    """Whether every condition of `point` is met."""
    sets = (
        (point.about, question.aspects),
        (point.person, question.persons or {SELF}),
        (point.certificate, question.certificates),
        (point.document, question.documents),
        (point.procedure, {*question.procedures, question.topic}),
    )
    if any(wanted and not set(wanted) & set(given) for wanted, given in sets) or not _case_holds(point.case, question.cases):
        return False
    if point.municipality is not None and (point.municipality == "given") != (question.municipality is not None):
        return False
    return all(_fact_is(facts, key, wanted) for key, wanted in point.facts.items())


def _case_holds(wanted: list[str], cases: frozenset[str]) -> bool:
    """One of the named cases, and none of those with 「!」."""
    named, barred = [c for c in wanted if not c.startswith("!")], {c[1:] for c in wanted if c.startswith("!")}
    return not barred & cases and (not named or bool(set(named) & cases))


def _fact_is(facts: Facts, key: str, wanted: list[str]) -> bool:
    name, _, layer = key.partition("@")
    value = facts.value(name, layer_named(layer))
    if value is None:
        return "unknown" in wanted
    return "known" in wanted or str(value) in wanted
