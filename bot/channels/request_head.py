"""The head of a request, read strictly before Sanic reads it: one that two servers could understand differently goes no further."""

from __future__ import annotations

import re

from sanic.exceptions import SanicException

LARGEST_HEAD = 8_192
_LONGEST_TARGET = 2_048
_MOST_FIELDS = 64
_METHOD = re.compile(rb"[A-Z]{1,16}")
_TARGET = re.compile(rb"(?:/|https?://)[\x21-\x7e]*|\*")
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROLS = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_LENGTH = re.compile(rb"[0-9]{1,9}")


class HeadError(SanicException):
    """Its status is the reply's, its message says what the client did."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message, status_code=status, quiet=True)


def too_large() -> HeadError:
    return HeadError(431, f"ヘッダーが大きすぎます（合わせて{LARGEST_HEAD}バイト、{_MOST_FIELDS}個まで）")


def check_head(head: bytes) -> None:
    """`head` is what stands before the empty line. Raises HeadError."""
    line, *fields = head.split(b"\r\n")
    _check_line(line)
    if len(fields) > _MOST_FIELDS:
        raise too_large()
    _check_framing([_field(each) for each in fields], line.endswith(b"1.1"))


def _check_line(line: bytes) -> None:
    method, target, version = parts if len(parts := line.split(b" ")) == 3 else (b"", b"", b"")
    if not _METHOD.fullmatch(method):
        raise HeadError(400, "要求の1行目が正しくありません")
    if len(target) > _LONGEST_TARGET:
        raise HeadError(414, f"URLが長すぎます（{_LONGEST_TARGET}バイトまで）")
    if not _TARGET.fullmatch(target) or (target == b"*" and method != b"OPTIONS"):
        raise HeadError(400, "URLの書き方が正しくありません")
    if version not in (b"HTTP/1.1", b"HTTP/1.0"):
        raise HeadError(505, "HTTP/1.1 を使ってください")


def _field(line: bytes) -> tuple[bytes, bytes]:
    name, colon, value = line.partition(b":")
    if not colon or not _NAME.fullmatch(name) or _CONTROLS.search(value):
        raise HeadError(400, "ヘッダーの書き方が正しくありません")
    return name.lower(), value.strip(b" \t")


def _check_framing(fields: list[tuple[bytes, bytes]], needs_host: bool) -> None:
    """Where the request ends must be said once and in one way: nothing of it may be taken for the next request."""
    values: dict[bytes, list[bytes]] = {}
    for name, value in fields:
        values.setdefault(name, []).append(value)
    hosts, lengths = values.get(b"host", []), values.get(b"content-length", [])
    if len(hosts) > 1 or (needs_host and not hosts):
        raise HeadError(400, "Host が1つ要ります")
    if b"transfer-encoding" in values:
        raise HeadError(411, "Content-Length を付けて送ってください（Transfer-Encoding は使えません）")
    if len(lengths) > 1 or not all(_LENGTH.fullmatch(length) for length in lengths):
        raise HeadError(400, "Content-Length が正しくありません")
