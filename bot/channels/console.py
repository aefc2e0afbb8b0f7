"""The same bot in the terminal."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from bot.channels.batch import readable

if TYPE_CHECKING:
    from bot.engine.bot import Bot

_CONVERSATION = "console"
_LEAVE = {"exit", "quit", "終了", ":q"}


def chat(bot: Bot, municipality: str | None) -> int:
    """Reads lines until the end of input or a word for leaving."""
    if municipality and bot.municipality(municipality) is None:
        print(f"--municipality {municipality}: 知っているのは {'・'.join(bot.municipality_names())} です", file=sys.stderr)
        return 1
    print(f"{bot.welcome()}\n（番号でも選べます。終えるときは「終了」）")
    loop = asyncio.new_event_loop()
    try:
        while (line := _read()) is not None and line.strip().lower() not in _LEAVE:
            answer = loop.run_until_complete(bot.reply(_CONVERSATION, line, municipality=municipality))
            print(f"\n{readable(answer)}")
    finally:
        loop.close()
    return 0


def _read() -> str | None:
    try:
        return input("\n> ")
    except EOFError:
        return None
    except UnicodeDecodeError:
        return ""
