"""The `evaluate` command: asks every question through the bot and reports."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.evaluation.facts import CaseResult, judge, turn_share
from bot.evaluation.files import Case, Labelled, read_questions
from bot.evaluation.measures import Result, confusions, figures, grouped
from bot.evaluation.report import write_report

if TYPE_CHECKING:
    from bot.engine.bot import Bot

Say = Callable[[str], None]
_EVERY = 100
_WORST = 15


def evaluate(bot: Bot, paths: Sequence[Path], html: Path, say: Say) -> int:
    """Prints figures and writes `html`. The exit code is 0: judging is the gate's task."""
    labelled: list[Labelled] = []
    cases: list[Case] = []
    for path in paths:
        questions, dialogues = read_questions(path)
        labelled += questions
        cases += dialogues
    results = asyncio.run(ask_all(bot, labelled, say))
    judged = asyncio.run(judge_all(bot, cases, say))
    _print(results, judged)
    write_report(html, results, judged)
    say(f"くわしい結果: {html}")
    return 0


async def ask_all(bot: Bot, questions: Sequence[Labelled], say: Say = lambda _: None) -> list[Result]:
    """Each in a conversation of its own."""
    results = []
    for number, question in enumerate(questions, 1):
        answer = await bot.reply("evaluate", question.text, channel=None)
        await bot.forget("evaluate")
        candidates = tuple(b["payload"].removeprefix("topic:") for b in answer["buttons"] if b["payload"].startswith("topic:"))
        offered = candidates if answer["outcome"] == "suggest" else (answer["topic"] or "",)
        results.append(Result(question, answer["topic"], answer["outcome"], answer["confidence"], offered))
        if number % _EVERY == 0:
            say(f"質問 {number}/{len(questions)}")
    return results


async def judge_all(bot: Bot, cases: Sequence[Case], say: Say = lambda _: None) -> list[CaseResult]:
    """Each case in a conversation of its own, at its own moment where it names one."""
    towns, own_clock = bot.municipalities(), bot.clock
    results = []
    for number, case in enumerate(cases, 1):
        bot.keep_time(partial(_moment, case.now) if case.now else own_clock)
        texts = [(await bot.reply("evaluate", turn.text, municipality=case.municipality, channel=None))["text"] for turn in case.turns]
        await bot.forget("evaluate")
        results.append(judge(case, texts, towns))
        if number % _EVERY == 0:
            say(f"事実 {number}/{len(cases)}")
    bot.keep_time(own_clock)
    return results


def _moment(now: datetime) -> datetime:
    return now


def _print(results: Sequence[Result], judged: Sequence[CaseResult]) -> None:
    if results:
        f = figures(results)
        print(f"質問 {f.questions}")
        print(f"正しい答え(top-1) {f.top1:.3f}  話題の一致 {f.topic1:.3f}  候補まで(top-3) {f.top3:.3f}")
        print(f"自信のある誤り {f.confident_wrong:.3f}")
        print(f"候補を出した {f.suggested:.3f}  誤って断った {f.false_refusals:.3f}")
        print(f"範囲外を断れた {f.outside_recall:.3f}  範囲外に答えた {f.outside_answered:.3f}")
        for title, by in (("話題", "topic"), ("書き方", "style")):
            low = sorted(grouped(results, by).items(), key=lambda item: item[1][1])
            print(f"{title}別: " + "  ".join(f"{name} {share:.2f}({n})" for name, (n, share) in low))
        print("取りちがえ: " + "  ".join(f"{a}→{b}×{n}" for a, b, n in confusions(results)[:_WORST]))
    if judged:
        good = sum(not r.faults for r in judged)
        print(f"事実・対話 {len(judged)} 件のうち合格 {good}（{good / len(judged):.3f}）、他の自治体の番号 {sum(r.foreign for r in judged)}")
        print(f"やりとりの正しさ {turn_share(judged):.3f}（{sum(len(r.case.turns) for r in judged)} 回）")
        for result in judged:
            if result.faults:
                print(f"  {result.case.name}: {'; '.join(result.faults)[:200]}")
