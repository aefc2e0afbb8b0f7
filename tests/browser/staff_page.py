"""A browser before a really started staff page, and what it complained of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Route

from tests.channels.test_staff import HASH, PASSWORD
from tests.conftest import server

_WATCH = "window.broken = []; document.addEventListener('securitypolicyviolation', (e) => window.broken.push(`${e.violatedDirective} ${e.blockedURI}`));"


@contextmanager
def staff_server(state: Path) -> Iterator[str]:
    """The address of a started server with the staff page on."""
    with server(state, JPKI_BOT_STAFF_PASSWORD_HASH=str(HASH), JPKI_BOT_STAFF_MUNICIPALITY="中野区") as (client, _):
        yield str(client.base_url).rstrip("/")


@dataclass
class StaffPage:
    """One tab. `foreign` are requests to anywhere else, `errors` what stood in the console."""

    page: Page
    address: str
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @classmethod
    def opened(cls, context: BrowserContext, address: str) -> StaffPage:
        page = context.new_page()
        tab = cls(page, address)
        page.add_init_script(_WATCH)
        page.on("console", lambda message: tab.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: tab.errors.append(str(error)))
        page.route("**/*", tab._watched)
        page.goto(f"{address}/staff")
        return tab

    def _watched(self, route: Route) -> None:
        if route.request.url.startswith(self.address):
            route.continue_()
        else:
            self.foreign.append(route.request.url)
            route.abort()

    def sign_in(self) -> None:
        self.page.wait_for_function("() => document.activeElement.id === 'password'")
        self.page.keyboard.insert_text(PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector("#reader-view p")

    def look_up(self, query: str) -> None:
        """Types a query into the field, as whoever has just pressed 「/」."""
        self.page.locator("#query").fill("")
        self.page.keyboard.type(query)
        self.page.wait_for_function("() => !document.getElementById('hits').hidden || !document.getElementById('notice').hidden")

    def open_first(self, query: str) -> None:
        self.look_up(query)
        before = self.page.locator("#card").inner_text()
        self.page.keyboard.press("Enter")
        self.page.wait_for_function("(before) => document.getElementById('card').innerText !== before", arg=before)

    @property
    def violations(self) -> list[str]:
        return list(self.page.evaluate("window.broken"))

    def axe(self) -> list[str]:
        """Accessibility faults, each with the element it was found at."""
        found = Axe().run(self.page).response["violations"]
        return [f"{fault['id']}: {node['target']} {node['html'][:120]}" for fault in found for node in fault["nodes"]]

    def focused(self) -> str:
        return str(self.page.evaluate("document.activeElement.id || document.activeElement.tagName"))
