"""How long suggestions take while somebody types: python -m benchmarks.typing_ahead

The widget works in the page alone; the staff page asks its server. Printed in milliseconds, the slowest and the middle one.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser

from tests.browser.chromium import launched
from tests.browser.conftest import start
from tests.browser.staff_page import StaffPage, staff_server
from tests.conftest import server

_IN_THE_PAGE = """(input) => ["こ", "こう", "こうし", "こうしん", "あんしょう", "まいなんばーかーど"].map((text) => {
    const begun = performance.now(); input.value = text; input.dispatchEvent(new InputEvent("input"));
    input.getRootNode().querySelector(".suggestions").getBoundingClientRect(); return performance.now() - begun; })"""
_OVER_HTTP = """async () => {
    const token = document.querySelector('meta[name="token"]').content;
    const headers = {'Content-Type': 'application/json', 'X-Staff-Token': token};
    const body = (query) => JSON.stringify({query, municipality: 'nakano'});
    const ask = (query) => fetch('/staff/api/search', {method: 'POST', headers, body: body(query)}).then((reply) => reply.json());
    await ask('更新');
    const times = [];
    for (const query of ['こ', 'こう', 'こうし', '署名用 ロック', 'nagoya jikan', '杉並 手数料', '15歳未満 署名']) {
      const begun = performance.now(); await ask(query); times.push(performance.now() - begun);
    }
    return times; }"""


def widget(browser: Browser, state: Path) -> list[float]:
    with server(state) as (client, _):
        page = browser.new_page(locale="ja-JP")
        page.goto(str(client.base_url))
        return list(start(page).evaluate(_IN_THE_PAGE))


def staff(browser: Browser, state: Path) -> list[float]:
    with staff_server(state) as address:
        tab = StaffPage.opened(browser.new_context(locale="ja-JP"), address)
        tab.sign_in()
        return list(tab.page.evaluate(_OVER_HTTP))


def main() -> None:
    with launched() as browser, tempfile.TemporaryDirectory() as folder:
        for name, measure in (("widget", widget), ("staff", staff)):
            (state := Path(folder) / name).mkdir()
            times = measure(browser, state)
            print(f"{name}: slowest {max(times):.1f} ms, median {median(times):.1f} ms")


if __name__ == "__main__":
    main()
