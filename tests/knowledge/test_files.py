# ruff: noqa: E501 — one row of a table stands on one line
from __future__ import annotations

from pathlib import Path

import pytest

from bot.content import load_content
from bot.knowledge.base import load
from bot.knowledge.errors import ContentError

NAKANO = "knowledge/municipalities/nakano.yml"
NODA = "knowledge/municipalities/noda.yml"
LOST = "knowledge/national/lost.yml"
FEES = "topics/fees.yml"


def spoil(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def problems_of(data: Path) -> str:
    with pytest.raises(ContentError) as caught:
        load_content(data)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return str(caught.value)


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "reason"),
    [
        (NAKANO, "offices:", "offices: [", "行目", "YAML として読めません"),
        (NAKANO, "name: 中野区", "\tname: 中野区", "行目", "YAML として読めません"),
        ("wording.yml", "menu: [", "menu: {", "行目", "YAML として読めません"),
        (NAKANO, "name: 中野区", "name: 中野区\nname: 中野", "行目", "「name」が2回書かれています"),
        (FEES, "topic: fees", "topic: fees\ntopic: fees", "行目", "「topic」が2回書かれています"),
        (NAKANO, "prefecture: 東京都", "prefecure: 東京都", "prefecure", "つづりを確かめてください"),
        (NAKANO, "prefecture: 東京都", "", "prefecture", "必要な項目がありません"),
        (FEES, "title: 手数料", "", "title", "必要な項目がありません"),
        (FEES, "kind: facet", "kind: face", "kind", "決められた値ではありません"),
        (NAKANO, "code: nakano", "code: 中野", "code", "書き方が違います"),
        (NAKANO, "code: nakano", "code: nakanoku", "code", "ファイル名は nakanoku.yml です"),
        (FEES, "topic: fees", "topic: fee", "topic", "ファイル名は fee.yml です"),
        (NAKANO, "checked_on: 2026-11-20", "checked_on: きのう", "checked_on", "日付ではありません"),
        (NAKANO, "checked_on: 2026-11-20", "checked_on: '2026-13-40'", "checked_on", "日付ではありません"),
        (NAKANO, "date: 2016-02-15", "date: 平成28年", "sources.page.date", ""),
        (NAKANO, "opens: '08:30'", "opens: 8時半", "offices.区役所.hours.1.opens", "書き方が違います"),
        (NAKANO, "closed: [holidays", "closed: [sundays", "offices.区役所.hours.1.closed.1", "決められた値ではありません"),
        (NAKANO, "{key: stop.who, value: 本人, source: page}", "{key: stop.wo, value: 本人, source: page}", "facts.stop.wo", "「stop.who」ではありませんか"),
        (NAKANO, "{key: stop.who, value: 本人, source: page}", "{key: 犬, value: 本人, source: page}", "facts.犬", "keys に足してください"),
        (NAKANO, "{key: stop.who, value: 本人, source: page}", "{key: stop.who, source: page}", "facts.stop.who", "status: unknown とします"),
        (NAKANO, "{key: stop.who, value: 本人, source: page}", "{key: stop.who, value: 本人, source: pag}", "facts.stop.who", "source「pag」が sources にありません"),
        (NAKANO, "{key: stop.who, value: 本人, source: page}", "{key: stop.who, value: 7, source: page}", "facts.stop.who", "文字で書いてください"),
        (NAKANO, "{key: stop.bring, value: [マイナンバーカード]", "{key: stop.bring, value: マイナンバーカード", "facts.stop.bring", "並び"),
        (NAKANO, "{key: proxy.rule, value: self_only", "{key: proxy.rule, value: nobody", "facts.proxy.rule", "self_only・ask_first"),
        (NODA, "{key: renewal.start_offset_days, value: 0", "{key: renewal.start_offset_days, value: -1", "facts.renewal.start_offset_days", "0以上の整数"),
        (NODA, "{key: renewal.start_offset_days, value: 0", "{key: renewal.start_offset_days, value: 零", "facts.renewal.start_offset_days", "0以上の整数"),
        (NODA, "phone: 0194-78-2928", "", "contacts", "電話番号のある問い合わせ先が1つは必要です"),
        (LOST, "value: 0120-95-0178", "value: 0120ー95ー0178", "facts.hotline.phone", "phone の形ではありません"),
        (LOST, "value: 0120-95-0178", "value: 0120-95", "facts.hotline.phone", "phone の形ではありません"),
        ("knowledge/national/getting.yml", "{key: fees.card, value: 800", "{key: fees.card, value: 800円", "facts.fees.card", "0以上の整数"),
        ("knowledge/national/getting.yml", "{key: apply_card.express_from, value: 2024-12-02", "{key: apply_card.express_from, value: 去年", "facts.apply_card.express_from", "日付"),
        ("knowledge/national/service.yml", "value: 'https://www2.jpki.go.jp/'", "value: www2.jpki.go.jp", "facts.online.portal_url", "url の形ではありません"),
        ("knowledge/national/getting.yml", "since: 2026-06-14}", "since: 2026-06-14, until: 2026-06-13}", "facts.apply_card.residence", "since が until より後です"),
        (LOST, "status: disputed", "status: doubtful", "status", "決められた値ではありません"),
        ("knowledge/municipal_keys.yml", "  page.caution: {", "  hotline.phone: {type: phone, title: 電話}\n  page.caution: {", "keys.hotline.phone", "同じ名前"),
        ("lexicon.yml", "deixis:", "deixes:", "deixis", "必要な項目がありません"),
    ],
)  # fmt: skip
def test_a_spoilt_file_is_named_with_the_key_and_the_reason(data: Path, file: str, old: str, new: str, key: str, reason: str) -> None:
    spoil(data / file, old, new)
    lines = [line for line in problems_of(data).split("\n") if key in line and reason in line]
    assert lines
    keys_may_clash_elsewhere = "同じ名前" in reason
    assert keys_may_clash_elsewhere or all(Path(file).name in line for line in lines)


