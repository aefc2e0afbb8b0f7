"""What `run` looks at before anything slow: whether it may start as it is set up, and what the operator must know if it does."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.content import load_content
from bot.private_files import not_for_all_to_write
from bot.settings import COUNTER, LIMITS, PROXIES, STAFF_BEHIND_TLS, STAFF_MUNICIPALITY, STAFF_PASSWORD_HASH, Settings

if TYPE_CHECKING:
    from bot.channels.password import PasswordHash
    from bot.channels.session import Sessions


class StartError(Exception):
    """The bot refuses to start; the message says what to change."""


@dataclass(frozen=True)
class Start:
    """What the checks have read. `password` None: the staff page is off."""

    sessions: Sessions
    password: PasswordHash | None


def check_start(settings: Settings, host: str, port: int, warn: Callable[[str], None]) -> Start:
    """Raises StartError, NotPrivate or SessionKeyError, each with what to change."""
    from bot.channels.session import LIFE, Sessions

    _check_port(host, port)
    password = _staff_password(settings, host)
    _check_counter(settings, host)
    _check_limits(settings, host)
    for path in (settings.data, settings.models, settings.model):
        not_for_all_to_write(path)
    # A session that outlives its conversation would only find it empty.
    sessions = Sessions.kept_in(settings.state, settings.session_key, min(LIFE, timedelta(days=settings.retention_days)))
    for line in _warnings(settings, host):
        warn(f"注意: {line}")
    return Start(sessions, password)


def _warnings(settings: Settings, host: str) -> Iterator[str]:
    """A warning and no refusal: the proxy may be on another machine, where only the operator can see it."""
    if not _is_loopback(host) and not settings.proxies:
        yield (
            f"{host} で待ち受けます。質問と会話の券が、暗号化されずにネットワークを流れます。"
            f"住民が使うなら、TLSのプロキシを前に置いて {PROXIES}=1 にしてください。試すだけなら --host 127.0.0.1 で足ります"
        )


def _staff_password(settings: Settings, host: str) -> PasswordHash | None:
    """Refuses a setting that would leave the page open or unusable."""
    staff = settings.staff
    if staff.password_hash is None:
        return None
    if not _is_loopback(host) and not staff.behind_tls:
        raise StartError(
            f"職員用のページは、{host} では暗号化されずに見えてしまうので、動かしません。--host 127.0.0.1 にするか、"
            f"TLSのプロキシを前に置いて {STAFF_BEHIND_TLS}=1 にしてください"
        )
    from bot.channels.password import PasswordError, PasswordHash

    if staff.municipality:
        base = load_content(settings.data).base
        if base.municipality_named(staff.municipality) is None:
            names = "・".join(town.name for town in base.municipalities.values())
            raise StartError(f"{STAFF_MUNICIPALITY}={staff.municipality}: 知っているのは {names} です")
    try:
        return PasswordHash.read(staff.password_hash)
    except PasswordError as error:
        raise StartError(f"{STAFF_PASSWORD_HASH}: {error}。jpki-bot staff password で作り直してください") from None


def _check_counter(settings: Settings, host: str) -> None:
    """Cards are read for whoever sits at this computer: the press must not come from another one."""
    if not settings.counter:
        return
    if settings.staff.password_hash is None:
        raise StartError(f"{COUNTER}=on には、職員用のページがいります。{STAFF_PASSWORD_HASH} を設定してください（jpki-bot staff password）")
    if not _is_loopback(host) or settings.proxies:
        raise StartError(
            f"{COUNTER}=on は、カードを置くパソコンの中だけで使います。--host 127.0.0.1 にして、{STAFF_BEHIND_TLS} と {PROXIES} を外すか、"
            f"{COUNTER} を off にしてください"
        )


def _check_limits(settings: Settings, host: str) -> None:
    if not settings.limits and not _is_loopback(host) and not settings.proxies:
        raise StartError(
            f"{LIMITS}=off のまま {host} で待ち受けると、だれでもサーバを止められます。{LIMITS} を外すか、"
            f"回数を制限するプロキシを前に置いて {PROXIES}=1 にしてください"
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise StartError(f"{host}:{port} は使えません（{error.strerror}）。--port で別の番号を指定してください") from error
