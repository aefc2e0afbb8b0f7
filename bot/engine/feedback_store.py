"""Feedback at rest: what was answered and whether it helped; no text, no id of anybody."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime
from pathlib import Path

from bot.engine.rows import StoreError
from bot.knowledge.answer import Feedback

_SCHEMA = """
CREATE TABLE IF NOT EXISTS feedback (
    day TEXT NOT NULL,
    topic TEXT,
    municipality TEXT,
    helpful INTEGER NOT NULL,
    reason TEXT,
    facts_version TEXT NOT NULL
);
"""
_MARK = "ALTER TABLE feedback ADD COLUMN mark TEXT"
_MARKED_ONCE = "CREATE UNIQUE INDEX IF NOT EXISTS feedback_mark ON feedback (mark)"

_COMPLETE = """
UPDATE feedback SET reason = ?, mark = coalesce(?, mark) WHERE rowid = (
    SELECT max(rowid) FROM feedback
    WHERE day = ? AND topic IS ? AND municipality IS ? AND helpful = ? AND facts_version = ? AND reason IS NULL
)
"""


class FeedbackStore:
    """`path` None keeps it in memory. Raises StoreError when the file cannot be opened."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch(mode=0o600)
            self._database = sqlite3.connect(path or ":memory:", check_same_thread=False)
            self._database.executescript(_SCHEMA)
            if "mark" not in [column for _, column, *_ in self._database.execute("PRAGMA table_info(feedback)")]:
                self._database.execute(_MARK)
            self._database.execute(_MARKED_ONCE)
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"{path}: ご意見の保存先を開けません（{error}）。書き込める場所を JPKI_BOT_STATE で指定してください") from error

    def add(self, feedback: Feedback, facts_version: str, now: datetime, mark: str | None = None) -> None:
        """The day only, not the time: nobody can be told by it. Raises StoreError.

        `mark`, a hash, names the message: coming again it is not counted again. It is kept for that day only.
        """
        day = f"{now:%Y-%m-%d}"
        row = (day, feedback.topic, feedback.municipality, int(feedback.helpful), feedback.reason, facts_version, mark)
        try:
            with self._database:
                self._database.execute("UPDATE feedback SET mark = NULL WHERE mark IS NOT NULL AND day < ?", (day,))
                if feedback.reason is None or not self._completed(row):
                    self._database.execute("INSERT OR IGNORE INTO feedback VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        except sqlite3.Error as error:
            raise StoreError(f"{self._path}: ご意見を保存できません（{error}）。空き容量と、書き込めるかを確かめてください") from error

    def purge(self, before: date) -> int:
        """Deletes verdicts of earlier days; returns how many. Raises StoreError."""
        try:
            with self._database:
                return self._database.execute("DELETE FROM feedback WHERE day < ?", (before.isoformat(),)).rowcount
        except sqlite3.Error as error:
            raise StoreError(f"{self._path}: ご意見を消せません（{error}）。書き込めるかを確かめてください") from error

    def _completed(self, row: tuple[str | int | None, ...]) -> bool:
        """A reason belongs to the verdict given before it, which was kept at once: the last of that day, topic and municipality without one."""
        *verdict, reason, version, mark = row
        if mark is not None and self._database.execute("SELECT 1 FROM feedback WHERE mark = ?", (mark,)).fetchone():
            return True
        return self._database.execute(_COMPLETE, (reason, mark, *verdict, version)).rowcount > 0

    def rows(self) -> list[tuple[str, str | None, str | None, int, str | None, str]]:
        """Oldest first: day, topic, municipality, helpful, reason, facts_version."""
        return list(self._database.execute("SELECT day, topic, municipality, helpful, reason, facts_version FROM feedback ORDER BY rowid"))
