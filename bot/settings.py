"""Settings, read once from the environment; everything else is passed on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from bot.environment import FILE, PREFIX, SettingsError, confidential, given, on_this_machine, public_address, secret_url, shown, switch, whole, yes

JAPAN = ZoneInfo("Asia/Tokyo")
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(?::\d{1,5})?|https?://\[[0-9a-f:]+\](?::\d{1,5})?")
STAFF_PASSWORD_HASH = f"{PREFIX}STAFF_PASSWORD_HASH"
STAFF_MUNICIPALITY = f"{PREFIX}STAFF_MUNICIPALITY"
STAFF_BEHIND_TLS = f"{PREFIX}STAFF_BEHIND_TLS"
STAFF_IDLE_MINUTES = f"{PREFIX}STAFF_IDLE_MINUTES"
LINE_SECRET = f"{PREFIX}LINE_SECRET"
LINE_TOKEN = f"{PREFIX}LINE_TOKEN"
LINE_PUSH = f"{PREFIX}LINE_PUSH"
LINE_API = f"{PREFIX}LINE_API"
PUBLIC_URL = f"{PREFIX}PUBLIC_URL"
_LINE_HOSTS = ("api.line.me", "api-data.line.me")
_PUBLIC = re.compile(r"https://[a-z0-9.-]+(?::\d{1,5})?(?:/[A-Za-z0-9._~-]+)*")
COUNTER = f"{PREFIX}COUNTER"
PROXIES = f"{PREFIX}PROXIES"
LIMITS = f"{PREFIX}LIMITS"
ORIGINS = f"{PREFIX}ORIGINS"
NOW = f"{PREFIX}NOW"
LOG = f"{PREFIX}LOG"
SESSION_KEY = f"{PREFIX}SESSION_KEY"
_MOST_PROXIES = 9
DATABASE = f"{PREFIX}DATABASE"
REDIS = f"{PREFIX}REDIS"
_LONGEST_IDLE = 480
_SHORTEST_LINE_SECRET = 16
RETENTION_DAYS = f"{PREFIX}RETENTION_DAYS"
IDLE_MINUTES = f"{PREFIX}IDLE_MINUTES"
KEEP_MISSES = f"{PREFIX}KEEP_MISSES"
_LONGEST_RETENTION, _MINUTES_A_DAY = 365, 1440
TELEGRAM_TOKEN = f"{PREFIX}TELEGRAM_TOKEN"
TELEGRAM_WEBHOOK = f"{PREFIX}TELEGRAM_WEBHOOK"
TELEGRAM_API = f"{PREFIX}TELEGRAM_API"
_TELEGRAM_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{20,100}")
_TELEGRAM_PORTS = (None, 443, 80, 88, 8443)
"""Where Telegram delivers."""


@dataclass(frozen=True)
class StaffSettings:
    """`password_hash` None switches the staff page off. `behind_tls`: a proxy that speaks TLS stands in front and names the client."""

    password_hash: str | None = field(repr=False)
    municipality: str | None
    behind_tls: bool
    idle_minutes: int


@dataclass(frozen=True)
class LineSettings:
    """`push`: late answers may be sent outside the reply. `api` and `uploads` are where LINE's API listens."""

    secret: str = field(repr=False)
    token: str = field(repr=False)
    push: bool
    api: str
    uploads: str


@dataclass(frozen=True)
class TelegramSettings:
    """`webhook` is the public address of this server, None for polling. `api` is a Bot API server on this machine instead of Telegram's own."""

    token: str = field(repr=False)
    webhook: str | None = None
    api: str | None = None


