"""Where the questions come from: the project's own set, none of it taken from the phrases that are learned."""

from __future__ import annotations

from pathlib import Path

_DRAFT = Path("/tmp/questions/questions.yml")


def questions_file(root: Path) -> Path:
    """The set in tests/, or its draft as long as that is missing."""
    path = root / "tests/questions/questions.yml"
    return path if path.is_file() else _DRAFT
