"""The staff page in a browser, by keyboard only: nothing foreign, nothing left behind, usable by everyone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Route

from tests.browser.staff_page import StaffPage, staff_server

pytestmark = pytest.mark.usefixtures("model")

XSS = '<img src=x onerror="window.broken.push(1)"><script>window.broken.push(2)</script>'


@pytest.fixture(scope="module")
def address(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with staff_server(tmp_path_factory.mktemp("staff-browser")) as address:
        yield address


@pytest.fixture
def door(chromium: Browser, address: str) -> Iterator[StaffPage]:
    """A new tab before the door. Whatever a test does, nothing foreign may be asked for and no rule of the policy broken."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="ja-JP")
    tab = StaffPage.opened(context, address)
    yield tab
    assert tab.foreign == [] and tab.violations == []
    assert [error for error in tab.errors if not error.startswith("Failed to load resource")] == []
    context.close()


@pytest.fixture
def tab(door: StaffPage) -> StaffPage:
    door.sign_in()
    return door


def card(**changes: Any) -> dict[str, Any]:
    """A card as the server sends it, with every part filled."""
    source = {"title": "みどり町「手続」", "url": "https://www.example.jp/", "date": "2016年2月15日", "age": "old"}
    part = {"label": "持ち物", "lines": ["カード", "通知書"]}
    hit = {"id": "topic:fees", "kind": "topic", "title": "手数料", "detail": "", "town": "みどり町"}
    whole = {
        "id": "topic:renewal", "title": "更新", "town": "みどり町", "rule": ["できます。"], "easy": "", "exceptions": ["例外です。"],
        "sections": [part], "checklist": [part], "notes": ["古いページです。"], "marks": ["disputed", "planned"],
        "basis": [{"title": "根拠", "text": "法律です。", "source": source}], "others": [{"town": "あかね町", "text": "できません。"}],
        "compared": ["あかね町"], "sources": [source], "checked": "2026年11月20日", "contact": "問い合わせ: 電話 099-555-0123", "related": [hit],
    }  # fmt: skip
    return whole | changes


def answering(tab: StaffPage, path: str, answer: dict[str, Any]) -> None:
    def fulfil(route: Route) -> None:
        route.fulfill(status=200, content_type="application/json", body=json.dumps(answer, ensure_ascii=False))

    tab.page.route(f"**{path}", fulfil)


def test_a_whole_case_by_keyboard_only(door: StaffPage) -> None:
    page = door.page
    page.wait_for_function("() => document.activeElement.id === 'password'")
    page.keyboard.type("ちがうパスワード")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    assert "パスワードが違います" in page.locator("[role=alert]").inner_text()
    door.sign_in()
    assert door.focused() == "query" and page.locator("#town").input_value() == "nakano"
    door.look_up("署名用 ロック 代理")
    assert page.locator("#query").get_attribute("aria-activedescendant") == "hit-0"
    page.keyboard.press("ArrowDown")
    assert page.locator("#hit-1").get_attribute("aria-selected") == "true"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_selector("#card .rule")
    assert door.focused() == "card-title" and page.locator("#card-title").inner_text() == "暗証番号のロック"
    for _ in range(5):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type === 'checkbox'"):
            break
    page.keyboard.press("Space")
    assert page.locator("#card input[type=checkbox]").first.is_checked()
    titles = page.locator("#hits .title").all_inner_texts()
    page.keyboard.press(str(titles.index("代理人") + 1))
    page.wait_for_function("() => document.getElementById('card-title').innerText === '代理人'")
    page.keyboard.press("/")
    assert door.focused() == "query"
    page.keyboard.type("15歳未満 署名")
    assert page.locator("#query").input_value() == "15歳未満 署名", "digits are typed, not taken for numbers of hits"
    page.wait_for_function("() => document.querySelector('#hit-0 .title')?.innerText.startsWith('15歳未満')")
    page.keyboard.press("Alt+1")
    page.wait_for_function("() => document.getElementById('card-title').innerText.startsWith('15歳未満')")
    page.keyboard.press("Escape")
    assert door.focused() == "query"
    page.keyboard.press("Escape")
    assert page.locator("#query").input_value() == "" and page.locator("#hits").is_hidden()
    page.locator("#card-title").focus()
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#help").is_hidden()


@pytest.mark.parametrize(
    ("typed", "title", "town"),
    [("こうし", "更新", "中野区"), ("nagoya jikan", "受付時間・今開いているか", "名古屋市"), ("suginami tesuryo", "手数料", "杉並区")],
)
def test_enter_opens_the_first_hit_in_kana_and_romaji(tab: StaffPage, typed: str, title: str, town: str) -> None:
    tab.open_first(typed)
    assert tab.page.locator("#card-title").inner_text() == title and tab.page.locator("#card .where").inner_text() == town


