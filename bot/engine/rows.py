"""Conversations as a database keeps them: one row each, whatever the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class StoreError(Exception):
    """The database cannot be opened, read or written; the message names it and the setting to change."""


class Overtaken(StoreError):
    """Another process wrote the conversation since it was read: nothing was written."""


@dataclass(frozen=True)
class Row:
    """One conversation at rest.

    `version` grows by one with each save; `updated` is in seconds since 1970. `events` is Rasa's list of events as JSON.
    `message` is the keyed hash of the client's own id of the message answered last, `before` the events as they were
    before it: the same message coming again is answered from there. Both are None where the client gave no id.
    """

    version: int
    updated: float
    events: str
    message: str | None = None
    before: str | None = None


class Rows(Protocol):
    """Every method may raise StoreError. `name` is the conversation's id at rest: a keyed hash.

    `generation` grows when the database was found to be lost and an empty one took its place. `shared`: other processes
    write here too, and what one of them kept to itself would be a second truth.
    """

    generation: int
    shared: bool

    def read(self, name: str) -> Row | None: ...

    def write(self, name: str, row: Row) -> None:
        """Inserts or replaces. Raises Overtaken, where several processes share the database and another was first."""

    def delete(self, name: str) -> None:
        """Also what a journal may still hold of it."""

    def purge(self, before: float) -> int:
        """Deletes rows last updated before that time, in seconds since 1970; returns how many."""

    def names(self) -> list[str]: ...

    def probe(self) -> None:
        """Raises StoreError where a row could not be written now."""

    def close(self) -> None: ...
