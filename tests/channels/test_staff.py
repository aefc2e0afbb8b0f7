"""The staff page over HTTP: the door, its cookies and tokens, what may be asked, and that nothing is kept."""

from __future__ import annotations

import hashlib
import re
import socket
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from sanic import Sanic

from bot.channels.limits import Limits
from bot.channels.password import PasswordHash
from bot.channels.server import make_server
from bot.channels.session import Sessions
from bot.channels.staff import Desk, staff_channel
from bot.dialogue.reference import Reference
from bot.knowledge.staff import StaffWording, read_staff_wording
from tests.channels.test_sign_in import Clock
from tests.conftest import server

if TYPE_CHECKING:
    from bot.engine.bot import Bot

pytestmark = pytest.mark.usefixtures("model")

PASSWORD = "まどぐちのあいことば2026"
SALT = hashlib.sha256(b"only for tests").digest()[:16]
HASH = PasswordHash(2**14, 8, 1, SALT, hashlib.scrypt(PASSWORD.encode(), salt=SALT, n=2**14, r=8, p=1, dklen=32))
"""The cheapest cost that is accepted: the tests sign in often."""
IDLE_MINUTES = 30
Command = Callable[..., "subprocess.CompletedProcess[str]"]


def form_token(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found
    return found[1]


def page_token(page: str) -> str:
    found = re.search(r'<meta name="token" content="([^"]+)"', page)
    assert found, "not signed in"
    return found[1]


# A started server


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("staff")


@pytest.fixture(scope="module")
def counter(state: Path) -> Iterator[httpx.Client]:
    with server(state, JPKI_BOT_STAFF_PASSWORD_HASH=str(HASH), JPKI_BOT_STAFF_MUNICIPALITY="中野区") as (client, _):
        yield client


def signed_in(client: httpx.Client) -> dict[str, str]:
    """Signs in afresh; the header that every question needs."""
    client.cookies.clear()
    token = form_token(client.get("/staff").text)
    reply = client.post("/staff/sign-in", data={"token": token, "password": PASSWORD})
    assert reply.status_code == 303 and reply.headers["location"] == "/staff", reply.text
    return {"X-Staff-Token": page_token(client.get("/staff").text)}


@pytest.fixture
def inside(counter: httpx.Client, session: tuple[str, dict[str, str]]) -> dict[str, str]:
    """The header of a session that other tests ask in too."""
    cookie, headers = session
    counter.cookies.clear()
    counter.cookies.set("jpki_staff", cookie, path="/staff")
    return headers


@pytest.fixture(scope="module")
def session(counter: httpx.Client) -> tuple[str, dict[str, str]]:
    headers = signed_in(counter)
    return counter.cookies["jpki_staff"], headers


def test_the_door_shows_nothing_but_a_form(counter: httpx.Client) -> None:
    counter.cookies.clear()
    page = counter.get("/staff")
    assert page.status_code == 200 and 'type="password"' in page.text and 'id="query"' not in page.text


@pytest.mark.parametrize("path", ["/staff/api/desk", "/staff/api/reader"])
def test_nothing_is_shown_to_whoever_is_not_signed_in(counter: httpx.Client, path: str) -> None:
    counter.cookies.clear()
    reply = counter.get(path)
    assert reply.status_code == 401 and reply.json() == {"error": "サインインしていません。"}


@pytest.mark.parametrize("path", ["/staff/api/search", "/staff/api/card"])
def test_nothing_is_answered_to_whoever_is_not_signed_in(counter: httpx.Client, path: str) -> None:
    counter.cookies.clear()
    assert counter.post(path, json={"query": "更新"}).status_code == 401


def test_the_session_cookie_is_for_this_page_and_this_site_only(counter: httpx.Client) -> None:
    counter.cookies.clear()
    token = form_token(counter.get("/staff").text)
    reply = counter.post("/staff/sign-in", data={"token": token, "password": PASSWORD})
    cookie = next(each for each in reply.headers.get_list("set-cookie") if each.startswith("jpki_staff="))
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/staff" in cookie
    assert "Secure" not in cookie and "Max-Age" not in cookie and "expires" not in cookie.lower(), "plain loopback; ends with the browser"


def test_the_policy_lets_nothing_foreign_in(counter: httpx.Client) -> None:
    signed_in(counter)
    for path in ("/staff", "/staff/files/page.js", "/staff/api/desk"):
        reply = counter.get(path)
        policy = reply.headers["Content-Security-Policy"]
        assert {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"} <= set(policy.split("; "))
        assert "unsafe" not in policy and reply.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["page.html", "sign_in.html", "..%2Fpage.html", "%2e%2e/index.html", "nothing.js"])
def test_only_the_pages_own_files_are_served(counter: httpx.Client, name: str) -> None:
    assert counter.get(f"/staff/files/{name}").status_code == 404


@pytest.mark.parametrize("sent", [None, "", "x", "wrong" * 20])
def test_a_question_without_the_right_token_is_refused(counter: httpx.Client, sent: str | None) -> None:
    signed_in(counter)
    headers = {} if sent is None else {"X-Staff-Token": sent}
    reply = counter.post("/staff/api/search", json={"query": "更新"}, headers=headers)
    assert reply.status_code == 403 and "読み込み直して" in reply.json()["error"]


def test_anothers_token_does_not_fit(counter: httpx.Client) -> None:
    other = signed_in(counter)
    signed_in(counter)
    assert counter.post("/staff/api/search", json={"query": "更新"}, headers=other).status_code == 403


@pytest.mark.parametrize("token", [None, "", "0" * 64])
def test_a_sign_in_without_the_forms_token_is_refused_and_not_tried(counter: httpx.Client, token: str | None) -> None:
    counter.cookies.clear()
    counter.get("/staff")
    data = {"password": PASSWORD} | ({} if token is None else {"token": token})
    reply = counter.post("/staff/sign-in", data=data)
    assert reply.status_code == 403 and "もう一度入力" in reply.text and "jpki_staff" not in counter.cookies


def test_signing_out_needs_the_token_and_ends_the_session(counter: httpx.Client) -> None:
    headers = signed_in(counter)
    assert counter.post("/staff/sign-out", data={"token": "x"}).status_code == 403
    assert counter.get("/staff/api/desk").status_code == 200
    cookie = counter.cookies["jpki_staff"]
    reply = counter.post("/staff/sign-out", data={"token": headers["X-Staff-Token"]}, follow_redirects=True)
    assert "サインアウトしました" in reply.text and "jpki_staff" not in counter.cookies
    assert counter.get("/staff/api/desk", headers={"Cookie": f"jpki_staff={cookie}"}).status_code == 401


def test_the_desk_knows_its_municipality(counter: httpx.Client, inside: dict[str, str]) -> None:
    desk = counter.get("/staff/api/desk").json()
    assert desk["municipality"] == "nakano" and {"code": "noda", "name": "野田村"} in desk["towns"] and desk["idle_seconds"] == 1800


def test_without_a_reader_the_panel_says_so(counter: httpx.Client, inside: dict[str, str]) -> None:
    view = counter.get("/staff/api/reader").json()
    assert view["state"] == "読み取り機は設定されていません" and view["ready"] is False and view["lines"]


ENTER = [
    ("署名用 ロック 代理", "暗証番号のロック", "中野区"),
    ("15歳未満 署名", "15歳未満・成年被後見人", "中野区"),
    ("杉並 手数料", "手数料", "杉並区"),
    ("nagoya jikan", "受付時間・今開いているか", "名古屋市"),
    ("koushin", "更新", "中野区"),
    ("こうし", "更新", "中野区"),
    ("shomei rokku", "暗証番号のロック", "中野区"),
    ("suginami no madoguchi", "窓口・場所", "杉並区"),
    ("カードをなくしたと言っている人の手続", "カードの紛失・盗難", "中野区"),
    ("本人が入院中で娘が来た 更新", "代理人", "中野区"),
    ("窓口は何時まで", "受付時間・今開いているか", "中野区"),
    ("更新の持ち物", "持ち物・本人確認書類", "中野区"),
    ("カード確認", "リーダでカードの証明書の状態を確認", "中野区"),
]


@pytest.mark.parametrize(("query", "title", "town"), ENTER)
def test_enter_opens_what_stands_first(counter: httpx.Client, inside: dict[str, str], query: str, title: str, town: str) -> None:
    hits = counter.post("/staff/api/search", json={"query": query, "municipality": "nakano"}, headers=inside).json()["hits"]
    assert (hits[0]["title"], hits[0]["town"]) == (title, town), hits
    card = counter.post("/staff/api/card", json={"hit": hits[0]["id"], "query": query, "municipality": "nakano"}, headers=inside).json()
    assert (card["title"], card["town"]) == (title, town) and card["rule"]


@pytest.mark.parametrize("query", ["署名用 ロック 代理", "15歳未満 署名", "カードをなくしました", "手数料", "コンビニで住民票とれる?"])
def test_the_rule_is_what_residents_are_told(counter: httpx.Client, inside: dict[str, str], query: str) -> None:
    hit = counter.post("/staff/api/search", json={"query": query, "municipality": "nakano"}, headers=inside).json()["hits"][0]
    card = counter.post("/staff/api/card", json={"hit": hit["id"], "query": query, "municipality": "nakano"}, headers=inside).json()
    session = counter.post("/api/session").json()["session"]
    told = counter.post("/api/messages", headers={"Authorization": f"Bearer {session}"}, json={"text": query, "municipality": "中野区"}).json()
    assert "".join(card["rule"]) == told["lead"].replace("\n", "")


def test_one_question_leaks_nothing_into_the_next(counter: httpx.Client, inside: dict[str, str]) -> None:
    ask = {"hit": "topic:fees", "query": "手数料は?", "municipality": ""}
    before = counter.post("/staff/api/card", json=ask, headers=inside).json()
    counter.post("/staff/api/card", json={"hit": "topic:card_lost", "query": "杉並区でカードをなくした", "municipality": ""}, headers=inside)
    assert counter.post("/staff/api/card", json=ask, headers=inside).json() == before


def test_a_private_number_is_answered_with_a_warning_and_no_hits(counter: httpx.Client, inside: dict[str, str]) -> None:
    found = counter.post("/staff/api/search", json={"query": "9021 3345 6781 更新"}, headers=inside).json()
    assert found["hits"] == [] and "入力しないで" in found["notice"]


def test_an_unknown_municipality_gets_nobody_elses_answer(counter: httpx.Client, inside: dict[str, str]) -> None:
    ask = {"query": "横浜市 手数料", "municipality": "nakano"}
    found = counter.post("/staff/api/search", json=ask, headers=inside).json()
    assert "横浜市の窓口の情報は、こちらでは持っていません" in found["notice"]
    assert found["hits"][0]["title"] == "手数料" and {hit["town"] for hit in found["hits"] if hit["kind"] == "topic"} == {""}
    card = counter.post("/staff/api/card", json=ask | {"hit": "topic:fees"}, headers=inside).json()
    assert card["town"] == "" and "中野区" not in "".join([*card["rule"], *card["notes"], card["contact"]])


def test_nothing_found_is_said(counter: httpx.Client, inside: dict[str, str]) -> None:
    found = counter.post("/staff/api/search", json={"query": "ラーメン"}, headers=inside).json()
    assert found["hits"] == [] and found["notice"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("search", b"{", 400),
        ("search", b"[]", 400),
        ("search", b'{"query": 1}', 400),
        ("search", b'{"query": "' + b"a" * 301 + b'"}', 400),
        ("search", b'{"query": "a", "municipality": "yokohama"}', 400),
        ("search", b"\xff", 400),
        ("card", b'{"hit": "topic:nothing"}', 404),
        ("card", b'{"hit": null}', 400),
        ("card", b"{}", 404),
    ],
)
def test_a_bad_question_is_told_in_words(counter: httpx.Client, inside: dict[str, str], path: str, body: bytes, status: int) -> None:
    headers = inside | {"Content-Type": "application/json"}
    reply = counter.post(f"/staff/api/{path}", content=body, headers=headers)
    assert reply.status_code == status and reply.json()["error"].endswith("。")


