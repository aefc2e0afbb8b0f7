"""Offline, busy, lost answers, blocked storage, two tabs: what was typed stays, and whom to call is shown."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import City, Watched, answer, ask, launcher, reply_with, start

Open = Callable[..., Watched]


def test_without_a_connection_the_question_stays_and_the_phone_is_shown(city: City, opened: Open) -> None:
    page = opened(city.url, expect_faults=True).page
    box = start(page)
    sent: list[dict[str, str]] = []

    def cut(route: Route) -> None:
        sent.append(route.request.post_data_json)
        route.abort()

    page.route("**/api/messages", cut)
    turn = ask(page, "手数料は？")
    expect(turn).to_contain_text("手数料は？")
    expect(turn).to_contain_text("つながりませんでした")
    expect(turn.locator(".contacts")).to_contain_text("03-3228-5425")
    expect(turn.locator(".contacts")).to_contain_text("午後5時")
    expect(turn.locator(".contacts")).to_contain_text("2016年2月15日")
    expect(turn.locator(".contacts")).to_contain_text("0120-95-0178")
    assert box.evaluate("e => e.getRootNode().activeElement === e")
    page.reload()
    expect(page.locator(".problem")).to_be_visible()
    page.unroute("**/api/messages")
    with page.expect_request("**/api/messages") as again:
        page.get_by_role("button", name="もう一度送る").click()
    expect(page.locator(".card.answer .topic")).to_contain_text("手数料")
    assert again.value.post_data_json["id"] == sent[0]["id"] and page.locator(".turn").count() == 1


def test_a_widget_that_opens_without_a_server_recovers(bot_url: str, opened: Open) -> None:
    watched = opened(bot_url, expect_faults=True)
    page = watched.page
    page.route("**/api/**", lambda route: route.abort())
    launcher(page).click()
    page.get_by_role("combobox").fill("更新したい")
    page.get_by_role("combobox").press("Enter")
    expect(page.locator(".problem")).to_contain_text("残してあります")
    page.unroute("**/api/**")
    page.get_by_role("button", name="もう一度送る").click()
    expect(page.locator(".card.answer")).to_be_visible()
    expect(page.locator(".intro")).to_contain_text("個人番号")


def test_too_many_questions_wait_as_long_as_the_server_says(bot_url: str, opened: Open) -> None:
    page = opened(bot_url, expect_faults=True).page
    start(page)
    sent: list[dict[str, str]] = []

    def busy_once(route: Route) -> None:
        sent.append(route.request.post_data_json)
        if len(sent) > 1:
            route.fulfill(json=answer(lead="できました"))
        else:
            route.fulfill(status=429, headers={"Retry-After": "1"}, json={"error": "混み合っています"})

    page.route("**/api/messages", busy_once)
    turn = ask(page, "手数料は？")
    expect(turn).to_contain_text("混み合っています")
    expect(turn).to_contain_text("1秒後に")
    expect(turn.get_by_role("button")).to_have_count(0)
    expect(turn.locator(".lead")).to_have_text("できました")
    assert sent[0] == sent[1]


def test_a_server_that_stays_busy_is_left_to_the_person(bot_url: str, opened: Open) -> None:
    page = opened(bot_url, expect_faults=True).page
    start(page)
    page.route("**/api/messages", lambda route: route.fulfill(status=429, headers={"Retry-After": "1"}, json={"error": "混み合っています"}))
    ask(page, "手数料は？")
    expect(page.get_by_role("button", name="もう一度送る")).to_be_visible(timeout=8_000)
    expect(page.locator(".problem .contacts")).to_contain_text("0120-95-0178")


def test_an_answer_lost_on_its_way_is_fetched_again(bot_url: str, opened: Open) -> None:
    page = opened(bot_url, expect_faults=True).page
    start(page)
    made: list[str] = []

    def lose(route: Route) -> None:
        made.append(route.fetch().json()["text"])
        route.abort()

    page.route("**/api/messages", lose)
    ask(page, "中野区です。カードをなくしました")
    page.unroute("**/api/messages")
    with page.expect_response("**/api/messages") as again:
        page.get_by_role("button", name="もう一度送る").click()
    assert again.value.json()["text"] == made[0]
    expect(page.locator(".card.answer")).to_be_visible()


def test_a_failure_of_the_server_is_told(bot_url: str, opened: Open) -> None:
    page = opened(bot_url, expect_faults=True).page
    start(page)
    statuses = [400, 500, 502, 503]
    page.route("**/api/messages", lambda route: route.fulfill(status=statuses.pop(), body="<html>"))
    while statuses:
        expect(ask(page, "更新したい").locator(".contacts"), str(statuses)).to_contain_text("0120-95-0178")


def test_the_bots_own_word_of_trouble_is_shown(bot_url: str, opened: Open) -> None:
    """It names the municipality's own phone."""
    page = opened(bot_url, expect_faults=True).page
    start(page)
    said = "いま答えを用意できませんでした。市民課（03-0000-0000）に聞いてください。"
    page.route("**/api/messages", lambda route: route.fulfill(status=503, headers={"Retry-After": "5"}, json={"error": said}))
    turn = ask(page, "更新したい")
    expect(turn).to_contain_text(said)
    expect(turn.get_by_role("button", name="もう一度送る")).to_be_visible()


