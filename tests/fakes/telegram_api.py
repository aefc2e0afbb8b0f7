"""A Bot API server on loopback: it speaks the documented format, remembers its chats, and fails when told to.

Format and rules as in core.telegram.org/bots/api (Bot API 9): answers are {"ok", "result"} or {"ok", "error_code",
"description", "parameters"}; updates are confirmed by a higher offset; a second poller ends the first with 409.
"""

from __future__ import annotations

import email.parser
import email.policy
import json
import random
import socket
import threading
import time
import urllib.parse
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

TOKEN = "123456789:AAFake-token_of_the_tests-0123456789"
BOT = {"id": 123456789, "is_bot": True, "first_name": "電子証明書の案内", "username": "shomei_test_bot", "can_join_groups": True}
_LONGEST_TEXT, _LONGEST_DATA = 4096, 64
_LONGEST_POLL = 50
Json = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """One request that goes wrong. `done` says whether Telegram carried it out before it did."""

    kind: str
    seconds: float = 0
    done: bool = False

    @classmethod
    def flood(cls, seconds: int = 1) -> Fault:
        return cls("flood", seconds)

    @classmethod
    def server(cls) -> Fault:
        return cls("server")

    @classmethod
    def gateway(cls) -> Fault:
        return cls("gateway")

    @classmethod
    def garbage(cls) -> Fault:
        return cls("garbage")

    @classmethod
    def cut(cls, done: bool = False) -> Fault:
        return cls("cut", done=done)

    @classmethod
    def hang(cls, seconds: float, done: bool = False) -> Fault:
        return cls("hang", seconds, done)


