"""Makes docs/screenshots from a running server: python -m tests.browser.screenshots http://127.0.0.1:5005 docs/screenshots"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from tests.browser.chromium import launched
from tests.browser.conftest import ask, launcher, start

_PHONE, _DESKTOP = {"width": 375, "height": 667}, {"width": 1280, "height": 800}


def closed(page: Page) -> None:
    launcher(page).wait_for()


def menu(page: Page) -> None:
    start(page)


def suggestions(page: Page) -> None:
    start(page).fill("こうし")


def checklist(page: Page) -> None:
    start(page)
    turn = ask(page, "中野区です。更新に必要なもの")
    turn.locator(".tick input").nth(1).check()


def stale(page: Page) -> None:
    start(page)
    ask(page, "中野区の窓口は今開いてる？")


def easy(page: Page) -> None:
    start(page)
    page.get_by_role("switch").click()
    ask(page, "中野区です。カードをなくしました")


def offline(page: Page) -> None:
    start(page)
    ask(page, "中野区の電話は？")
    page.route("**/api/messages", lambda route: route.abort())
    ask(page, "手数料はいくらですか")


_VIEWS: dict[str, tuple[Callable[[Page], None], dict[str, int], str]] = {
    "desktop-page": (closed, _DESKTOP, "light"),
    "desktop-menu": (menu, _DESKTOP, "light"),
    "desktop-checklist": (checklist, _DESKTOP, "light"),
    "desktop-stale-dark": (stale, _DESKTOP, "dark"),
    "phone-menu": (menu, _PHONE, "light"),
    "phone-suggestions": (suggestions, _PHONE, "light"),
    "phone-checklist-dark": (checklist, _PHONE, "dark"),
    "phone-stale": (stale, _PHONE, "light"),
    "phone-easy": (easy, _PHONE, "light"),
    "phone-offline": (offline, _PHONE, "light"),
}


def main(url: str, folder: Path) -> None:
    with launched() as browser:
        for name, (make, viewport, scheme) in _VIEWS.items():
            page = browser.new_page(viewport=viewport, color_scheme=scheme, locale="ja-JP", device_scale_factor=1)
            page.goto(url)
            make(page)
            page.mouse.move(0, 0)
            page.wait_for_timeout(200)
            _save(page.screenshot(), folder / f"{name}.png")
            page.close()


def _save(picture: bytes, path: Path) -> None:
    """Few colours are enough for a page, and make a small file."""
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
