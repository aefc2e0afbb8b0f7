"""Files that pages load: read once, compressed once, with the hash that a page can pin them by."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from sanic import HTTPResponse, Request
from sanic.response import raw

PAGES = Path(__file__).resolve().parent.parent / "web"
_WIDGET = PAGES / "widget"
_PARTS = (
    "labels",
    "dom",
    "text",
    "private_number",
    "store",
    "client",
    "answer_layout",
    "card",
    "printing",
    "suggestions",
    "combobox",
    "menu",
    "transcript",
    "conversation",
    "panel",
    "element",
)
"""In this order: what a part needs stands before it."""


class Asset:
    """One file as it is served."""

    def __init__(self, body: bytes, media_type: str) -> None:
        self.body, self.media_type = body, media_type

    @cached_property
    def compressed(self) -> bytes:
        return gzip.compress(self.body, 9, mtime=0)

    @cached_property
    def integrity(self) -> str:
        """For the `integrity` attribute of a script element."""
        return "sha384-" + base64.b64encode(hashlib.sha384(self.body).digest()).decode()

    @cached_property
    def _tag(self) -> str:
        return '"' + hashlib.sha256(self.body).hexdigest()[:20] + '"'

    def reply(self, request: Request, headers: Mapping[str, str] | None = None) -> HTTPResponse:
        """Compressed where the client takes it, and nothing but 304 where it holds the same file."""
        fields = {"ETag": self._tag, "Vary": "Accept-Encoding", **(headers or {})}
        if request.headers.get("if-none-match", "").removeprefix("W/") == self._tag:
            return HTTPResponse(status=304, headers=fields)
        packed = "gzip" in request.headers.get("accept-encoding", "")
        fields |= {"Content-Encoding": "gzip"} if packed else {}
        return raw(self.compressed if packed else self.body, headers=fields, content_type=self.media_type)


def page_asset(name: str, media_type: str, **fields: str) -> Asset:
    """A file of bot/web; each `{name}` of `fields` is filled in."""
    text = (PAGES / name).read_text(encoding="utf-8")
    for field, value in fields.items():
        text = text.replace(f"{{{field}}}", value)
    return Asset(text.encode(), f"{media_type}; charset=utf-8")


def widget_script() -> Asset:
    """widget.js: the parts in one function, so that a page gets one request and no global name."""
    style = json.dumps((_WIDGET / "widget.css").read_text(encoding="utf-8"), ensure_ascii=False)
    parts = [f"const STYLE = {style};", *((_WIDGET / f"{name}.js").read_text(encoding="utf-8").strip() for name in _PARTS)]
    script = '"use strict";\n(() => {\n' + "\n\n".join(parts) + "\n})();\n"
    return Asset(script.encode(), "text/javascript; charset=utf-8")
