"""The staff page at /staff: sign-in, search while typing, cards. Nothing that is typed is kept or logged."""

from __future__ import annotations

import asyncio
import html
import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from sanic import Blueprint, HTTPResponse, Request
from sanic.response import html as html_response
from sanic.response import json as json_response
from sanic.response import raw, redirect

from bot.channels.card_panel import CardPanel, NoReader, stream_read
from bot.channels.clients import client_of
from bot.channels.json_body import BodyError, read_object
from bot.channels.password import PasswordHash
from bot.channels.policy import page_policy
from bot.channels.sign_in import Clock, SignIns, Throttle, same
from bot.dialogue.reference import Reference
from bot.dialogue.topic_cards import DECIDED
from bot.knowledge.staff import StaffWording
from bot.language.romaji import in_kana, is_romaji

if TYPE_CHECKING:
    from bot.engine.bot import Bot

_FILES = Path(__file__).resolve().parent.parent / "web" / "staff"
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
_PATH = "/staff"
_COOKIE, _FORM_COOKIE = "jpki_staff", "jpki_staff_form"
_TOKEN_HEADER = "x-staff-token"
_LONGEST_QUERY = 300


@dataclass(frozen=True)
class Desk:
    """How the staff page is set up. `municipality` is the code that a new tab begins with."""

    password: PasswordHash
    wording: StaffWording
    municipality: str | None
    behind_tls: bool
    idle_minutes: int
    clock: Clock = field(default=time.monotonic)


_LEFT_PARTICLE = re.compile(r"^[のではに]\s+")
"""What stays of 「suginami no madoguchi」 without the municipality."""


class _Refused(Exception):
    """An API request that is not answered: its status and the sentence for it."""

    def __init__(self, status: int, sentence: str) -> None:
        self.status, self.sentence = status, sentence
        super().__init__(sentence)


