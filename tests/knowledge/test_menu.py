"""The menu: every topic that can be asked once, and each of its questions goes to its topic."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.content import load_content
from bot.dialogue.turn import Content
from bot.knowledge.errors import ContentError
from tests.conftest import PROJECT

if TYPE_CHECKING:
    from bot.engine.bot import Bot


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("topic: renewal,", "topic: renewel,", "renewel: この話題はありません"),
        ("topic: renewal,", "topic: greet,", "renewal: この話題が入っていません"),
        ("topic: renewal,", "topic: greet,", "greet: 会話や職員用の話題は入れられません"),
        ("topic: renewal,", "topic: expired,", "expired: 2回書かれています"),
        ("[期限が切れてしまった, 期限が切れたあとの手続き]", "[期限が切れてしまった]", "questions"),
        ("[期限が切れてしまった, 期限が切れたあとの手続き]", "[期限の確かめ方, 期限が切れた]", "「期限の確かめ方」が2回書かれています"),
        ("label: 住基カード", "lable: 住基カード", "この名前の項目はありません"),
    ],
)
def test_a_broken_menu_is_named(tmp_path: Path, old: str, new: str, problem: str) -> None:
    data = tmp_path / "data"
    shutil.copytree(PROJECT / "data", data)
    menu = (data / "menu.yml").read_text(encoding="utf-8")
    assert old in menu
    (data / "menu.yml").write_text(menu.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError) as found:
        load_content(data)
    assert any("menu.yml" in each and problem in each for each in found.value.problems)


@pytest.mark.parametrize("town", ["中野区", None])
async def test_every_question_of_the_menu_is_answered_by_its_topic(bot: Bot, content: Content, town: str | None) -> None:
    for group in content.base.menu.groups:
        for entry in group.topics:
            for question in entry.questions:
                await bot.forget("menu")
                answer = await bot.reply("menu", question, municipality=town)
                assert entry.topic in answer["topics"] and answer["outcome"] in ("answer", "ask_back"), question
