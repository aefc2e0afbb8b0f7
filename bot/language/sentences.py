"""The sentences of a message, so that each can be understood by itself."""

from __future__ import annotations

import re

_END = re.compile(r"(?<=[。？?！!])\s*|\n+|(?:^|(?<=[、,\s]))(?=(?:あと|それと|それから|ついでに)[、,]?)|(?<=[けどがで])、(?=あと|それと|それから)")
_CLAUSES = re.compile(r"^(.{8,}(?:けど|けれど|ので|から|ですが|まして|てて|だけど|んで|たら|し|て))[、,\s](.{8,})$", re.DOTALL)
"""「封筒が来てて、役所は何時まで?」: the background, then what is asked."""
_FEWEST, _MOST, _SHORTEST = 2, 5, 4


def sentences(text: str) -> list[str]:
    """Two to five sentences; none where the message is a single one, or too long a story to take apart."""
    parts = [part.strip(" 　、,") for part in _END.split(text)]
    found = [part for part in parts if len(part) >= _SHORTEST]
    if len(found) == 1 and (clauses := _CLAUSES.match(found[0])):
        found = [clauses[1], clauses[2]]
    return found if _FEWEST <= len(found) <= _MOST else []