@pytest.mark.parametrize(
    ("file", "content", "reason"),
    [
        (NAKANO, "名前: 中野".encode("shift_jis"), "UTF-8 ではありません"),
        ("wording.yml", b"\xff\xfe\x00", "UTF-8 ではありません"),
        ("lexicon.yml", b"\x83\x65", "UTF-8 ではありません"),
        (NAKANO, b"", "「名前: 値」の形で始まっていません"),
        (FEES, b"- a\n- b\n", "「名前: 値」の形で始まっていません"),
        ("wording.yml", b"just words", "「名前: 値」の形で始まっていません"),
        ("wording.yml", None, "読めません"),
        ("lexicon.yml", None, "読めません"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(data: Path, file: str, content: bytes | None, reason: str) -> None:
    if content is None:
        (data / file).unlink()
    else:
        (data / file).write_bytes(content)
    found = problems_of(data)
    assert str(data / file) in found
    assert reason in found


@pytest.mark.parametrize(
    "changes",
    [
        [(NAKANO, "prefecture: 東京都", ""), (NODA, "code: noda", "code: 野田"), (FEES, "kind: facet", "kind: face"), ("wording.yml", "menu: [", "menus: [")],
        [(NAKANO, "key: stop.who", "key: stop.wo"), (NODA, "phone: 0194-78-2928", ""), (LOST, "value: 0120-95-0178", "value: 1")],
        [(NAKANO, "reading: なかのく\nprefecture: 東京都\n", ""), (NODA, "offices:", "offices: [")],
    ],
)  # fmt: skip
def test_the_problems_of_all_files_are_told_at_once(data: Path, changes: list[tuple[str, str, str]]) -> None:
    for file, old, new in changes:
        spoil(data / file, old, new)
    found = problems_of(data)
    assert all(Path(file).name in found for file, _, _ in changes)


@pytest.mark.parametrize(
    ("name", "code"),
    [("中野区", "nakano"), ("nakano", "nakano"), ("東京都中野区", "nakano"), ("野田", "noda"), ("名古屋", "nagoya"), ("中野市", None), ("", None)],
)
def test_a_municipality_is_found_by_its_exact_names(project: Path, name: str, code: str | None) -> None:
    town = load(project / "data").municipality_named(name)
    assert (town.code if town else None) == code
