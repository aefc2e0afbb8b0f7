"""What one classifier is worth, from its probabilities on labelled questions.

Declining costs wrongly refused askers. Every classifier may refuse the same share of them, so that its
recall of out-of-scope questions compares; the threshold is set on the questions themselves, for all alike.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from bot.evaluation.files import Labelled
from bot.evaluation.measures import OUT_OF_SCOPE

ALLOWED_REFUSALS = 0.025
_BINS = 10
_WARM_UP = 5
Chances = Mapping[str, float]


@dataclass(frozen=True)
class Quality:
    """Shares between 0 and 1; `top1` and `top1_declining` are of questions in scope."""

    top1: float
    top1_declining: float
    false_refusals: float
    outside_recall: float
    calibration_error: float
    train_seconds: float
    milliseconds: float


def quality(answer: Callable[[str], Chances], questions: Sequence[Labelled], train_seconds: float) -> Quality:
    """`answer` gives the probability of each topic, asked one question at a time."""
    for question in questions[:_WARM_UP]:
        answer(question.text)
    begun = time.perf_counter()
    chances = [answer(question.text) for question in questions]
    milliseconds = 1000 * (time.perf_counter() - begun) / len(questions)
    inside = [(q, c) for q, c in zip(questions, chances, strict=True) if q.topic != OUT_OF_SCOPE]
    outside = [c for q, c in zip(questions, chances, strict=True) if q.topic == OUT_OF_SCOPE]
    limit = _threshold([_doubt(c) for _, c in inside])
    return Quality(
        top1=mean(_best(c) in q.fair for q, c in inside),
        top1_declining=mean(_doubt(c) <= limit and _best(c) in q.fair for q, c in inside),
        false_refusals=mean(_doubt(c) > limit for _, c in inside),
        outside_recall=mean(_doubt(c) > limit for c in outside),
        calibration_error=calibration_error(questions, chances),
        train_seconds=train_seconds,
        milliseconds=milliseconds,
    )


def calibration_error(questions: Sequence[Labelled], chances: Sequence[Chances]) -> float:
    """Expected calibration error in ten bins: how far the likeliest topic's probability is from its share of right ones."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for question, known in zip(questions, chances, strict=True):
        topic, chance = max(known.items(), key=lambda item: item[1])
        bins.setdefault(min(int(chance * _BINS), _BINS - 1), []).append((chance, topic in question.fair))
    gaps = [len(b) * abs(mean(chance for chance, _ in b) - mean(right for _, right in b)) for b in bins.values()]
    return sum(gaps) / len(questions)


def _best(chances: Chances) -> str:
    return max((topic for topic in chances if topic != OUT_OF_SCOPE), key=lambda topic: chances[topic])


def _doubt(chances: Chances) -> float:
    """How many times as likely out of scope is as the best topic; the measure of bot.engine.decision."""
    return chances.get(OUT_OF_SCOPE, 0.0) / max(chances[_best(chances)], 1e-12)


def _threshold(doubts: Sequence[float]) -> float:
    """The least doubt that, where more is refused, refuses no more than the allowed share."""
    ordered = sorted(doubts, reverse=True)
    return ordered[int(ALLOWED_REFUSALS * len(ordered))]
