"""Rows of docs/performance.md, printed as soon as they are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields

from benchmarks.load import percentile
from benchmarks.under_load.wire import NO_ANSWER
from bot.channels.buckets import Rate
from bot.channels.limits import Rates

_NAMES = {
    "of_one": "1つの会話",
    "of_client": "1つのアドレス",
    "of_all": "全体",
    "of_regulars": "全体のうち、10秒のうちに答えた相手",
    "opened_by_client": "1つのアドレスの会話の開始",
    "opened_by_all": "全体の会話の開始",
    "requests_of_client": "1つのアドレスの要求のすべて",
    "deliveries": "チャットアプリから届くもの",
}
NOTHING = "—"


class Table:
    """`numbers` columns are set to the right."""

    def __init__(self, title: str, first: str, *numbers: str) -> None:
        _say(f"\n### {title}\n")
        _say(f"| {first} | {' | '.join(numbers)} |")
        _say(f"|---|{'---:|' * len(numbers)}")

    def row(self, name: str, *cells: str) -> None:
        _say(f"| {name} | {' | '.join(cells)} |")


def note(text: str) -> None:
    _say(f"\n{text}")


def milliseconds(values: Sequence[float], share: float) -> str:
    """Of an empty row there is no percentile."""
    return number(percentile(values, share)) if values else NOTHING


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else NOTHING


def failures(statuses: Mapping[int, int]) -> str:
    """How many, and with which status those that had any."""
    named = [f"{status}: {count}" for status, count in sorted(statuses.items()) if status != NO_ANSWER]
    return f"{sum(statuses.values())}{'（' + '、'.join(named) + '）' if named else ''}"


def limits(rates: Rates) -> str:
    """The limits that a message meets, in words."""
    known = {field.name: getattr(rates, field.name) for field in fields(rates)}
    return "、".join(f"{_NAMES.get(name, name)}は一度に{rate.burst}回・毎秒{rate.per_second:g}回" for name, rate in known.items() if isinstance(rate, Rate))


def _say(text: str) -> None:
    print(text, flush=True)
