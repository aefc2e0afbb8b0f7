"""What the log says of requests that were refused."""

from __future__ import annotations

import logging

import pytest

from bot.channels import watching
from bot.channels.watching import _Lines


def test_refusals_have_one_line_a_second_that_counts_them(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(watching, "monotonic", lambda: now)
    lines = _Lines()
    with caplog.at_level(logging.INFO, watching.__name__):
        for _ in range(50):
            lines.write("/api/messages", "POST", 429, 0.001)
        lines.write("/api/messages", "POST", 200, 0.01)
        now += 1.5
        lines.write("/api/session", "POST", 429, 0.001)
        for _ in range(2):
            lines.write("/staff/sign-in", "POST", 429, 0.001)
    assert [(record.status, getattr(record, "refused", None)) for record in caplog.records] == [(429, 1), (200, None), (429, 50), (429, None), (429, None)]
