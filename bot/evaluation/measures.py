"""What the bot made of labelled questions, as figures."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.evaluation.files import Labelled

OUT_OF_SCOPE = "out_of_scope"
_BINS = 10


@dataclass(frozen=True)
class Result:
    """`candidates` are the topics offered or considered, best first."""

    question: Labelled
    topic: str | None
    outcome: str
    confidence: float
    candidates: tuple[str, ...]

    @property
    def right(self) -> bool:
        return self.topic in self.question.fair and (self.outcome != "suggest")

    @property
    def in_top_three(self) -> bool:
        return self.right or bool(self.question.fair & set(self.candidates[:3]))

    @property
    def inside(self) -> bool:
        return self.question.topic != OUT_OF_SCOPE

    @property
    def wrong_but_confident(self) -> bool:
        """Told as an answer, and not one that serves the asker."""
        return self.inside and self.outcome not in ("suggest", OUT_OF_SCOPE, "handoff") and not self.right


@dataclass(frozen=True)
class Figures:
    """Shares between 0 and 1. In scope: top1, top3, confident_wrong, false_refusals, suggested."""

    questions: int
    top1: float
    topic1: float
    top3: float
    confident_wrong: float
    false_refusals: float
    suggested: float
    outside_recall: float
    outside_answered: float


def figures(results: Sequence[Result]) -> Figures:
    inside = [r for r in results if r.inside]
    outside = [r for r in results if not r.inside]
    return Figures(
        questions=len(results),
        top1=_share(r.right for r in inside),
        topic1=_share(r.topic in r.question.fair for r in inside),
        top3=_share(r.in_top_three for r in inside),
        confident_wrong=_share(r.wrong_but_confident for r in inside),
        false_refusals=_share(r.outcome == OUT_OF_SCOPE for r in inside),
        suggested=_share(r.outcome == "suggest" for r in inside),
        outside_recall=_share(r.outcome == OUT_OF_SCOPE for r in outside),
        outside_answered=_share(r.outcome in ("answer", "ask_back") for r in outside),
    )


def grouped(results: Iterable[Result], by: str) -> dict[str, tuple[int, float]]:
    """Number of questions and share of right ones, by `topic` or `style`."""
    groups: dict[str, list[bool]] = defaultdict(list)
    for result in results:
        groups[getattr(result.question, by)].append(result.right)
    return {name: (len(rights), _share(rights)) for name, rights in sorted(groups.items())}


def confusions(results: Iterable[Result]) -> list[tuple[str, str, int]]:
    """(expected, taken for, how often), most frequent first."""
    counts = Counter((r.question.topic, r.topic or "–") for r in results if r.topic not in r.question.fair)
    return [(expected, taken, n) for (expected, taken), n in counts.most_common()]


def reliability(results: Iterable[Result]) -> list[tuple[float, float, int]]:
    """(mean confidence, share right, number) in ten bins of confidence, over questions in scope."""
    bins: dict[int, list[Result]] = defaultdict(list)
    for result in results:
        if result.inside:
            bins[min(int(result.confidence * _BINS), _BINS - 1)].append(result)
    return [(sum(r.confidence for r in b) / len(b), _share(r.topic in r.question.fair for r in b), len(b)) for _, b in sorted(bins.items())]


def _share(values: Iterable[bool]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0
