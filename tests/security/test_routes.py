"""Which routes there are: those that are documented, and none of Rasa's."""

from __future__ import annotations

import json
import re

import pytest
from sanic import Sanic

from bot.channels.description import description
from tests.conftest import PROJECT
from tests.security.conftest import Running

_METHODS = ("get", "post", "put", "patch", "delete", "options", "head")
_RASAS = (
    "/version",
    "/status",
    "/conversations/x/tracker",
    "/conversations/x/tracker/events",
    "/conversations/x/story",
    "/conversations/x/execute",
    "/conversations/x/trigger_intent",
    "/conversations/x/predict",
    "/conversations/x/messages",
    "/model",
    "/model/train",
    "/model/test/stories",
    "/model/test/intents",
    "/model/predict",
    "/model/parse",
    "/domain",
    "/webhooks/rest",
    "/webhooks/rest/webhook",
    "/webhooks/callback/webhook",
    "/webhooks/telegram/webhook",
    "/webhooks/telegram/set_webhook",
    "/socket.io",
    "/webhook",
    "/actions",
)
_SLASHES = re.compile(r"<(\w+):\w+>")


def _routes(server: Sanic) -> set[tuple[str, str]]:
    found = {(method.lower(), _SLASHES.sub(r"{\1}", "/" + route.path.lstrip("/"))) for route in server.router.routes for method in route.methods}
    return {(method, path) for method, path in found if method not in ("options", "head")}


def _described() -> set[tuple[str, str]]:
    paths = json.loads(description().body)["paths"]
    return {(method, path) for path, operations in paths.items() for method in operations}


def _of_the_staff_page() -> set[tuple[str, str]]:
    """The table of docs/security.md: what only our own page calls."""
    text = (PROJECT / "docs" / "security.md").read_text(encoding="utf-8")
    return {(method.lower(), path) for method, path in re.findall(r"`(GET|POST) (/staff[^`]*)`", text)}


def _of_the_readme() -> set[tuple[str, str]]:
    table = (PROJECT / "README.md").read_text(encoding="utf-8").partition("## HTTPで使う")[2].partition("\n## ")[0]
    return {(method.lower(), path) for method, path in re.findall(r"`(GET|POST|DELETE|PUT|PATCH) (/[^`]*)`", table)}


def test_the_server_has_the_documented_routes_and_no_other(assembled: Sanic) -> None:
    assert _routes(assembled) == _described() | _of_the_staff_page()


def test_the_readme_lists_what_the_description_describes() -> None:
    assert _of_the_readme() == _described()


def test_the_description_is_served_as_it_is_written(full: Running) -> None:
    reply = full.client.get("/openapi.json")
    assert reply.headers["content-type"] == "application/json" and reply.content == description().body


@pytest.mark.parametrize("path", _RASAS)
def test_nothing_of_rasas_own_interface_is_there_by_any_method(full: Running, path: str) -> None:
    for method in _METHODS:
        for asked in (path, f"{path}/"):
            reply = full.client.request(method, asked, params={"token": "x"})
            assert reply.status_code == 404 and "rasa" not in reply.text.lower(), (method, asked)


@pytest.mark.parametrize("method", ["put", "patch", "head", "trace"])
def test_a_method_that_a_route_does_not_take_is_refused_with_those_it_takes(full: Running, method: str) -> None:
    for path in ("/api/session", "/api/messages", "/api/catalogue", "/health", "/ready", "/"):
        reply = full.client.request(method, path)
        assert reply.status_code == 405 and set(reply.headers["allow"].replace(" ", "").split(",")) <= {"GET", "POST", "DELETE"}
