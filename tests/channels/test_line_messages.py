"""Answers as LINE's message objects: never above LINE's limits, and readable."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.line_messages import checklist_card, pressed, short_label, text_messages, with_buttons
from tests.fakes.line_api import units

_BUTTONS = st.lists(st.fixed_dictionaries({"title": st.text(min_size=1, max_size=400), "payload": st.text("abc:_é😀", min_size=1, max_size=80)}), max_size=30)


def _answer(*sections: tuple[str, list[str]], town: str | None = "中野区") -> dict[str, Any]:
    return {"municipality": town, "checklist": [{"label": label, "lines": lines} for label, lines in sections]}


@given(st.text(max_size=30_000).filter(str.strip), _BUTTONS)
def test_whatever_the_answer_the_message_objects_are_within_the_limits(text: str, buttons: list[dict[str, str]]) -> None:
    messages = with_buttons(text_messages(text), buttons)
    assert 1 <= len(messages) <= 5 and all(0 < units(message["text"]) <= 5_000 for message in messages)
    assert not any("quickReply" in message for message in messages[:-1])
    items = messages[-1].get("quickReply", {}).get("items", [])
    assert len(items) == min(13, len(buttons))
    for item, button in zip(items, buttons, strict=False):
        action = item["action"]
        assert 0 < len(action["label"]) <= 20 and 0 < units(action["data"]) <= 300 and 0 < len(action["displayText"]) <= 300
        assert pressed(action["data"])[0] == button["payload"].split("\n")[0]


@pytest.mark.parametrize(
    ("title", "label"),
    [
        ("更新", "更新"),
        ("あ" * 20, "あ" * 20),
        ("あ" * 21, "あ" * 19 + "…"),
        ("コンビニでの暗証番号の初期化（住民票のある市区町村）", "コンビニでの暗証番号の初期化"),
        ("窓口の場所と受付時間・電話番号・ファクス番号のこと", "窓口の場所と受付時間・電話番号…"),
        ("（" + "あ" * 30 + "）", "（" + "あ" * 18 + "…"),
    ],
)
def test_a_long_title_becomes_a_readable_label(title: str, label: str) -> None:
    assert short_label(title) == label


def test_the_title_comes_back_with_the_payload() -> None:
    action = with_buttons(text_messages("x"), [{"title": "受付時間・今開いているか", "payload": "topic:office_hours"}])[0]["quickReply"]["items"][0]["action"]
    assert pressed(action["data"]) == ("topic:office_hours", "受付時間・今開いているか")
    assert pressed("topic:fees") == ("topic:fees", "")


def test_an_answer_without_a_list_has_no_card() -> None:
    assert checklist_card(_answer(), "一覧") == []


def test_the_alternative_of_a_long_card_ends_at_a_whole_item() -> None:
    (card,) = checklist_card(_answer(("持ち物", [f"{number}番目の、少し長い名前の持ち物" for number in range(60)])), "一覧")
    assert 300 < units(card["altText"]) <= 400 and card["altText"].startswith("一覧（中野区）\n□ 0番目") and card["altText"].endswith("持ち物")


def test_the_card_names_no_municipality_where_none_is_known() -> None:
    (card,) = checklist_card(_answer(("持ち物", ["カード"]), town=None), "一覧")
    assert card["contents"]["header"]["contents"][0]["text"] == "一覧"


def test_a_list_too_large_for_a_card_stays_in_the_text_alone() -> None:
    assert checklist_card(_answer(("持ち物", ["あ" * 200] * 100)), "一覧") == []
