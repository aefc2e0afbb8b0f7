"""What LINE's webhook brings, reduced to what the bot needs of it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class EventsError(Exception):
    """A body that LINE does not send."""


@dataclass(frozen=True)
class Event:
    """`chat` is the user's id, or that of the group the event comes from; `at` is LINE's time in milliseconds, `received` ours in seconds.

    `text` is None for a message of another kind; `data` belongs to a postback; `album` is common to pictures sent together.
    `again`: an earlier process took it in; `tried`: that one may have sent an answer; `hidden`: kinds of private data that it blanked.
    """

    kind: str
    id: str
    at: int
    received: float
    chat: str
    private: bool
    redelivered: bool
    reply_token: str | None
    text: str | None
    data: str | None
    album: str | None
    again: bool = False
    tried: bool = False
    hidden: tuple[str, ...] = ()


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Whether LINE made the signature over just these bytes; takes the same time for every wrong one."""
    expected = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())
    return hmac.compare_digest(expected, signature.encode("utf-8", "replace"))


def read_events(body: bytes, received: float) -> list[Event]:
    """In order of their time. Events of a form we do not know are left out. Raises EventsError."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise EventsError("本文が JSON として読めません") from error
    events = content.get("events") if isinstance(content, dict) else None
    if not isinstance(events, list):
        raise EventsError("events がありません")
    found = [event for raw in events if (event := _event(raw, received))]
    return sorted(found, key=lambda event: event.at)


def _event(raw: object, received: float) -> Event | None:
    """None for what is not for us to answer, as for an event that another module of the account handles (standby)."""
    event, source = _mapping(raw), _mapping(_mapping(raw).get("source"))
    kind, name, chat = _word(event, "type"), _word(event, "webhookEventId"), _chat(source)
    at = event.get("timestamp")
    if kind is None or name is None or chat is None or event.get("mode", "active") != "active":
        return None
    message = _mapping(event.get("message"))
    return Event(
        kind=kind,
        id=name,
        at=at if isinstance(at, int) else 0,
        received=received,
        chat=chat,
        private=source.get("type") == "user",
        redelivered=_mapping(event.get("deliveryContext")).get("isRedelivery") is True,
        reply_token=_word(event, "replyToken"),
        text=_word(message, "text") if message.get("type") == "text" else None,
        data=_word(_mapping(event.get("postback")), "data"),
        album=_word(_mapping(message.get("imageSet")), "id"),
    )


def _chat(source: Mapping[str, Any]) -> str | None:
    names = {"user": "userId", "group": "groupId", "room": "roomId"}
    return _word(source, names.get(str(source.get("type")), ""))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _word(values: Mapping[str, Any], name: str) -> str | None:
    value = values.get(name)
    return value if isinstance(value, str) and value else None
