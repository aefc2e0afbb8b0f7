"""A real Chromium on a really started server: pages, a city's site of another origin, and what a page must never do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, Route

from tests.browser.chromium import launched
from tests.conftest import server

_CITY_POLICY = (
    "default-src 'none'; script-src {bot}; connect-src {bot}; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""What docs/widget.md tells a city to allow, and nothing else."""


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@dataclass
class City:
    """A city's site of another origin. `attributes` go into the one line that embeds the widget."""

    url: str
    policy: str = ""
    bot: str = ""
    attributes: str = 'data-municipality="中野区"'

    def page(self) -> bytes:
        line = f'<script src="{self.bot}/widget.js" {self.attributes} defer></script>'
        return f'<!doctype html><html lang="ja"><title>市のページ</title><main><h1>市のページ</h1></main>{line}</html>'.encode()


@pytest.fixture(scope="package")
def city_site() -> Iterator[City]:
    city = City("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", city.policy)
            self.end_headers()
            self.wfile.write(city.page() if self.path == "/" else b"")

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    site = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    city.url = f"http://127.0.0.1:{site.server_port}"
    threading.Thread(target=site.serve_forever, daemon=True).start()
    yield city
    site.shutdown()


@pytest.fixture(scope="package")
def bot_url(chromium: Browser, model: Path, city_site: City, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The server, which lets the city's site embed the widget."""
    with server(tmp_path_factory.mktemp("browser"), JPKI_BOT_ORIGINS=city_site.url) as (client, _):
        city_site.bot = str(client.base_url).rstrip("/")
        city_site.policy = _CITY_POLICY.format(bot=city_site.bot)
        yield city_site.bot


@pytest.fixture
def city(bot_url: str, city_site: City) -> Iterator[City]:
    attributes = city_site.attributes
    yield city_site
    city_site.attributes = attributes


@dataclass
class Watched:
    """A page and everything it did that a page must not do."""

    page: Page
    faults: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)


_WATCH = """
document.addEventListener("securitypolicyviolation", (event) => console.error(`violation: ${event.violatedDirective} ${event.blockedURI}`));
window.print = () => { window.printed = (window.printed || 0) + 1; };
"""


@pytest.fixture
def opened(chromium: Browser) -> Iterator[Callable[..., Watched]]:
    """Opens an address in a tab of its own; at the end no tab may have failed or broken its policy."""
    made: list[Watched] = []

    def open_page(url: str, *, expect_faults: bool = False, **options: Any) -> Watched:
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 800}, "locale": "ja-JP", **options})
        context.set_default_timeout(10_000)
        context.add_init_script(_WATCH)
        watched = Watched(context.new_page())
        page = watched.page
        page.on("console", lambda message: message.type == "error" and not expect_faults and watched.faults.append(message.text))
        page.on("pageerror", lambda error: watched.faults.append(str(error)))
        page.on("request", lambda request: watched.requests.append(request))
        made.append(watched)
        page.goto(url)
        return watched

    yield open_page
    for watched in made:
        cookies = watched.page.context.cookies()
        watched.page.context.close()
        assert watched.faults == [] and cookies == []


def launcher(page: Page) -> Locator:
    return page.get_by_role("button", name="電子証明書の質問")


def start(page: Page) -> Locator:
    """Opens the panel and gives the input."""
    launcher(page).click()
    page.locator(".menu li").first.wait_for()
    return page.get_by_role("combobox")


def ask(page: Page, text: str) -> Locator:
    """Sends a question and gives its turn in the transcript once it is answered."""
    before = page.locator(".turn").count()
    box = page.get_by_role("combobox")
    box.fill(text)
    box.press("Enter")
    turn = page.locator(".turn").nth(before)
    turn.locator(".card").wait_for()
    return turn


def answer(**parts: Any) -> dict[str, Any]:
    """An answer as the server would send it."""
    empty: dict[str, Any] = {"outcome": "answer", "topic": "renewal", "lead": "", "municipality": None, "checked_on": None}
    return {**empty, "text": parts.get("lead", ""), **parts}


def reply_with(page: Page, *answers: dict[str, Any]) -> list[dict[str, Any]]:
    """From now on the server seems to answer with these, the last one again and again; gives what was sent."""
    sent: list[dict[str, Any]] = []
    left = list(answers)

    def fulfil(route: Route) -> None:
        sent.append(route.request.post_data_json)
        route.fulfill(json=left.pop(0) if len(left) > 1 else left[0])

    page.route("**/api/messages", fulfil)
    return sent
