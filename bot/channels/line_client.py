"""LINE's Messaging API over HTTP, as much of it as the bot uses. The official SDK needs a pydantic that Rasa 3.6 cannot live with."""

from __future__ import annotations

import asyncio
import itertools
import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from time import monotonic
from typing import Any

import httpx

from bot.channels.line_messages import Message

_log = logging.getLogger(__name__)
_MOST_TRIES = 5
_SECONDS = 8.0
_LONGEST_PAUSE = 16.0
_BAD_REQUEST, _TOO_MANY, _BROKEN = 400, 429, 500
_REFUSES_TOKEN = (401, 403)
_CONFLICT = 409
_RETRY_KEYS = uuid.UUID("6c1f0d5e-7f0b-4d0c-9a35-1d1f0c1e9b52")


class LineError(Exception):
    """LINE did not do what was asked; the message says what to look at."""


class Outcome(Enum):
    """`UNSURE`: it may have arrived, though LINE never said so. `UNSENT`: it certainly has not."""

    ACCEPTED = auto()
    REFUSED = auto()
    UNSENT = auto()
    UNSURE = auto()


@dataclass(frozen=True)
class _Tried:
    """`status` None: no usable answer came. `doubtful`: an attempt may have arrived all the same."""

    status: int | None
    doubtful: bool
    body: bytes = b""


class LineClient:
    """`api` and `uploads` are where LINE listens. Every call tries again after 429, 5xx and a broken connection, up to the moment `until` of `clock`."""

    def __init__(
        self,
        token: str,
        api: str,
        uploads: str,
        *,
        seconds: float = _SECONDS,
        clock: Callable[[], float] = monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._api, self._uploads, self._seconds = api, uploads, seconds
        self._clock, self._sleep = clock, sleep
        limits = httpx.Limits(max_connections=50, max_keepalive_connections=20)
        self._http = httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, limits=limits, trust_env=False)

    async def reply(self, token: str, messages: Sequence[Message], until: float, tried: bool = False) -> Outcome:
        """A reply token works once: a refusal after a doubtful attempt (`tried`: of an earlier process) means that attempt had arrived."""
        sent = await self._send("POST", f"{self._api}/v2/bot/message/reply", until, json={"replyToken": token, "messages": list(messages)})
        if (sent.doubtful or tried) and sent.status == _BAD_REQUEST:
            return Outcome.ACCEPTED
        return _outcome(sent)

    async def push(self, user: str, messages: Sequence[Message], until: float, event: str) -> Outcome:
        """The retry key belongs to the event that is answered: LINE sends the answer once, whichever process asks."""
        body, key = {"to": user, "messages": list(messages)}, str(uuid.uuid5(_RETRY_KEYS, ascii(event)))
        sent = await self._send("POST", f"{self._api}/v2/bot/message/push", until, json=body, headers={"X-Line-Retry-Key": key})
        return Outcome.ACCEPTED if sent.status == _CONFLICT else _outcome(sent)

    async def menus(self) -> list[Mapping[str, Any]]:
        """The rich menus of the account. Raises LineError, as all below."""
        return list((await self._ask("GET", f"{self._api}/v2/bot/richmenu/list")).get("richmenus", []))

    async def add_menu(self, definition: Mapping[str, Any]) -> str:
        """The new menu's id."""
        made = await self._ask("POST", f"{self._api}/v2/bot/richmenu", json=definition)
        if not isinstance(made.get("richMenuId"), str):
            raise LineError("LINEの答えにリッチメニューのidがありません。少し待って、もう一度動かしてください")
        return str(made["richMenuId"])

    async def put_menu_image(self, menu: str, png: bytes) -> None:
        await self._ask("POST", f"{self._uploads}/v2/bot/richmenu/{menu}/content", content=png, headers={"Content-Type": "image/png"})

    async def show_menu_to_all(self, menu: str) -> None:
        await self._ask("POST", f"{self._api}/v2/bot/user/all/richmenu/{menu}")

    async def remove_menu(self, menu: str) -> None:
        await self._ask("DELETE", f"{self._api}/v2/bot/richmenu/{menu}")

    async def close(self) -> None:
        await self._http.aclose()

    async def _ask(self, method: str, url: str, **request: Any) -> Mapping[str, Any]:
        tried = await self._send(method, url, self._clock() + 60, **request)
        if tried.status in _REFUSES_TOKEN:
            raise LineError("LINEがチャネルアクセストークンを断りました。JPKI_BOT_LINE_TOKEN を確かめてください")
        if tried.status != httpx.codes.OK:
            raise LineError(f"LINEが要求を受け付けませんでした（{tried.status or 'つながらない'}）")
        try:
            body = httpx.Response(tried.status, content=tried.body or b"{}").json()
        except ValueError as error:
            raise LineError("LINEの答えが読めません。少し待って、もう一度動かしてください") from error
        return body if isinstance(body, dict) else {}

    async def _send(self, method: str, url: str, until: float, **request: Any) -> _Tried:
        doubtful, status = False, None
        for attempt in itertools.count(1):
            pause, status = min(2.0 ** (attempt - 1), _LONGEST_PAUSE), None
            try:
                answer = await self._http.request(method, url, timeout=min(self._seconds, max(0.1, until - self._clock())), **request)
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
                pass
            except httpx.HTTPError:
                doubtful = True
            else:
                status = answer.status_code
                if status != _TOO_MANY and status < _BROKEN:
                    return _Tried(status, doubtful, answer.content)
                doubtful, pause = doubtful or status >= _BROKEN, _retry_after(answer) or pause
            if attempt == _MOST_TRIES or self._clock() + pause >= until:
                break
            await self._sleep(pause)
        return _Tried(status, doubtful)


def _retry_after(answer: httpx.Response) -> float | None:
    seconds = answer.headers.get("Retry-After", "")
    return float(seconds) if seconds.isascii() and seconds.isdigit() else None


def _outcome(tried: _Tried) -> Outcome:
    if tried.status == httpx.codes.OK:
        return Outcome.ACCEPTED
    if tried.status in _REFUSES_TOKEN:
        _log.error("LINEがチャネルアクセストークンを断りました。JPKI_BOT_LINE_TOKEN を確かめてください")
    if tried.doubtful:
        return Outcome.UNSURE
    return Outcome.UNSENT if tried.status in (None, _TOO_MANY) else Outcome.REFUSED
