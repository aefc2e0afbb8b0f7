"""Settings, read once from the environment; everything else is passed on."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

JAPAN = ZoneInfo("Asia/Tokyo")
PREFIX = "JPKI_BOT_"
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(?::\d{1,5})?|https?://\[[0-9a-f:]+\](?::\d{1,5})?")
STAFF_PASSWORD_HASH = f"{PREFIX}STAFF_PASSWORD_HASH"
STAFF_MUNICIPALITY = f"{PREFIX}STAFF_MUNICIPALITY"
STAFF_BEHIND_TLS = f"{PREFIX}STAFF_BEHIND_TLS"
STAFF_IDLE_MINUTES = f"{PREFIX}STAFF_IDLE_MINUTES"
COUNTER = f"{PREFIX}COUNTER"
_LONGEST_IDLE = 480


class SettingsError(Exception):
    """A setting that cannot be used; the message names it and what it takes."""


@dataclass(frozen=True)
class StaffSettings:
    """`password_hash` None switches the staff page off. `behind_tls`: a proxy that speaks TLS stands in front and names the client."""

    password_hash: str | None
    municipality: str | None
    behind_tls: bool
    idle_minutes: int


@dataclass(frozen=True)
class Settings:
    """`fixed_now` makes answers reproducible; None is the clock.

    `origins` are the other sites that may embed the widget; `limits` says whether messages that come too fast are refused,
    `counter` whether this computer reads cards at a counter.
    """

    project: Path
    models: Path
    state: Path
    fixed_now: datetime | None
    staff: StaffSettings
    origins: tuple[str, ...] = ()
    limits: bool = True
    counter: bool = False

    @property
    def data(self) -> Path:
        return self.project / "data"

    @property
    def model(self) -> Path:
        return self.models / "jpki-bot.tar.gz"

    @property
    def roots(self) -> Path:
        return self.state / "roots"

    def now(self) -> datetime:
        """The moment of answering, in Asia/Tokyo."""
        return self.fixed_now or datetime.now(JAPAN)


def read_settings() -> Settings:
    """From the environment: JPKI_BOT_NOW, _PROJECT, _MODELS, _STATE, _ORIGINS, _LIMITS, _COUNTER and _STAFF_…"""
    project = Path(os.environ.get(f"{PREFIX}PROJECT") or _project())
    return Settings(
        project=project,
        models=Path(os.environ.get(f"{PREFIX}MODELS") or project / "models"),
        state=Path(os.environ.get(f"{PREFIX}STATE") or project / "state"),
        fixed_now=_now(os.environ.get(f"{PREFIX}NOW")),
        origins=_origins(os.environ.get(f"{PREFIX}ORIGINS") or ""),
        limits=_switch("LIMITS", "on"),
        counter=_switch("COUNTER", "off"),
        staff=StaffSettings(
            password_hash=os.environ.get(STAFF_PASSWORD_HASH) or None,
            municipality=os.environ.get(STAFF_MUNICIPALITY) or None,
            behind_tls=_yes(STAFF_BEHIND_TLS),
            idle_minutes=_minutes(STAFF_IDLE_MINUTES, 30),
        ),
    )


def _project() -> Path:
    """The checkout: the working folder when it holds the content, else where this code lies."""
    here = Path.cwd()
    return here if (here / "data" / "topics").is_dir() else Path(__file__).resolve().parent.parent


def _now(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        raise SettingsError(f"{PREFIX}NOW={text}: ISO 8601 の日時ではありません（例: 2026-11-20T10:00:00+09:00）") from error
    return moment.replace(tzinfo=JAPAN) if moment.tzinfo is None else moment.astimezone(JAPAN)


def _switch(name: str, usual: str) -> bool:
    value = os.environ.get(f"{PREFIX}{name}") or usual
    if value not in ("on", "off"):
        raise SettingsError(f"{PREFIX}{name}={value}: on か off です")
    return value == "on"


def _origins(text: str) -> tuple[str, ...]:
    """Each must be one site as a browser names it; never every site at once."""
    found = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    for origin in found:
        if not _ORIGIN.fullmatch(origin):
            hint = "「*」（すべてのサイト）は使えません。" if "*" in origin else ""
            form = "https:// とホスト名（と、要るならポート）だけを、小文字で、終わりの / なしで、コンマで区切って書いてください"
            raise SettingsError(f"{PREFIX}ORIGINS: {origin}: {hint}{form}")
    return found


def _yes(name: str) -> bool:
    text = os.environ.get(name) or "0"
    if text not in ("0", "1"):
        raise SettingsError(f"{name}={text}: 0（いいえ）か 1（はい）です")
    return text == "1"


def _minutes(name: str, usual: int) -> int:
    text = os.environ.get(name) or str(usual)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _LONGEST_IDLE):
        raise SettingsError(f"{name}={text}: 1〜{_LONGEST_IDLE} の分で書いてください")
    return int(text)
