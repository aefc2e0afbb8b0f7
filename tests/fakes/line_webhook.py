"""The other side of LINE: signed events to the bot's webhook, in the documented format."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import time
import uuid
from typing import Any

import httpx

from tests.fakes.line_api import LineApi

SECRET = "a-channel-secret"
Event = dict[str, Any]
_ticks = itertools.count()


def signature(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def a_user() -> str:
    return f"U{uuid.uuid4().hex}"


def delivery(*events: Event) -> bytes:
    """The body that brings `events`."""
    return json.dumps({"destination": "U" + "0" * 32, "events": list(events)}, ensure_ascii=False).encode()


class LineEvents:
    """Makes events, each with a reply token of `api`."""

    def __init__(self, api: LineApi) -> None:
        self._api = api

    def text(self, user: str, text: str) -> Event:
        return self.event("message", user, message={"id": str(next(_ticks)), "type": "text", "quoteToken": "q", "text": text})

    def message(self, user: str, kind: str, **more: Any) -> Event:
        return self.event("message", user, message={"id": str(next(_ticks)), "type": kind, **more})

    def postback(self, user: str, data: str) -> Event:
        return self.event("postback", user, postback={"data": data})

    def event(self, kind: str, user: str, source: dict[str, str] | None = None, **more: Any) -> Event:
        """Its reply token belongs to `user` (or to the group that `source` names)."""
        with_token = {} if kind in ("unfollow", "leave", "unsend") else {"replyToken": self._api.reply_token(user)}
        return {
            "type": kind,
            "mode": "active",
            "timestamp": int(time.time() * 1000) + next(_ticks),
            "source": source or {"type": "user", "userId": user},
            "webhookEventId": f"01{uuid.uuid4().hex[:24].upper()}",
            "deliveryContext": {"isRedelivery": False},
            **with_token,
            **more,
        }


class LineWebhook(LineEvents):
    """Brings events to the server behind `client`."""

    def __init__(self, client: httpx.Client, api: LineApi) -> None:
        super().__init__(api)
        self._client = client

    def deliver(self, *events: Event) -> httpx.Response:
        body = delivery(*events)
        return self.raw(body, signature(body))

    def raw(self, body: bytes, signed: str | None) -> httpx.Response:
        headers = {"Content-Type": b"application/json; charset=utf-8", **({} if signed is None else {"x-line-signature": signed.encode()})}
        return self._client.post("/line/webhook", content=body, headers=headers)

    def say(self, user: str, text: str) -> str:
        """Delivers one text; the reply token by which to know its answer."""
        event = self.text(user, text)
        assert self.deliver(event).status_code == 200
        return str(event["replyToken"])


def again(event: Event) -> Event:
    """As LINE delivers it once more: the same but for the mark."""
    return {**event, "deliveryContext": {"isRedelivery": True}}
