"""Telegram inside a real `jpki-bot run`: starting, stopping, restarting, the webhook, and a log without secrets."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.channels.test_telegram import PRIVACY
from tests.conftest import free_port, server
from tests.fakes.telegram_api import TOKEN, TelegramApi

pytestmark = pytest.mark.usefixtures("model")
PUBLIC = "https://bot.example.jp/citizens"


def _log(state: Path) -> str:
    return (state / "server.log").read_text(encoding="utf-8")


def _wait(reached: Callable[[], bool], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_polling_starts_and_stops_with_the_server_and_the_conversation_goes_on(tmp_path: Path) -> None:
    with TelegramApi() as api:
        settings = {"JPKI_BOT_TELEGRAM_TOKEN": TOKEN, "JPKI_BOT_TELEGRAM_API": api.url}
        with server(tmp_path, **settings) as (client, process):
            api.say(31, "/start")
            api.say(31, "中野区に住んでいます。ヒミツノコトバ")
            api.wait_messages(31, 2)
            assert client.get("/ready").status_code == 200 and client.post("/telegram/webhook", json={}).status_code == 404
            process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            assert process.wait(20) == 0 and time.monotonic() - began < 10
        api.say(31, "何時までですか")
        with server(tmp_path, **settings):
            greeting, _, answer = api.wait_messages(31, 3)
            time.sleep(0.5)
            assert len(api.chat(31)) == 3
    assert PRIVACY in greeting.text and "午後5時" in answer.text
    log = _log(tmp_path)
    assert log.count("Telegram: @shomei_test_bot で受け取っています（ポーリング）") == 2
    assert not [secret for secret in (TOKEN, TOKEN.partition(":")[2], "ヒミツ", "Traceback", "Task ") if secret in log]


def test_the_web_goes_on_while_telegram_cannot_be_reached(tmp_path: Path) -> None:
    port = free_port()
    with server(tmp_path, JPKI_BOT_TELEGRAM_TOKEN=TOKEN, JPKI_BOT_TELEGRAM_API=f"http://127.0.0.1:{port}") as (client, _):
        _wait(lambda: "Telegram: つながりません" in _log(tmp_path))
        assert client.post("/api/session").status_code == 201
        with TelegramApi(token="1:another-token-than-the-one-in-use", port=port) as api:
            _wait(lambda: "Telegram: トークンが受け付けられません" in _log(tmp_path), 30)
            api.token = TOKEN
            api.say(32, "/help")
            api.wait_messages(32, 1, 60)
            _wait(lambda: "また受け取れるようになりました" in _log(tmp_path))
    assert TOKEN not in _log(tmp_path) and "Traceback" not in _log(tmp_path)


@pytest.mark.parametrize("setting", [{"JPKI_BOT_TELEGRAM_TOKEN": "wrong"}, {"JPKI_BOT_TELEGRAM_WEBHOOK": PUBLIC}], ids=["token", "webhook"])
def test_a_setting_that_cannot_be_used_stops_before_anything_starts(command: Callable[..., object], setting: dict[str, str]) -> None:
    done = command("run", "--port", str(free_port()), env=setting)
    assert done.returncode == 1 and "JPKI_BOT_TELEGRAM_TOKEN" in done.stderr and "wrong" not in done.stderr  # type: ignore[attr-defined]


def test_the_webhook_takes_updates_from_telegram_only(tmp_path: Path) -> None:
    with TelegramApi() as api, server(tmp_path, JPKI_BOT_TELEGRAM_TOKEN=TOKEN, JPKI_BOT_TELEGRAM_API=api.url, JPKI_BOT_TELEGRAM_WEBHOOK=PUBLIC) as (client, _):
        api.wait(lambda: api.webhook is not None)
        assert api.webhook and api.webhook["url"] == f"{PUBLIC}/telegram/webhook" and len(api.webhook["secret_token"]) >= 32
        # The proxy in front takes the public prefix away.
        api.webhook["url"] = "https://bot.example.jp/telegram/webhook"
        here = str(client.base_url)
        _only_with_the_secret(api, here, client)
        _in_order_and_once(api, here)
        _of_any_size(api, here)
        _what_cannot_be_read(api, here)
    log = _log(tmp_path)
    assert "で受け取っています（Webhook）" in log
    assert not [secret for secret in (TOKEN, "ヒミツ", "Traceback") if secret in log] and "secret_token" not in log


def _only_with_the_secret(api: TelegramApi, here: str, client: httpx.Client) -> None:
    update = api.say(33, "ヒミツのこと")
    for wrong in ("", "x", "0" * 40):
        assert api.deliver(update, here, secret=wrong) == 403
    assert client.post("/telegram/webhook", json=update).status_code == 403
    assert client.get("/telegram/webhook").status_code == 405
    time.sleep(0.5)
    assert api.chat(33) == []


def _in_order_and_once(api: TelegramApi, here: str) -> None:
    first = api.say(34, "中野区です")
    assert api.deliver(first, here) == 200
    api.wait_messages(34, 1)
    lost, fee, phone = (api.say(34, text) for text in ("カードをなくしました", "手数料は？", "そこの電話は？"))
    for update in (phone, fee, lost, fee, first):
        assert api.deliver(update, here) == 200
    api.wait_messages(34, 4)
    time.sleep(0.5)
    _, one, two, three = api.texts(34)
    assert "一時停止" in one and "1,000円" in two and "03-3228-5425" in three


def _of_any_size(api: TelegramApi, here: str) -> None:
    """A reply to a long message carries that message, in escapes."""
    long = {"message_id": 1, "date": 1, "chat": {"id": 35, "type": "private"}, "text": "あ" * 4096}
    assert api.deliver(api.say(35, "手数料は？", reply_to_message=long), here) == 200
    assert "200円" in api.wait_messages(35, 1)[0].text
    assert api.deliver({}, here, body=b" " * 1_100_000) == 413


def _what_cannot_be_read(api: TelegramApi, here: str) -> None:
    """Refusing it would only bring it again."""
    for body in ("{", "[]", "null", '{"update_id": 1, "message": {"text": "ヒミツ"}}', '{"message": 5}', "\ufeff"):
        assert api.deliver({}, here, body=body.encode()) == 200
    api.deliver(api.say(36, "/help"), here)
    api.wait_messages(36, 1)
