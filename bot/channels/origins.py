"""Which other sites' pages may speak with this server: an explicit list, never all."""

from __future__ import annotations

from collections.abc import Sequence

from sanic import HTTPResponse, Request, Sanic
from sanic.response import empty

_SHARED = ("/api/session", "/api/messages", "/api/catalogue", "/widget.js")
"""What the widget uses; nothing else is opened to other sites."""
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Access-Control-Max-Age": "600",
}


def share_with(server: Sanic, origins: Sequence[str]) -> None:
    """Answers preflights and marks replies for `origins`; every other site gets none of the headers."""

    @server.middleware("request")
    async def preflight(request: Request) -> HTTPResponse | None:
        if request.method != "OPTIONS" or request.path not in _SHARED:
            return None
        allowed = request.headers.get("origin") in origins
        return empty(status=204, headers=dict(_PREFLIGHT)) if allowed else empty(status=403)

    @server.middleware("response")
    async def mark(request: Request, response: HTTPResponse) -> None:
        if request.path not in _SHARED:
            return
        response.headers["Vary"] = ", ".join(filter(None, (response.headers.get("Vary"), "Origin")))
        origin = request.headers.get("origin")
        if origin in origins:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = "Retry-After"
