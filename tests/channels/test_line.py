"""LINE the whole way: a started server with the real bot, and a stand-in for LINE on loopback."""

from __future__ import annotations

import json
import random
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import server
from tests.fakes.line_api import TOKEN, Fault, LineApi, Sent, line_api
from tests.fakes.line_webhook import SECRET, LineWebhook, a_user, again, signature

pytestmark = pytest.mark.usefixtures("model")
PUBLIC = "https://bot.example"


@pytest.fixture(scope="module")
def api() -> Iterator[LineApi]:
    with line_api() as api:
        yield api


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def client(state: Path, api: LineApi) -> Iterator[httpx.Client]:
    settings = {"LINE_SECRET": SECRET, "LINE_TOKEN": TOKEN, "LINE_API": api.url, "PUBLIC_URL": PUBLIC}
    with server(state, **{f"JPKI_BOT_{name}": value for name, value in settings.items()}) as (client, _):
        yield client


@pytest.fixture
def line(client: httpx.Client, api: LineApi) -> LineWebhook:
    return LineWebhook(client, api)


def answered(line: LineWebhook, api: LineApi, user: str, text: str) -> Sent:
    before = len(api.sent_to(user))
    line.say(user, text)
    return api.wait_for(user, before + 1)[-1]


def pressed(line: LineWebhook, api: LineApi, user: str, button: dict[str, str]) -> Sent:
    before = len(api.sent_to(user))
    assert line.deliver(line.postback(user, button["data"])).status_code == 200
    return api.wait_for(user, before + 1)[-1]


def test_a_new_friend_is_greeted_with_the_privacy_line_and_the_municipalities(line: LineWebhook, api: LineApi) -> None:
    user = a_user()
    assert line.deliver(line.event("follow", user, follow={"isUnblocked": False})).status_code == 200
    greeting = api.wait_for(user)[0]
    assert "暗証番号は入力しないで" in greeting.text and "お住まいの市区町村" in greeting.text
    assert "中野区" in [button["label"] for button in greeting.buttons]
    chosen = pressed(line, api, user, next(button for button in greeting.buttons if button["label"] == "中野区"))
    assert "中野区" in chosen.text
    assert "午後5時" in answered(line, api, user, "窓口は何時まで?").text


@pytest.mark.parametrize("question", ["カードをなくした", "更新の手数料は?", "更新に必要なもの", "今日の天気は?", "１２３４", "番号は 9021 3345 6781 です"])
def test_the_same_question_gets_the_same_answer_as_on_the_web(line: LineWebhook, api: LineApi, client: httpx.Client, question: str) -> None:
    session = {"Authorization": f"Bearer {client.post('/api/session').json()['session']}"}
    user = a_user()
    for text in ("中野区に住んでいます", question):
        on_web = client.post("/api/messages", headers=session, json={"text": text}).json()
        on_line = answered(line, api, user, text)
        assert on_line.text == on_web["text"]
        assert [button["displayText"] for button in on_line.buttons] == [button["title"] for button in on_web["buttons"]]


def test_a_pressed_button_is_the_choice_it_stands_for(line: LineWebhook, api: LineApi) -> None:
    user = a_user()
    asked = answered(line, api, user, "窓口は何時までですか")
    answer = pressed(line, api, user, next(button for button in asked.buttons if button["label"] == "西東京市"))
    assert "西東京市のページに載っていません" in answer.text and "受付時間" not in asked.text


def test_the_checklist_is_a_card_and_stands_in_the_text_too(line: LineWebhook, api: LineApi) -> None:
    user = a_user()
    answered(line, api, user, "中野区に住んでいます")
    answer = answered(line, api, user, "更新に必要なもの")
    card = next(message for message in answer.messages if message["type"] == "flex")
    lines = [text for text in _texts(card["contents"]) if text != "□"]
    assert "中野区" in lines[0] and "マイナンバーカード" in card["altText"]
    assert all(line in answer.text for line in lines[1:]) and len(lines) > 5
    assert answer.buttons and answer.messages[-1] is card


def _texts(part: Any) -> list[str]:
    if isinstance(part, list):
        return [text for one in part for text in _texts(one)]
    if not isinstance(part, dict):
        return []
    return [part["text"]] if part.get("type") == "text" else [text for value in part.values() for text in _texts(value)]


