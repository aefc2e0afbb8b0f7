"""Calendar files by link, for chats that cannot carry a file: a random name, a day's life, in memory only."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from time import monotonic

from sanic import Blueprint, HTTPResponse, Request
from sanic.response import text as text_response

_LIFE = 86_400.0
_MOST = 1_000
_OUTSIDE_THE_CHAT = "?openExternalBrowser=1"
"""LINE's own browser saves no files; this opens the phone's."""
File = Mapping[str, str]


class CalendarLinks:
    """`public_url` is where this server is reached from outside. Whoever has a link gets the file; nobody can guess one."""

    def __init__(self, public_url: str, clock: Callable[[], float] = monotonic) -> None:
        self._public_url, self._clock = public_url, clock
        self._files: OrderedDict[str, tuple[float, File]] = OrderedDict()

    def add(self, file: File) -> str:
        """The address of `file` (`name`, `media_type`, `content`)."""
        name = secrets.token_urlsafe(16)
        self._files[name] = (self._clock() + _LIFE, file)
        if len(self._files) > _MOST:
            self._files.popitem(last=False)
        return f"{self._public_url}/calendar/{name}.ics{_OUTSIDE_THE_CHAT}"

    def get(self, name: str) -> File | None:
        ends, file = self._files.get(name, (0.0, None))
        if file is not None and ends <= self._clock():
            del self._files[name]
            return None
        return file


def calendar_channel(links: CalendarLinks, gone: Callable[[], str]) -> Blueprint:
    """GET /calendar/<name>.ics; `gone` is what to say when a link is of yesterday."""
    blueprint = Blueprint("calendar", url_prefix="/calendar")

    @blueprint.get("/<name:str>")
    async def file(_: Request, name: str) -> HTTPResponse:
        found = links.get(name.removesuffix(".ics"))
        if found is None:
            return text_response(gone(), status=404)
        headers = {"Content-Disposition": f'attachment; filename="{found["name"]}"'}
        return text_response(found["content"], headers=headers, content_type=found["media_type"])

    return blueprint
