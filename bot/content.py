"""Loads everything that answers are made of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.dialogue.turn import Content
from bot.knowledge.base import load
from bot.knowledge.errors import ContentError, problem
from bot.knowledge.files import read_model
from bot.knowledge.references import broken_references
from bot.language.lexicon import Lexicon, LexiconFile

_NEEDED = ("notations", "openings", "connectives")
"""Parts of the lexicon that become one pattern each; an empty one would match everywhere."""


def load_content(data: Path) -> Content:
    """Raises ContentError when a file of `data` must not be answered from."""
    problems: list[str] = []
    lexicon = base = None
    try:
        lexicon = _lexicon(data / "lexicon.yml")
    except ContentError as error:
        problems += error.problems
    try:
        base = load(data)
    except ContentError as error:
        problems += error.problems
    if lexicon is None or base is None:
        raise ContentError(problems)
    problems += broken_references(base, lexicon)
    if problems:
        raise ContentError(problems)
    return Content.of(base, lexicon)


def where_words_are_kept(content: Content) -> Content:
    """What it says of privacy where the operator keeps the masked words of questions that had no answer."""
    wording, easy = content.base.wording, content.base.easy
    said = wording.copy(update={"sentences": {**wording.sentences, "privacy": wording.sentences["privacy_where_words_are_kept"]}})
    easily = easy.copy(update={"sentences": {**easy.sentences, "privacy": easy.sentences["privacy_where_words_are_kept"]}})
    return replace(content, base=replace(content.base, wording=said, easy=easily))


def _lexicon(path: Path) -> Lexicon:
    file = read_model(path, LexiconFile)
    if empty := [name for name in _NEEDED if not getattr(file, name)]:
        raise ContentError([problem(path, name, "1つは必要です") for name in empty])
    return Lexicon.of(file)