@dataclass(frozen=True)
class Settings:
    """`fixed_now` makes answers reproducible; None is the clock.

    `origins` are the other sites that may embed the widget; `limits` says whether messages that come too fast are refused,
    `counter` whether this computer reads cards at a counter. `telegram` and `line` None switch that channel off.
    `public_url` is where the server is reached from outside, without a slash at the end. Conversations are kept for
    `retention_days`; what they were about is forgotten after `idle_minutes`. `keep_misses`: the masked words of questions
    without an answer are kept. `log` is the form of the log's lines, None where standard error decides. `proxies` is how many
    stand in front, each adding to X-Forwarded-For whom it saw; None: the operator has not said. `session_key` is a file with
    the signing key, for several processes; None: one is kept in `state`. `database` and `redis` are what several processes
    share, None where there is one. `notify` is where systemd listens.
    """

    project: Path
    models: Path
    state: Path
    fixed_now: datetime | None
    staff: StaffSettings
    origins: tuple[str, ...] = ()
    limits: bool = True
    telegram: TelegramSettings | None = None
    line: LineSettings | None = None
    public_url: str | None = None
    counter: bool = False
    retention_days: int = 30
    idle_minutes: int = 60
    keep_misses: bool = False
    log: Literal["json", "text"] | None = None
    proxies: int | None = None
    session_key: Path | None = None
    database: str | None = field(default=None, repr=False)
    redis: str | None = field(default=None, repr=False)
    notify: str | None = None

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
    """From the environment; a secret also from the file that its name with _FILE at the end gives. Raises SettingsError."""
    behind_tls = yes(STAFF_BEHIND_TLS)
    project = Path(given(f"{PREFIX}PROJECT") or _project())
    return Settings(
        project=project,
        models=Path(given(f"{PREFIX}MODELS") or project / "models"),
        state=Path(given(f"{PREFIX}STATE") or project / "state"),
        fixed_now=_now(given(NOW)),
        origins=_origins(given(ORIGINS)),
        limits=switch(LIMITS, "on"),
        counter=switch(COUNTER, "off"),
        retention_days=whole(RETENTION_DAYS, 30, _LONGEST_RETENTION, "日"),
        idle_minutes=whole(IDLE_MINUTES, 60, _MINUTES_A_DAY, "分"),
        keep_misses=switch(KEEP_MISSES, "off"),
        log=_log(given(LOG)),
        staff=StaffSettings(
            password_hash=confidential(STAFF_PASSWORD_HASH) or None,
            municipality=given(STAFF_MUNICIPALITY) or None,
            behind_tls=behind_tls,
            idle_minutes=whole(STAFF_IDLE_MINUTES, 30, _LONGEST_IDLE, "分"),
        ),
        telegram=_telegram(),
        line=_line(),
        public_url=_public_url(given(PUBLIC_URL)),
        proxies=_proxies(behind_tls),
        session_key=_session_key(),
        **_shared(),
        notify=given("NOTIFY_SOCKET") or None,
    )


def _project() -> Path:
    """The checkout: the working folder when it holds the content, else where this code lies."""
    here = Path.cwd()
    return here if (here / "data" / "topics").is_dir() else Path(__file__).resolve().parent.parent


