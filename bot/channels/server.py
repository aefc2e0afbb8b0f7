"""The web server that carries the channels; none of Rasa's own HTTP API is exposed."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from sanic import HTTPResponse, Request, Sanic
from sanic.exceptions import SanicException
from sanic.response import file
from sanic.response import json as json_response

from bot.channels.session import Sessions
from bot.channels.web import web_channel

if TYPE_CHECKING:
    from bot.engine.bot import Bot

_log = logging.getLogger(__name__)
_PAGES = Path(__file__).resolve().parent.parent / "web"
_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "; ".join(_POLICY),
    "Cache-Control": "no-store",
}


def make_server(bot: Bot, sessions: Sessions, largest_request: int) -> Sanic:
    """A new channel's blueprint is registered here."""
    server = Sanic("jpki_bot", configure_logging=False)
    server.config.REQUEST_MAX_SIZE = largest_request
    server.config.FALLBACK_ERROR_FORMAT = "json"
    server.config.KEEP_ALIVE_TIMEOUT = 15
    server.config.REQUEST_TIMEOUT = 15
    server.blueprint(web_channel(bot, sessions))

    @server.get("/")
    async def page(_: Request) -> HTTPResponse:
        return await file(_PAGES / "index.html")

    @server.get("/page.js")
    async def script(_: Request) -> HTTPResponse:
        return await file(_PAGES / "page.js")

    @server.get("/page.css")
    async def style(_: Request) -> HTTPResponse:
        return await file(_PAGES / "page.css")

    @server.exception(Exception)
    async def failed(_: Request, error: Exception) -> HTTPResponse:
        if isinstance(error, SanicException):
            return json_response({"error": str(error)}, status=error.status_code, ensure_ascii=False)
        _log.error("request failed: %s", type(error).__name__)
        return json_response({"error": bot.trouble()}, status=500, ensure_ascii=False)

    @server.middleware("response")
    async def headers(_: Request, response: HTTPResponse) -> None:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)

    return server
