"""The shipped nginx in front of two stand-ins that tell what reached them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.scale.programs import Nginx


class StandIn:
    """Answers with its number and the headers it got; while `dying` it hangs up on a request that it has read."""

    def __init__(self, number: int) -> None:
        self.dying, self.asked = False, 0
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                stand_in.asked += 1
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if stand_in.dying:
                    self.close_connection = True
                    return
                body = json.dumps({"number": number, "path": self.path, "headers": {name.lower(): value for name, value in self.headers.items()}}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        # Connections that nginx keeps open are served on: they have to end as well.
        self.dying = True
        self._server.shutdown()
        self._server.server_close()


@dataclass
class Front:
    nginx: Nginx
    stand_ins: list[StandIn]
    client: httpx.Client


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    stand_ins = [StandIn(1), StandIn(2)]
    nginx = Nginx(tmp_path, [each.port for each in stand_ins])
    nginx.start()
    with httpx.Client(base_url=nginx.url, verify=False, timeout=20) as client:
        yield Front(nginx, stand_ins, client)
    nginx.stop()
    for each in stand_ins:
        each.close()


def _number(front: Front, token: str | None) -> int:
    found: int = front.client.post("/api/messages", headers={"Authorization": f"Bearer {token}"} if token else {}, json={}).json()["number"]
    return found


def test_a_conversation_stays_with_its_process_and_conversations_spread(front: Front) -> None:
    homes = {token: {_number(front, token) for _ in range(3)} for token in map(str, range(12))}
    assert all(len(numbers) == 1 for numbers in homes.values()) and set().union(*homes.values()) == {1, 2}
    assert {_number(front, None) for _ in range(16)} == {1, 2}


def test_only_the_conversations_of_a_process_that_is_gone_move(front: Front) -> None:
    before = {token: _number(front, token) for token in map(str, range(12))}
    front.stand_ins[0].close()
    after = {token: _number(front, token) for token in before}
    assert set(after.values()) == {2} and all(after[token] == home for token, home in before.items() if home == 2)


def test_a_request_that_a_process_died_over_is_sent_to_the_next(front: Front) -> None:
    token = next(token for token in map(str, range(50)) if _number(front, token) == 1)
    front.stand_ins[0].dying, asked = True, front.stand_ins[0].asked
    assert _number(front, token) == 2 and front.stand_ins[0].asked == asked + 1


def test_what_a_client_says_of_where_it_comes_from_is_dropped(front: Front) -> None:
    forged = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9", "X-Real-IP": "203.0.113.9", "X-Request-Id": "forged-request-id"}
    reached = front.client.get("/", headers=forged).json()["headers"]
    assert reached["x-forwarded-for"] == "127.0.0.1" and reached["x-forwarded-proto"] == "https"
    assert not {"forwarded", "x-real-ip"} & set(reached) and len(reached["x-request-id"]) == 32
    assert reached["host"] == f"127.0.0.1:{front.nginx.port}"


def test_chat_apps_and_staff_reach_one_process_only(front: Front) -> None:
    for path in ("/line/webhook", "/telegram/webhook", "/staff", "/staff/search", "/calendar/name.ics"):
        assert {front.client.get(path).json()["number"] for _ in range(8)} == {1}, path


def test_what_is_too_large_or_not_for_outside_does_not_reach_a_process(front: Front) -> None:
    asked = sum(each.asked for each in front.stand_ins)
    assert front.client.post("/api/messages", content=b"x" * 16_385).status_code == 413
    assert front.client.get("/", headers={"X-Large": "x" * 9_000}).status_code == 400
    assert [front.client.get(path).status_code for path in ("/metrics", "/ready")] == [404, 404]
    assert sum(each.asked for each in front.stand_ins) == asked


def test_one_address_that_asks_too_much_is_told_to_come_back(front: Front) -> None:
    # However slow the machine is: what may come at once does, and next to nothing after it.
    front.nginx.stop()
    site = front.nginx.folder / "site.conf"
    shipped = site.read_text(encoding="utf-8")
    site.write_text(shipped.replace("rate=20r/s", "rate=1r/m"), encoding="utf-8")
    assert site.read_text(encoding="utf-8") != shipped
    front.nginx.start()
    replies = [front.client.get("/icon.svg") for _ in range(120)]
    refused = [reply for reply in replies if reply.status_code == 429]
    assert 10 < len(refused) < 20 and [reply.status_code for reply in replies].count(200) == len(replies) - len(refused)
    assert refused[0].json()["error"] and refused[0].headers["Retry-After"] == "5" and "max-age" in refused[0].headers["Strict-Transport-Security"]


def test_without_any_process_it_says_to_come_back(front: Front) -> None:
    for each in front.stand_ins:
        each.close()
    reply = front.client.post("/api/messages", json={})
    assert reply.status_code == 503 and "窓口" in reply.json()["error"] and reply.headers["Retry-After"] == "5"


def test_plain_http_is_sent_to_https(front: Front) -> None:
    plain = httpx.get(f"http://127.0.0.1:{front.nginx.plain_port}/staff?x=1", follow_redirects=False)
    assert plain.status_code == 308 and plain.headers["Location"].startswith("https://")


def test_its_log_names_nobody(front: Front) -> None:
    front.client.get("/calendar/secret-name.ics?question=secret", headers={"Authorization": "Bearer secret"})
    front.stand_ins[0].close()
    front.client.get("/calendar/secret-name.ics?question=secret", headers={"Authorization": "Bearer secret"})
    front.nginx.stop()
    logs = [path.read_text(encoding="utf-8") for path in front.nginx.folder.rglob("*") if path.is_file() and "log" in path.name]
    assert len(logs) >= 3 and any("/calendar/ 200" in log for log in logs)
    assert not [log for log in logs if "secret" in log or "client: " in log]
