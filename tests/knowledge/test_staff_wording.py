"""data/staff.yml: a mistake in it is named, and what it cites is really read in a law."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.checking import check
from bot.dialogue.turn import Content
from bot.knowledge.errors import ContentError
from bot.knowledge.staff import read_staff_wording
from tests.knowledge.test_search import TODAY

BROKEN = [
    ("{wait}たってから", "あとで", "sentences.throttled: {wait} がありません"),
    ("legal_basis: [service.issuer,", "legal_basis: [service.isuer,", "service.isuer"),
    ("  bad_token:", "  bad_tokens:", "bad_tokens"),
]


def test_the_basis_is_a_text_of_law(project: Path, content: Content) -> None:
    keys = read_staff_wording(project / "data", content.base).legal_basis
    sources = {key: content.base.national[key][0].source for key in keys}
    assert keys and all("法" in source.title and "条文" in source.publisher for source in sources.values())


@pytest.mark.parametrize(("old", "new", "words"), BROKEN)
def test_a_mistake_is_named(data: Path, content: Content, old: str, new: str, words: str) -> None:
    path = data / "staff.yml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(ContentError) as raised:
        read_staff_wording(data, content.base)
    assert words in str(raised.value) and "staff.yml" in str(raised.value)


def test_check_names_it_too(data: Path) -> None:
    (data / "staff.yml").write_text("sentences: {}", encoding="utf-8")
    assert any("staff.yml" in problem for problem in check(data.parent, TODAY).errors)
