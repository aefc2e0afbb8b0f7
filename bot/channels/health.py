"""For whoever watches the server: GET /health, /ready and /metrics. No limit applies to them."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from collections.abc import Callable, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sanic import Blueprint, HTTPResponse, Request
from sanic.response import json as json_response
from sanic.response import raw

from bot.engine.faults import Fault
from bot.engine.metrics import Metrics
from bot.engine.rows import StoreError
from bot.logs import what_failed

if TYPE_CHECKING:
    from bot.engine.bot import Bot

PATHS = ("/health", "/ready", "/metrics")
_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_KEPT_SECONDS, _FAILURE_KEPT_SECONDS = 5.0, 1.0
_PATIENCE = 10.0
_ANSWERED = ("answer", "ask_back")
_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")
_log = logging.getLogger(__name__)


class Readiness:
    """Whether questions are really answered: one of the menu's goes the whole way, through model, store and knowledge.

    Whoever asks within the next seconds hears the same, and whoever asks meanwhile waits for the same one. `patience` is how
    many seconds the answer may take.
    """

    def __init__(self, bot: Bot, clock: Callable[[], float] = monotonic, patience: float = _PATIENCE) -> None:
        self._bot, self._clock, self._patience = bot, clock, patience
        self._one_at_a_time = asyncio.Lock()
        self._found: tuple[str, ...] = ()
        self._until = float("-inf")

    async def missing(self) -> tuple[str, ...]:
        """The names of what keeps questions from being answered; empty when it is ready."""
        async with self._one_at_a_time:
            if self._clock() >= self._until:
                self._found = await self._look()
                self._until = self._clock() + (_FAILURE_KEPT_SECONDS if self._found else _KEPT_SECONDS)
            return self._found

    async def _look(self) -> tuple[str, ...]:
        answers = await self._answers()
        found = {"model": self._bot.is_ready(), "store": self._stores(), "answer": answers}
        return tuple(name for name, is_there in found.items() if not is_there)

    def _stores(self) -> bool:
        try:
            self._bot.probe()
        except StoreError:
            return False
        return True

    async def _answers(self) -> bool:
        entry = self._bot.content.base.menu.groups[0].topics[0]
        try:
            answer = await asyncio.wait_for(self._bot.consult(entry.questions[0], channel=None), self._patience)
        except Exception as error:
            _log.error("確かめの質問に答えられません", extra=what_failed(error))
            return False
        return answer["topic"] == entry.topic and answer["outcome"] in _ANSWERED


def health_channel(bot: Bot, metrics: Metrics) -> Blueprint:
    """/health tells names only: what a fault means and what to do stands in the log."""
    blueprint = Blueprint("health", url_prefix="/")
    readiness = Readiness(bot)

    @blueprint.get("/health")
    async def health(_: Request) -> HTTPResponse:
        lasting, past = bot.faults.lasting(), bot.faults.past()
        return json_response({"status": "degraded" if lasting else "ok", "faults": _shown(lasting), "past": _shown(past)})

    @blueprint.get("/ready")
    async def ready(_: Request) -> HTTPResponse:
        missing = await readiness.missing()
        return json_response({"ready": not missing, "missing": list(missing)}, status=503 if missing else 200)

    @blueprint.get("/metrics")
    async def counts(request: Request) -> HTTPResponse:
        if not is_this_computer(request):
            return json_response({"error": "/metrics は、このコンピュータの中からだけ読めます"}, status=403, ensure_ascii=False)
        return raw(metrics.text(), content_type=_METRICS_TYPE)

    return blueprint


def _shown(faults: Sequence[Fault]) -> list[dict[str, Any]]:
    return [
        {"name": fault.name, "since": fault.since.isoformat(timespec="seconds")} | ({"until": fault.until.isoformat(timespec="seconds")} if fault.until else {})
        for fault in faults
    ]


def is_this_computer(request: Request) -> bool:
    """No proxy brings it, and no page of another site whose name was made to lead here."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    host = _host(request)
    return _is_loopback(request.ip) and (host == "localhost" or _is_loopback(host))


def _host(request: Request) -> str:
    """The name that the client called us by, without the port."""
    try:
        return urlsplit(f"//{request.headers.getone('host', '')}").hostname or ""
    except ValueError:
        return ""


def _is_loopback(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_loopback
