"""The card check the whole way: staff page, button, PC/SC service, virtual card, result; and that it goes away again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.staff_page import StaffPage
from tests.channels.test_staff import HASH
from tests.conftest import server
from tests.counter.authority import Authority, secrets_of
from tests.counter.lane import Bench, bench
from tests.counter.project import counter_project

pytestmark = pytest.mark.usefixtures("model")
ENDS_SOON = datetime(2026, 12, 1, 14, 59, 59, tzinfo=timezone.utc)


@dataclass
class Counter:
    """A counter's computer: its readers, the server on it, and where that keeps its files."""

    readers: Bench
    address: str
    folder: Path
    issuer: Authority
    certificate: bytes

    def lay_on(self, **card: object) -> None:
        self.readers.insert(certificate=self.certificate, **card)


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    folder, issuer = tmp_path_factory.mktemp("counter"), Authority.made()
    settings = counter_project(folder, issuer) | {"JPKI_BOT_STAFF_PASSWORD_HASH": str(HASH), "JPKI_BOT_STAFF_MUNICIPALITY": "中野区"}
    (folder / "state" / "roots").mkdir(parents=True)
    (folder / "state" / "roots" / "test01.cer").write_bytes(issuer.der)
    with bench() as readers, server(folder, **settings) as (client, _):
        yield Counter(readers, str(client.base_url).rstrip("/"), folder, issuer, issuer.issue(ENDS_SOON))


@pytest.fixture
def tab(chromium: Browser, counter: Counter) -> Iterator[StaffPage]:
    context = chromium.new_context(viewport={"width": 1280, "height": 1000}, locale="ja-JP")
    context.clock.install()
    opened = StaffPage.opened(context, counter.address)
    opened.sign_in()
    yield opened
    assert opened.foreign == [] and opened.violations == [] and opened.errors == []
    context.close()


def press(tab: StaffPage) -> None:
    """From the search field to the button, by keyboard only."""
    tab.look_up("カード確認")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_function("() => document.activeElement.id === 'reader-title'")
    tab.page.keyboard.press("Tab")
    assert tab.focused() == "reader-press"
    tab.page.keyboard.press("Enter")


def told(tab: StaffPage) -> str:
    tab.page.wait_for_function("() => document.activeElement.id === 'reader-told'")
    return tab.page.locator("#reader-result").inner_text()


def test_from_the_search_field_to_the_answer_that_follows(tab: StaffPage, counter: Counter) -> None:
    page = tab.page
    press(tab)
    page.wait_for_function("() => document.getElementById('reader-progress').innerText.startsWith('カードを待っています')")
    counter.lay_on(sign=0x63C0, delay=0.012)
    words = told(tab)
    assert "有効期間内です（2026年12月1日" in words and "更新の時期です" in words and "失効していないかは、この端末では確認していません" in words
    assert "残り3回" in words and "ロックされています" in words
    assert tab.axe() == []
    page.get_by_role("button", name="暗証番号のロック（署名用）").press("Enter")
    page.wait_for_function("() => document.getElementById('card-title').innerText === '暗証番号のロック'")
    assert "有効期間内です" in page.locator("#reader-result").inner_text(), "the answer opens beside the result"
    counts = counter.readers.remove()
    assert counts["verified_with_data"] == 0 and counts["commands"] > 10
    page.wait_for_function("() => document.getElementById('reader-result').childElementCount === 0", timeout=10_000)
    assert page.locator("#reader-progress").inner_text() == "結果を消しました。"


def test_after_a_minute_the_result_is_gone_though_the_card_lies_there(tab: StaffPage, counter: Counter) -> None:
    page = tab.page
    counter.lay_on()
    press(tab)
    assert "有効期間内です" in told(tab)
    page.clock.fast_forward(59_000)
    assert page.locator("#reader-result").inner_text() != ""
    page.clock.fast_forward(1_500)
    assert page.locator("#reader-result").inner_text() == "" and tab.focused() == "reader-press"
    counter.readers.remove()


def test_a_result_can_be_cleared_at_once_and_read_again(tab: StaffPage, counter: Counter) -> None:
    page = tab.page
    counter.lay_on()
    press(tab)
    told(tab)
    page.get_by_role("button", name="結果を消す").press("Enter")
    assert page.locator("#reader-result").inner_text() == "" and tab.focused() == "reader-press"
    assert "了承を得た" in page.locator("#reader-press").inner_text(), "the next card may be another person's"
    page.keyboard.press("Enter")
    assert "有効期間内です" in told(tab)
    counter.readers.remove()


def test_without_a_card_it_says_what_to_do(tab: StaffPage, counter: Counter) -> None:
    press(tab)
    assert "カードが見つかりません" in told(tab) and "もう一度読み取ってください" in told(tab)


def test_opening_the_page_and_searching_read_nothing(tab: StaffPage, counter: Counter) -> None:
    counter.lay_on()
    tab.look_up("カード確認")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_function("() => document.activeElement.id === 'reader-title'")
    tab.page.reload()
    tab.page.wait_for_selector("#reader-press")
    assert counter.readers.remove() == {"commands": 0, "verified_with_data": 0}


def test_nothing_of_a_card_is_left_anywhere(tab: StaffPage, counter: Counter) -> None:
    page = tab.page
    counter.lay_on()
    press(tab)
    told(tab)
    secrets = secrets_of(counter.certificate)
    assert [secret for secret in secrets if secret in page.content()] == []
    kept = str(page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])"))
    assert "2026" not in kept and "有効期間" not in kept
    counter.readers.remove()
    files = b"".join(path.read_bytes() for path in counter.folder.rglob("*") if path.is_file() and "project" not in path.parts)
    assert counter.certificate[:200] not in files and [secret for secret in secrets if secret.encode() in files.replace(counter.issuer.der, b"")] == []
    assert "2026年12月1日".encode() not in files