def test_a_session_that_the_server_no_longer_knows_is_replaced(bot_url: str, opened: Open) -> None:
    page = opened(bot_url, expect_faults=True).page
    start(page)
    ask(page, "更新したい")
    page.evaluate("""() => { const [name] = Object.keys(sessionStorage); const state = JSON.parse(sessionStorage[name]);
                             sessionStorage[name] = JSON.stringify({ ...state, session: "x.y.z" }); }""")
    page.reload()
    expect(page.locator(".card.answer")).to_be_visible()
    expect(ask(page, "カードをなくした").locator(".topic")).to_contain_text("紛失")


def test_a_session_of_another_site_is_replaced_and_what_was_typed_is_answered(bot_url: str, opened: Open) -> None:
    page = opened(bot_url, expect_faults=True).page
    start(page)
    foreign = httpx.post(f"{bot_url}/api/session", headers={"Origin": "https://elsewhere.example.jp"}).json()["session"]
    page.evaluate(
        """session => { const [name] = Object.keys(sessionStorage); const state = JSON.parse(sessionStorage[name]);
                        sessionStorage[name] = JSON.stringify({ ...state, session }); }""",
        foreign,
    )
    page.reload()
    refused: list[int] = []
    page.on("response", lambda reply: refused.append(reply.status) if reply.url.endswith("/api/messages") else None)
    turn = ask(page, "カードをなくした")
    expect(turn.locator(".topic")).to_contain_text("紛失")
    expect(turn.locator(".said")).to_contain_text("カードをなくした")
    assert refused == [401, 200] and page.locator(".turn").count() == 1


def test_a_reload_while_waiting_brings_the_answer(bot_url: str, opened: Open) -> None:
    page = opened(bot_url, expect_faults=True).page
    box = start(page)
    sent: list[dict[str, str]] = []

    def hold_the_first(route: Route) -> None:
        """Without taking the route away: that would let the first go on, and be answered before the reload."""
        sent.append(route.request.post_data_json)
        if len(sent) > 1:
            route.continue_()

    page.route("**/api/messages", hold_the_first)
    box.fill("手数料は？")
    with page.expect_request("**/api/messages"):
        box.press("Enter")
    expect(page.locator(".waiting")).to_be_visible()
    page.reload()
    expect(page.locator(".card.answer")).to_be_visible()
    assert len(sent) == 2 and sent[1]["id"] == sent[0]["id"]


_NUMBERS = (
    "私の123456789012です",
    "1234-5678-9012",
    "１２３４　５６７８　９０１２",
    "1234 5678 9012 で調べて",
    "一二三四五六七八九〇一二",
    "12.34.56.78.90.12",
)
_NO_NUMBERS = ("2021年6月10日発行、誕生日は1985年8月5日", "2021/06/10 と 2026-06-10", "電話は03-3228-5425ですか", "2019、2020、2021、2022年", "〒164-8501 の区")


