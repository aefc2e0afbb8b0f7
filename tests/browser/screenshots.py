"""Makes docs/screenshots from a running server: python -m tests.browser.screenshots http://127.0.0.1:5005 docs/screenshots"""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, answer, ask, launcher, reply_with, start

_PHONE, _DESKTOP = {"width": 375, "height": 667}, {"width": 1280, "height": 800}
_EASY = {
    "lead": "期限の3か月前の翌日から、窓口で更新できます。",
    "text": "期限の3か月前の翌日から、窓口で更新できます。\n出典: みどり町「電子証明書の更新」（2026年10月1日）。2026年11月20日に確認",
    "easy": (
        "電子証明書《でんししょうめいしょ》には 期限《きげん》が あります。\n"
        "期限《きげん》の 3か月前《げつまえ》の 次《つぎ》の日《ひ》から、新《あたら》しく できます。\n"
        "住《す》んでいる 町《まち》の 役場《やくば》に 行《い》きます。"
    ),
    "sources": [{"title": "みどり町「電子証明書の更新」", "url": "https://www.example.jp/", "date": "2026-10-01", "state": "fresh"}],
    "checked_on": "2026-11-20",
}
"""An invented answer: the picture shows how the text is set, whatever topics have one."""


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
    reply_with(page, answer(**_EASY))
    ask(page, "更新したい")


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
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        for name, (make, viewport, scheme) in _VIEWS.items():
            page = browser.new_page(viewport=viewport, color_scheme=scheme, locale="ja-JP", device_scale_factor=1)
            page.goto(url)
            make(page)
            page.mouse.move(0, 0)
            page.wait_for_timeout(200)
            _save(page.screenshot(), folder / f"{name}.png")
            page.close()
        browser.close()


def _save(picture: bytes, path: Path) -> None:
    """Few colours are enough for a page, and make a small file."""
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
