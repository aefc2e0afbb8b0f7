"""The strictest policy, hostile text in every place where text comes in, and nobody else's server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import City, Watched, answer, ask, launcher, reply_with, start

Open = Callable[..., Watched]
_EVIL = '"><img src=x onerror=hacked=1><script>hacked=1</script><b>${hacked=1}</b>'


def test_under_the_policy_of_the_docs_a_whole_talk_breaks_no_rule(city: City, opened: Open) -> None:
    """`opened` fails on any violation; that violations would be seen is shown at the end."""
    watched = opened(city.url)
    page = watched.page
    start(page)
    expect(page.locator(".subtitle")).to_have_text("中野区の内容で答えます")
    expect(ask(page, "窓口は何時まで").locator(".lead")).to_contain_text("午後5時")
    turn = ask(page, "更新に必要なもの")
    turn.get_by_role("button", name="この一覧を印刷").click()
    page.get_by_role("switch").click()
    page.get_by_role("button", name="文字 標準").click()
    ask(page, "期限が2027年3月20日")
    with page.expect_download():
        page.locator("a.file").click()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.get_by_role("button", name="消去").click()
    page.get_by_role("button", name="消す").click()
    expect(page.locator(".turn")).to_have_count(0)
    hosts = {urlsplit(request.url).netloc for request in watched.requests if not request.url.startswith("blob:")}
    assert hosts == {urlsplit(city.url).netloc, urlsplit(city.bot).netloc}
    assert page.evaluate("Object.keys(localStorage).length") == 0
    assert watched.faults == []
    with page.expect_console_message(lambda message: "violation" in message.text):
        refused = page.evaluate("() => { try { document.body.innerHTML = '<b>x</b>'; return ''; } catch (error) { return error.name; } }")
    assert refused == "TypeError"
    watched.faults.clear()


def test_the_widget_leaves_no_name_behind(bot_url: str, opened: Open) -> None:
    page = opened(bot_url).page
    launcher(page).wait_for()
    names = "Object.keys(window).filter((name) => !['printed', 'print'].includes(name)).sort().join()"
    with_widget = page.evaluate(names)
    page.route("**/widget.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.reload()
    assert page.evaluate(names) == with_widget


def test_a_second_line_makes_no_second_widget(city: City, opened: Open) -> None:
    city.attributes = f'></script><script src="{city.bot}/widget.js?again"'
    page = opened(city.url).page
    launcher(page).wait_for()
    assert page.locator("jpki-help-bot").count() == 1


def test_a_page_may_pin_the_file(city: City, opened: Open) -> None:
    pinned = httpx.get(f"{city.bot}/").text.partition('integrity="')[2].partition('"')[0]
    city.attributes = f'integrity="{pinned}" crossorigin="anonymous"'
    start(opened(city.url).page)
    city.attributes = f'integrity="{pinned[:-4]}AAAA" crossorigin="anonymous"'
    page = opened(city.url, expect_faults=True).page
    assert page.locator("jpki-help-bot").count() == 0


def test_a_site_that_is_not_listed_gets_no_answer(city: City, opened: Open) -> None:
    page = opened(city.url.replace("127.0.0.1", "localhost"), expect_faults=True).page
    launcher(page).click()
    page.get_by_role("combobox").fill("更新したい")
    page.get_by_role("combobox").press("Enter")
    expect(page.locator(".problem")).to_be_visible()


def test_what_is_typed_and_what_the_page_names_stays_text(city: City, opened: Open) -> None:
    city.attributes = "data-municipality='\"><img src=x onerror=hacked=1>'"
    page = opened(city.url).page
    start(page)
    expect(page.locator(".subtitle")).to_be_hidden()
    sent = reply_with(page, answer(lead="はい"))
    expect(ask(page, _EVIL).locator(".said")).to_have_text(f"あなた: {_EVIL}")
    assert sent[0].get("municipality") is None
    page.reload()
    expect(page.locator(".said")).to_contain_text("<script>")
    _untouched(page)


def test_what_the_server_sends_stays_text(bot_url: str, opened: Open) -> None:
    page = opened(bot_url).page
    part = {"label": _EVIL, "lines": [_EVIL, _EVIL + "2"]}
    page.route("**/api/catalogue", _poison)
    start(page)
    evil = answer(
        lead=_EVIL,
        text="\n".join([_EVIL, f"【{_EVIL}】", f"◆{_EVIL}x", f"・{_EVIL}y"]),
        topic="renewal",
        municipality=_EVIL,
        sections=[part],
        checklist=[part],
        notes=[_EVIL],
        buttons=[{"title": _EVIL, "payload": _EVIL}],
        sources=[
            {"title": _EVIL, "url": "javascript:hacked=1", "date": "2020-01-01", "state": _EVIL},
            {"title": "二", "url": "data:text/html,x", "date": None, "state": "old"},
        ],
        checked_on=_EVIL,
        attachments=[{"name": _EVIL, "media_type": "text/html", "content": _EVIL}],
        easy=f"更新《{_EVIL}》{_EVIL}",
        opening=_EVIL,
    )
    reply_with(page, evil)
    page.get_by_role("combobox").fill("img")
    expect(page.get_by_role("option").first).to_contain_text("<img")
    ask(page, "更新")
    page.get_by_role("switch").click()
    expect(page.locator(".easy")).to_contain_text("<img")
    page.get_by_role("button", name="メニュー", exact=True).click()
    page.locator(".menu li button").first.click()
    page.locator(".choices button").click()
    expect(page.locator(".turn")).to_have_count(2)
    _untouched(page)


def test_what_the_tab_remembers_stays_text_or_is_dropped(bot_url: str, opened: Open) -> None:
    page = opened(bot_url).page
    start(page)
    reply_with(page, answer(lead="はい"))
    ask(page, "更新")
    for kept in ("{", "null", "[]", '{"items": 3}'):
        page.evaluate("(kept) => { sessionStorage[Object.keys(sessionStorage)[0]] = kept; }", kept)
        page.reload()
        start(page)


def _poison(route: Route) -> None:
    catalogue: dict[str, Any] = route.fetch().json()
    topic = {"id": "renewal", "label": f"img {_EVIL}", "title": _EVIL, "reading": _EVIL, "questions": [{"text": _EVIL, "reading": _EVIL}]}
    contact = {"name": _EVIL, "phone": _EVIL, "hours": _EVIL, "caution": _EVIL}
    catalogue |= {"welcome": [_EVIL], "groups": [{"title": _EVIL, "topics": [topic]}], "nationwide": contact}
    route.fulfill(json=catalogue)


def _untouched(page: Page) -> None:
    assert page.evaluate("window.hacked") is None
    inside = "document.querySelector('jpki-help-bot').shadowRoot"
    assert page.evaluate(f"{inside}.querySelectorAll('img, script, b, iframe').length") == 0
    links = page.evaluate(f"[...{inside}.querySelectorAll('a')].map((link) => link.protocol)")
    assert set(links) <= {"http:", "https:", "tel:", "blob:"}