def test_days_to_keep_come_as_a_link_that_only_the_asker_has(line: LineWebhook, api: LineApi, client: httpx.Client) -> None:
    answer = answered(line, api, a_user(), "2023年6月10日に発行、誕生日は8月5日")
    link = answer.text.split()[-1]
    assert link.startswith(f"{PUBLIC}/calendar/") and "2023" not in link
    file = client.get(link.removeprefix(PUBLIC))
    assert file.status_code == 200 and file.headers["Content-Type"].startswith("text/calendar") and ".ics" in file.headers["Content-Disposition"]
    assert file.text.startswith("BEGIN:VCALENDAR") and "20270805" in file.text
    lost = client.get("/calendar/AAAAAAAAAAAAAAAAAAAAAA.ics")
    assert lost.status_code == 404 and "もう一度計算" in lost.text


def test_whoever_leaves_is_forgotten(line: LineWebhook, api: LineApi) -> None:
    user = a_user()
    answered(line, api, user, "中野区に住んでいます")
    assert line.deliver(line.event("unfollow", user)).status_code == 200
    assert "お住まいの市区町村" in answered(line, api, user, "窓口は何時までですか").text
    assert len(api.sent_to(user)) == 2


def test_the_conversation_can_be_cleared_from_the_help(line: LineWebhook, api: LineApi) -> None:
    user = a_user()
    answered(line, api, user, "中野区に住んでいます")
    helped = pressed(line, api, user, {"data": "line:help\n使い方"})
    assert "人と話したい" in helped.text
    chosen = pressed(line, api, user, next(button for button in helped.buttons if button["label"] == "市区町村を選ぶ・変える"))
    assert "中野区" in [button["label"] for button in chosen.buttons]
    assert "忘れました" in pressed(line, api, user, next(button for button in helped.buttons if "忘れさせる" in button["label"])).text
    assert "お住まいの市区町村" in answered(line, api, user, "窓口は何時までですか").text


def test_in_a_group_one_line_is_said_and_no_question_answered(line: LineWebhook, api: LineApi) -> None:
    user, group = a_user(), f"C{a_user()[1:]}"
    source = {"type": "group", "groupId": group, "userId": user}
    assert line.deliver(line.event("join", group, source={"type": "group", "groupId": group})).status_code == 200
    assert "1対1" in api.wait_for(group)[0].text
    asked = line.event("message", group, source=source, message={"id": "1", "type": "text", "text": "カードをなくした"})
    assert line.deliver(asked, line.event("leave", group, source=source)).status_code == 200
    answered(line, api, user, "カードをなくした")
    assert len(api.sent_to(group)) == 1 and len(api.sent_to(user)) == 1


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("image", {"contentProvider": {"type": "line"}}),
        ("video", {"duration": 100, "contentProvider": {"type": "line"}}),
        ("audio", {"duration": 100, "contentProvider": {"type": "line"}}),
        ("file", {"fileName": "a.pdf", "fileSize": 10}),
        ("location", {"title": "x", "address": "y", "latitude": 35.0, "longitude": 139.0}),
        ("sticker", {"packageId": "1", "stickerId": "1", "stickerResourceType": "STATIC"}),
    ],
)
def test_what_is_no_text_is_told_what_the_bot_can_do(line: LineWebhook, api: LineApi, kind: str, more: dict[str, Any]) -> None:
    user = a_user()
    assert line.deliver(line.message(user, kind, **more)).status_code == 200
    told = api.wait_for(user)[0]
    assert "撮って送らないで" in told.text and told.buttons


def test_pictures_sent_together_get_one_reply(line: LineWebhook, api: LineApi) -> None:
    user = a_user()
    album = [line.message(user, "image", imageSet={"id": f"set of {user}", "index": place, "total": 3}) for place in (1, 2, 3)]
    assert line.deliver(*album[:2]).status_code == 200 and line.deliver(album[2]).status_code == 200
    assert "撮って送らないで" in api.wait_for(user)[0].text
    answered(line, api, user, "手数料は?")
    assert len(api.sent_to(user)) == 2


@pytest.mark.parametrize(
    "event", [{}, {"type": "message"}, {"type": "unheard-of"}, "event", None, 5, {"type": "message", "source": {"type": "user"}, "message": 5}]
)
def test_an_event_of_an_unknown_form_does_no_harm(line: LineWebhook, api: LineApi, event: Any) -> None:
    user = a_user()
    assert line.deliver(event, line.text(user, "カードをなくした")).status_code == 200
    assert "一時停止" in api.wait_for(user)[0].text


def test_what_another_module_of_the_account_handles_is_left_to_it(line: LineWebhook, api: LineApi) -> None:
    user = a_user()
    assert line.deliver({**line.text(user, "カードをなくした"), "mode": "standby"}).status_code == 200
    answered(line, api, user, "手数料は?")
    assert len(api.sent_to(user)) == 1


def test_the_platforms_check_of_the_address_is_answered(line: LineWebhook) -> None:
    assert line.deliver().status_code == 200