def test_an_individual_number_does_not_leave_the_page(bot_url: str, opened: Open) -> None:
    page = opened(bot_url).page
    box = start(page)
    sent = reply_with(page, answer(lead="届いた"))
    for number in _NUMBERS:
        box.fill(number)
        box.press("Enter")
        expect(page.get_by_role("alert"), number).to_contain_text("送りませんでした")
        expect(box).to_have_value(number)
        assert box.get_attribute("aria-invalid") == "true" and sent == [] and page.locator(".turn").count() == 0
        assert number not in json.dumps(page.evaluate("({ ...sessionStorage })"), ensure_ascii=False)
        box.fill("更新したい")
        expect(page.get_by_role("alert")).to_have_text("")


def test_dates_and_phones_are_no_individual_numbers(bot_url: str, opened: Open) -> None:
    page = opened(bot_url).page
    start(page)
    sent = reply_with(page, answer(lead="届いた"))
    for text in _NO_NUMBERS:
        ask(page, text)
    assert [each["text"] for each in sent] == list(_NO_NUMBERS)


def test_a_private_number_that_the_server_finds_is_blanked_in_the_transcript(bot_url: str, opened: Open) -> None:
    page = opened(bot_url).page
    start(page)
    turn = ask(page, "暗証番号は4821です。忘れそう")
    expect(turn.locator(".said")).to_contain_text("暗証番号は●●●●です")
    assert "4821" not in json.dumps(page.evaluate("({ ...sessionStorage })"))


def test_two_tabs_are_two_conversations(bot_url: str, opened: Open) -> None:
    first = opened(bot_url).page
    start(first)
    ask(first, "中野区に住んでいます")
    second = first.context.new_page()
    second.goto(bot_url)
    start(second)
    assert second.locator(".turn").count() == 0
    expect(ask(second, "窓口は何時まで").locator(".choices")).to_contain_text("杉並区")
    expect(ask(first, "窓口は何時まで").locator(".lead")).to_contain_text("午後5時")


def test_the_widget_works_where_storage_is_blocked(bot_url: str, opened: Open, chromium: object) -> None:
    page = opened(bot_url).page
    page.add_init_script("Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('blocked', 'SecurityError'); } })")
    page.reload()
    start(page)
    ask(page, "中野区に住んでいます")
    expect(ask(page, "窓口は何時まで").locator(".lead")).to_contain_text("午後5時")


def test_erasing_asks_first_and_clears_page_and_server(bot_url: str, opened: Open) -> None:
    page = opened(bot_url).page
    start(page)
    ask(page, "中野区に住んでいます")
    _erase(page)
    expect(page.locator(".turn")).to_have_count(0)
    assert "中野区" not in json.dumps(page.evaluate("({ ...sessionStorage })"), ensure_ascii=False)
    expect(ask(page, "窓口は何時まで").locator(".choices")).to_contain_text("杉並区")


def test_erasing_without_a_server_says_what_is_left(bot_url: str, opened: Open) -> None:
    page = opened(bot_url, expect_faults=True).page
    start(page)
    ask(page, "中野区に住んでいます")
    page.route("**/api/session", lambda route: route.abort())
    _erase(page)
    expect(page.get_by_role("alert")).to_contain_text("まだ消せていません")
    expect(page.locator(".turn")).to_have_count(0)
    page.unroute("**/api/session")
    _erase(page)
    expect(page.get_by_role("alert")).to_have_text("")
    assert json.loads(page.evaluate("Object.values(sessionStorage)[0]"))["session"] is None


def _erase(page: Page) -> None:
    page.get_by_role("button", name="消去").click()
    page.get_by_role("button", name="消す").click()


def test_what_is_not_sent_yet_survives_a_reload(bot_url: str, opened: Open) -> None:
    page = opened(bot_url).page
    start(page).fill("書きかけの文")
    page.reload()
    expect(page.get_by_role("combobox")).to_have_value("書きかけの文")
