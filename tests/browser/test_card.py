"""The answer card: nothing of the text is missing, and what one can do with it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import httpx
from playwright.sync_api import expect

from tests.browser.conftest import Watched, answer, ask, reply_with, start

Open = Callable[..., Watched]
_TALKS = [
    ["中野区です。更新に必要なもの", "杉並区だと？", "役に立った"],
    ["名古屋市と中野区、手数料はどう違う？"],
    ["横浜市です。更新したい", "人と話したい"],
    ["杉並区です。更新はいつから？あと手数料は？", "役に立たなかった"],
    ["西東京市です。今開いてる？", "来週の月曜は？"],
    ["野田村です。カードをなくしました。どうしよう", "電話は？"],
    ["2021年6月10日に発行、誕生日は8月5日", "暗証番号を忘れた", "わからない"],
    ["私の番号は9021 3345 6781です。更新したい", "こんにちは", "ラーメンが食べたい", "証明書のことで聞きたい"],
    ["暗証番号のことで聞きたい", "そうじゃなくて"],
    ["引っ越しました", "結婚しました", "15歳になる子ども", "代理人でもできますか"],
]
_SIGNS = re.compile(r"^(?:[・□※◆]\s*|\d+\. )|[【】]|。$")


def test_no_line_of_any_text_is_missing_from_its_card(bot_url: str, opened: Open) -> None:
    page = opened(bot_url).page
    start(page)
    seen = set()
    for talk in _TALKS:
        session = httpx.post(f"{bot_url}/api/session").json()["session"]
        for text in talk:
            reply = httpx.post(f"{bot_url}/api/messages", headers={"Authorization": f"Bearer {session}"}, json={"text": text}).json()
            seen.add(reply["outcome"])
            page.unroute("**/api/messages")
            reply_with(page, reply)
            shown = _squeezed(ask(page, "質問").locator(".card").text_content() or "")
            missing = [line for line in reply["text"].split("\n") if line.strip() and not _is_shown(line, shown, reply)]
            assert missing == [], text
    assert seen == {"answer", "ask_back", "suggest", "out_of_scope", "handoff", "warning", "chat"}


def _is_shown(line: str, shown: str, reply: dict[str, object]) -> bool:
    """The line of sources is shown as a list: by title, date, and the day of the check."""
    if line.startswith("出典: "):
        parts = re.findall(r"[^、（）]+?「[^」]*」|\d+年\d+月(?:\d+日)?|日付の記載なし", line.removeprefix("出典: "))
        return len(parts) > 1 and all(_squeezed(part) in shown for part in parts)
    return _squeezed(_SIGNS.sub("", line.strip())) in shown


def _squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_a_part_of_the_text_is_shown_once(bot_url: str, opened: Open) -> None:
    page = opened(bot_url).page
    start(page)
    for text in ("中野区です。更新に必要なもの", "カードをなくしました", "期限が2027年3月20日"):
        card = ask(page, text).locator(".card")
        headings = card.locator("h4, legend").all_inner_texts()
        assert len(headings) == len(set(headings)) > 1 and card.locator("h5").count() == 0, text


def test_a_stale_page_and_differing_sources_are_marked_in_words(bot_url: str, opened: Open) -> None:
    page = opened(bot_url).page
    start(page)
    turn = ask(page, "中野区です。窓口は今開いてる？")
    expect(turn.locator(".mark.open")).to_contain_text("受付しています")
    expect(turn.locator(".sources .mark")).to_contain_text("かなり古いページ")
    expect(turn.locator(".notes")).to_contain_text("2016年2月15日")
    expect(turn.locator(".sources")).to_contain_text("2026年11月20日に確認")
    turn = ask(page, "杉並区だと更新はいつから？")
    expect(turn.locator(".marks")).to_contain_text("資料によって書き方が違います")
    turn = ask(page, "中野区は日曜に開いてる？")
    expect(turn.locator(".mark.closed")).to_contain_text("受付していません")


def test_sources_open_elsewhere_and_phones_can_be_called(bot_url: str, opened: Open) -> None:
    page = opened(bot_url).page
    start(page)
    turn = ask(page, "中野区です。手数料は？")
    link = turn.locator(".sources a").first
    assert (link.get_attribute("href") or "").startswith("http") and link.get_attribute("rel") == "noopener noreferrer"
    expect(link).to_contain_text("新しいタブで開く")
    expect(turn.locator("a.call")).to_have_text(["03-3228-5425"])
    assert turn.locator("a.call").get_attribute("href") == "tel:0332285425"


def test_only_the_checklist_is_printed(bot_url: str, opened: Open) -> None:
    page = opened(bot_url).page
    start(page)
    turn = ask(page, "中野区です。更新に必要なもの")
    turn.locator(".tick input").nth(1).check()
    turn.get_by_role("button", name="この一覧を印刷").click()
    page.emulate_media(media="print")
    assert page.evaluate("window.printed") == 1
    expect(turn.locator(".checklist")).to_be_visible()
    expect(turn.locator(".tick input").nth(1)).to_be_checked()
    for gone in (page.locator("h1"), turn.locator(".lead"), turn.locator(".sources"), page.get_by_role("combobox"), page.locator(".checklist button")):
        expect(gone).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("jpki-help-bot .panel")).to_be_hidden()
    page.emulate_media(media="screen")
    turn.get_by_role("button", name="印刷", exact=True).click()
    page.emulate_media(media="print")
    expect(turn.locator(".sources")).to_be_visible()
    expect(turn.locator(".choices")).to_be_hidden()


def test_an_answer_is_copied_whole(bot_url: str, opened: Open) -> None:
    page = opened(bot_url, permissions=["clipboard-read", "clipboard-write"]).page
    start(page)
    with page.expect_response("**/api/messages") as reply:
        turn = ask(page, "中野区です。手数料は？")
    turn.get_by_role("button", name="コピー").click()
    expect(page.get_by_role("status")).to_contain_text("コピーしました")
    assert page.evaluate("navigator.clipboard.readText()") == reply.value.json()["text"]
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }")
    turn.get_by_role("button", name="コピー").click()
    expect(page.get_by_role("status")).to_contain_text("コピーしました")
    assert page.locator("jpki-help-bot textarea").count() == 0


def test_the_calendar_file_is_saved(bot_url: str, opened: Open, tmp_path: Path) -> None:
    page = opened(bot_url).page
    start(page)
    turn = ask(page, "期限が2027年3月20日")
    with page.expect_download() as download:
        turn.get_by_role("link", name="カレンダーに入れるファイル").click()
    download.value.save_as(tmp_path / "saved.ics")
    assert download.value.suggested_filename.endswith(".ics")
    assert (tmp_path / "saved.ics").read_text(encoding="utf-8").startswith("BEGIN:VCALENDAR")


def test_what_was_chosen_stays_readable_and_what_is_over_cannot_be_chosen(bot_url: str, opened: Open) -> None:
    page = opened(bot_url).page
    start(page)
    first = ask(page, "更新したい")
    first.get_by_role("button", name="役に立たなかった").click()
    why = page.locator(".turn").nth(1)
    expect(why.locator(".choices button")).to_have_count(4)
    expect(first.locator(".feedback")).to_have_count(0)
    why.get_by_role("button", name="分かりにくい").click()
    expect(page.locator(".turn").nth(2).locator(".lead")).to_contain_text("ありがとうございます")
    expect(why.get_by_role("button", name="選びました: 分かりにくい")).to_be_visible()
    stale = why.get_by_role("button", name="古い・間違い")
    assert stale.get_attribute("aria-disabled") == "true"
    stale.click(force=True)
    expect(page.locator(".turn")).to_have_count(3)
    assert first.get_by_role("button", name="期限を計算する").get_attribute("aria-disabled") is None


def test_easy_japanese_stands_in_place_and_is_remembered(bot_url: str, opened: Open) -> None:
    page = opened(bot_url).page
    start(page)
    page.get_by_role("switch", name="やさしい日本語").click()
    source = {"title": "市の案内", "url": None, "date": "2016-01-01", "state": "old"}
    text = "ふつうの文です。\n出典: 市の案内（2016年1月1日）。2026年11月20日に確認\n問い合わせ: 03-3228-5425"
    easy = "更新《こうしん》は 役所《やくしょ》でします。\nお金《かね》は いりません。"
    with_easy = answer(lead="ふつうの文です。", text=text, easy=easy, sources=[source], checked_on="2026-11-20")
    reply_with(page, with_easy, answer(lead="ふつうだけ", sources=[source]))
    turn = ask(page, "更新")
    assert turn.locator(".easy ruby").evaluate_all("(all) => all.map((each) => each.textContent)") == ["更新（こうしん）", "役所（やくしょ）", "金（かね）"]
    expect(turn.locator(".lead")).to_be_hidden()
    expect(turn.locator(".sources")).to_contain_text("市の案内")
    expect(turn.locator(".card")).to_contain_text("03-3228-5425")
    turn.get_by_text("ふつうの日本語").click()
    expect(turn.locator(".lead")).to_be_visible()
    page.reload()
    expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "true")
    expect(page.locator(".easy").first).to_be_visible()
    expect(ask(page, "更新").locator(".aside")).to_contain_text("はありません")
    page.get_by_role("switch").click()
    expect(page.locator(".easy")).to_have_count(0)
    expect(turn.locator(".lead")).to_be_visible()


def test_the_choice_of_a_candidate_is_sent_as_its_payload(bot_url: str, opened: Open) -> None:
    page = opened(bot_url).page
    start(page)
    sent = reply_with(page, answer(outcome="suggest", lead="どれですか", buttons=[{"title": "手数料", "payload": "topic:fees"}]), answer(lead="無料です"))
    ask(page, "いくら")
    page.get_by_role("button", name="手数料").click()
    expect(page.locator(".lead").last).to_have_text("無料です")
    assert (sent[1]["text"], sent[1]["choice"]) == ("手数料", "topic:fees")
    assert len({each["id"] for each in sent}) == 2 and json.dumps(sent).count("municipality") == 0
