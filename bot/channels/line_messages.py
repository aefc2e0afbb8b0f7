"""An answer as LINE's message objects, within LINE's limits."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.channels.splitting import split

Message = dict[str, Any]
_MOST_MESSAGES = 5
_LONGEST_TEXT = 5_000
_LONGEST_ALTERNATIVE = 400
_MOST_BUTTONS = 13
_LONGEST_LABEL = 20
_LONGEST_DATA = 300
_LARGEST_BUBBLE = 30_000
_ASIDE = re.compile(r"[（(][^（）()]*[）)]")
_PAUSE = re.compile(r"[・、,\s]+")
_INK, _QUIET = "#1a1a1a", "#555555"


def text_messages(text: str) -> list[Message]:
    return [{"type": "text", "text": part} for part in split(text, _LONGEST_TEXT)]


def checklist_card(answer: Mapping[str, Any], title: str) -> list[Message]:
    """What to tick before going, as one card to keep; none where there is no list, or it is too large for a card.

    The list stands in the answer's text too, for whoever cannot see cards.
    """
    if not answer["checklist"]:
        return []
    heading = f"{title}（{answer['municipality']}）" if answer["municipality"] else title
    body = [part for section in answer["checklist"] for part in _section(section["label"], section["lines"])]
    bubble = {
        "type": "bubble",
        "size": "giga",
        "header": {"type": "box", "layout": "vertical", "contents": [_line(heading, size="lg", weight="bold")]},
        "body": {"type": "box", "layout": "vertical", "spacing": "sm", "contents": body},
    }
    if len(json.dumps(bubble, ensure_ascii=False).encode()) > _LARGEST_BUBBLE:
        return []
    items = [f"□ {line}" for section in answer["checklist"] for line in section["lines"]]
    return [{"type": "flex", "altText": split("\n".join([heading, *items]), _LONGEST_ALTERNATIVE)[0], "contents": bubble}]


def with_buttons(messages: Sequence[Message], buttons: Sequence[Mapping[str, str]]) -> list[Message]:
    """At most five messages; the buttons hang on the last, as many as LINE shows."""
    kept = [dict(message) for message in messages[:_MOST_MESSAGES]]
    if kept and buttons:
        kept[-1]["quickReply"] = {"items": [{"type": "action", "action": _postback(button)} for button in buttons[:_MOST_BUTTONS]]}
    return kept


def pressed(data: str) -> tuple[str, str]:
    """(payload, title) of a postback made by `with_buttons` or the rich menu."""
    payload, _, title = data.partition("\n")
    return payload, title


def short_label(title: str) -> str:
    """At most 20 characters: without what stands in brackets, else up to a pause, else cut."""
    if len(title) <= _LONGEST_LABEL:
        return title
    plain = _ASIDE.sub("", title).strip() or title
    if len(plain) <= _LONGEST_LABEL:
        return plain
    room = plain[: _LONGEST_LABEL - 1]
    pauses = [match.start() for match in _PAUSE.finditer(room) if match.start() > len(room) // 2]
    return f"{room[: pauses[-1]] if pauses else room}…"


def _postback(button: Mapping[str, str]) -> dict[str, str]:
    """The title goes along: it is what was said, as if typed, and stays readable in the chat."""
    title, payload = button["title"], button["payload"]
    whole = f"{payload}\n{title}"
    data = whole if len(whole.encode("utf-16-le")) <= _LONGEST_DATA * 2 else payload
    return {"type": "postback", "label": short_label(title), "data": data, "displayText": title[:_LONGEST_DATA]}


def _section(label: str, lines: Sequence[str]) -> list[dict[str, Any]]:
    return [_line(label, weight="bold", margin="lg", color=_QUIET), *(_tick(line) for line in lines)]


def _tick(line: str) -> dict[str, Any]:
    return {"type": "box", "layout": "baseline", "spacing": "sm", "contents": [_line("□", flex=0), _line(line, flex=1)]}


def _line(text: str, **more: str | int) -> dict[str, Any]:
    return {"type": "text", "text": text, "wrap": True, "color": _INK, **more}
