"""`ask`: one question, or JSON Lines in and JSON Lines out, through the same path as every channel."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.engine.bot import Bot


_FIELDS = ("topic", "outcome", "municipality", "confidence", "text", "buttons", "sources", "checked_on", "topics", "sections", "checklist", "attachments")
_SOURCE_FIELDS = ("title", "url", "date")


class BatchError(Exception):
    """The batch cannot be read at all."""


def answer_once(bot: Bot, question: str, municipality: str | None, as_json: bool) -> int:
    """Prints one answer. Exit code 1 for a municipality we do not know."""
    if municipality and bot.municipality(municipality) is None:
        raise BatchError(f"--municipality {municipality}: 知っているのは {'・'.join(bot.municipality_names())} です")
    answer = asyncio.run(bot.reply("ask", question, municipality=municipality, channel="console"))
    print(json.dumps(turn(answer), ensure_ascii=False) if as_json else readable(answer))
    return 0


def answer_batch(bot: Bot, path: str) -> int:
    """One line out for every line in; a broken line is answered with an error and the rest goes on."""

    async def run() -> None:
        async for result in _answers(bot, _lines(path)):
            print(json.dumps(result, ensure_ascii=False), flush=True)

    asyncio.run(run())
    return 0


def turn(answer: dict[str, Any]) -> dict[str, Any]:
    """The fields of the batch contract."""
    sources = [{name: source[name] for name in _SOURCE_FIELDS} for source in answer["sources"]]
    return {**{name: answer.get(name) for name in _FIELDS}, "sources": sources}


def readable(answer: dict[str, Any]) -> str:
    """For a terminal: the text, then the choices."""
    choices = "  ".join(f"[{i}] {b['title']}" for i, b in enumerate(answer["buttons"], 1))
    return f"{answer['text']}\n{choices}" if choices else str(answer["text"])


def _lines(path: str) -> Iterator[bytes]:
    if path == "-":
        yield from sys.stdin.buffer
        return
    try:
        with Path(path).open("rb") as file:
            yield from file
    except OSError as error:
        raise BatchError(f"{path}: 読めません（{error.strerror}）") from error


async def _answers(bot: Bot, lines: Iterator[bytes]) -> AsyncIterator[dict[str, Any]]:
    for number, raw in enumerate(lines, 1):
        if not raw.strip():
            continue
        name: object = None
        try:
            entry = json.loads(raw.decode("utf-8-sig"))
            name = entry.get("id") if isinstance(entry, dict) else None
            yield {"id": name, "turns": [turn(a) for a in await _conversation(bot, entry, number)]}
        except UnicodeDecodeError as error:
            yield {"id": None, "error": f"{number}行目: UTF-8 ではありません（{error.start}バイト目）"}
        except json.JSONDecodeError as error:
            yield {"id": None, "error": f"{number}行目: JSON として読めません（{error.colno}文字目）"}
        except (BatchError, ValueError) as error:
            yield {"id": name, "error": f"{number}行目: {error}"}


async def _conversation(bot: Bot, entry: object, number: int) -> list[dict[str, Any]]:
    if not isinstance(entry, dict):
        raise BatchError('{"id": …, "turns": […]} の形ではありません')
    turns, municipality = entry.get("turns"), entry.get("municipality")
    if not isinstance(turns, list) or not all(isinstance(t, str) for t in turns):
        raise BatchError("turns は文字列の並びです")
    if municipality is not None and (not isinstance(municipality, str) or bot.municipality(municipality) is None):
        raise BatchError(f"municipality は {'・'.join(bot.municipality_names())} のどれか、または null です")
    conversation = f"batch-{number}"
    try:
        return [await bot.reply(conversation, text, municipality=municipality, channel="console") for text in turns]
    finally:
        await bot.forget(conversation)
