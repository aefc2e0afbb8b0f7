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


class _OutOfBounds(Exception):
    """JSON that is nested too deep, or holds too long a number."""


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
            print(_line(result), flush=True)

    asyncio.run(run())
    return 0


def _line(result: dict[str, Any]) -> str:
    """A half of a pair of surrogates, which JSON can name and UTF-8 cannot, stays the escape that it came as."""
    line = json.dumps(result, ensure_ascii=False)
    return line if _is_utf8(line) else json.dumps(result)


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


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
            entry = _entry(raw)
            name = _name(entry)
            yield {"id": name, "turns": [turn(a) for a in await _conversation(bot, entry, number)]}
        except UnicodeDecodeError as error:
            yield {"id": None, "error": f"{number}行目: UTF-8 ではありません（{error.start}バイト目）"}
        except json.JSONDecodeError as error:
            yield {"id": None, "error": f"{number}行目: JSON として読めません（{error.colno}文字目）"}
        except _OutOfBounds:
            yield {"id": None, "error": f"{number}行目: JSON として読めません（入れ子が深すぎるか、数が大きすぎます）"}
        except (BatchError, ValueError) as error:
            yield {"id": name, "error": f"{number}行目: {error}"}


def _entry(raw: bytes) -> object:
    """Raises UnicodeDecodeError, JSONDecodeError, and _OutOfBounds for what is JSON but more than Python reads."""
    text = raw.decode("utf-8-sig")
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except (ValueError, RecursionError) as error:
        raise _OutOfBounds from error


def _name(entry: object) -> str | int | None:
    """The line's id, to be handed back. Raises BatchError for one that the answer could not carry."""
    name = entry.get("id") if isinstance(entry, dict) else None
    if name is not None and not isinstance(name, (str, int)):
        raise BatchError("id は文字列です")
    return name


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
