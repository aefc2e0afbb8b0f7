"""Draws docs/screenshots/staff.png anew: python -m tests.browser.staff_screenshot"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.browser.chromium import launched
from tests.browser.staff_page import StaffPage, staff_server
from tests.conftest import PROJECT

TARGET = PROJECT / "docs/screenshots/staff.png"


def main() -> None:
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    with launched() as browser, tempfile.TemporaryDirectory() as state, staff_server(Path(state)) as address:
        context = browser.new_context(viewport={"width": 1366, "height": 1000}, locale="ja-JP")
        tab = StaffPage.opened(context, address)
        tab.sign_in()
        tab.open_first("手数料")
        tab.page.keyboard.press("/")
        tab.open_first("署名用 ロック 代理")
        tab.page.locator("details.others summary").click()
        tab.page.locator("#query").focus()
        tab.page.screenshot(path=TARGET)


if __name__ == "__main__":
    main()
