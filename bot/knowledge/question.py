"""A question as the knowledge base sees it: topic × municipality × person × certificate × …"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """`procedure` is the topic that a facet is asked of; `municipality` is a code."""

    topic: str
    municipality: str | None = None
    procedure: str | None = None
    aspects: frozenset[str] = frozenset()
    persons: frozenset[str] = frozenset()
    certificates: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()
    office: str | None = None
