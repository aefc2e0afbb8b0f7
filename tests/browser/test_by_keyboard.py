"""A resident's whole case with nothing but the keyboard, a reload and a restart of the server in the middle of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Watched, launcher
from tests.conftest import free_port, server


def focused(page: Page) -> str:
    """The name of what has the focus, inside the widget too."""
    return str(
        page.evaluate(
            """() => { let at = document.activeElement; while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
            return at.getAttribute("aria-label") || at.id || at.textContent.trim(); }"""
        )
    )


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    for _ in range(60):
        if focused(page).endswith(name):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{name} is not reached by {key}; the focus is on {focused(page)}")


def test_from_the_first_question_to_the_checklist_and_a_person(chromium: Browser, model: Path, opened: Callable[..., Watched], tmp_path: Path) -> None:
    port = free_port()
    with server(tmp_path, port=port):
        page = opened(f"http://127.0.0.1:{port}/", expect_faults=True).page
        tab_to(page, "電子証明書の質問")
        page.keyboard.press("Enter")
        assert focused(page) == "question"
        page.keyboard.type("持ち物")
        expect(page.get_by_role("listbox")).to_be_visible()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        expect(page.get_by_role("option", selected=True)).to_have_text("持ち物は何ですか")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        expect(page.get_by_role("option", selected=True)).to_have_count(0)
        page.get_by_role("combobox").fill("更新に必要なものは？")
        page.keyboard.press("Enter")
        expect(page.locator(".choices").first).to_be_visible()
        assert focused(page) == "question"
        tab_to(page, "中野区", "Shift+Tab")
        page.keyboard.press("Enter")
        expect(page.locator(".turn").last.locator(".lead")).to_contain_text("中野区のページ")
        assert focused(page).endswith("中野区")

        page.reload()
        expect(page.locator(".turn").last.locator(".checklist")).to_be_visible()
        assert page.evaluate("document.activeElement === document.body")
        expect(page.get_by_role("status")).to_have_text("")

    with server(tmp_path, port=port):
        page.get_by_role("combobox").focus()
        page.keyboard.type("手数料は？")
        page.keyboard.press("Enter")
        last = page.locator(".turn").last
        expect(last.locator(".topic")).to_contain_text("手数料")
        expect(last.locator(".lead")).to_contain_text("無料")
        tab_to(page, "人に聞く")
        page.keyboard.press("Enter")
        expect(page.locator(".turn").last).to_contain_text("03-3228-5425")

        box = page.locator(".tick input").first
        box.focus()
        page.keyboard.press("Space")
        expect(box).to_be_checked()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
        assert focused(page).endswith("電子証明書の質問")
        page.reload()
        expect(page.get_by_role("dialog")).to_be_hidden()
        launcher(page).press("Enter")
        expect(page.locator(".tick input").first).to_be_checked()
