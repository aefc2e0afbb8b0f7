"""What goes wrong with content files, in words that name the place to mend."""

from __future__ import annotations

from pathlib import Path


class ContentError(Exception):
    """A content file that must not be answered from. `problems` are full sentences."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def problem(path: Path, where: str, reason: str) -> str:
    return f"{path}: {where}: {reason}"
