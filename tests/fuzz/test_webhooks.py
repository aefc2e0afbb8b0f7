"""What reaches the webhooks of LINE and Telegram: events, or nothing; and the next good one is always answered."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from telegram import Update

from bot.channels.limits import Limits
from bot.channels.line import LineDesk
from bot.channels.line_client import LineClient, Outcome
from bot.channels.line_delivery import Delivery
from bot.channels.line_events import Event, EventsError, is_signed, read_events
from bot.channels.line_keeping import CHANNEL
from bot.channels.line_messages import pressed
from bot.channels.line_talk import LineTalk
from bot.channels.session import Sessions
from bot.channels.telegram import Pace, TelegramChannel
from bot.channels.telegram_arrivals import Arrivals
from bot.settings import TelegramSettings
from tests.channels.inboxes import an_inbox
from tests.fakes.line_webhook import SECRET, signature
from tests.fakes.telegram_api import TOKEN, TelegramApi
from tests.fuzz.nasty import CHARACTERS, JSON, TEXTS
from tests.fuzz.profiles import tries
from tests.fuzz.stand_in import StandIn

_LINE_EVENT: dict[str, Any] = {
    "type": "message",
    "mode": "active",
    "timestamp": 1_700_000_000_000,
    "source": {"type": "user", "userId": "U1"},
    "webhookEventId": "01A",
    "deliveryContext": {"isRedelivery": False},
    "replyToken": "token",
    "message": {"id": "1", "type": "text", "text": "手数料は？"},
    "postback": {"data": "topic:fees\n手数料"},
}
_TELEGRAM_UPDATE: dict[str, Any] = {
    "update_id": 1,
    "message": {
        "message_id": 1,
        "date": 1_700_000_000,
        "chat": {"id": 5, "type": "private"},
        "from": {"id": 5, "is_bot": False, "first_name": "a"},
        "text": "手数料は？",
    },
    "callback_query": {"id": "1", "from": {"id": 5, "is_bot": False, "first_name": "a"}, "chat_instance": "7", "data": "x"},
}


def changed(real: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """The real thing with some of its fields, at any depth, gone or replaced."""
    places = list(_places(real, ()))
    changes = st.lists(st.tuples(st.sampled_from(places), JSON | st.text(CHARACTERS, max_size=5) | st.just(...)), min_size=1, max_size=4)
    return changes.map(lambda chosen: _with(real, chosen))


def _places(content: Any, path: tuple[str, ...]) -> Any:
    for name, inner in content.items() if isinstance(content, dict) else ():
        yield (*path, name)
        yield from _places(inner, (*path, name))


def _with(real: dict[str, Any], changes: list[tuple[tuple[str, ...], Any]]) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(real))
    for path, value in changes:
        parent: Any = copy
        for name in path[:-1]:
            parent = parent.get(name) if isinstance(parent, dict) else None
        if isinstance(parent, dict):
            parent.pop(path[-1], None)
            parent.update({} if value is ... else {path[-1]: value})
    return copy


_BODIES = (
    st.binary(max_size=80)
    | JSON.map(lambda content: json.dumps(content).encode())
    | st.lists(changed(_LINE_EVENT) | JSON, max_size=4).map(lambda events: json.dumps({"events": events}).encode())
)


@tries(150)
@example(b"[" * 100_000)
@example(b'{"events": [' + b"[" * 50_000)
@example(b"\xff\xfe{\x00}\x00")
@example(b'{"events": [{"timestamp": ' + b"9" * 5000 + b"}]}")
@given(_BODIES)
def test_a_body_of_line_is_read_or_refused(body: bytes) -> None:
    for event in _events(body):
        assert event.kind and event.id and event.chat and isinstance(event.at, int)
        assert all(value is None or isinstance(value, str) for value in (event.text, event.data, event.album, event.reply_token))


def _events(body: bytes) -> list[Event]:
    try:
        return read_events(body, 0.0)
    except EventsError:
        return []


@tries(100)
@given(body=st.binary(max_size=40), made_up=st.text(CHARACTERS, max_size=50))
def test_only_the_secret_signs(body: bytes, made_up: str) -> None:
    right = signature(body)
    assert is_signed(body, right, SECRET)
    for wrong in (made_up, right[:-1], right + made_up if made_up else "", right.swapcase(), signature(body + b" ")):
        assert not is_signed(body, wrong, SECRET)


class _Post(LineClient):
    """LINE's side: keeps what it was sent, as it would go over the wire."""

    def __init__(self) -> None:
        super().__init__("token", "http://127.0.0.1:1", "http://127.0.0.1:1")
        self.sent: list[str] = []

    async def reply(self, token: str, messages: Any, until: float, tried: bool = False) -> Outcome:
        self.sent.append(json.dumps([token, messages]))
        return Outcome.ACCEPTED


