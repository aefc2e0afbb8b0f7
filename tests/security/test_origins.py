"""Other sites: only those listed, letter by letter; a session is good on the site it was issued on."""

from __future__ import annotations

import httpx
import pytest

from tests.security.conftest import CITY, Running
from tests.security.raw import ask, head

_STRANGERS = (
    "null",
    "",
    "*",
    "https://evil.example",
    CITY.replace("https", "http"),
    CITY.upper(),
    CITY.replace("city", "City"),
    f"{CITY}.evil.example",
    f"https://evil{CITY.removeprefix('https://')}",
    f"https://evil.example/{CITY}",
    f"{CITY}:443",
    f"{CITY}:8443",
    f"{CITY}/",
    f"{CITY}#",
    f"{CITY} https://evil.example",
    f"https://evil.example,{CITY}",
    CITY.replace("https://", "https://evil.example@"),
    CITY.replace("www.", ""),
    CITY.replace("www.city", "wwwXcity"),
    "https://other.example.jp",
    "https://other.example.jp:8444",
    "file://",
    "chrome-extension://abcdefgh",
)


def _opens(reply: httpx.Response) -> list[str]:
    return [name for name in reply.headers if name.startswith("access-control-allow")]


@pytest.mark.parametrize("origin", _STRANGERS)
def test_a_site_that_is_not_listed_gets_nothing(full: Running, origin: str) -> None:
    asks = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    preflight = full.client.options("/api/messages", headers=asks)
    assert preflight.status_code == 403 and not _opens(preflight)
    for method, path in (("POST", "/api/session"), ("POST", "/api/messages"), ("GET", "/api/catalogue"), ("GET", "/widget.js")):
        assert not _opens(full.client.request(method, path, headers={"Origin": origin}))


def test_a_listed_site_may_use_what_the_widget_uses_and_no_more(full: Running) -> None:
    for method in ("PUT", "PATCH", "TRACE", "CONNECT", "*"):
        reply = full.client.options("/api/messages", headers={"Origin": CITY, "Access-Control-Request-Method": method})
        assert reply.headers["access-control-allow-methods"] == "GET, POST, DELETE"
    reply = full.client.options("/api/messages", headers={"Origin": CITY, "Access-Control-Request-Headers": "x-staff-token, cookie"})
    assert reply.headers["access-control-allow-headers"] == "Authorization, Content-Type" and "access-control-allow-credentials" not in reply.headers
    for path in ("/staff", "/staff/sign-in", "/staff/api/search", "/health", "/ready", "/line/webhook", "/telegram/webhook", "/"):
        assert not _opens(full.client.options(path, headers={"Origin": CITY, "Access-Control-Request-Method": "POST"}))
        assert not _opens(full.client.get(path, headers={"Origin": CITY}))


def test_a_listed_site_can_read_its_errors(full: Running) -> None:
    for reply in (
        full.client.post("/api/messages", headers={"Origin": CITY}),
        full.client.post("/api/messages", headers={"Origin": CITY}, content=b"a" * 40_000),
        full.client.put("/api/messages", headers={"Origin": CITY}),
    ):
        assert reply.status_code in (401, 413, 405) and reply.headers["access-control-allow-origin"] == CITY and "Origin" in reply.headers["vary"]


def test_two_origins_are_none(full: Running) -> None:
    reply = ask(full.port, head("OPTIONS /api/messages HTTP/1.1", "Origin: https://evil.example", f"Origin: {CITY}"))
    assert reply.status == 403 and "access-control-allow-origin" not in reply.headers


def _used(client: httpx.Client, session: str, **headers: str) -> int:
    return client.post("/api/messages", headers={"Authorization": f"Bearer {session}", **headers}, json={"text": "はい"}).status_code


def test_a_session_is_good_on_its_own_site_only(full: Running) -> None:
    sites = (CITY, "https://other.example.jp:8443", "")
    issued = {site: full.client.post("/api/session", headers={"Origin": site} if site else {}).json()["session"] for site in sites}
    for site, session in issued.items():
        for other in issued:
            assert _used(full.client, session, **({"Origin": other} if other else {})) == (200 if site == other else 401), (site, other)
    refused = full.client.delete("/api/session", headers={"Authorization": f"Bearer {issued[CITY]}", "Origin": "https://evil.example"})
    assert refused.status_code == 401 and "サイト" in refused.json()["error"]


def test_a_client_that_is_no_page_uses_its_own_session_as_ever(full: Running) -> None:
    session = full.client.post("/api/session").json()["session"]
    assert [_used(full.client, session) for _ in range(2)] == [200, 200]
