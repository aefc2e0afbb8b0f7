"""A question as the knowledge base sees it: topic × municipality × person × certificate × …"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """`procedures` are the topics that a facet is asked of; `municipality` is a code; `office` a branch's name.

    `checklists` are the procedures whose list to tick is wanted. `cases` are conditions of the asker's case (PIN unknown, certificate expired …).
    """

    topic: str
    municipality: str | None = None
    procedures: frozenset[str] = frozenset()
    aspects: frozenset[str] = frozenset()
    persons: frozenset[str] = frozenset()
    certificates: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()
    cases: frozenset[str] = frozenset()
    office: str | None = None
    checklists: tuple[str, ...] = ()
