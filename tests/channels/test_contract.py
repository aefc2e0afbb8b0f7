"""One brain on every channel: the same dialogues give the same topics, figures and buttons."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.channels.drivers import DRIVERS, Press, Shown, Turn, brain
from tests.conftest import PROJECT

if TYPE_CHECKING:
    from bot.engine.bot import Bot

QUESTIONS = PROJECT / "tests" / "questions"
_EVERY = 5
_BY_HAND: tuple[tuple[Turn, ...], ...] = (
    ("窓口は何時までですか", Press("中野区"), "そこの電話は？"),
    ("カードをなくした", Press("手数料"), "杉並区だと？", "ありがとう"),
    ("電子証明書のことで", "更新の持ち物の一覧", Press("手数料")),
    ("2024年6月10日に発行、誕生日は8月5日。いつまで使えますか", "中野区です"),
    ("私のマイナンバーは 9021 3345 6781 です。更新したい", "/restart", "／staff"),
    ("", "？？？", "あ" * 1001, "今日の天気は？", "人と話したい"),
)


def _golden() -> list[tuple[Turn, ...]]:
    """A question of every topic, and every fifth dialogue."""
    questions = yaml.safe_load((QUESTIONS / "questions.yml").read_text(encoding="utf-8"))
    singles = {question["topic"]: (question["text"],) for question in reversed(questions)}
    dialogues = yaml.safe_load((QUESTIONS / "dialogues.yml").read_text(encoding="utf-8"))
    held = [tuple(turn["user"] for turn in dialogue["turns"]) for dialogue in dialogues]
    begun = [
        (f"{dialogue['municipality']}に住んでいます", *turns) if dialogue["municipality"] else turns for dialogue, turns in zip(dialogues, held, strict=True)
    ]
    return [*singles.values(), *begun[::_EVERY], *_BY_HAND]


@pytest.mark.parametrize("channel", DRIVERS)
async def test_every_channel_shows_the_same(channel: str, bot: Bot, tmp_path: Path) -> None:
    dialogues = _golden()
    async with brain(bot, tmp_path) as hold:
        expected = [await hold(_sayable(turns)) for turns in dialogues]
    async with DRIVERS[channel](bot, tmp_path) as hold:
        shown = [await hold(_sayable(turns)) for turns in dialogues]
    assert [pair for pair in zip(dialogues, shown, expected, strict=True) if pair[1] != pair[2]] == []
    _is_worth_comparing(expected)


def _sayable(turns: Sequence[Turn]) -> Sequence[Turn]:
    """Chat apps send no empty message, and have a meaning of their own for a command."""
    return [turn for turn in turns if isinstance(turn, Press) or (turn and not turn.startswith("/"))]


def _is_worth_comparing(dialogues: list[list[Shown]]) -> None:
    turns = [shown for dialogue in dialogues for shown in dialogue]
    assert len(turns) > 90 and len({shown.topic for shown in turns}) > 40
    assert sum(bool(shown.figures) for shown in turns) > 60 and sum(bool(shown.buttons) for shown in turns) > 40
