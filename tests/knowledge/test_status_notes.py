"""A fact that has expired, is planned or disputed changes what the answer says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.content import load_content
from bot.knowledge.compose import compose
from bot.knowledge.question import Question

_FACT = "{key: renewal.fee, value: 0,"


def _answer(data: Path, changed: str, today: date) -> str:
    path = next(p for p in (data / "knowledge/national").glob("*.yml") if _FACT in p.read_text(encoding="utf-8"))
    path.write_text(path.read_text(encoding="utf-8").replace(_FACT, f"{_FACT} {changed},"), encoding="utf-8")
    return compose(Question("fees", procedures=frozenset({"renewal"})), load_content(data).base, today).text


@pytest.mark.parametrize(
    ("changed", "today", "words"),
    [
        ("until: 2026-11-20", date(2026, 11, 20), None),
        ("until: 2026-11-20", date(2026, 11, 21), "期限が過ぎている"),
        ("since: 2026-11-21", date(2026, 11, 21), None),
        ("status: disputed", date(2026, 11, 20), "資料によって書き方が違う"),
        ("status: planned", date(2026, 11, 20), "予定のこと"),
    ],
)
def test_the_state_of_a_fact_is_told(data: Path, changed: str, today: date, words: str | None) -> None:
    text = _answer(data, changed, today)
    notes = [line for line in text.splitlines() if line.startswith("※")]
    assert (words is None and not notes) or (words is not None and any(words in note for note in notes)), text


def test_an_expired_fee_is_never_told(data: Path) -> None:
    assert "更新は無料" not in _answer(data, "until: 2026-11-20", date(2026, 11, 21))
