"""The JSON endpoint on a real server: sessions, answers, restart, bad requests."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import signal
import sqlite3
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from bot.channels.limits import Rates
from bot.dialogue.turn import Content
from tests.conftest import server

pytestmark = pytest.mark.usefixtures("model")
CITY = "https://www.city.example.jp"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def client(state: Path) -> Iterator[httpx.Client]:
    with server(state, JPKI_BOT_ORIGINS=f"https://other.example.jp, {CITY}") as (client, _):
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
        (b'{"text": "a", "id": "' + b"x" * 65 + b'"}', "id"),
        (b'{"text": "a", "id": 7}', "id は文字列"),
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


def test_the_page_is_under_the_strictest_policy(client: httpx.Client) -> None:
    page = client.get("/")
    policy = page.headers["Content-Security-Policy"]
    assert page.status_code == 200 and "default-src 'none'" in policy and "trusted-types 'none'" in policy and "unsafe" not in policy
    assert [client.get(path).status_code for path in ("/page.css", "/icon.svg", "/widget.js")] == [200] * 3


def test_the_widget_is_one_small_file_that_can_be_pinned(client: httpx.Client) -> None:
    reply = client.get("/widget.js", headers={"Accept-Encoding": "gzip"})
    assert reply.headers["Content-Encoding"] == "gzip" and int(reply.headers["Content-Length"]) < 30_000
    assert not re.search(r"innerHTML|insertAdjacent|document\.write|\beval\b|new Function|https?://", reply.text)
    pinned = "sha384-" + base64.b64encode(hashlib.sha384(reply.content).digest()).decode()
    assert f'integrity="{pinned}"' in client.get("/").text
    plain = client.get("/widget.js", headers={"Accept-Encoding": "identity"})
    assert plain.content == reply.content and "Content-Encoding" not in plain.headers
    again = client.get("/widget.js", headers={"If-None-Match": reply.headers["ETag"]})
    assert again.status_code == 304 and again.content == b""


def test_the_catalogue_lists_every_topic_and_whom_to_call(client: httpx.Client, content: Content) -> None:
    reply = client.get("/api/catalogue")
    known = reply.json()
    topics = {topic["id"]: topic for group in known["groups"] for topic in group["topics"]}
    assert set(topics) == {name for name, topic in content.base.topics.items() if topic.kind in ("concept", "procedure", "facet")}
    assert "こうしん" in topics["renewal"]["reading"] and all(2 <= len(topic["questions"]) <= 4 for topic in topics.values())
    assert all(question["reading"] for topic in topics.values() for question in topic["questions"])
    nakano = next(town for town in known["municipalities"] if town["code"] == "nakano")["contact"]
    assert nakano["phone"] == "03-3228-5425" and "午後5時" in nakano["hours"] and "2016年2月15日" in nakano["caution"]
    assert {town["name"] for town in known["municipalities"]} == {town.name for town in content.base.municipalities.values()}
    assert known["nationwide"]["phone"] == "0120-95-0178" and "午後8時" in known["nationwide"]["hours"]
    assert "暗証番号は入力しない" in "".join(known["welcome"]) and reply.headers["Cache-Control"] == "max-age=600"


def test_a_message_that_comes_twice_is_answered_once(client: httpx.Client) -> None:
    session, other = opened(client), opened(client)
    first = said(client, session, "中野区です。カードをなくしました", id="a1")
    assert said(client, session, "手数料は？", id="a1") == first
    fee = said(client, session, "手数料は？", id="a2")
    assert fee["topic"] == "fees" and said(client, session, "手数料は？", id="a2") == fee
    assert said(client, other, "手数料は？", id="a2") != fee
    client.delete("/api/session", headers=session)
    assert said(client, session, "窓口は何時までですか", id="a1")["outcome"] == "ask_back"


def test_messages_with_one_id_at_the_same_time_count_once(client: httpx.Client, state: Path) -> None:
    session = opened(client)
    said(client, session, "中野区です。カードをなくしました")
    before = _feedbacks(state)
    with ThreadPoolExecutor(8) as together:
        answers = list(together.map(lambda _: said(client, session, "役に立った", id="same"), range(8)))
    assert all(answer == answers[0] for answer in answers) and answers[0]["topic"] == "feedback"
    assert _feedbacks(state) == before + 1


def _feedbacks(state: Path) -> int:
    with closing(sqlite3.connect(state / "feedback.sqlite3")) as store:
        return int(store.execute("SELECT count(*) FROM feedback").fetchone()[0])


def test_too_many_messages_of_one_session_are_told_when_to_come_back(client: httpx.Client) -> None:
    session = opened(client)
    replies = [client.post("/api/messages", headers=session, json={"text": "はい", "id": f"m{n}"}) for n in range(Rates().of_one.burst + 3)]
    refused = [reply for reply in replies if reply.status_code == 429]
    assert 1 <= len(refused) <= 3 and replies[0].status_code == 200
    assert 1 <= int(refused[0].headers["Retry-After"]) <= 2 and "0120-95-0178" in refused[0].json()["error"]
    assert said(client, session, "はい", id=f"m{Rates().of_one.burst - 1}") == replies[Rates().of_one.burst - 1].json()
    assert said(client, opened(client), "はい")["outcome"]


@pytest.mark.parametrize("path", ["/api/session", "/api/messages", "/api/catalogue", "/widget.js"])
def test_only_listed_sites_are_let_in(client: httpx.Client, path: str) -> None:
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    allowed = client.options(path, headers={"Origin": CITY, **asks})
    assert allowed.status_code == 204 and allowed.headers["Access-Control-Allow-Origin"] == CITY
    assert "Authorization" in allowed.headers["Access-Control-Allow-Headers"] and "DELETE" in allowed.headers["Access-Control-Allow-Methods"]
    assert "Origin" in allowed.headers["Vary"] and "Access-Control-Allow-Credentials" not in allowed.headers
    for stranger in ("https://evil.example", "null", CITY + ".evil.example", CITY.replace("https", "http"), "*"):
        refused = client.options(path, headers={"Origin": stranger, **asks})
        plain = client.get(path, headers={"Origin": stranger})
        assert refused.status_code == 403 and not [name for reply in (refused, plain) for name in reply.headers if name.startswith("access-control-allow")]
    assert client.get(path, headers={"Origin": CITY}).headers["Access-Control-Allow-Origin"] == CITY


def test_nothing_but_the_widgets_own_is_shared(client: httpx.Client) -> None:
    assert "Access-Control-Allow-Origin" not in client.get("/health", headers={"Origin": CITY}).headers
    assert client.options("/health", headers={"Origin": CITY}).status_code == 405


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