def rows(state: Path) -> list[int]:
    """How many conversations and verdicts are stored."""
    counts = []
    for name in ("conversations", "feedback"):
        with sqlite3.connect(f"file:{state}/{name}.sqlite3?mode=ro", uri=True) as database:
            counts.append(database.execute(f"SELECT count(*) FROM {name}").fetchone()[0])
    return counts


def test_nothing_asked_is_kept_or_logged(counter: httpx.Client, inside: dict[str, str], state: Path) -> None:
    before = rows(state)
    for query in ("ヒミツノコトバ 更新", "役に立った", "杉並 手数料"):
        counter.post("/staff/api/search", json={"query": query}, headers=inside)
        counter.post("/staff/api/card", json={"hit": "topic:renewal", "query": query}, headers=inside)
    assert rows(state) == before
    kept = b"".join(path.read_bytes() for path in state.iterdir() if path.is_file())
    assert "ヒミツ".encode() not in kept and b"consult-" not in kept
    log = (state / "server.log").read_text(encoding="utf-8")
    assert "まどぐち" not in log and "scrypt" not in log and inside["X-Staff-Token"] not in log


def test_the_page_is_off_without_a_password(tmp_path: Path) -> None:
    with server(tmp_path) as (client, _):
        assert client.get("/staff").status_code == 404 and client.post("/staff/sign-in").status_code == 404
        assert client.get("/staff/files/page.js").status_code == 404 and client.get("/staff/api/desk").status_code == 404
    assert "/staff" not in (tmp_path / "server.log").read_text(encoding="utf-8")


