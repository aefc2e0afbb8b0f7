"""A text as Telegram shows it: in parts under the limit, headings bold, sources as links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from telegram import MessageEntity
from telegram.constants import MessageLimit

from bot.channels.splitting import split

LONGEST = MessageLimit.MAX_TEXT_LENGTH
_HEADING = re.compile(r"^【[^【】\n]+】$|^◆.+$", re.MULTILINE)


@dataclass(frozen=True)
class Part:
    text: str
    entities: tuple[MessageEntity, ...] = ()


def parts(text: str, links: Mapping[str, str]) -> list[Part]:
    """`links` are addresses by the words that lead to them. No markup is read out of `text`."""
    return [Part(part, tuple(sorted(_entities(part, links), key=lambda entity: entity.offset))) for part in split(text, LONGEST)]


def units(text: str) -> int:
    """The length as Telegram counts it, in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _entities(text: str, links: Mapping[str, str]) -> Iterable[MessageEntity]:
    for match in _HEADING.finditer(text):
        yield MessageEntity(MessageEntity.BOLD, units(text[: match.start()]), units(match.group()))
    taken: set[int] = set()
    for words in sorted(links, key=len, reverse=True):
        start = text.rfind(words)
        place = set(range(start, start + len(words)))
        if words and start >= 0 and not place & taken:
            taken |= place
            yield MessageEntity(MessageEntity.TEXT_LINK, units(text[:start]), units(words), url=links[words])