@pytest.mark.parametrize("wrong", [None, "", "x", "ほかの人", signature(b"{}"), signature(b"other", "another-secret")])
def test_what_line_did_not_sign_is_refused(line: LineWebhook, api: LineApi, wrong: str | None) -> None:
    user = a_user()
    body = json.dumps({"events": [line.text(user, "カードをなくした")]}).encode()
    assert line.raw(body, wrong).status_code == 403
    assert line.raw(body + b" ", signature(body)).status_code == 403
    answered(line, api, a_user(), "手数料は?")
    assert not api.sent_to(user)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"events": 1}', b"\xff\xfe", b"[" * 50_000])
def test_a_signed_body_of_another_form_is_a_bad_request(line: LineWebhook, body: bytes) -> None:
    assert line.raw(body, signature(body)).status_code == 400


def test_a_body_too_large_is_refused_and_a_large_delivery_taken(line: LineWebhook, api: LineApi, client: httpx.Client) -> None:
    assert line.raw(b"x" * 1_500_000, signature(b"")).status_code == 413
    users = [a_user() for _ in range(6)]
    assert line.deliver(*(line.text(user, "更新" * 2_500) for user in users)).status_code == 200
    assert all("長すぎ" in api.wait_for(user)[0].text for user in users)
    assert client.post("/api/messages", content=b"x" * 40_000).status_code == 413


def test_a_redelivered_event_is_answered_once(line: LineWebhook, api: LineApi) -> None:
    user = a_user()
    event = line.text(user, "カードをなくした")
    with ThreadPoolExecutor(4) as together:
        statuses = list(together.map(lambda one: line.deliver(one).status_code, [event, again(event), event, again(event)]))
    assert statuses == [200] * 4 and "一時停止" in api.wait_for(user)[0].text
    answered(line, api, user, "手数料は?")
    assert len(api.sent_to(user)) == 2 and "Invalid reply token" not in api.refused


def test_a_redelivered_event_that_never_came_before_is_answered(line: LineWebhook, api: LineApi) -> None:
    user = a_user()
    assert line.deliver(again(line.text(user, "カードをなくした"))).status_code == 200
    assert "一時停止" in api.wait_for(user)[0].text


def test_events_out_of_order_are_answered_in_order(line: LineWebhook, api: LineApi) -> None:
    user = a_user()
    events = [line.text(user, text) for text in ("中野区に住んでいます", "カードをなくしました", "手数料は?")]
    assert line.deliver(*reversed(events)).status_code == 200
    assert [sent.token for sent in api.wait_for(user, 3)] == [event["replyToken"] for event in events]
    assert "1,000円" in api.sent_to(user)[-1].text


def test_twenty_chats_at_once_each_in_order_and_none_mixed_up(line: LineWebhook, api: LineApi) -> None:
    towns = ["中野区", "西東京市", "杉並区", "名古屋市", "野田村"]
    texts = ["{}に住んでいます", "カードをなくしました", "手数料は?", "窓口は何時まで?", "そこの電話"]
    chats = [(a_user(), towns[number % len(towns)]) for number in range(20)]
    seconds: list[float] = []

    def talk(chat: tuple[str, str]) -> list[str]:
        tokens = []
        for text in texts:
            began = time.monotonic()
            tokens.append(line.say(chat[0], text.format(chat[1])))
            seconds.append(time.monotonic() - began)
        return tokens

    with ThreadPoolExecutor(len(chats)) as together:
        said = list(together.map(talk, chats))
    for (user, town), tokens in zip(chats, said, strict=True):
        answers = api.wait_for(user, len(texts), seconds=60)
        assert [sent.token for sent in answers] == tokens
        assert all(town in answers[place].text for place in (0, 3))
        assert not [other for other in towns if other != town and other in answers[3].text]
    assert sorted(seconds)[int(len(seconds) * 0.95)] < 1.0, "LINE gives the webhook a second"


def test_many_messages_at_once_keep_no_webhook_waiting(line: LineWebhook, api: LineApi) -> None:
    users = [a_user() for _ in range(100)]
    assert line.deliver(*(line.text(user, "中野区の更新に必要なもの") for user in users)).status_code == 200
    seconds = []
    for _ in range(5):
        began = time.monotonic()
        assert line.deliver().status_code == 200
        seconds.append(time.monotonic() - began)
    assert not api.sent_to(users[-1]) and max(seconds) < 1.0
    assert all("マイナンバーカード" in api.wait_for(user)[0].text for user in users)