class _Door:
    """Who may come in: the sign-in form, the session cookie, and the token that goes with it."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._say = desk, desk.wording.sentences
        self._sign_ins = SignIns(desk.idle_minutes * 60, desk.clock)
        self._throttle = Throttle(desk.clock)
        self._one_at_a_time = asyncio.Lock()
        self._page = Template((_FILES / "sign_in.html").read_text(encoding="utf-8"))

    def token(self, request: Request) -> str | None:
        return self._sign_ins.token(request.cookies.get(_COOKIE))

    def check(self, request: Request) -> None:
        """Lets only a signed-in request through; one that changes or asks something must bring the session's token. Raises _Refused."""
        token = self.token(request)
        if token is None:
            raise _Refused(401, self._say.not_signed_in)
        if request.method != "GET" and not same(token, request.headers.get(_TOKEN_HEADER) or ""):
            raise _Refused(403, self._say.bad_token)

    def form(self, message: str = "", status: int = 200, retry_after: int = 0) -> HTTPResponse:
        cookie, token = self._sign_ins.form()
        alert = f'<p id="message" role="alert">{html.escape(message)}</p>' if message else ""
        response = html_response(self._page.substitute(token=token, alert=alert), status=status)
        if retry_after:
            response.headers["Retry-After"] = str(retry_after)
        self._set(response, _FORM_COOKIE, cookie)
        return response

    def greeting(self, request: Request) -> HTTPResponse:
        """The form, with a word on why one stands before it again."""
        if "signed_out" in request.args:
            return self.form(self._say.signed_out)
        return self.form(self._say.ended.format(minutes=self._desk.idle_minutes) if _COOKIE in request.cookies else "")

    async def enter(self, request: Request) -> HTTPResponse:
        if not self._sign_ins.fits_form(request.cookies.get(_FORM_COOKIE), _form_field(request, "token")):
            return self.form(self._say.stale_form, 403)
        client = client_of(request)
        if wait := self._throttle.wait(client):
            return self.form(self._say.throttled.format(wait=self._wait_text(wait)), 429, wait)
        self._throttle.attempt(client)
        async with self._one_at_a_time:
            fits = await asyncio.get_running_loop().run_in_executor(None, self._desk.password.fits, _form_field(request, "password"))
        if not fits:
            return self.form(self._say.wrong_password, 401)
        self._throttle.succeeded(client)
        self._sign_ins.end(request.cookies.get(_COOKIE))
        response = redirect(_PATH, status=303)
        self._set(response, _COOKIE, self._sign_ins.begin())
        self._clear(response, _FORM_COOKIE)
        return response

    def leave(self, request: Request) -> HTTPResponse:
        token = self.token(request)
        if token is not None and not same(token, _form_field(request, "token")):
            return self.form(self._say.stale_form, 403)
        self._sign_ins.end(request.cookies.get(_COOKIE))
        response = redirect(f"{_PATH}?signed_out=1", status=303)
        self._clear(response, _COOKIE)
        return response

    def _wait_text(self, seconds: int) -> str:
        if seconds < 60:
            return self._say.wait_seconds.format(count=seconds)
        return self._say.wait_minutes.format(count=-(-seconds // 60))

    def _set(self, response: HTTPResponse, name: str, value: str) -> None:
        response.cookies[name] = value
        settings: dict[str, Any] = {"path": _PATH, "httponly": True, "samesite": "Strict"}
        for key, setting in (settings | ({"secure": True} if self._desk.behind_tls else {})).items():
            response.cookies[name][key] = setting

    def _clear(self, response: HTTPResponse, name: str) -> None:
        self._set(response, name, "")
        response.cookies[name]["max-age"] = 0


class _Counter:
    """What the page asks: hits and cards, by the same brain that residents talk to."""

    def __init__(self, bot: Bot, reference: Callable[[], Reference], desk: Desk) -> None:
        self._bot, self._reference, self._say = bot, reference, desk.wording.sentences

    async def search(self, body: dict[str, Any]) -> dict[str, Any]:
        query, town = self._text(body, "query"), self.town(body)
        if not query.strip():
            return {"hits": [], "notice": ""}
        understood = await self._understood(query, town)
        hits = [] if understood.get("outcome") == "warning" else self._reference().hits(query, town, understood, self._bot.clock())
        notice = "" if hits else understood.get("text") or self._say.nothing_found
        if stranger := self._reference().sought(query).stranger:
            notice = str((await self._bot.consult(stranger))["lead"])
        return {"hits": [asdict(hit) for hit in hits], "notice": notice}

    async def card(self, body: dict[str, Any]) -> dict[str, Any]:
        query, town = self._text(body, "query"), self.town(body)
        understood = await self._understood(query, town)
        card = self._reference().card(self._text(body, "hit"), query, town, understood, self._bot.clock())
        if card is None:
            raise _Refused(404, self._say.unknown_hit)
        return asdict(card)

    async def _understood(self, query: str, town: str | None) -> dict[str, Any]:
        """The brain's answer. Several words of romaji are read as kana first; a single one may be a word as it stands."""
        sought = self._reference().sought(query)
        if not sought.rest:
            return {}
        typed, kana = sought.rest if sought.stranger else query, _LEFT_PARTICLE.sub("", in_kana(sought.rest))
        readings = [typed] if kana == sought.rest else [kana, typed] if is_romaji(sought.rest) else [typed, kana]
        answers = [await self._bot.consult(readings[0], sought.town(town))]
        if answers[0]["outcome"] not in (*DECIDED, "warning") and len(readings) > 1:
            answers.append(await self._bot.consult(readings[1], sought.town(town)))
        return next((answer for answer in reversed(answers) if answer["outcome"] in DECIDED), answers[0])

    def _text(self, body: dict[str, Any], name: str) -> str:
        value = body.get(name, "")
        if not isinstance(value, str) or len(value) > _LONGEST_QUERY:
            raise _Refused(400, self._say.bad_request)
        return value

    def town(self, body: dict[str, Any]) -> str | None:
        name = self._text(body, "municipality")
        code = self._bot.municipality(name) if name else None
        if name and code is None:
            raise _Refused(400, self._say.bad_request)
        return code


def staff_channel(bot: Bot, reference: Callable[[], Reference], desk: Desk, panel: CardPanel | None = None) -> Blueprint:
    """`reference` gives the one for the knowledge in use. `panel` is a card reader's; without one the page says that there is none."""
    blueprint = Blueprint("staff", url_prefix=_PATH)
    door, counter, card_panel = _Door(desk), _Counter(bot, reference, desk), panel or NoReader(desk.wording.card)
    page = Template((_FILES / "page.html").read_text(encoding="utf-8"))
    files = {path.name: (path.read_bytes(), _TYPES[path.suffix]) for path in _FILES.iterdir() if path.suffix in _TYPES}

    @blueprint.get("/")
    async def show(request: Request) -> HTTPResponse:
        token = door.token(request)
        return html_response(page.substitute(token=token)) if token else door.greeting(request)

    @blueprint.post("/sign-in")
    async def sign_in(request: Request) -> HTTPResponse:
        return await door.enter(request)

    @blueprint.post("/sign-out")
    async def sign_out(request: Request) -> HTTPResponse:
        return door.leave(request)

    @blueprint.get("/api/desk")
    async def show_desk(request: Request) -> HTTPResponse:
        door.check(request)
        towns = [{"code": town.code, "name": town.name} for town in bot.municipalities()]
        return json_response({"towns": towns, "municipality": desk.municipality, "idle_seconds": desk.idle_minutes * 60}, ensure_ascii=False)

    @blueprint.get("/api/reader")
    async def show_reader(request: Request) -> HTTPResponse:
        door.check(request)
        return json_response(asdict(card_panel.view()), ensure_ascii=False)

    @blueprint.post("/api/reader/read")
    async def read(request: Request) -> None:
        door.check(request)
        await stream_read(request, card_panel, counter.town(_body(request, desk)))

    @blueprint.post("/api/reader/watch")
    async def watch(request: Request) -> HTTPResponse:
        door.check(request)
        return json_response({"gone": await card_panel.taken_away()})

    @blueprint.post("/api/search")
    async def search(request: Request) -> HTTPResponse:
        door.check(request)
        return json_response(await counter.search(_body(request, desk)), ensure_ascii=False)

    @blueprint.post("/api/card")
    async def card(request: Request) -> HTTPResponse:
        door.check(request)
        return json_response(await counter.card(_body(request, desk)), ensure_ascii=False)

    @blueprint.get("/files/<name:str>")
    async def file(_: Request, name: str) -> HTTPResponse:
        if name not in files:
            return json_response({"error": desk.wording.sentences.bad_request}, status=404, ensure_ascii=False)
        content, kind = files[name]
        return raw(content, content_type=kind)

    @blueprint.exception(_Refused)
    async def refused(_: Request, error: _Refused) -> HTTPResponse:
        return json_response({"error": error.sentence}, status=error.status, ensure_ascii=False)

    @blueprint.middleware("response")
    async def policy(_: Request, response: HTTPResponse) -> None:
        response.headers["Content-Security-Policy"] = page_policy("'self'")

    return blueprint


def _form_field(request: Request, name: str) -> str:
    return str(request.form.get(name) or "")


def _body(request: Request, desk: Desk) -> dict[str, Any]:
    try:
        return read_object(request.body)
    except BodyError as error:
        raise _Refused(400, desk.wording.sentences.bad_request) from error