def test_enter_before_the_hits_are_there_waits_for_them(tab: StaffPage) -> None:
    tab.page.keyboard.insert_text("手数料")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("#card .rule")
    assert tab.page.locator("#card-title").inner_text() == "手数料"


def test_the_enter_that_ends_a_conversion_opens_nothing(tab: StaffPage) -> None:
    session = tab.page.context.new_cdp_session(tab.page)
    session.send("Input.imeSetComposition", {"text": "てすう", "selectionStart": 3, "selectionEnd": 3})
    tab.page.wait_for_selector("#hit-0")
    tab.page.evaluate(
        """() => document.getElementById('query').dispatchEvent(
          new KeyboardEvent('keydown', {key: 'Enter', keyCode: 229, isComposing: true, bubbles: true, cancelable: true}))"""
    )
    tab.page.wait_for_timeout(200)
    assert tab.page.locator("#card .rule").count() == 0
    session.send("Input.insertText", {"text": "手数料"})
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("#card .rule")


def test_single_keys_can_be_switched_off(tab: StaffPage) -> None:
    tab.open_first("手数料")
    tab.page.keyboard.press("?")
    tab.page.locator("#keys").uncheck()
    tab.page.keyboard.press("Escape")
    tab.page.locator("#card-title").focus()
    tab.page.keyboard.press("/")
    tab.page.keyboard.press("?")
    assert tab.focused() == "card-title" and tab.page.locator("#help").is_hidden()


def test_another_municipality_is_kept_for_the_tab(tab: StaffPage) -> None:
    tab.open_first("手数料")
    tab.page.locator("#town").select_option("noda")
    tab.page.wait_for_function("() => document.querySelector('#card .where').innerText === '野田村'")
    tab.page.reload()
    tab.page.wait_for_selector("#reader-view p")
    assert tab.page.locator("#town").input_value() == "noda"


def test_what_was_opened_is_known_to_this_tab_until_it_is_cleared(tab: StaffPage) -> None:
    tab.open_first("更新")
    tab.open_first("杉並 手数料")
    tab.page.reload()
    tab.page.wait_for_selector("#recent-list button")
    assert [text.split("\n")[0] for text in tab.page.locator("#recent-list button").all_inner_texts()] == ["手数料", "更新"]
    tab.page.locator("#recent-list button").first.press("Enter")
    tab.page.wait_for_selector("#card .rule")
    assert tab.page.locator("#card .where").inner_text() == "杉並区"
    other = StaffPage.opened(tab.page.context, tab.address)
    other.page.wait_for_selector("#reader-view p")
    assert other.page.locator("#recent").is_hidden()
    tab.page.locator("#recent-clear").press("Enter")
    assert tab.page.locator("#recent").is_hidden() and "更新" not in str(tab.page.evaluate("JSON.stringify(sessionStorage)"))


def test_signing_out_leaves_nothing_behind(tab: StaffPage) -> None:
    tab.open_first("更新")
    tab.page.locator("#leave button").press("Enter")
    tab.page.wait_for_selector("#password")
    assert "サインアウトしました" in tab.page.locator("[role=alert]").inner_text()
    assert tab.page.evaluate("sessionStorage.length + localStorage.length") == 0
    tab.page.go_back()
    tab.page.wait_for_selector("#password")
    assert tab.page.locator("#query").count() == 0


def test_a_session_that_ended_leads_back_to_the_door(tab: StaffPage) -> None:
    tab.open_first("更新")
    tab.page.context.clear_cookies()
    tab.page.locator("#query").fill("手数料")
    tab.page.wait_for_selector("#password")
    assert tab.page.evaluate("sessionStorage.length") == 0


def test_a_tab_that_nobody_uses_forgets_what_was_looked_up(tab: StaffPage) -> None:
    tab.page.clock.install()
    tab.open_first("更新")
    assert tab.page.locator("#recent-list button").count() == 1
    tab.page.clock.fast_forward("29:00")
    assert tab.page.locator("#recent-list button").count() == 1
    with tab.page.expect_navigation():
        tab.page.clock.fast_forward("02:00")
    tab.page.wait_for_selector("#reader-view p, #password")
    assert tab.page.evaluate("sessionStorage.length") == 0 and tab.page.locator("#card .rule").count() == 0


def test_without_a_connection_what_was_typed_stays_and_it_is_said(tab: StaffPage) -> None:
    tab.page.route("**/staff/api/search", lambda route: route.abort())
    tab.look_up("手数料")
    assert "つながりません" in tab.page.locator("#notice").inner_text() and tab.page.locator("#query").input_value() == "手数料"


