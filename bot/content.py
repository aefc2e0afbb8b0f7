"""Loads everything that answers are made of."""

from __future__ import annotations

from pathlib import Path

from bot.knowledge.base import load
from bot.knowledge.conversation import Content
from bot.knowledge.files import read_model
from bot.language.lexicon import Lexicon, LexiconFile


def load_content(data: Path) -> Content:
    """Raises ContentError when a file of `data` must not be answered from."""
    return Content.of(load(data), Lexicon.of(read_model(data / "lexicon.yml", LexiconFile)))