# Refusing to start


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_it_does_not_start_where_others_could_listen_in(command: Command, host: str) -> None:
    done = command("run", "--host", host, "--port", "0", env={"JPKI_BOT_STAFF_PASSWORD_HASH": str(HASH)})
    assert done.returncode == 1 and "JPKI_BOT_STAFF_BEHIND_TLS" in done.stderr and "127.0.0.1" in done.stderr


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("JPKI_BOT_STAFF_PASSWORD_HASH", "hunter2"),
        ("JPKI_BOT_STAFF_PASSWORD_HASH", str(HASH)[:-9]),
        ("JPKI_BOT_STAFF_MUNICIPALITY", "横浜市"),
        ("JPKI_BOT_STAFF_BEHIND_TLS", "maybe"),
        ("JPKI_BOT_STAFF_IDLE_MINUTES", "0"),
        ("JPKI_BOT_STAFF_IDLE_MINUTES", "half"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(command: Command, tmp_path: Path, setting: str, value: str) -> None:
    done = command("run", "--port", "0", env={"JPKI_BOT_STATE": str(tmp_path), "JPKI_BOT_STAFF_PASSWORD_HASH": str(HASH), setting: value})
    assert done.returncode == 1 and setting in done.stderr and "Traceback" not in done.stderr
    assert str(HASH)[-20:] not in done.stderr


# The same in this process, where the test turns the clock


class Counter:
    """A staff page on loopback whose clock stands until it is moved."""

    def __init__(self, client: httpx.AsyncClient, clock: Clock) -> None:
        self.client, self.clock = client, clock

    async def enter(self, password: str = PASSWORD, **headers: str) -> httpx.Response:
        token = form_token((await self.client.get("/staff")).text)
        return await self.client.post("/staff/sign-in", data={"token": token, "password": password}, headers=headers)


@pytest.fixture(scope="module")
def wording(bot: Bot, project: Path) -> StaffWording:
    return read_staff_wording(project / "data", bot.content.base)


@pytest.fixture(scope="module")
def reference(bot: Bot, wording: StaffWording) -> Reference:
    return Reference(bot.content, wording.legal_basis, bot.clock().date())


@pytest.fixture
async def desk(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, bot: Bot, reference: Reference, wording: StaffWording
) -> AsyncIterator[Counter]:
    """Its parameter says whether a proxy with TLS stands in front."""
    # Without it Sanic rewrites its own code at every start and allows one server a process.
    monkeypatch.setattr(Sanic, "test_mode", True)
    clock = Clock()
    proxied = getattr(request, "param", False)
    application = make_server(bot, Sessions(b"k" * 32), Limits(None), 16_384, proxies=int(proxied))
    application.blueprint(staff_channel(bot, lambda: reference, Desk(HASH, wording, None, proxied, IDLE_MINUTES, clock)))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        running = await application.create_server(sock=listening, return_asyncio_server=True, access_log=False, debug=False)
        await running.startup()
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}") as client:
                yield Counter(client, clock)
        finally:
            running.close()


