# ruff: noqa: E501, SIM905 — words by the line
"""Whatever the environment holds: settings, or one sentence that names the setting and keeps its secret."""

from __future__ import annotations

import os
from unittest import mock

from hypothesis import example, given
from hypothesis import strategies as st

from bot.environment import SettingsError
from bot.settings import PREFIX, read_settings
from tests.fuzz.profiles import tries

_SECRET = "Xq7" + "s3cr3t" * 4
_NAMES = [
    f"{PREFIX}{name}"
    for name in "NOW PROJECT MODELS STATE LIMITS PUBLIC_URL ORIGINS COUNTER STAFF_PASSWORD_HASH STAFF_MUNICIPALITY STAFF_BEHIND_TLS STAFF_IDLE_MINUTES "
    "TELEGRAM_TOKEN TELEGRAM_WEBHOOK TELEGRAM_API LINE_SECRET LINE_TOKEN LINE_PUSH LINE_API".split()
]
_SECRETS = [f"{PREFIX}{name}" for name in ("STAFF_PASSWORD_HASH", "TELEGRAM_TOKEN", "LINE_SECRET", "LINE_TOKEN")]
_PARTS = st.sampled_from(
    ["on", "off", "0", "1", "30", "480", "２", "٣", "-1", "1e9", "9" * 5000, "2026-11-20", "T10:00:00", "+09:00", "Z", "9999-12-31T23:59:59+00:00", "0001-01-01",
     "https://", "http://", "bot.example", "127.0.0.1", "localhost", "[::1]", "[::", ":8443", ":99999999999", "/", "//", "user:pw@", "?x", "#y", "*", ",", " ", "\n", "%00", "123456:", "A" * 35]
)  # fmt: skip
_ANY = st.characters(exclude_characters="\x00", exclude_categories=["Cs"])
"""The environment holds no NUL, and undecodable bytes as the surrogates of os.fsdecode."""
_VALUES = st.lists(_PARTS | st.text(_ANY, max_size=5) | st.binary(max_size=3).map(lambda raw: os.fsdecode(raw.replace(b"\x00", b""))), max_size=4).map("".join)


@tries(250)
@example({f"{PREFIX}STAFF_IDLE_MINUTES": "9" * 5000})
@example({f"{PREFIX}NOW": "9999-12-31T23:59:59+00:00"})
@given(st.dictionaries(st.sampled_from(_NAMES), _VALUES, max_size=5))
def test_an_environment_is_read_or_refused_by_name(values: dict[str, str]) -> None:
    try:
        settings = _read(values)
    except SettingsError as error:
        assert any(name in str(error) for name in values), str(error)
    else:
        assert settings.now().tzinfo is not None


@tries(120)
@given(name=st.sampled_from(_SECRETS), spoilt=_VALUES, others=st.dictionaries(st.sampled_from(_NAMES), _VALUES, max_size=3))
def test_a_secret_is_in_no_message_and_no_description(name: str, spoilt: str, others: dict[str, str]) -> None:
    try:
        told = repr(_read({**others, name: f"{_SECRET}{spoilt}"}))
    except SettingsError as error:
        told = str(error)
    assert _SECRET not in told


def _read(values: dict[str, str]):  # type: ignore[no-untyped-def]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    with mock.patch.dict(os.environ, {**kept, **values}, clear=True):
        return read_settings()
