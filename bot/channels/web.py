"""The JSON endpoint: POST /api/session, POST /api/messages, DELETE /api/session and GET /api/catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sanic import Blueprint, HTTPResponse, Request
from sanic.response import json as json_response

from bot.channels.catalogue import Catalogue
from bot.channels.clients import counted_client
from bot.channels.json_body import BodyError, read_object
from bot.channels.limits import Limits, TooMany
from bot.channels.repeats import Repeats
from bot.channels.session import SessionError, Sessions
from bot.engine.faults import FAILED

if TYPE_CHECKING:
    from bot.engine.bot import Bot

_LONGEST_CHOICE = 80
_LONGEST_ID = 64
_RETRY_AFTER = "5"
_CATALOGUE_KEPT = "max-age=600"


class _Unanswered(Exception):
    """The sentence says whom to ask instead. It is no answer to keep: the same message may be sent again."""


class RequestError(Exception):
    """What the client sent cannot be used; the message says which field and why."""


def web_channel(bot: Bot, sessions: Sessions, limits: Limits) -> Blueprint:
    """Every answer is JSON; a message gets exactly one."""
    blueprint = Blueprint("web", url_prefix="/")
    repeats, catalogue = Repeats(), Catalogue(bot)

    @blueprint.post("/api/session")
    async def open_session(request: Request) -> HTTPResponse:
        await limits.session(counted_client(request))
        bot.observer.opened()
        return json_response({"session": sessions.issue(_site(request)), "welcome": bot.welcome()}, status=201)

    @blueprint.delete("/api/session")
    async def forget(request: Request) -> HTTPResponse:
        conversation = sessions.conversation(_bearer(request), _site(request))
        repeats.forget(conversation)
        await bot.forget(conversation)
        return json_response({"forgotten": True})

    @blueprint.post("/api/messages")
    async def message(request: Request) -> HTTPResponse:
        conversation = sessions.conversation(_bearer(request), _site(request))
        body = read_object(request.body)
        text, choice, municipality, own_id = (_field(body, name) for name in ("text", "choice", "municipality", "id"))
        for name, value, longest in (("choice", choice, _LONGEST_CHOICE), ("id", own_id, _LONGEST_ID)):
            if len(value) > longest:
                raise RequestError(f"{name} が長すぎます（{longest}字まで）")
        if municipality and bot.municipality(municipality) is None:
            raise RequestError(f"municipality は {'・'.join(bot.municipality_names())} のどれかです")
        client = counted_client(request)
        if not repeats.holds(conversation, own_id):
            await limits.message(conversation, client)

        async def reply() -> dict[str, Any]:
            name = sessions.message(own_id) if own_id else None
            answer = await bot.reply(conversation, text, choice=choice or None, municipality=municipality or None, message=name)
            if FAILED in answer:
                raise _Unanswered(answer["text"])
            return answer

        with limits.place(client):
            answer = await (repeats.answer(conversation, own_id, reply) if own_id else reply())
        return json_response(answer, ensure_ascii=False)

    @blueprint.get("/api/catalogue")
    async def menu(request: Request) -> HTTPResponse:
        return catalogue.asset().reply(request, {"Cache-Control": _CATALOGUE_KEPT})

    @blueprint.exception(SessionError)
    async def no_session(_: Request, error: SessionError) -> HTTPResponse:
        return json_response({"error": str(error)}, status=401, ensure_ascii=False)

    @blueprint.exception(RequestError, BodyError)
    async def bad_request(_: Request, error: RequestError | BodyError) -> HTTPResponse:
        return json_response({"error": str(error)}, status=400, ensure_ascii=False)

    @blueprint.exception(TooMany)
    async def too_many(_: Request, error: TooMany) -> HTTPResponse:
        return json_response({"error": bot.busy()}, status=429, headers={"Retry-After": str(error.seconds)}, ensure_ascii=False)

    @blueprint.exception(_Unanswered)
    async def unanswered(_: Request, error: _Unanswered) -> HTTPResponse:
        return json_response({"error": str(error)}, status=503, headers={"Retry-After": _RETRY_AFTER}, ensure_ascii=False)

    return blueprint


def _bearer(request: Request) -> str:
    scheme, _, token = (request.headers.get("authorization") or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise SessionError("Authorization: Bearer に session を入れてください（POST /api/session で受け取ります）")
    return token.strip()


def _site(request: Request) -> str:
    """The site whose page asks, as the browser names it; empty for a client that is no page."""
    return str(request.headers.get("origin") or "")


def _field(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise RequestError(f"{name} は文字列です")
    return value