@tries(40)
@given(bodies=st.lists(_BODIES, max_size=3))
async def test_the_next_event_of_line_is_answered(bodies: list[bytes]) -> None:
    bot, post, inbox = StandIn(), _Post(), an_inbox()
    delivery = Delivery(post, False, partial(inbox.trying, CHANNEL), lambda: 0.0)
    desk = LineDesk(LineTalk(bot, Limits(None), None), delivery, Sessions(bytes(32)), inbox, bot.masked)  # type: ignore[arg-type]
    await desk.open()
    for body in bodies:
        assert await desk.accept(_events(body))
    good = {**_LINE_EVENT, "webhookEventId": "the good one", "source": {"type": "user", "userId": "the good user"}, "replyToken": "the good token"}
    assert await desk.accept(read_events(json.dumps({"events": [good]}).encode(), 0.0))
    await desk.close()
    assert await inbox.waiting(CHANNEL) == []
    assert any("the good token" in sent for sent in post.sent)
    assert all(len(conversation) == 40 for conversation, _, _ in bot.asked)


@tries(150)
@given(data=TEXTS)
def test_a_postback_is_a_payload_and_a_title(data: str) -> None:
    payload, title = pressed(data)
    assert "\n" not in payload and data in (payload, f"{payload}\n{title}")


@tries(150)
@example([{"update_id": "1"}])
@example([{"update_id": None}, {"update_id": [1]}, {"update_id": 1.5}])
@given(st.lists(changed(_TELEGRAM_UPDATE) | JSON, max_size=4))
async def test_the_next_update_of_telegram_is_handed_on(contents: list[Any]) -> None:
    released: list[Update] = []
    arrivals = Arrivals(released.append, patience=0.001)
    for content in contents:
        try:
            arrivals.add([Update.de_json(content, None)])
        except Exception:
            # The webhook answers 200 to what cannot be read: it would only come again.
            continue
    good = Update.de_json({**_TELEGRAM_UPDATE, "update_id": 77_000}, None)
    arrivals.add([good])
    await asyncio.sleep(0.003)
    assert good in released


def _odd_updates() -> list[dict[str, Any]]:
    """Each field of a message and of a press gone, or of another kind."""
    kinds = [{"message": _TELEGRAM_UPDATE["message"]}, {"callback_query": _TELEGRAM_UPDATE["callback_query"]}]
    values = (..., None, "", "\ud800", {}, [], -1, True)
    return [_with(real, [(place, value)]) for real in kinds for place in _places(real, ()) for value in values]


async def test_a_poll_goes_on_after_updates_of_every_odd_form() -> None:
    bot, odd = StandIn(), _odd_updates()
    pace = Pace(long_poll=1, answer_within=5, first_pause=0.1, longest_pause=0.5, last_answers=0.5, a_second=1_000)
    with TelegramApi() as api:
        channel = TelegramChannel(bot, Sessions(bytes(32)), Limits(None), an_inbox(), TelegramSettings(TOKEN, api=api.url), lambda _: None, pace)  # type: ignore[arg-type]
        for content in odd:
            api.receive(content)
        api.say(6, "その次")
        await channel.start()
        try:
            await asyncio.to_thread(api.wait, lambda: any(text == "その次" for _, text, _ in bot.asked))
        finally:
            await channel.stop()
    assert len(odd) > 100
