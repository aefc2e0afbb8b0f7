"""LINE's Messaging API on loopback: the documented formats and limits, state that lasts, and faults on demand."""

from __future__ import annotations

import json
import re
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

TOKEN = "a-channel-access-token/+="
Fault = Literal["429", "429 long", "500", "500 after", "cut", "cut after", "hang", "hang after", "garbage"]
"""`after`: the message is delivered all the same. `hang` answers after `hangs` seconds; `garbage` is 200 with a broken body."""
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


def units(text: str) -> int:
    """How LINE counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True)
class Sent:
    """Messages that reached a user; `token` is None for a push."""

    user: str
    token: str | None
    messages: list[dict[str, Any]]

    @property
    def text(self) -> str:
        return "\n".join(message["text"] for message in self.messages if message["type"] == "text")

    @property
    def buttons(self) -> list[dict[str, str]]:
        """The actions of the quick replies."""
        return [item["action"] for item in self.messages[-1].get("quickReply", {}).get("items", [])]


@dataclass
class LineApi:
    """`requests` counts what came in by path, `refused` holds what was wrong with what was refused."""

    url: str = ""
    hangs: float = 1.0
    sent: list[Sent] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    menus: dict[str, dict[str, Any]] = field(default_factory=dict)
    images: dict[str, bytes] = field(default_factory=dict)
    shown_menu: str | None = None

    def __post_init__(self) -> None:
        self._tokens: dict[str, str] = {}
        self._keys: set[str] = set()
        self._faults: deque[Fault | None] = deque()
        self._changed = threading.Condition()

    def reply_token(self, user: str) -> str:
        token = secrets.token_hex(16)
        self._tokens[token] = user
        return token

    def expire(self, token: str) -> None:
        self._tokens.pop(token)

    def fail(self, *faults: Fault | None) -> None:
        """One for each of the next requests that send messages; None lets a request pass."""
        with self._changed:
            self._faults.extend(faults)

    def sent_to(self, user: str) -> list[Sent]:
        with self._changed:
            return [sent for sent in self.sent if sent.user == user]

    def wait_for(self, user: str, count: int = 1, seconds: float = 30) -> list[Sent]:
        """The first `count` that reached `user`."""
        self.wait_until(lambda: sum(sent.user == user for sent in self.sent) >= count, seconds)
        return self.sent_to(user)

    def wait_until(self, holds: Callable[[], bool], seconds: float = 30) -> None:
        with self._changed:
            assert self._changed.wait_for(holds, seconds), f"not within {seconds} s; refused: {self.refused}"

    def handle(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, dict[str, str], bytes] | None:
        """The answer: status, headers, body; None breaks the connection off."""
        with self._changed:
            self.requests.append(f"{method} {path}")
            sends = path in ("/v2/bot/message/reply", "/v2/bot/message/push")
            fault = self._faults.popleft() if sends and self._faults else None
            answer = None if fault in ("429", "429 long", "500", "cut", "hang") else self._answer(method, path, headers, body)
            self._changed.notify_all()
        if fault in ("hang", "hang after"):
            time.sleep(self.hangs)
        return _with_fault(fault, answer)

    def _answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, dict[str, Any]]:
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._refuse(401, "Authentication failed. Confirm that the access token in the authorization header is valid.")
        if path.endswith("/content"):
            return self._image(path.split("/")[-2], headers, body)
        try:
            content = json.loads(body) if body else {}
        except ValueError:
            return self._refuse(400, "The request body could not be parsed as JSON.")
        if path == "/v2/bot/message/reply":
            return self._reply(content, headers)
        if path == "/v2/bot/message/push":
            return self._push(content, headers)
        return self._menu(method, path, content)

    def _reply(self, content: dict[str, Any], headers: Any) -> tuple[int, dict[str, Any]]:
        if "X-Line-Retry-Key" in headers:
            return self._refuse(400, "The retry key is not supported here")
        if wrong := _wrong_messages(content.get("messages")):
            return self._refuse(400, wrong)
        user = self._tokens.pop(str(content.get("replyToken")), None)
        if user is None:
            return self._refuse(400, "Invalid reply token")
        return self._deliver(Sent(user, content["replyToken"], content["messages"]))

    def _push(self, content: dict[str, Any], headers: Any) -> tuple[int, dict[str, Any]]:
        key = headers.get("X-Line-Retry-Key")
        if key is not None and not _UUID.fullmatch(key):
            return self._refuse(400, "The retry key is invalid")
        if key in self._keys:
            return self._refuse(409, "The retry key is already accepted")
        if wrong := _wrong_messages(content.get("messages")):
            return self._refuse(400, wrong)
        if key:
            self._keys.add(key)
        return self._deliver(Sent(content["to"], None, content["messages"]))

    def _deliver(self, sent: Sent) -> tuple[int, dict[str, Any]]:
        self.sent.append(sent)
        return 200, {"sentMessages": [{"id": str(len(self.sent)), "quoteToken": "q"} for _ in sent.messages]}

    def _menu(self, method: str, path: str, content: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        last = path.split("/")[-1]
        if (method, path) == ("GET", "/v2/bot/richmenu/list"):
            return 200, {"richmenus": [{"richMenuId": name, **menu} for name, menu in self.menus.items()]}
        if (method, path) == ("POST", "/v2/bot/richmenu"):
            if wrong := _wrong_menu(content):
                return self._refuse(400, wrong)
            name = f"richmenu-{secrets.token_hex(16)}"
            self.menus[name] = content
            return 200, {"richMenuId": name}
        if last in self.menus and method == "DELETE":
            del self.menus[last]
            return 200, {}
        if last in self.images and path.startswith("/v2/bot/user/all/richmenu/"):
            self.shown_menu = last
            return 200, {}
        return self._refuse(404, "Not found")

    def _image(self, menu: str, headers: Any, body: bytes) -> tuple[int, dict[str, Any]]:
        png = headers.get("Content-Type") == "image/png" and body.startswith(b"\x89PNG")
        if menu not in self.menus or not png or len(body) > 1_000_000:
            return self._refuse(400, "The image is not valid")
        self.images[menu] = body
        return 200, {}

    def _refuse(self, status: int, message: str) -> tuple[int, dict[str, Any]]:
        self.refused.append(message)
        return status, {"message": message}


def _with_fault(fault: Fault | None, answer: tuple[int, dict[str, Any]] | None) -> tuple[int, dict[str, str], bytes] | None:
    if fault in ("429", "429 long"):
        seconds = "1" if fault == "429" else "600"
        return 429, {"Retry-After": seconds}, b'{"message": "The API rate limit has been exceeded. Try again later."}'
    if fault in ("500", "500 after"):
        return 500, {}, b"<html>Internal Server Error</html>"
    if fault in ("cut", "cut after", "hang", "hang after"):
        return None
    assert answer is not None
    return answer[0], {}, b'{"sentMessages": [{' if fault == "garbage" else json.dumps(answer[1]).encode()


def _wrong_messages(messages: object) -> str | None:
    if not isinstance(messages, list) or not 1 <= len(messages) <= 5:
        return "messages: Size must be between 1 and 5"
    return next((wrong for message in messages if (wrong := _wrong_message(message))), None)


def _wrong_message(message: dict[str, Any]) -> str | None:
    if message["type"] == "text" and not 0 < units(message["text"]) <= 5_000:
        return "text: Length must be between 1 and 5000"
    if message["type"] == "flex" and (not 0 < units(message["altText"]) <= 400 or _wrong_bubble(message["contents"])):
        return "flex: altText or contents"
    if message["type"] not in ("text", "flex"):
        return "type: unknown"
    items = message.get("quickReply", {}).get("items")
    if items is not None and not 1 <= len(items) <= 13:
        return "quickReply.items: Size must be between 1 and 13"
    return next((wrong for item in items or [] if (wrong := _wrong_action(item["action"]))), None)


def _wrong_action(action: dict[str, str]) -> str | None:
    if action["type"] != "postback" or not 0 < units(action["data"]) <= 300:
        return "action.data: Length must be between 1 and 300"
    if not 0 < len(action["label"]) <= 20 or not 0 < len(action.get("displayText", "x")) <= 300:
        return "action.label: Length must be between 1 and 20"
    return None


def _wrong_bubble(bubble: dict[str, Any]) -> bool:
    """Only what a flex message is made of here: a bubble of boxes and texts, none of them empty."""
    parts = [bubble[name] for name in ("header", "body") if name in bubble]
    return bubble["type"] != "bubble" or not parts or len(json.dumps(bubble)) > 30_000 * 3 or any(map(_wrong_part, parts))


def _wrong_part(part: dict[str, Any]) -> bool:
    if part["type"] == "text":
        return not part["text"]
    layouts = ("vertical", "baseline", "horizontal")
    return part["type"] != "box" or part["layout"] not in layouts or not part["contents"] or any(map(_wrong_part, part["contents"]))


def _wrong_menu(menu: dict[str, Any]) -> str | None:
    width, height = menu["size"]["width"], menu["size"]["height"]
    if not (800 <= width <= 2500 and height >= 250 and width / height >= 1.45):
        return "size"
    if not 0 < len(menu["chatBarText"]) <= 14 or not 0 < len(menu["name"]) <= 300 or not 1 <= len(menu["areas"]) <= 20:
        return "chatBarText, name or areas"
    for area in menu["areas"]:
        bounds = area["bounds"]
        if bounds["x"] < 0 or bounds["y"] < 0 or bounds["x"] + bounds["width"] > width or bounds["y"] + bounds["height"] > height:
            return "areas.bounds"
        if wrong := _wrong_action(area["action"]):
            return wrong
    return None


@contextmanager
def line_api() -> Iterator[LineApi]:
    """On a free port of loopback."""
    api = LineApi()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = api.handle(self.command, self.path, self.headers, body)
            if answer is None:
                self.close_connection = True
                return
            status, headers, content = answer
            self.send_response(status)
            for name, value in {**headers, "Content-Type": "application/json", "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = _do

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Connections that the bot's end breaks off are its own affair."""

    with Server(("127.0.0.1", 0), Handler) as server:
        api.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield api
        finally:
            server.shutdown()
