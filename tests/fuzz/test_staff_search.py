"""What staff may type while searching: hits that exist, each with its card, and nothing for what was made up."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.reference import Reference
from bot.dialogue.turn import Content
from bot.settings import JAPAN
from tests.fuzz.nasty import CHARACTERS, TEXTS
from tests.fuzz.profiles import tries
from tests.fuzz.stand_in import ANSWER

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=JAPAN)
_UNDERSTOOD = st.sampled_from(
    [
        {},
        ANSWER,
        {**ANSWER, "topic": None, "outcome": "suggest", "buttons": [{"title": "手数料", "payload": "topic:fees"}, {"title": "?", "payload": "no:such"}]},
        {**ANSWER, "topic": "out_of_scope", "outcome": "out_of_scope"},
    ]
)


@pytest.fixture(scope="module")
def reference(content: Content) -> Reference:
    return Reference(content, [], NOW.date())


@tries(80)
@given(query=TEXTS, town=st.sampled_from([None, "nakano", "nagoya"]), understood=_UNDERSTOOD)
def test_every_hit_has_its_card(content: Content, reference: Reference, query: str, town: str | None, understood: dict[str, object]) -> None:
    assert reference.sought(query).town(town) in (None, *content.base.municipalities)
    for hit in reference.hits(query, town, understood, NOW)[:2]:
        assert reference.card(hit.id, query, town, understood, NOW) is not None


@tries(80)
@given(
    hit=st.text(CHARACTERS, max_size=12) | st.sampled_from(["topic:", "topic:staff", "fact:", "topic:../fees", "term:\ud800", "hours:nakano:0"]), query=TEXTS
)
def test_a_hit_that_was_made_up_has_none(reference: Reference, hit: str, query: str) -> None:
    assert reference.card(hit, query, None, {}, NOW) is None
