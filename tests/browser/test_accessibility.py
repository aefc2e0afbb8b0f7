"""WCAG 2.2 AA as far as a machine can tell: axe on every state, zoom, targets, focus, what is announced."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watched, answer, ask, launcher, reply_with, start

Open = Callable[..., Watched]
_INSIDE = "document.querySelector('jpki-help-bot').shadowRoot"
_SOURCE = {"title": "市の案内", "url": "https://www.city.example.jp/", "date": "2016-01-01", "state": "old"}
_FILE = {"name": "a.ics", "media_type": "text/calendar", "content": ""}


def faults(page: Page, state: str) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{state}: {fault['id']}: {[node['target'] for node in fault['nodes']]}" for fault in found]


_VIEWS = {"light": {}, "dark": {"color_scheme": "dark"}, "zoomed": {"viewport": {"width": 320, "height": 256}}}


@pytest.mark.parametrize("options", _VIEWS.values(), ids=_VIEWS.keys())
def test_axe_finds_nothing_in_any_state(bot_url: str, opened: Open, options: dict[str, object]) -> None:
    page = opened(bot_url, expect_faults=True, **options).page
    launcher(page).wait_for()
    found = faults(page, "closed")
    box = start(page)
    found += faults(page, "open")
    page.locator(".menu li button").first.click()
    found += faults(page, "menu")
    box.fill("更新")
    box.press("ArrowDown")
    found += faults(page, "suggestions")
    ask(page, "中野区です。更新に必要なもの")
    found += faults(page, "checklist")
    ask(page, "今開いてる？")
    ask(page, "役に立たなかった")
    ask(page, "いいえ")
    found += faults(page, "marks and choices")
    box.fill("1234 5678 9012")
    box.press("Enter")
    found += faults(page, "stopped")
    page.get_by_role("button", name="消去").click()
    found += faults(page, "erasing")
    page.get_by_role("button", name="やめる").click()
    reply_with(page, answer(lead="文", text="文\n出典: 市の案内", easy="更新《こうしん》です。", sources=[_SOURCE], disputed=True, attachments=[_FILE]))
    page.get_by_role("switch").click()
    ask(page, "更新")
    page.get_by_text("ふつうの日本語").last.click()
    found += faults(page, "easy")
    page.unroute("**/api/messages")
    page.route("**/api/messages", lambda route: route.abort())
    ask(page, "更新")
    assert found + faults(page, "error") == []


@pytest.mark.parametrize(("width", "height"), [(320, 568), (320, 256), (640, 400)], ids=["320px", "400%", "200%"])
def test_nothing_scrolls_sideways_at_any_text_size(bot_url: str, opened: Open, width: int, height: int) -> None:
    page = opened(bot_url, viewport={"width": width, "height": height}).page
    start(page)
    long_word = "https://www.city.example.jp/" + "a" * 120
    ask(page, "中野区です。更新に必要なもの")
    ask(page, long_word)
    page.get_by_role("switch").click()
    page.get_by_role("button", name="メニュー", exact=True).click()
    for size in ("標準", "大", "特大"):
        wide = page.evaluate(
            f"""() => [document.scrollingElement, ...{_INSIDE}.querySelectorAll("*")]
                .filter((e) => e.scrollWidth > e.clientWidth + 1 && e.clientWidth && !e.closest(".unseen") && getComputedStyle(e).display !== "inline")
                .map((e) => `${{e.tagName}}.${{e.className}}`)"""
        )
        assert wide == [], size
        for name in ("送る", "人に聞く", "閉じる", "消去"):
            control = page.get_by_role("button", name=name, exact=True)
            control.scroll_into_view_if_needed()
            place = control.bounding_box()
            assert place and place["x"] >= 0 and place["x"] + place["width"] <= width and place["y"] + place["height"] <= height + 1, (size, name)
        page.get_by_role("button", name=f"文字 {size}（").click()


def test_targets_are_44_pixels_high(bot_url: str, opened: Open) -> None:
    page = opened(bot_url, viewport={"width": 375, "height": 667}).page
    start(page)
    ask(page, "中野区です。更新に必要なもの")
    reply_with(page, answer(lead="文", easy="文", attachments=[_FILE]))
    page.get_by_role("switch").click()
    ask(page, "更新")
    page.get_by_role("button", name="メニュー", exact=True).click()
    page.get_by_role("combobox").fill("更新")
    small = page.evaluate(
        f"""() => [...{_INSIDE}.querySelectorAll("button, input:not([type=checkbox]), summary, .tick, .file, [role=option]")]
            .filter((e) => e.checkVisibility({{ visibilityProperty: true }})).map((e) => [e.textContent.slice(0, 20), e.getBoundingClientRect()])
            .filter(([, box]) => box.height < 44 || box.width < 44).map(([text]) => text)"""
    )
    assert small == []


def test_an_answer_is_announced_once_and_moves_nothing(bot_url: str, opened: Open) -> None:
    page = opened(bot_url).page
    box = start(page)
    expect(page.get_by_role("log")).to_have_attribute("aria-live", "off")
    status = page.get_by_role("status")
    ask(page, "中野区です。手数料は？")
    expect(status).to_contain_text("答え: ")
    assert box.evaluate("e => e.getRootNode().activeElement === e")
    expect(status).to_have_text("", timeout=2_500)
    page.reload()
    expect(page.locator(".card")).to_be_visible()
    expect(status).to_have_text("")


def test_a_small_screen_is_a_modal_dialog_and_keeps_the_focus(bot_url: str, opened: Open) -> None:
    page = opened(bot_url, viewport={"width": 375, "height": 667}).page
    start(page)
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate("[document.body, document.querySelector('jpki-help-bot')].includes(document.activeElement)")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.get_by_role("combobox").focus()
    page.set_viewport_size({"width": 375, "height": 667})
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(launcher(page)).to_be_focused()


def test_beside_a_page_the_panel_can_be_closed_from_the_page(bot_url: str, opened: Open) -> None:
    page = opened(bot_url).page
    start(page)
    link = page.get_by_role("link", name="質問する")
    link.focus()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(link).to_be_focused()


def test_nothing_moves_for_who_wants_no_motion(bot_url: str, opened: Open) -> None:
    page = opened(bot_url, reduced_motion="reduce").page
    start(page)
    styles = page.evaluate(f"[...{_INSIDE}.querySelectorAll('*')].map(getComputedStyle).map((e) => [e.transitionDuration, e.animationName, e.scrollBehavior])")
    assert {tuple(style) for style in styles} == {("0s", "none", "auto")}


def test_the_sheet_of_the_page_does_not_reach_in(bot_url: str, opened: Open) -> None:
    """A page with tiny root text and loud rules leaves the widget as it is."""
    page = opened(bot_url).page
    start(page)
    before = page.get_by_role("combobox").bounding_box()
    loud = "* { font-size: 7px !important; letter-spacing: 1em } jpki-help-bot { line-height: 5; color: red }"
    page.evaluate("(rules) => { const sheet = new CSSStyleSheet(); sheet.replaceSync(rules); document.adoptedStyleSheets = [sheet]; }", loud)
    assert page.get_by_role("combobox").bounding_box() == before
