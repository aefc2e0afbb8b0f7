"""Found by fuzzing: what came in at a channel and stopped it, or got an answer of the wrong kind."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

import pytest
from telegram import Update

from bot.channels.batch import answer_batch
from bot.channels.session import SessionError, Sessions
from bot.channels.sign_in import SignIns
from bot.channels.telegram_arrivals import Arrivals
from bot.channels.telegram_polls import Polls
from bot.environment import SettingsError
from bot.settings import StaffSettings, read_settings
from tests.fuzz.stand_in import StandIn

if TYPE_CHECKING:
    from bot.engine.bot import Bot


async def test_a_long_text_beside_a_button_is_refused(bot: Bot) -> None:
    """Only texts without a button were measured: sixteen thousand letters kept the server busy for three seconds."""
    began = process_time()
    answer = await bot.reply("found-long-choice", "a." * 8_000, choice="topic:fees")
    assert "1000字" in answer["text"] and process_time() - began < 0.5


def batch(place: Path, *lines: bytes) -> list[str]:
    place.write_bytes(b"\n".join(lines))
    raw = io.BytesIO()
    with io.TextIOWrapper(raw, encoding="utf-8", errors="strict", write_through=True) as screen, contextlib.redirect_stdout(screen):
        answer_batch(StandIn(), str(place))  # type: ignore[arg-type]
        return raw.getvalue().decode().splitlines()


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 100_000,
        b'{"id": "\\ud800", "turns": ["a"]}',
        b'{"id": NaN, "turns": ["a"]}',
        b'{"id": 1e999, "turns": ["a"]}',
        b'{"id": 1, "turns": [' + b"9" * 5000 + b"]}",
    ],
    ids=["deep", "half a pair of surrogates", "NaN", "infinite", "a long number"],
)
def test_a_batch_goes_on_after(tmp_path: Path, line: bytes) -> None:
    """The first ended it with a traceback, the second at printing; the third and fourth came back as what is no JSON."""
    answers = batch(tmp_path / "lines", line, b'{"id": "next", "turns": ["a"]}')
    assert len(answers) == 2 and json.loads(answers[1])["turns"] and not any(word in answers[0] for word in ("NaN", "Infinity", "Exceeds"))


def test_a_session_of_bytes_that_are_no_text_is_refused() -> None:
    """500 in the place of 401."""
    with pytest.raises(SessionError):
        Sessions(bytes(32)).conversation("\udcff\udcfe")


def test_a_member_whose_name_is_no_text_has_a_conversation() -> None:
    assert len(Sessions(bytes(32)).conversation_of("line", "U\ud800")) == 40


def test_a_cookie_of_bytes_that_are_no_text_signs_nobody_in() -> None:
    """500 in the place of the sign-in form."""
    sign_ins = SignIns(60, lambda: 0.0)
    assert sign_ins.token("\udcff.\udcff") is None and not sign_ins.fits_form("\udcff.x", "y")


async def test_an_update_without_a_number_is_in_the_way_of_none() -> None:
    """It stayed at the head of what waits, and every later update failed against it."""
    released: list[Update] = []
    arrivals = Arrivals(released.append, patience=0)
    arrivals.add([Update(5), Update("six")])  # type: ignore[arg-type]
    arrivals.add([Update(6), Update(7)])
    assert [update.update_id for update in released] == [5, 6, 7]


def test_an_update_that_cannot_be_read_counts_as_fetched() -> None:
    """A whole poll failed on it and was fetched again for ever: Telegram's users got no answer any more."""
    broken, good = {"update_id": 1, "message": {"message_id": 1}}, {"update_id": 2}
    read = Polls.parse_json_payload(json.dumps({"ok": True, "result": [broken, {"message": {}}, 7, good]}).encode())
    assert read == {"ok": True, "result": [{"update_id": 1}, good]}


@pytest.mark.parametrize(("name", "value"), [("STAFF_IDLE_MINUTES", "9" * 5000), ("NOW", "9999-12-31T23:59:59+00:00"), ("NOW", "0001-01-01T00:00:00+14:00")])
def test_a_setting_outside_every_bound_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """ValueError and OverflowError."""
    monkeypatch.setenv(f"JPKI_BOT_{name}", value)
    with pytest.raises(SettingsError, match=f"JPKI_BOT_{name}"):
        read_settings()


def test_the_hash_of_the_staff_password_is_in_no_description_of_the_settings() -> None:
    assert "geheim" not in repr(StaffSettings("geheim", None, False, 30))