def test_without_a_reader_the_panel_says_what_to_do(tab: StaffPage) -> None:
    assert "読み取り機は設定されていません" in tab.page.locator("#reader").inner_text()
    tab.look_up("カード確認")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_function("() => document.activeElement.id === 'reader-title'")


def test_the_session_cookie_is_out_of_reach_for_scripts(tab: StaffPage) -> None:
    assert tab.page.evaluate("document.cookie") == ""
    cookie = next(each for each in tab.page.context.cookies() if each["name"] == "jpki_staff")
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict" and cookie["path"] == "/staff"


def test_easy_japanese_is_shown_with_furigana(tab: StaffPage) -> None:
    answering(tab, "/staff/api/card", card(easy="更新《こうしん》は お金《かね》が かかりません。\n持《も》ち物《もの》は カードです。"))
    tab.open_first("更新")
    button = tab.page.get_by_role("button", name="やさしい日本語")
    button.press("Enter")
    assert button.get_attribute("aria-pressed") == "true"
    bases = tab.page.evaluate("[...document.querySelectorAll('#say ruby')].map((each) => each.firstChild.textContent)")
    assert bases == ["更新", "金", "持", "物"]
    assert tab.page.locator("#say rt").all_text_contents() == ["こうしん", "かね", "も", "もの"] and tab.page.locator("#say p").count() == 2
    assert tab.axe() == []


def test_text_from_anywhere_stays_text(tab: StaffPage) -> None:
    hits = {"hits": [{"id": "topic:fees", "kind": "topic", "title": XSS, "detail": XSS, "town": XSS}], "notice": XSS}
    source = {"title": XSS, "url": "javascript:window.broken.push(3)", "date": XSS, "age": "old"}
    part = {"label": XSS, "lines": [XSS]}
    changed = {name: [XSS] for name in ("rule", "exceptions", "notes", "compared")} | {name: XSS for name in ("title", "town", "easy", "contact", "checked")}
    changed |= {"sections": [part], "checklist": [part], "sources": [source], "basis": [{"title": XSS, "text": XSS, "source": source}]}
    changed |= {"others": [{"town": XSS, "text": XSS}], "related": hits["hits"]}
    answering(tab, "/staff/api/search", hits)
    answering(tab, "/staff/api/card", card(**changed))
    tab.look_up(XSS)
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("#card .rule")
    tab.page.get_by_role("button", name="やさしい日本語").click()
    tab.page.wait_for_timeout(200)
    assert tab.page.locator("#hits img, #card img, #recent img, main script").count() == 0
    assert tab.page.locator("#card a").count() == 0, "only http and https become links"
    assert tab.violations == []


def test_a_query_of_markup_is_nothing_special(tab: StaffPage) -> None:
    tab.look_up(XSS)
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_timeout(300)
    assert tab.page.locator("main img, main script").count() == 0 and tab.violations == []


def test_axe_finds_nothing_at_the_door(door: StaffPage) -> None:
    assert door.axe() == []
    door.page.keyboard.type("ちがうパスワード")
    door.page.keyboard.press("Enter")
    door.page.wait_for_selector("[role=alert]")
    assert door.axe() == []


def test_axe_finds_nothing_in_any_state(tab: StaffPage) -> None:
    found = {"empty": tab.axe()}
    tab.look_up("署名用 ロック 代理")
    found["hits"] = tab.axe()
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("#card .rule")
    tab.page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    found["card"] = tab.axe()
    tab.open_first("fax suginami")
    found["place"] = tab.axe()
    tab.page.keyboard.press("?")
    found["help"] = tab.axe()
    tab.page.keyboard.press("Escape")
    tab.look_up("ラーメン")
    found["nothing"] = tab.axe()
    answering(tab, "/staff/api/card", card())
    tab.open_first("更新")
    found["everything"] = tab.axe()
    assert found == {state: [] for state in found}


@pytest.mark.parametrize(("width", "zoom"), [(320, 1), (1280, 4)])
def test_it_fits_a_narrow_window_and_a_large_zoom(chromium: Browser, address: str, width: int, zoom: int) -> None:
    """Zooming a window four times leaves a quarter of its width for the page."""
    context = chromium.new_context(viewport={"width": width // zoom, "height": 800}, device_scale_factor=zoom, locale="ja-JP")
    tab = StaffPage.opened(context, address)
    tab.sign_in()
    tab.open_first("署名用 ロック 代理")
    assert tab.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    context.close()


def test_everything_to_press_is_large_enough(tab: StaffPage) -> None:
    tab.open_first("署名用 ロック 代理")
    small = tab.page.evaluate(
        """() => [...document.querySelectorAll('button, select, summary, #query, #hits li, label.tick')]
        .filter((each) => each.checkVisibility() && each.getBoundingClientRect().height < 44).map((each) => each.outerHTML.slice(0, 80))"""
    )
    assert small == []
