"""Each request under a name of its own: in its answer, in the log, and counted."""

from __future__ import annotations

import logging
import re
import secrets
from time import monotonic, perf_counter
from typing import Any

from sanic import HTTPResponse, Request, Sanic

from bot.channels.health import PATHS
from bot.engine.metrics import METHODS, OTHER, Metrics
from bot.logs import begin_request, leave_request

HEADER = "X-Request-Id"
_SANE = re.compile(r"[A-Za-z0-9-]{8,64}")
_REFUSALS = {401: "unauthorized", 413: "too_large"}
_SIGN_IN = "/staff/sign-in"
_log = logging.getLogger(__name__)


class WatchedRequest(Request):  # type: ignore[misc]
    """Has its name and its clock from the moment its headers are read, before its body is."""

    def __init__(self, *parts: Any, **named: Any) -> None:
        # Where it cannot be read, what is logged about it must not go under the name of the one before it on this connection.
        leave_request()
        super().__init__(*parts, **named)
        given = self.headers.getone(HEADER, "")
        self.ctx.name = given if _SANE.fullmatch(given) else secrets.token_hex(8)
        self.ctx.began = perf_counter()
        begin_request(self.ctx.name)


class _Lines:
    """What the log says of requests: of good answers to those who watch nothing, of refusals one a second, with how many there were since.

    In a flood a line for each would cost more than the refusal, and fill the disk. Who guesses a password is told of each time.
    """

    def __init__(self) -> None:
        self._refused, self._next = 0, float("-inf")

    def write(self, route: str, method: str, status: int, seconds: float) -> None:
        if route in PATHS and status < 400:
            return
        fields = {"route": route, "method": method, "status": status, "milliseconds": round(seconds * 1000, 1)}
        if status == 429 and route != _SIGN_IN:
            self._refused += 1
            if monotonic() < self._next:
                return
            fields["refused"], self._refused, self._next = self._refused, 0, monotonic() + 1
        _log.log(logging.WARNING if status >= 500 else logging.INFO, "request", extra=fields)


def watch_requests(server: Sanic, metrics: Metrics) -> None:
    """The server's request class must be WatchedRequest."""
    lines = _Lines()

    @server.middleware("response")
    async def tell(request: Request, response: HTTPResponse) -> None:
        response.headers[HEADER] = request.ctx.name
        route = f"/{request.route.path}" if request.route else OTHER
        method, seconds = request.method if request.method in METHODS else OTHER, perf_counter() - request.ctx.began
        metrics.requested(route, method, response.status, seconds)
        if reason := "sign_in" if response.status == 429 and route == _SIGN_IN else _REFUSALS.get(response.status):
            metrics.refused(reason)
        lines.write(route, method, response.status, seconds)
