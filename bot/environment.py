"""One value of the environment each: read, checked, and named in the words of whoever set it."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Container
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from bot.private_files import NotPrivate, read_private

PREFIX = "JPKI_BOT_"
FILE = "_FILE"
"""At the end of a secret's name: the file that holds it."""


class SettingsError(Exception):
    """A setting that cannot be used; the message names it and what it takes."""


def given(name: str) -> str:
    """Empty where it is not set."""
    return os.environ.get(name) or ""


def confidential(name: str) -> str:
    """From the variable `name`, or from the file that `name`_FILE gives; empty where neither is set."""
    value, file = os.environ.get(name) or "", os.environ.get(f"{name}{FILE}") or ""
    if not file:
        return value
    if value:
        raise SettingsError(f"{name} と {name}{FILE} の両方があります。どちらか1つにしてください")
    try:
        value = read_private(Path(file)).decode("utf-8").strip()
    except NotPrivate as error:
        raise SettingsError(f"{name}{FILE}: {error}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{name}{FILE}: {file}: 文字として読めません") from None
    if not value:
        raise SettingsError(f"{name}{FILE}: {file}: 空です")
    return value


def switch(name: str, usual: str) -> bool:
    """`on` or `off`."""
    value = given(name) or usual
    if value not in ("on", "off"):
        raise SettingsError(f"{name}={value}: on か off です")
    return value == "on"


def yes(name: str) -> bool:
    """1 or 0, which is the default."""
    text = given(name) or "0"
    if text not in ("0", "1"):
        raise SettingsError(f"{name}={text}: 0（いいえ）か 1（はい）です")
    return text == "1"


def whole(name: str, usual: int, most: int, unit: str) -> int:
    """From 1 to `most`."""
    text = given(name) or str(usual)
    if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= most):
        raise SettingsError(f"{name}={text}: 1〜{most} の{unit}で書いてください")
    return int(text)


def secret_url(name: str, schemes: tuple[str, ...]) -> str | None:
    """Its value holds a password: no message repeats it."""
    text = confidential(name)
    if text and text.partition("://")[0] not in schemes:
        raise SettingsError(f"{name}: {schemes[0]}:// で始まる住所ではありません（値はここに出しません）")
    return text or None


def public_address(name: str, ports: Container[int | None]) -> str | None:
    """Where this server is reached from outside, without a slash at the end."""
    text = given(name)
    if not text:
        return None
    try:
        address = urlsplit(text)
        usable = address.scheme == "https" and address.hostname and address.port in ports and _bare(address)
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError(f"{name}={shown(text)}: https:// で始まる、外から届く住所を書いてください。ポートは443・80・88・8443のどれかです")
    return text.rstrip("/")


def on_this_machine(name: str) -> str | None:
    """A stand-in server, reached over loopback."""
    text = given(name)
    if not text:
        return None
    try:
        address = urlsplit(text)
        near = address.hostname == "localhost" or ipaddress.ip_address(address.hostname or "").is_loopback
        usable = near and address.scheme == "http" and address.port is not None and _bare(address)
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError(f"{name}={shown(text)}: このパソコンの中（http で、127.0.0.1 とポート）だけが使えます")
    return text.rstrip("/")


def shown(address: str) -> str:
    """As an error may print it: whatever stands before an @ may be a password, and what follows ? or # a token."""
    return re.sub(r"[?#].*", "…", re.sub(r"[^/]*@", "…@", address))


def _bare(address: SplitResult) -> bool:
    return not (address.query or address.fragment or address.username)