async def test_an_idle_session_ends_and_the_door_says_why(desk: Counter) -> None:
    assert (await desk.enter()).status_code == 303
    desk.clock.now += IDLE_MINUTES * 60 - 1
    assert (await desk.client.get("/staff/api/desk")).status_code == 200
    desk.clock.now += IDLE_MINUTES * 60
    assert (await desk.client.get("/staff/api/desk")).status_code == 401
    page = (await desk.client.get("/staff")).text
    assert "サインインが切れました。30分" in page and 'type="password"' in page
    assert (await desk.enter()).status_code == 303


async def test_whoever_has_waited_may_try_again(desk: Counter) -> None:
    for _ in range(3):
        assert (await desk.enter("ちがう")).status_code == 401
    reply = await desk.enter()
    assert reply.status_code == 429 and reply.headers["Retry-After"] == "5" and "5秒" in reply.text
    desk.clock.now += 5
    assert (await desk.enter()).status_code == 303


async def test_a_wrong_password_is_told_and_residents_are_not_slowed_down(desk: Counter) -> None:
    statuses = [await desk.enter("ちがうパスワード") for _ in range(4)]
    assert "パスワードが違います" in statuses[0].text and [each.status_code for each in statuses] == [401, 401, 401, 429]
    assert "jpki_staff" not in desk.client.cookies
    assert (await desk.client.post("/api/session")).status_code == 201


