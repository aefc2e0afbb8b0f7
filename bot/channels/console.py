"""The same bot in the terminal."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot.channels.batch import readable

if TYPE_CHECKING:
    from bot.engine.bot import Bot

_CONVERSATION = "console"
_SAVE = "カレンダー"
_LEAVE = {"exit", "quit", "終了", ":q"}


def chat(bot: Bot, municipality: str | None, counter: bool) -> int:
    """Reads lines until the end of input or a word for leaving. `counter`: a clerk sits here, and a card may be read."""
    if municipality and bot.municipality(municipality) is None:
        print(f"--municipality {municipality}: 知っているのは {'・'.join(bot.municipality_names())} です", file=sys.stderr)
        return 1
    print(f"{bot.welcome()}\n（番号でも選べます。終えるときは「終了」）")
    loop = asyncio.new_event_loop()
    files: list[dict[str, str]] = []
    try:
        while (line := _read()) is not None and line.strip().lower() not in _LEAVE:
            if line.strip() == _SAVE and files:
                print(f"\n{_saved(files)}")
                continue
            answer = loop.run_until_complete(bot.reply(_CONVERSATION, line, municipality=municipality, counter=counter, channel="console"))
            files = list(answer.get("attachments") or files)
            print(f"\n{readable(answer)}")
            if answer.get("attachments"):
                print(f"（「{_SAVE}」と入力すると、この日をカレンダーに入れるファイルを、今いるフォルダに保存します）")
    finally:
        loop.close()
    return 0


def _saved(files: list[dict[str, str]]) -> str:
    """Writes each file beside where the person works; an older one of the same name is kept."""
    try:
        for file in files:
            with Path(file["name"]).open("x", encoding="utf-8", newline="") as target:
                target.write(file["content"])
    except FileExistsError as error:
        return f"{error.filename}: 同じ名前のファイルがあります。移すか消してから、もう一度入力してください"
    except OSError as error:
        return f"{error.filename}: 保存できません（{error.strerror}）"
    return "保存しました: " + "、".join(file["name"] for file in files)


def _read() -> str | None:
    try:
        return input("\n> ")
    except EOFError:
        return None
    except UnicodeDecodeError:
        return ""