class Refusal(Exception):
    def __init__(self, code: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


@dataclass
class Message:
    """One of the bot's messages as a person sees it."""

    number: int
    text: str
    buttons: list[tuple[str, str]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    entities: list[Json] = field(default_factory=list)
    document: tuple[str, str] | None = None
    at: float = 0.0

    @property
    def titles(self) -> list[str]:
        return [title for title, _ in self.buttons]


class TelegramApi:
    """Use as a context manager. `faulty` chooses a fault for a method's call, or None; `shuffled` mixes what one poll brings."""

    def __init__(self, token: str = TOKEN, port: int = 0) -> None:
        self.token, self.commands, self.webhook = token, list[Json](), None
        self.faulty: Callable[[str], Fault | None] = lambda _: None
        self.shuffled: random.Random | None = None
        self.calls: list[tuple[str, Json]] = []
        self.counted: Counter[str] = Counter()
        self.blocked: set[int] = set()
        self.acknowledged: list[str] = []
        self.typing: list[int] = []
        self._chats: dict[int, list[Message]] = defaultdict(list)
        self._pending: list[Json] = []
        self._confirmed: list[Json] = []
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._queries: set[str] = set()
        self._allowed: set[str] | None = None
        self._update, self._message, self._poll = 700_000, 0, 0
        self.webhook: Json | None
        self._changed = threading.Condition(threading.RLock())
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", port), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> TelegramApi:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        with self._changed:
            self._changed.notify_all()
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # What people do.

    def say(self, chat: int, text: str, **more: Any) -> Json:
        if text.startswith("/"):
            more["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        return self.receive({"message": self.message_from(chat, text=text, **more)})

    def send(self, chat: int, **content: Any) -> Json:
        """A photo, a sticker, a place …"""
        return self.receive({"message": self.message_from(chat, **content)})

    def edit(self, chat: int, **content: Any) -> Json:
        return self.receive({"edited_message": {**self.message_from(chat, **content), "edit_date": int(time.time())}})

    def press(self, chat: int, title: str) -> Json:
        """The last button of that title."""
        shown = next(message for message in reversed(self.chat(chat)) if title in message.titles)
        return self.press_data(chat, shown, dict(shown.buttons)[title])

    def press_data(self, chat: int, message: Message, data: str) -> Json:
        with self._changed:
            query = str(len(self._queries) + 4_000_000_000)
            self._queries.add(query)
        shown = {**_sent(chat, message), "date": int(time.time())}
        return self.receive({"callback_query": {"id": query, "from": _person(chat), "message": shown, "chat_instance": "7", "data": data}})

    def membership(self, chat: int, old: str, new: str, kind: str = "private") -> Json:
        def member(status: str) -> Json:
            return {"user": BOT, "status": status, **({"until_date": 0} if status == "kicked" else {})}

        change = {"chat": _chat(chat, kind), "from": _person(1), "date": int(time.time()), "old_chat_member": member(old), "new_chat_member": member(new)}
        return self.receive({"my_chat_member": change})

    def message_from(self, chat: int, kind: str = "private", **content: Any) -> Json:
        with self._changed:
            self._message += 1
            return {"message_id": self._message, "date": int(time.time()), "chat": _chat(chat, kind), "from": _person(abs(chat)), **content}

    def receive(self, content: Json) -> Json:
        """Numbers the update; it waits for a poll, or for `deliver` where a webhook is set."""
        with self._changed:
            self._update += 1
            update = {"update_id": self._update, **content}
            if self._allowed is None or set(content) & self._allowed:
                self._pending.append(update)
                self._changed.notify_all()
            return update

    def deliver(self, update: Json, server: str, secret: str | None = None, body: bytes | None = None) -> int:
        """The webhook's call, to `server` in the place of the public name; the status it gets."""
        assert self.webhook is not None
        path = urllib.parse.urlsplit(self.webhook["url"]).path
        headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": self.webhook["secret_token"] if secret is None else secret}
        return httpx.post(f"{server}{path}", content=body or json.dumps(update).encode(), headers=headers, timeout=10).status_code

    def redeliver(self, how_many: int) -> None:
        """The last confirmed updates come once more."""
        with self._changed:
            self._pending[:0] = self._confirmed[-how_many:]
            self._changed.notify_all()

    def fail(self, method: str, *faults: Fault) -> None:
        """The next calls of `method`, one fault each."""
        self._faults[method].extend(faults)

    # What people see.

    def chat(self, chat: int) -> list[Message]:
        with self._changed:
            return list(self._chats[chat])

    def texts(self, chat: int) -> list[str]:
        return [message.text for message in self.chat(chat)]

    def wait(self, reached: Callable[[], bool], seconds: float = 20) -> None:
        """Until `reached`. AssertionError when it takes too long."""
        end = time.monotonic() + seconds
        with self._changed:
            while not reached():
                left = end - time.monotonic()
                assert left > 0, f"not reached in {seconds} s"
                self._changed.wait(min(left, 0.2))

    def wait_messages(self, chat: int, count: int, seconds: float = 20) -> list[Message]:
        self.wait(lambda: len(self._chats[chat]) >= count, seconds)
        return self.chat(chat)

    # What the bot calls.

    def answer(self, token: str, method: str, parameters: Json, files: dict[str, tuple[str, bytes]]) -> tuple[Fault | None, int, bytes]:
        with self._changed:
            queue = self._faults[method]
            fault = queue.popleft() if queue else self.faulty(method)
            self.calls.append((method, parameters))
            self.counted[method if fault is None else f"{method}: {fault.kind}"] += 1
        try:
            if token != self.token:
                raise Refusal(401, "Unauthorized")
            if fault is not None and not fault.done:
                _refuse(fault)
                return fault, 200, b""
            known = getattr(self, f"_{method}", None) if method in _METHODS else None
            if known is None:
                raise Refusal(404, "Not Found")
            result = known(parameters, files)
        except Refusal as refusal:
            extra = {"parameters": refusal.parameters} if refusal.parameters else {}
            return None, refusal.code, json.dumps({"ok": False, "error_code": refusal.code, "description": refusal.description, **extra}).encode()
        with self._changed:
            self._changed.notify_all()
        return fault, 200, json.dumps({"ok": True, "result": result}).encode()

    def _getMe(self, *_: Any) -> Json:
        return BOT

    def _getUpdates(self, parameters: Json, _: Any) -> list[Json]:
        offset, limit = int(parameters.get("offset", 0)), int(parameters.get("limit", 100))
        end = time.monotonic() + min(float(parameters.get("timeout", 0)), _LONGEST_POLL)
        with self._changed:
            if self.webhook:
                raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
            self._poll += 1
            mine = self._poll
            self._changed.notify_all()
            self._allow(parameters)
            confirmed = [update for update in self._pending if update["update_id"] < offset]
            again = {update["update_id"] for update in self._confirmed}
            repeated = [update for update in confirmed if update["update_id"] in again]
            self._confirmed += [update for update in confirmed if update["update_id"] not in again]
            self._pending = [update for update in self._pending if update["update_id"] >= offset]
            while not self._pending and not repeated and not self._closing.is_set():
                left = end - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
                if self._poll != mine:
                    raise Refusal(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
                repeated = [update for update in self._pending if update["update_id"] < offset]
                self._pending = [update for update in self._pending if update["update_id"] >= offset]
            found = [*repeated, *self._pending[:limit]]
        if self.shuffled:
            self.shuffled.shuffle(found)
        return found

    def _setMyCommands(self, parameters: Json, _: Any) -> bool:
        self.commands = json.loads(parameters["commands"])
        return True

    def _setWebhook(self, parameters: Json, _: Any) -> bool:
        if not parameters["url"].startswith("https://"):
            raise Refusal(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        self.webhook = parameters
        self._allow(parameters)
        return True

    def _deleteWebhook(self, *_: Any) -> bool:
        self.webhook = None
        return True

    def _sendChatAction(self, parameters: Json, _: Any) -> bool:
        with self._changed:
            self.typing.append(int(parameters["chat_id"]))
        return True

    def _sendMessage(self, parameters: Json, _: Any) -> Json:
        text = parameters.get("text", "").strip()
        if not text:
            raise Refusal(400, "Bad Request: message text is empty")
        _check_length(text)
        markup = _keyboard(parameters)
        return self._keep(parameters, text=text, **markup, entities=json.loads(parameters.get("entities", "[]")))

    def _sendDocument(self, parameters: Json, files: dict[str, tuple[str, bytes]]) -> Json:
        if not files:
            raise Refusal(400, "Bad Request: there is no document in the request")
        name, content = next(iter(files.values()))
        return self._keep(parameters, text="", document=(name, content.decode()))

    def _answerCallbackQuery(self, parameters: Json, _: Any) -> bool:
        with self._changed:
            if parameters["callback_query_id"] not in self._queries:
                raise Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
            self.acknowledged.append(parameters["callback_query_id"])
        return True

    def _editMessageText(self, parameters: Json, _: Any) -> Json:
        _check_length(parameters["text"])
        return self._change(parameters, text=parameters["text"], entities=json.loads(parameters.get("entities", "[]")))

    def _editMessageReplyMarkup(self, parameters: Json, _: Any) -> Json:
        return self._change(parameters)

    def _keep(self, parameters: Json, **content: Any) -> Json:
        chat = int(parameters["chat_id"])
        with self._changed:
            if chat in self.blocked:
                raise Refusal(403, "Forbidden: bot was blocked by the user")
            self._message += 1
            message = Message(self._message, at=time.monotonic(), **content)
            self._chats[chat].append(message)
            return _sent(chat, message)

    def _change(self, parameters: Json, **content: Any) -> Json:
        chat, number = int(parameters["chat_id"]), int(parameters["message_id"])
        with self._changed:
            message = next((message for message in self._chats[chat] if message.number == number), None)
            if message is None:
                raise Refusal(400, "Bad Request: message to edit not found")
            new = {**_keyboard(parameters), **content}
            if all(getattr(message, name) == value for name, value in new.items()):
                raise Refusal(400, "Bad Request: message is not modified")
            for name, value in new.items():
                setattr(message, name, value)
            return _sent(chat, message)

    def _allow(self, parameters: Json) -> None:
        if "allowed_updates" in parameters:
            self._allowed = set(json.loads(parameters["allowed_updates"])) or None


_METHODS = (
    "getMe",
    "getUpdates",
    "setMyCommands",
    "setWebhook",
    "deleteWebhook",
    "sendChatAction",
    "sendMessage",
    "sendDocument",
    "answerCallbackQuery",
    "editMessageText",
    "editMessageReplyMarkup",
)


def _refuse(fault: Fault) -> None:
    if fault.kind == "flood":
        raise Refusal(429, f"Too Many Requests: retry after {int(fault.seconds)}", {"retry_after": int(fault.seconds)})
    if fault.kind == "server":
        raise Refusal(500, "Internal Server Error")


def _check_length(text: str) -> None:
    if len(text.encode("utf-16-le")) // 2 > _LONGEST_TEXT:
        raise Refusal(400, "Bad Request: message is too long")


def _keyboard(parameters: Json) -> Json:
    rows = json.loads(parameters.get("reply_markup") or "{}").get("inline_keyboard", [])
    for row in rows:
        for button in row:
            if not 1 <= len(button["callback_data"].encode()) <= _LONGEST_DATA:
                raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
    return {"buttons": [(button["text"], button["callback_data"]) for row in rows for button in row], "rows": [len(row) for row in rows]}


def _sent(chat: int, message: Message) -> Json:
    kind = "private" if chat > 0 else "supergroup"
    keyboard = {"inline_keyboard": [[{"text": title, "callback_data": data}] for title, data in message.buttons]}
    content = {"text": message.text, "entities": message.entities} if message.text else {"document": {"file_id": "f", "file_unique_id": "u"}}
    return {
        "message_id": message.number,
        "from": BOT,
        "chat": _chat(chat, kind),
        "date": int(time.time()),
        **content,
        **({"reply_markup": keyboard} if message.buttons else {}),
    }


def _chat(chat: int, kind: str) -> Json:
    return {"id": chat, "type": kind, **({"first_name": "花子"} if kind == "private" else {"title": "町内会"})}


def _person(number: int) -> Json:
    return {"id": number, "is_bot": False, "first_name": "花子", "language_code": "ja"}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no error here."""


def _handler(api: TelegramApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_POST(self) -> None:
            _, bot, method = (self.path.split("/") + ["", ""])[:3]
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parameters, files = _read(self.headers.get("Content-Type") or "", body)
            fault, status, reply = api.answer(urllib.parse.unquote(bot.removeprefix("bot")), method, parameters, files)
            kind = fault.kind if fault else ""
            if kind == "hang":
                api._closing.wait(fault.seconds if fault else 0)
            if kind in ("hang", "cut"):
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            if kind == "gateway":
                status, reply = 502, b"<html><h1>502 Bad Gateway</h1></html>"
            elif kind == "garbage":
                status, reply = 200, '{"ok": true, "result": [{"update_id": 1, "message": {"text": "ヒミツのこと'.encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)
            self.wfile.flush()

        do_GET = do_POST

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    return Handler


def _read(content_type: str, body: bytes) -> tuple[Json, dict[str, tuple[str, bytes]]]:
    if not content_type.startswith("multipart/"):
        return dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True)), {}
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    parameters: Json = {}
    files = {}
    for part in message.iter_parts():
        name, content = str(part.get_param("name", header="content-disposition")), part.get_payload(decode=True)
        assert isinstance(content, bytes)
        if filename := part.get_filename():
            files[name] = (filename, content)
        else:
            parameters[name] = content.decode()
    return parameters, files