@pytest.mark.parametrize(
    "faults", [("429",), ("500", "429"), ("500 after",), ("cut",), ("cut after",), ("garbage",), ("hang after",), ("429", "500", "cut after")], ids=" ".join
)
def test_through_faults_every_message_is_answered_once(line: LineWebhook, api: LineApi, faults: tuple[Any, ...]) -> None:
    user = a_user()
    api.fail(*faults)
    first = line.say(user, "カードをなくしました")
    second = line.say(user, "手数料は?")
    assert [sent.token for sent in api.wait_for(user, 2, seconds=40)] == [first, second]
    assert "1,000円" in api.sent_to(user)[1].text


def test_a_long_run_with_faults_and_redeliveries_answers_every_message_once_and_in_order(tmp_path: Path, api: LineApi) -> None:
    chance = random.Random(5)
    faults: list[Fault] = ["429", "500", "500 after", "cut", "cut after", "hang after", "garbage"]
    texts = ["中野区に住んでいます", "カードをなくしました", "手数料は?", "窓口は何時まで?", "暗証番号を忘れた"]
    users = [a_user() for _ in range(100)]
    settings = {"LINE_SECRET": SECRET, "LINE_TOKEN": TOKEN, "LINE_API": api.url, "LIMITS": "off"}
    with server(tmp_path, **{f"JPKI_BOT_{name}": value for name, value in settings.items()}) as (client, _):
        line = LineWebhook(client, api)
        events = {user: [line.text(user, text) for text in texts] for user in users}
        deliveries = [[one] for place in range(len(texts)) for user in users for one in [events[user][place]]]
        for place in sorted(chance.sample(range(len(deliveries)), 60), reverse=True):
            deliveries.insert(min(len(deliveries), place + chance.randrange(1, 150)), [again(deliveries[place][0])])
        api.fail(*(chance.choice(faults) if chance.random() < 0.1 else None for _ in range(500)))
        statuses = [line.deliver(*delivery).status_code for delivery in deliveries]
        assert set(statuses) == {200} and len(statuses) == 560
        for user in users:
            answers = api.wait_for(user, len(texts), seconds=60)
            assert [sent.token for sent in answers] == [event["replyToken"] for event in events[user]]
            assert "1,000円" in answers[2].text and "午後5時" in answers[3].text
    assert len([sent for sent in api.sent if sent.user in users]) == 500


def test_a_reply_token_that_ran_out_is_dropped_and_the_next_is_answered(line: LineWebhook, api: LineApi, state: Path) -> None:
    user = a_user()
    event = line.text(user, "ヒミツノコトバで更新")
    api.expire(event["replyToken"])
    assert line.deliver(event).status_code == 200
    answer = answered(line, api, user, "カードをなくした")
    assert len(api.sent_to(user)) == 1 and "一時停止" in answer.text
    log = (state / "server.log").read_text(encoding="utf-8")
    assert "送れませんでした" in log and "ヒミツ" not in log and user not in log


def test_no_id_and_nothing_typed_is_kept(line: LineWebhook, api: LineApi, state: Path) -> None:
    user = a_user()
    answered(line, api, user, "ヒミツノコトバを言います。私のマイナンバーは 9021 3345 6781 です")
    stored = b"".join(path.read_bytes() for path in state.glob("*.sqlite3*")) + (state / "server.log").read_bytes()
    assert user.encode() not in stored and "ヒミツ".encode() not in stored and b"9021 3345" not in stored and TOKEN.encode() not in stored
    with closing(sqlite3.connect(state / "conversations.sqlite3")) as store:
        names = [row[0] for row in store.execute("SELECT sender_id FROM conversations")]
    assert names and all(len(name) == 40 for name in names)


def test_too_many_messages_of_one_user_are_told_to_wait(line: LineWebhook, api: LineApi) -> None:
    user = a_user()
    for _ in range(2):
        assert line.deliver(*(line.text(user, "はい") for _ in range(15))).status_code == 200
    assert "集中しています" in api.wait_for(user, 30)[-1].text


def test_no_message_of_these_tests_was_of_a_wrong_form(api: LineApi) -> None:
    assert set(api.refused) <= {"Invalid reply token"}


def test_the_bot_stops_only_after_what_it_took_in_is_answered(tmp_path: Path, api: LineApi) -> None:
    with server(tmp_path, JPKI_BOT_LINE_SECRET=SECRET, JPKI_BOT_LINE_TOKEN=TOKEN, JPKI_BOT_LINE_API=api.url) as (client, _):
        line, users = LineWebhook(client, api), [a_user() for _ in range(10)]
        assert line.deliver(*(line.text(user, "2023年6月10日に発行、誕生日は8月5日") for user in users)).status_code == 200
    assert all("手帳に書いて" in api.wait_for(user, seconds=1)[0].text for user in users)
