"""Requests that are malformed, too large or ambiguous: refused with a reason, and the server goes on."""

from __future__ import annotations

import json

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.request_head import LARGEST_HEAD, HeadError, check_head
from tests.security.conftest import Running
from tests.security.raw import ask, connected, head, read_reply

_POST = "POST /api/messages HTTP/1.1"
_GET = "GET /health HTTP/1.1"
_WRONG = {
    "no request line": (b"\r\n\r\n", 400),
    "a TLS hello": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    "another protocol": (head("GET / SPDY/3"), 505),
    "HTTP/2 in the clear": (head("PRI * HTTP/2.0"), 400),
    "a small method": (head("get / HTTP/1.1"), 400),
    "two spaces": (head("GET  / HTTP/1.1"), 400),
    "a URL that is no UTF-8": (b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a URL with a NUL": (b"GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a URL that is a file": (head("GET file:///etc/passwd HTTP/1.1"), 400),
    "a host that is none": (head("GET http://[::1/ HTTP/1.1"), 400),
    "a URL of 3,000 characters": (head(f"GET /{'a' * 3_000} HTTP/1.1"), 414),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "two hosts": (head(_GET, "Host: evil.example"), 400),
    "a field of 9,000 characters": (head(_GET, f"X-Long: {'a' * 9_000}"), 431),
    "100 fields": (head(_GET, *["A: b"] * 100), 431),
    "a space before the colon": (head(_POST, "Content-Length : 5"), 400),
    "a folded field": (head(_GET, "A: b", " folded: c"), 400),
    "a bare line feed": (b"GET /health HTTP/1.1\r\nHost: a\r\nA: b\nContent-Length: 5\r\n\r\n", 400),
    "a bare carriage return": (b"GET /health HTTP/1.1\r\nHost: a\r\nA: b\rX: c\r\n\r\n", 400),
    "a NUL in a field": (b"GET /health HTTP/1.1\r\nHost: a\r\nA: b\x00c\r\n\r\n", 400),
    "a field without a colon": (head(_GET, "nothing"), 400),
    "two lengths": (head(_POST, "Content-Length: 2", "Content-Length: 3") + b"{}", 400),
    "two lengths in one": (head(_POST, "Content-Length: 2, 2") + b"{}", 400),
    "a length below nothing": (head(_POST, "Content-Length: -1"), 400),
    "a length with a sign": (head(_POST, "Content-Length: +2") + b"{}", 400),
    "a length with an underscore": (head(_POST, "Content-Length: 1_0"), 400),
    "a length in hexadecimal": (head(_POST, "Content-Length: 0x10"), 400),
    "a length beyond all bounds": (head(_POST, f"Content-Length: {10**30}"), 400),
    "chunks": (head(_POST, "Transfer-Encoding: chunked") + b"2\r\n{}\r\n0\r\n\r\n", 411),
    "chunks and a length": (head(_POST, "Content-Length: 2", "Transfer-Encoding: chunked") + b"0\r\n\r\n", 411),
    "chunks in disguise": (head(_POST, "Transfer-Encoding: xchunked"), 411),
    "a body of 40,000": (head(_POST, "Content-Length: 40000") + b"a" * 40_000, 413),
    "a body that is only promised": (head(_POST, "Content-Length: 999999999"), 413),
    "an expectation": (head(_POST, "Content-Length: 2", "Expect: wonders"), 417),
}


@pytest.mark.parametrize("name", _WRONG)
def test_a_wrong_request_is_refused_in_words_and_the_connection_ends(full: Running, name: str) -> None:
    request, status = _WRONG[name]
    reply = ask(full.port, request)
    assert reply.status == status and json.loads(reply.body)["error"], reply
    assert reply.ended and reply.headers["connection"] == "close"
    assert full.client.get("/health").status_code == 200


def test_what_follows_a_refused_request_is_no_request(full: Running) -> None:
    """Otherwise a proxy in front could be made to pass somebody's request off as another's."""
    smuggled = head("DELETE /api/session HTTP/1.1")
    for request in (
        head(_POST, "Content-Length: 0", f"Content-Length: {len(smuggled)}") + smuggled,
        head(_POST, "Content-Length: 4", "Transfer-Encoding: chunked") + b"0\r\n\r\n" + smuggled,
        head(_GET, "Content-Length: nonsense") + smuggled,
    ):
        reply = ask(full.port, request)
        assert reply.status in (400, 411) and reply.ended and reply.body.count(b"error") == 1


def test_requests_one_after_another_on_one_connection_are_each_answered(full: Running) -> None:
    with connected(full.port) as connection:
        for _ in range(3):
            connection.sendall(head(_GET))
            assert read_reply(connection).status == 200


_PATHS = (
    "/%ff%fe",
    "/%00",
    "/staff/files/..%2f..%2f..%2fsettings.py",
    "/staff/files/../../settings.py",
    "/..;/health",
    "//health",
    "/calendar/%2e%2e%2fx.ics",
)


@pytest.mark.parametrize("path", _PATHS)
def test_a_strange_path_leads_nowhere(full: Running, path: str) -> None:
    reply = ask(full.port, head(f"GET {path} HTTP/1.1"))
    assert reply.status == 404 and b"import" not in reply.body


_FIELDS = (
    "Origin: \xff\xfe",
    "Authorization: Bearer \xe3\x81\x82",
    "Cookie: \xff=\xfe;;;=",
    "X-Forwarded-For: ,,\xff",
    "Upgrade: websocket",
)


@pytest.mark.parametrize("field", _FIELDS)
def test_a_strange_header_breaks_nothing(full: Running, field: str) -> None:
    for first in ("POST /api/session HTTP/1.1", "POST /api/messages HTTP/1.1", "GET /staff HTTP/1.1"):
        assert ask(full.port, head(first, field, "Content-Length: 0")).status in (200, 201, 401)


_BOMBS = {
    "depth of lists": b"[" * 8_000 + b"]" * 8_000,
    "depth of objects": b'{"text":' * 1_800 + b"1" + b"}" * 1_800,
    "depth in a field": b'{"text": "a", "x": ' + b"[" * 7_000 + b"]" * 7_000 + b"}",
    "a number of 10,000 digits": b'{"text": "a", "x": ' + b"9" * 10_000 + b"}",
    "text as a number of 10,000 digits": b'{"text": ' + b"9" * 10_000 + b"}",
    "a huge exponent as text": b'{"text": 1e999999999}',
    "NaN": b'{"text": "a", "x": NaN}',
    "a name twice": b'{"text": "a", "text": "b"}',
    "a name twice in different spelling": b'{"text": "a", "\\u0074ext": "b"}',
    "no UTF-8": b'{"text": "\xff"}',
    "UTF-16": '{"text": "a"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"text": "a"}',
    "two objects": b'{"text": "a"}{"text": "b"}',
    "a line feed inside": b'{"text": "a\nb"}',
    "nothing": b"",
    "a list": b'["text"]',
    "a form": b"text=a",
}


@pytest.mark.parametrize("name", _BOMBS)
def test_json_that_could_be_read_in_two_ways_or_not_at_all_is_refused(full: Running, name: str) -> None:
    session = full.client.post("/api/session").json()["session"]
    reply = full.client.post("/api/messages", headers={"Authorization": f"Bearer {session}"}, content=_BOMBS[name])
    assert reply.status_code == 400 and reply.json()["error"], reply.text


def test_nothing_of_this_reached_the_log(full: Running) -> None:
    session = full.client.post("/api/session").json()["session"]
    ask(full.port, head("GET /himitsu-no-michi?q=kaede-4821 HTTP/1.1", "X-Secret: kaede-4822"))
    ask(full.port, b"GET /\xff kaede-4823 HTTP/1.1\r\n\r\n")
    full.client.post("/api/messages", headers={"Authorization": f"Bearer {session}"}, content=b'{"text": "kaede-4824')
    log = full.log.read_text()
    assert "kaede" not in log and "himitsu" not in log and session not in log and "Traceback" not in log


_PIECE = st.text(st.characters(codec="latin-1"), max_size=20).map(lambda text: text.encode("latin-1"))
_LINE = st.one_of(_PIECE, st.sampled_from([b"GET / HTTP/1.1", b"Host: a", b"Content-Length: 1", b"Transfer-Encoding: chunked"]))


@settings(max_examples=500, deadline=None, database=None)
@given(st.lists(_LINE, max_size=8))
def test_every_head_is_taken_or_refused_and_nothing_else(lines: list[bytes]) -> None:
    try:
        check_head(b"\r\n".join(lines))
    except HeadError as refused:
        assert refused.status_code in (400, 411, 414, 431, 505)
    else:
        assert lines[0].split(b" ")[2] in (b"HTTP/1.1", b"HTTP/1.0")
        assert not any(b"\n" in each or b"\x00" in each or each.lower().startswith(b"transfer-encoding") for each in lines)


def test_a_head_just_within_the_limit_is_read(full: Running) -> None:
    fixed = len(head(_GET, "X-Long: "))
    assert ask(full.port, head(_GET, f"X-Long: {'a' * (LARGEST_HEAD - fixed)}")).status == 200
    assert httpx.get(f"http://127.0.0.1:{full.port}/health", headers={f"X-{number}": "a" for number in range(50)}).status_code == 200