async def test_attempts_that_must_wait_do_not_wait_longer_for_it(desk: Counter) -> None:
    for _ in range(3):
        await desk.enter("ちがう")
    for _ in range(10):
        assert (await desk.enter("ちがう")).headers["Retry-After"] == "5"


async def test_a_new_session_is_begun_at_every_sign_in(desk: Counter) -> None:
    await desk.enter()
    first = desk.client.cookies["jpki_staff"]
    token = page_token((await desk.client.get("/staff")).text)
    assert (await desk.client.post("/staff/sign-out", data={"token": token})).status_code == 303
    await desk.enter()
    assert desk.client.cookies["jpki_staff"] != first


async def test_a_planted_cookie_is_no_session(desk: Counter) -> None:
    desk.client.cookies.set("jpki_staff", "chosen.by-somebody-else", path="/staff")
    assert 'type="password"' in (await desk.client.get("/staff")).text


@pytest.mark.parametrize("desk", [True], indirect=True)
async def test_behind_tls_the_cookies_are_secure_and_clients_are_told_apart(desk: Counter) -> None:
    shown = await desk.client.get("/staff")
    assert all("Secure" in cookie for cookie in shown.headers.get_list("set-cookie"))
    cookie, token = shown.cookies["jpki_staff_form"], form_token(shown.text)

    async def attempt(client: str, password: str) -> int:
        headers = {"X-Forwarded-For": f"203.0.113.9, {client}", "Cookie": f"jpki_staff_form={cookie}"}
        reply = await desk.client.post("/staff/sign-in", data={"token": token, "password": password}, headers=headers)
        return reply.status_code

    assert [await attempt("10.0.0.1", "ちがう") for _ in range(4)] == [401, 401, 401, 429]
    assert await attempt("10.0.0.2", PASSWORD) == 303


async def test_a_forwarded_address_means_nothing_without_a_proxy(desk: Counter) -> None:
    statuses = [(await desk.enter("ちがう", **{"X-Forwarded-For": f"10.0.0.{number}"})).status_code for number in range(4)]
    assert statuses == [401, 401, 401, 429]
