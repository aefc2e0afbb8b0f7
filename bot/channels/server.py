"""The web server that carries the channels; none of Rasa's own HTTP API is exposed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sanic import HTTPResponse, Request, Sanic
from sanic.config import Config
from sanic.exceptions import SanicException
from sanic.response import json as json_response

from bot.channels.assets import page_asset, widget_script
from bot.channels.clients import counted_client
from bot.channels.connections import OF_CLIENT, Connections
from bot.channels.description import description
from bot.channels.health import PATHS as ALWAYS_ANSWERED
from bot.channels.health import health_channel
from bot.channels.limits import Limits, TooMany, come_back
from bot.channels.origins import share_with
from bot.channels.policy import page_policy
from bot.channels.pressure import Pressure
from bot.channels.request_head import LARGEST_HEAD
from bot.channels.session import Sessions
from bot.channels.watching import WatchedRequest, watch_requests
from bot.channels.web import web_channel
from bot.engine.metrics import Metrics
from bot.logs import what_failed
from bot.settings import PROXIES

if TYPE_CHECKING:
    from bot.engine.bot import Bot

_log = logging.getLogger(__name__)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": page_policy(),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
_DELIVERIES = ("/line/webhook", "/telegram/webhook")
_OPENING = "/api/session"
_QUESTIONS = (_OPENING, "/api/messages", "/staff/api/search", "/staff/api/card")
_SAID = {
    404: "その住所には何もありません",
    405: "その住所では、そのメソッドを使えません",
    413: "大きすぎます（1つの要求は16KBまで）",
    417: "Expect は使えません",
    503: "混み合っています。少し待ってから、もう一度お試しください",
}
"""In place of Sanic's own words, which repeat what the client sent."""
_WIDGET_HEADERS = {"Cache-Control": "max-age=300", "Cross-Origin-Resource-Policy": "cross-origin"}


def make_server(
    bot: Bot, sessions: Sessions, limits: Limits, largest_request: int, origins: Sequence[str] = (), metrics: Metrics | None = None, proxies: int = 0
) -> Sanic:
    """A new channel's blueprint is registered here. `origins` are the other sites that may embed the widget.

    `proxies` is how many of ours stand in front, each of which adds whom it saw to X-Forwarded-For. Run it with BoundedProtocol.
    """
    # Without a prefix Sanic takes settings from the environment: some of them decide whose word on an address counts.
    server = Sanic("jpki_bot", config=Config(env_prefix=""), configure_logging=False, request_class=WatchedRequest)
    server.config.REQUEST_MAX_SIZE, server.config.REQUEST_MAX_HEADER_SIZE = largest_request, LARGEST_HEAD
    server.config.FALLBACK_ERROR_FORMAT = "json"
    server.config.KEEP_ALIVE_TIMEOUT, server.config.REQUEST_TIMEOUT = 15, 10
    server.config.PROXIES_COUNT = proxies or None
    server.ctx.connections = Connections(None if proxies or not limits.hold else OF_CLIENT)
    metrics = metrics or Metrics(lambda: bot.content, bot.faults.lasting, bot.clock)
    watch_requests(server, metrics)
    server.blueprint(health_channel(bot, metrics))
    server.blueprint(web_channel(bot, sessions, limits))
    share_with(server, origins)
    if limits.hold:
        _shed(server, bot, limits, metrics)
    _pace(server, bot, limits)
    if not proxies:
        _hint_at_proxies(server)
    widget, style, icon = widget_script(), page_asset("page.css", "text/css"), page_asset("icon.svg", "image/svg+xml")
    described = description()
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

    @server.get("/openapi.json")
    async def openapi(request: Request) -> HTTPResponse:
        return described.reply(request)

    @server.get("/widget.js")
    async def script(request: Request) -> HTTPResponse:
        return widget.reply(request, _WIDGET_HEADERS)

    @server.exception(Exception)
    async def failed(_: Request, error: Exception) -> HTTPResponse:
        if isinstance(error, SanicException):
            headers = {"Allow": allowed} if (allowed := (getattr(error, "headers", None) or {}).get("Allow")) else None
            said = _SAID.get(error.status_code, str(error))
            return json_response({"error": said}, status=error.status_code, headers=headers, ensure_ascii=False)
        _log.error("答えられませんでした", extra=what_failed(error))
        return json_response({"error": bot.trouble()}, status=500, ensure_ascii=False)

    @server.middleware("response")
    async def headers(_: Request, response: HTTPResponse) -> None:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)

    return server


def _shed(server: Sanic, bot: Bot, limits: Limits, metrics: Metrics) -> None:
    """Questions that would wait too long are refused before anything else is done for them: in a flood a refusal must cost little."""
    pressure = Pressure()

    async def start(*_: object) -> None:
        pressure.start()

    async def stop(*_: object) -> None:
        await pressure.stop()

    server.register_listener(start, "after_server_start")
    server.register_listener(stop, "before_server_stop")

    @server.middleware("request")
    async def shed(request: Request) -> HTTPResponse | None:
        if request.path not in _QUESTIONS or not (pressure.is_high() or (request.path != _OPENING and limits.is_full(counted_client(request)))):
            return None
        metrics.refused("pressure")
        return _too_many(bot, TooMany(come_back()))


def _too_many(bot: Bot, error: TooMany) -> HTTPResponse:
    return json_response({"error": bot.busy()}, status=429, headers={"Retry-After": str(error.seconds)}, ensure_ascii=False)


def _pace(server: Sanic, bot: Bot, limits: Limits) -> None:
    """Whatever is asked, a client that asks too often is told when to come back."""

    @server.middleware("request")
    async def pace(request: Request) -> HTTPResponse | None:
        # Whoever watches the server must see it in a flood.
        if request.path in ALWAYS_ANSWERED:
            return None
        try:
            await limits.request(counted_client(request), delivers=request.path in _DELIVERIES)
        except TooMany as error:
            # Raised from here, it would end the connection without an answer where no route was found.
            return _too_many(bot, error)
        return None


def _hint_at_proxies(server: Sanic) -> None:
    """Once: behind a proxy that nobody declared, all its clients would share one client's limits."""

    @server.middleware("request")
    async def hint(request: Request) -> None:
        if not hasattr(server.ctx, "hinted") and "x-forwarded-for" in request.headers:
            server.ctx.hinted = True
            _log.warning("プロキシからの要求のようです。前にプロキシがあるなら、その数を %s に書いてください（docs/security.md）", PROXIES)
