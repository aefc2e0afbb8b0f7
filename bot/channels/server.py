"""The web server that carries the channels; none of Rasa's own HTTP API is exposed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sanic import HTTPResponse, Request, Sanic
from sanic.exceptions import SanicException
from sanic.response import json as json_response

from bot.channels.assets import page_asset, widget_script
from bot.channels.health import health_channel
from bot.channels.limits import Limits
from bot.channels.origins import share_with
from bot.channels.policy import page_policy
from bot.channels.session import Sessions
from bot.channels.watching import WatchedRequest, watch_requests
from bot.channels.web import web_channel
from bot.engine.metrics import Metrics
from bot.logs import what_failed

if TYPE_CHECKING:
    from bot.engine.bot import Bot

_log = logging.getLogger(__name__)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": page_policy(),
    "Cache-Control": "no-store",
}
_WIDGET_HEADERS = {"Cache-Control": "max-age=300", "Cross-Origin-Resource-Policy": "cross-origin"}


def make_server(bot: Bot, sessions: Sessions, limits: Limits, largest_request: int, origins: Sequence[str] = (), metrics: Metrics | None = None) -> Sanic:
    """A new channel's blueprint is registered here. `origins` are the other sites that may embed the widget."""
    server = Sanic("jpki_bot", configure_logging=False, request_class=WatchedRequest)
    server.config.REQUEST_MAX_SIZE = largest_request
    server.config.FALLBACK_ERROR_FORMAT = "json"
    server.config.KEEP_ALIVE_TIMEOUT = 15
    server.config.REQUEST_TIMEOUT = 15
    metrics = metrics or Metrics(lambda: bot.content, bot.faults.lasting, bot.clock)
    watch_requests(server, metrics)
    server.blueprint(health_channel(bot, metrics))
    server.blueprint(web_channel(bot, sessions, limits))
    share_with(server, origins)
    widget, style, icon = widget_script(), page_asset("page.css", "text/css"), page_asset("icon.svg", "image/svg+xml")
    page = page_asset("index.html", "text/html", integrity=widget.integrity)

    @server.get("/")
    async def demo(request: Request) -> HTTPResponse:
        return page.reply(request)

    @server.get("/page.css")
    async def demo_style(request: Request) -> HTTPResponse:
        return style.reply(request)

    @server.get("/icon.svg")
    async def demo_icon(request: Request) -> HTTPResponse:
        return icon.reply(request)

    @server.get("/widget.js")
    async def script(request: Request) -> HTTPResponse:
        return widget.reply(request, _WIDGET_HEADERS)

    @server.exception(Exception)
    async def failed(_: Request, error: Exception) -> HTTPResponse:
        if isinstance(error, SanicException):
            return json_response({"error": str(error)}, status=error.status_code, ensure_ascii=False)
        _log.error("答えられませんでした", extra=what_failed(error))
        return json_response({"error": bot.trouble()}, status=500, ensure_ascii=False)

    @server.middleware("response")
    async def headers(_: Request, response: HTTPResponse) -> None:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)

    return server
