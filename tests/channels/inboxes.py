"""Inboxes for tests."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from bot.channels.session import Sessions
from bot.channels.sqlite_inbox import SqliteInbox
from bot.engine.faults import Faults
from bot.settings import JAPAN

KEY = bytes(range(32))


def faults() -> Faults:
    return Faults(lambda: datetime.now(JAPAN))


def an_inbox(path: Path | None = None, key: bytes = KEY) -> SqliteInbox:
    """In memory without `path`."""
    return SqliteInbox(path, Sessions(key), faults())
