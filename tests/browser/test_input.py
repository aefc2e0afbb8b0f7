"""Typing: suggestions, Japanese input methods, the menu."""

from __future__ import annotations

from collections.abc import Callable

import httpx
from playwright.sync_api import Route, expect

from tests.browser.conftest import Watched, answer, ask, launcher, reply_with, start

Open = Callable[..., Watched]


def test_a_topic_is_suggested_by_spelling_and_by_reading(bot_url: str, opened: Open) -> None:
    box = start(opened(bot_url).page)
    for typed in ("こうしん", "コウシン", "ｺｳｼﾝ", "更新", "こうし", "こうｓｈ", "更新 お金"):
        box.fill("")
        box.fill(typed)
        expect(box.page.get_by_role("option").first, typed).to_contain_text("更新")


def test_what_was_typed_before_the_catalogue_came_gets_its_suggestions(bot_url: str, opened: Open) -> None:
    page = opened(bot_url).page
    held: list[Route] = []
    page.route("**/api/catalogue", lambda route: held.append(route))
    launcher(page).click()
    page.get_by_role("combobox").fill("こうしん")
    expect(page.get_by_role("listbox")).to_be_hidden()
    held[0].continue_()
    expect(page.get_by_role("option").first).to_have_text("更新")


def test_no_key_stroke_leaves_the_page(bot_url: str, opened: Open) -> None:
    watched = opened(bot_url)
    box = start(watched.page)
    before = len(watched.requests)
    for typed in ("こ", "こうし", "あんしょう"):
        box.fill(typed)
        expect(watched.page.get_by_role("option").first).to_be_visible()
    assert len(watched.requests) == before


def test_a_suggestion_is_taken_by_key_and_by_pointer(bot_url: str, opened: Open) -> None:
    page = opened(bot_url).page
    box = start(page)
    sent = reply_with(page, answer(lead="はい"))
    box.fill("てすうりょう")
    assert box.get_attribute("aria-expanded") == "true"
    box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == page.get_by_role("option", selected=True).get_attribute("id")
    box.press("Enter")
    page.locator(".card").wait_for()
    box.fill("手数料はいくら")
    page.get_by_role("option", name="手数料はいくらですか").click()
    expect(page.locator(".card")).to_have_count(2)
    assert [(each["text"], each["choice"]) for each in sent] == [("手数料", "topic:fees"), ("手数料はいくらですか", "")]
    assert box.get_attribute("aria-expanded") == "false" and box.input_value() == ""


def test_escape_closes_the_suggestions_and_then_the_panel(bot_url: str, opened: Open) -> None:
    page = opened(bot_url).page
    box = start(page)
    box.fill("更新")
    box.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_value("更新")
    box.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_an_input_method_keeps_its_own_enter_and_escape(bot_url: str, opened: Open) -> None:
    page = opened(bot_url).page
    box = start(page)
    sent = reply_with(page, answer(lead="はい"))
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "こうし", "selectionStart": 3, "selectionEnd": 3})
    expect(page.get_by_role("option").first).to_contain_text("更新")
    for key in ("Enter", "Escape", "ArrowDown"):
        keyboard.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": key, "code": key, "windowsVirtualKeyCode": 229})
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.get_by_role("option", selected=True)).to_have_count(0)
    keyboard.send("Input.insertText", {"text": "更新したい"})
    expect(box).to_have_value("更新したい")
    # Safari ends the composition before this key; only its code tells.
    keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229, "text": "\r"})
    box.evaluate("(e) => e.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, composed: true, cancelable: true }))")
    assert sent == []
    box.press("Enter")
    page.locator(".card").wait_for()
    assert [each["text"] for each in sent] == ["更新したい"]


def test_every_topic_is_three_taps_away(bot_url: str, opened: Open) -> None:
    """The launcher, a group, a topic."""
    page = opened(bot_url).page
    start(page)
    wanted = [[topic["label"] for topic in group["topics"]] for group in httpx.get(f"{bot_url}/api/catalogue").json()["groups"]]
    found = []
    for place in range(len(wanted)):
        page.locator(".menu li button").nth(place).click()
        found.append(page.locator(".menu li button").all_inner_texts())
        page.get_by_role("button", name="戻る").click()
    assert found == wanted
    page.get_by_role("button", name="暗証番号", exact=True).click()
    page.get_by_role("button", name="暗証番号の変更").click()
    expect(page.locator(".card .topic")).to_contain_text("暗証番号の変更")
    expect(page.locator(".menu")).to_be_hidden()
    page.get_by_role("button", name="メニュー", exact=True).click()
    expect(page.locator(".menu")).to_be_visible()


def test_only_one_question_at_a_time(bot_url: str, opened: Open) -> None:
    page = opened(bot_url).page
    box = start(page)
    waiting = []
    page.route("**/api/messages", lambda route: waiting.append(route))
    box.fill("一つ目")
    box.press("Enter")
    expect(page.get_by_role("button", name="送る", exact=True)).to_have_attribute("aria-disabled", "true")
    box.fill("二つ目")
    box.press("Enter")
    page.get_by_role("button", name="人に聞く").click()
    expect(box).to_have_value("二つ目")
    assert len(waiting) == 1 and page.locator(".turn").count() == 1
    waiting[0].fulfill(json=answer(lead="はい"))
    page.unroute("**/api/messages")
    page.locator(".card").wait_for()
    assert ask(page, "更新したい").is_visible()
