from __future__ import annotations

import pytest

from bot.dialogue.turn import Content
from bot.language.lexicon import Lexicon
from bot.language.places import Places


@pytest.fixture(scope="session")
def lexicon(content: Content) -> Lexicon:
    return content.lexicon


@pytest.fixture(scope="session")
def places(content: Content) -> Places:
    return content.places
