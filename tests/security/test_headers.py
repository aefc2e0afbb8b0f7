"""Every response, whatever went wrong, carries the headers that keep a browser from making something else of it."""

from __future__ import annotations

import pytest

from tests.security.conftest import Running
from tests.security.raw import Reply, ask, connected, head, read_reply

_REPLIES = {
    "a page": (head("GET / HTTP/1.1"), 200),
    "the widget": (head("GET /widget.js HTTP/1.1"), 200),
    "the sign-in page": (head("GET /staff HTTP/1.1"), 200),
    "JSON": (head("GET /api/catalogue HTTP/1.1"), 200),
    "created": (head("POST /api/session HTTP/1.1", "Content-Length: 0"), 201),
    "malformed": (head("GET /\x00 HTTP/1.1"), 400),
    "wrong body": (head("POST /staff/sign-in HTTP/1.1", "Content-Length: 0"), 403),
    "no session": (head("POST /api/messages HTTP/1.1", "Content-Length: 0"), 401),
    "a foreign preflight": (head("OPTIONS /api/messages HTTP/1.1", "Origin: https://evil.example"), 403),
    "a webhook without a secret": (head("POST /telegram/webhook HTTP/1.1", "Content-Length: 2") + b"{}", 403),
    "a webhook without a signature": (head("POST /line/webhook HTTP/1.1", "Content-Length: 2") + b"{}", 403),
    "not there": (head("GET /nowhere HTTP/1.1"), 404),
    "no such calendar": (head("GET /calendar/abc.ics HTTP/1.1"), 404),
    "no such file": (head("GET /staff/files/nothing.js HTTP/1.1"), 404),
    "method": (head("PUT /health HTTP/1.1"), 405),
    "no length": (head("POST /api/messages HTTP/1.1", "Transfer-Encoding: chunked"), 411),
    "too large": (head("POST /api/messages HTTP/1.1", "Content-Length: 40000"), 413),
    "long URL": (head(f"GET /{'a' * 3_000} HTTP/1.1"), 414),
    "expectation": (head("POST /api/session HTTP/1.1", "Content-Length: 0", "Expect: wonders"), 417),
    "large head": (head("GET / HTTP/1.1", f"A: {'a' * 9_000}"), 431),
    "version": (head("GET / HTTP/3.0"), 505),
}


def _check(reply: Reply) -> None:
    policy = reply.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "base-uri 'none'" in policy
    assert "unsafe" not in policy and "*" not in policy and "http" not in policy
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["x-frame-options"] == "DENY"
    assert reply.headers["referrer-policy"] == "no-referrer"
    assert reply.headers["cross-origin-opener-policy"] == "same-origin"
    assert reply.headers["cross-origin-resource-policy"] in ("same-origin", "cross-origin")
    assert "geolocation=()" in reply.headers["permissions-policy"]
    assert reply.headers["cache-control"]
    assert "server" not in reply.headers and "x-powered-by" not in reply.headers


@pytest.mark.parametrize("name", _REPLIES)
def test_every_response_has_the_headers(full: Running, name: str) -> None:
    request, status = _REPLIES[name]
    reply = ask(full.port, request)
    assert reply.status == status, reply
    _check(reply)


def test_only_what_may_be_kept_is_cached(full: Running) -> None:
    kept = {path: full.client.get(path).headers["cache-control"] for path in ("/", "/widget.js", "/api/catalogue", "/health", "/staff", "/nowhere")}
    assert kept == {
        "/": "no-store",
        "/widget.js": "max-age=300",
        "/api/catalogue": "max-age=600",
        "/health": "no-store",
        "/staff": "no-store",
        "/nowhere": "no-store",
    }


def test_only_the_widget_may_be_loaded_by_other_sites(full: Running) -> None:
    policies = {path: full.client.get(path).headers["cross-origin-resource-policy"] for path in ("/widget.js", "/", "/api/catalogue", "/staff")}
    assert policies.pop("/widget.js") == "cross-origin" and set(policies.values()) == {"same-origin"}


def test_a_refusal_for_want_of_patience_has_them_too(plain: Running) -> None:
    with connected(plain.port, "127.0.4.1") as connection:
        statuses = []
        for _ in range(1_000):
            connection.sendall(head("GET /nowhere HTTP/1.1"))
            reply = read_reply(connection, waits=False)
            statuses.append(reply.status)
            if reply.status == 429:
                break
    assert statuses[-1] == 429 and reply.headers["retry-after"]
    _check(reply)
