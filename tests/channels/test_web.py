"""The JSON endpoint on a real server: sessions, answers, restart, bad requests."""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import server

pytestmark = pytest.mark.usefixtures("model")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with server(tmp_path_factory.mktemp("state")) as (client, _):
        yield client


def opened(client: httpx.Client) -> dict[str, str]:
    session = client.post("/api/session").json()["session"]
    return {"Authorization": f"Bearer {session}"}


def said(client: httpx.Client, session: dict[str, str], text: str, **more: str) -> dict[str, object]:
    reply = client.post("/api/messages", headers=session, json={"text": text, **more})
    assert reply.status_code == 200, reply.text
    return dict(reply.json())


def test_a_question_gets_a_dated_sourced_answer(client: httpx.Client) -> None:
    answer = said(client, opened(client), "カードをなくしました", municipality="中野区")
    assert answer["topic"] == "card_lost" and answer["outcome"] == "answer" and answer["municipality"] == "中野区"
    assert "0120-95-0178" in str(answer["text"]) and "2016年2月15日" in str(answer["text"])
    assert answer["sources"] and answer["checked_on"]


def test_the_first_words_ask_for_no_private_numbers(client: httpx.Client) -> None:
    assert "暗証番号は入力しない" in client.post("/api/session").json()["welcome"]


def test_a_pressed_button_is_a_choice(client: httpx.Client) -> None:
    session = opened(client)
    asked = said(client, session, "窓口は何時までですか")
    assert asked["outcome"] == "ask_back"
    answer = said(client, session, "中野区", choice="municipality:nakano")
    assert answer["topic"] == "office_hours" and "午後5時" in str(answer["text"])


def test_a_session_is_not_guessable_and_not_shared(client: httpx.Client) -> None:
    mine, yours = opened(client), opened(client)
    said(client, mine, "中野区に住んでいます")
    assert said(client, mine, "何時までですか")["municipality"] == "中野区"
    assert said(client, yours, "何時までですか")["outcome"] == "ask_back"


@pytest.mark.parametrize("token", ["-", "x", "null", "eyJhbGciOiJub25lIn0.eyJzaWQiOiJhIn0."])
def test_a_token_not_issued_here_is_refused(client: httpx.Client, token: str) -> None:
    reply = client.post("/api/messages", headers={"Authorization": f"Bearer {token}"}, json={"text": "更新"})
    assert reply.status_code == 401 and "/api/session" in reply.json()["error"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "JSON"),
        (b"[]", "text"),
        (b'{"text": 1}', "text は文字列"),
        (b'{"text": "a", "municipality": "\xe6\xa8\xaa\xe6\xb5\x9c\xe5\xb8\x82"}', "中野区"),
        (b'{"choice": "' + b"x" * 100 + b'"}', "choice"),
        (b"\xff\xfe", "JSON"),
    ],
)
def test_a_bad_request_is_told_what_is_wrong(client: httpx.Client, body: bytes, words: str) -> None:
    reply = client.post("/api/messages", headers=opened(client), content=body)
    assert reply.status_code == 400 and words in reply.json()["error"]


def test_a_request_too_large_is_refused(client: httpx.Client) -> None:
    assert client.post("/api/messages", headers=opened(client), content=b"x" * 40_000).status_code == 413


@pytest.mark.parametrize("path", ["/webhooks/rest/webhook", "/conversations/x/tracker", "/model", "/model/parse", "/domain", "/status", "/version"])
def test_none_of_rasas_own_api_is_there(client: httpx.Client, path: str) -> None:
    assert client.post(path, json={}).status_code == 404 or client.get(path).status_code == 404


def test_the_page_needs_nothing_from_elsewhere(client: httpx.Client) -> None:
    page = client.get("/")
    assert page.status_code == 200 and "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "http" not in page.text.replace("<!doctype html>", "") and client.get("/page.js").status_code == 200


def test_a_forgotten_conversation_starts_anew(client: httpx.Client) -> None:
    session = opened(client)
    said(client, session, "中野区に住んでいます")
    assert client.delete("/api/session", headers=session).json() == {"forgotten": True}
    assert said(client, session, "何時までですか")["outcome"] == "ask_back"


def test_a_conversation_survives_a_kill_and_restart(tmp_path: Path) -> None:
    with server(tmp_path) as (client, process):
        session = opened(client)
        said(client, session, "中野区に住んでいます")
        said(client, session, "カードをなくしました")
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
    with server(tmp_path) as (client, _):
        answer = said(client, session, "手数料は？")
        assert answer["topic"] == "fees" and answer["municipality"] == "中野区" and "1,000円" in str(answer["text"])
    assert stat.S_IMODE((tmp_path / "session.key").stat().st_mode) == 0o600


def test_nothing_typed_reaches_the_log(tmp_path: Path) -> None:
    with server(tmp_path) as (client, _):
        session = opened(client)
        for text in ("ヒミツノコトバで更新", "/restart", "私のマイナンバーは 9021 3345 6781 です"):
            said(client, session, text)
        client.post("/api/messages", headers=session, content=b'{"text": "\xe3\x83\x92\xe3\x83\x9f')
    log = (tmp_path / "server.log").read_text(encoding="utf-8")
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("*.sqlite3*"))
    assert "ヒミツ" not in log and "3345" not in log
    assert b"9021 3345 6781" not in stored
