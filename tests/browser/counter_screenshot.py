"""Draws docs/screenshots/counter.png anew: python -m tests.browser.counter_screenshot"""

from __future__ import annotations

import tempfile
from datetime import datetime, timezone
from pathlib import Path

from tests.browser.chromium import launched
from tests.browser.staff_page import StaffPage
from tests.channels.test_staff import HASH
from tests.conftest import PROJECT, server
from tests.counter.authority import Authority
from tests.counter.lane import bench
from tests.counter.project import counter_project

TARGET = PROJECT / "docs/screenshots/counter.png"


def main() -> None:
    issuer = Authority.made()
    with tempfile.TemporaryDirectory() as name, launched() as browser, bench() as readers:
        folder = Path(name)
        roots = folder / "state/roots"
        roots.mkdir(parents=True)
        (roots / "test01.cer").write_bytes(issuer.der)
        settings = counter_project(folder, issuer) | {"JPKI_BOT_STAFF_PASSWORD_HASH": str(HASH), "JPKI_BOT_STAFF_MUNICIPALITY": "中野区"}
        with server(folder, **settings) as (client, _):
            readers.insert(certificate=issuer.issue(datetime(2026, 12, 1, 14, 59, 59, tzinfo=timezone.utc)), sign=0x63C0)
            context = browser.new_context(viewport={"width": 1366, "height": 1250}, locale="ja-JP")
            tab = StaffPage.opened(context, str(client.base_url).rstrip("/"))
            tab.sign_in()
            tab.page.locator("#reader-press").click()
            tab.page.wait_for_selector("#reader-told")
            tab.page.get_by_role("button", name="暗証番号のロック（署名用）").click()
            tab.page.wait_for_selector("#card .rule")
            tab.page.screenshot(path=TARGET)


if __name__ == "__main__":
    main()
