"""Debian's Chromium under Playwright; nothing is downloaded."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

_REQUIRE = "JPKI_BOT_TEST_REQUIRE_BROWSER"
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def launched() -> Iterator[Browser]:
    """Skips the test without a browser; JPKI_BOT_TEST_REQUIRE_BROWSER=1 makes that a failure. Once at a time in a process."""
    path = shutil.which("chromium")
    if path is None:
        reason = "chromium が見つかりません（Debian なら apt-get install chromium fonts-noto-cjk）"
        if os.environ.get(_REQUIRE) == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()
