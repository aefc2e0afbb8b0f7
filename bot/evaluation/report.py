"""The evaluation as one HTML page: figures, confusion heat map, reliability curve, worst answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from pathlib import Path

from bot.evaluation.facts import CaseResult
from bot.evaluation.measures import Result, figures, grouped, reliability

_STYLE = """
body{font-family:system-ui,sans-serif;margin:1rem auto;max-width:72rem;padding:0 1rem;line-height:1.6}
table{border-collapse:collapse;font-size:.85rem}td,th{border:1px solid #ccc;padding:.15rem .4rem;text-align:left}
.heat td{text-align:center;min-width:1.4rem}.heat th.turn{writing-mode:vertical-rl}pre{white-space:pre-wrap;background:#f5f5f5;padding:.5rem}
"""
_SIDE = 320


def write_report(path: Path, results: Sequence[Result], judged: Sequence[CaseResult]) -> None:
    parts = [_figures(results), _heat_map(results), _curve(results), _groups(results), _mistakes(results)] if results else []
    parts += [_cases(judged)] if judged else []
    page = f'<!doctype html><html lang="ja"><meta charset="utf-8"><title>評価</title><style>{_STYLE}</style><h1>評価</h1>{"".join(parts)}'
    path.write_text(page, encoding="utf-8")


def _figures(results: Sequence[Result]) -> str:
    rows = "".join(
        f"<tr><th>{name}<td>{value:.3f}" if isinstance(value, float) else f"<tr><th>{name}<td>{value}" for name, value in vars(figures(results)).items()
    )
    return f"<h2>数字</h2><table>{rows}</table>"


def _heat_map(results: Sequence[Result]) -> str:
    """Only topics that were confused: the rest is the diagonal."""
    counts = Counter((r.question.topic, r.topic or "–") for r in results)
    confused = sorted({name for (a, b), _ in counts.items() if a != b for name in (a, b)})
    head = "".join(f'<th class="turn">{escape(name)}' for name in confused)
    rows = "".join(f"<tr><th>{escape(a)}" + "".join(_cell(counts[a, b], a == b) for b in confused) for a in confused if any(counts[a, b] for b in confused))
    return f'<h2>取りちがえ（行が正解、列が判定）</h2><table class="heat"><tr><th>{head}</tr>{rows}</table>'


def _cell(count: int, right: bool) -> str:
    if not count:
        return "<td>"
    colour = "140,60%" if right else "5,80%"
    return f'<td style="background:hsl({colour},{max(45, 95 - 8 * count)}%)">{count}'


def _curve(results: Sequence[Result]) -> str:
    points = [(c * _SIDE, _SIDE - share * _SIDE, n) for c, share, n in reliability(results)]
    line = " ".join(f"{x:.0f},{y:.0f}" for x, y, _ in points)
    dots = "".join(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{2 + n**0.5 / 3:.1f}"><title>{n}</title></circle>' for x, y, n in points)
    diagonal = f'<path d="M0 {_SIDE}L{_SIDE} 0" stroke="#999" stroke-dasharray="4"/>'
    curve = f'<polyline points="{line}" fill="none" stroke="#06c"/><g fill="#06c">{dots}</g>'
    frame = f'viewBox="-10 -10 {_SIDE + 20} {_SIDE + 20}" width="{_SIDE}" role="img" aria-label="確信と正しさの折れ線"'
    return f"<h2>確信と正しさ（斜めの線に近いほどよい）</h2><svg {frame}>{diagonal}{curve}</svg>"


def _groups(results: Sequence[Result]) -> str:
    def table(by: str) -> str:
        rows = sorted(grouped(results, by).items(), key=lambda item: item[1][1])
        return "<table>" + "".join(f"<tr><th>{escape(name)}<td>{share:.2f}<td>{n}" for name, (n, share) in rows) + "</table>"

    return f"<h2>話題別</h2>{table('topic')}<h2>書き方別</h2>{table('style')}"


def _mistakes(results: Sequence[Result]) -> str:
    wrong = sorted((r for r in results if not r.right), key=lambda r: -r.confidence)
    rows = "".join(
        f"<tr><td>{escape(r.question.text)}<td>{r.question.topic}<td>{r.topic}<td>{r.outcome}<td>{r.confidence:.2f}<td>{r.question.style}" for r in wrong
    )
    return f"<h2>誤り（確信の高い順）</h2><table><tr><th>質問<th>正解<th>判定<th>結果<th>確信<th>書き方</tr>{rows}</table>"


def _cases(judged: Sequence[CaseResult]) -> str:
    failed = [r for r in judged if r.faults]
    shown = "".join(
        f"<h3>{escape(r.case.name)}（{r.case.municipality or '指定なし'}）</h3><p>{'<br>'.join(map(escape, r.faults))}</p>"
        + "".join(f"<p><b>{escape(turn.text)}</b></p><pre>{escape(text)}</pre>" for turn, text in zip(r.case.turns, r.texts, strict=False))
        for r in failed
    )
    return f"<h2>事実・対話: {len(judged)} 件のうち不合格 {len(failed)}</h2>{shown}"
