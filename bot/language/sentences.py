"""The sentences of a message, so that each can be understood by itself."""

from __future__ import annotations

import re

_END = re.compile(r"(?<=[。？?！!])\s*|\n+|(?:^|(?<=[、,\s]))(?=(?:あと|それと|それから|ついでに)[、,]?)|(?<=[けどがで])、(?=あと|それと|それから)")
_FEWEST, _MOST, _SHORTEST = 2, 5, 4


def sentences(text: str) -> list[str]:
    """Two to five sentences; none where the message is a single one, or too long a story to take apart."""
    parts = [part.strip(" 　、,") for part in _END.split(text)]
    found = [part for part in parts if len(part) >= _SHORTEST]
    return found if _FEWEST <= len(found) <= _MOST else []