def _now(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return moment.replace(tzinfo=JAPAN) if moment.tzinfo is None else moment.astimezone(JAPAN)
    except (ValueError, OverflowError) as error:
        raise SettingsError(f"{NOW}={text}: ISO 8601 の日時ではありません（例: 2026-11-20T10:00:00+09:00）") from error


def _session_key() -> Path | None:
    """Only a file: what stands in the environment is too easily typed by a person."""
    if given(SESSION_KEY):
        raise SettingsError(f"{SESSION_KEY} は使えません。鍵をファイルに入れて、{SESSION_KEY}{FILE} にその場所を書いてください")
    file = given(f"{SESSION_KEY}{FILE}")
    return Path(file) if file else None


def _proxies(behind_tls: bool) -> int | None:
    """A proxy for the staff page is one for all the rest."""
    text = given(PROXIES)
    if not text:
        return 1 if behind_tls else None
    if not (len(text) == 1 and text in "0123456789"):
        raise SettingsError(f"{PROXIES}={text}: 前にあるプロキシの数を、0〜{_MOST_PROXIES} で書いてください")
    if text == "0" and behind_tls:
        raise SettingsError(f"{PROXIES}=0 と {STAFF_BEHIND_TLS}=1 は合いません。TLSのプロキシがあるなら、{PROXIES} に数を書いてください")
    return int(text)


def _log(form: str) -> Literal["json", "text"] | None:
    found: dict[str, Literal["json", "text"] | None] = {"": None, "json": "json", "text": "text"}
    if form not in found:
        raise SettingsError(f"{LOG}={form}: json（1行に1つのJSON）か text（人が読む文）です")
    return found[form]


def _origins(text: str) -> tuple[str, ...]:
    """Each must be one site as a browser names it; never every site at once."""
    found = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    for origin in found:
        if not _ORIGIN.fullmatch(origin):
            hint = "「*」（すべてのサイト）は使えません。" if "*" in origin else ""
            form = "https:// とホスト名（と、要るならポート）だけを、小文字で、終わりの / なしで、コンマで区切って書いてください"
            raise SettingsError(f"{ORIGINS}: {shown(origin)}: {hint}{form}")
    return found


def _line() -> LineSettings | None:
    """Neither secret nor token: no LINE. One without the other would only fail later."""
    secret, token = (confidential(name).strip() for name in (LINE_SECRET, LINE_TOKEN))
    if not secret and not token:
        return None
    for name, value in ((LINE_SECRET, secret), (LINE_TOKEN, token)):
        if not value:
            raise SettingsError(f"{name}: LINEを使うには、{LINE_SECRET}（チャネルシークレット）と {LINE_TOKEN}（チャネルアクセストークン）の両方が要ります")
        if not (value.isascii() and value.isprintable()) or " " in value:
            raise SettingsError(f"{name}: 使えない文字が入っています。LINE Developersの画面から写し直してください")
    if len(secret) < _SHORTEST_LINE_SECRET:
        raise SettingsError(f"{LINE_SECRET}: 短すぎます（{_SHORTEST_LINE_SECRET}文字から）。LINE Developersの画面から写し直してください")
    return LineSettings(secret, token, yes(LINE_PUSH), *_line_servers(on_this_machine(LINE_API)))


def _line_servers(stand_in: str | None) -> tuple[str, str]:
    """Where messages and files go: to LINE, or both to a stand-in on this machine, for trying out and tests."""
    messages, files = (stand_in or f"https://{host}" for host in _LINE_HOSTS)
    return messages, files


def _public_url(text: str) -> str | None:
    if text and not _PUBLIC.fullmatch(text):
        raise SettingsError(f"{PUBLIC_URL}={shown(text)}: 外から見える住所を、https:// から、終わりの / なしで書いてください")
    return text or None


def _shared() -> dict[str, str | None]:
    """Processes that share conversations have to take turns in them, and turns are shared only for that."""
    database, redis = (secret_url(name, schemes) for name, schemes in ((DATABASE, ("postgresql", "postgres")), (REDIS, ("redis", "rediss", "unix"))))
    if bool(database) is not bool(redis):
        raise SettingsError(f"{DATABASE} と {REDIS} は、両方を設定するか、どちらも設定しないでください（docs/operations.md）")
    return {"database": database, "redis": redis}


def _telegram() -> TelegramSettings | None:
    token = confidential(TELEGRAM_TOKEN)
    if not token:
        if extra := next((name for name in (TELEGRAM_WEBHOOK, TELEGRAM_API) if given(name)), None):
            raise SettingsError(f"{extra} には、{TELEGRAM_TOKEN} も要ります")
        return None
    if not _TELEGRAM_TOKEN.fullmatch(token):
        raise SettingsError(
            f"{TELEGRAM_TOKEN}: トークンの形ではありません。@BotFather が出した「数字:英数字」を、そのまま書いてください（値はここに出しません）"
        )
    return TelegramSettings(token, public_address(TELEGRAM_WEBHOOK, _TELEGRAM_PORTS), on_this_machine(TELEGRAM_API))
