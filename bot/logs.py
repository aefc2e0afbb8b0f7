"""The log: a line for each event, with what an operator needs and nothing of the people who ask.

A line is built from fields that are named here, and everything else is left out: no text and no address, no id of a session
or a chat, no secret. What other packages say may hold any of these, so only where they said it is written.
"""

from __future__ import annotations

import errno
import json
import logging
import re
import sys
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from bot.settings import JAPAN

Form = Literal["json", "text"]
FIELDS = ("channel", "outcome", "topic", "municipality", "route", "method", "status", "milliseconds", "refused", "fault", "fault_state", "error", "at")
"""What `extra` of our own log calls may carry: numbers, and names that stand in our code or content."""
_HOME = Path(__file__).resolve().parent.parent
_OURS = ("bot", "actions")
_EVENT_OF_RASA = re.compile(r"[a-z_]+(?:\.[a-z_]+){1,6}")
_INSTALLED = re.compile(r".*/(?:site-packages|python3\.\d+)/")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_MOST_PLACES = 5
_LABELS = {"warning": "注意: ", "error": "誤り: ", "critical": "誤り: "}
_request: ContextVar[str | None] = ContextVar("request", default=None)
_log = logging.getLogger(__name__)


def write_log(form: Form | None) -> None:
    """From now on everything goes to standard error. None: text in a terminal, else JSON.

    Text is for a person who sits before it and leaves out what goes well. Safe to call again.
    """
    chosen = form or ("text" if sys.stderr.isatty() else "json")
    root = logging.getLogger()
    for old in [known for known in root.handlers if isinstance(known, _Handler)]:
        root.removeHandler(old)
    root.addHandler(_Handler(chosen))
    for name in _OURS:
        logging.getLogger(name).setLevel(logging.INFO if chosen == "json" else logging.WARNING)
    # A log call that cannot be written must not put its arguments on the terminal instead.
    logging.raiseExceptions = False
    if chosen == "json":
        _catch_uncaught()


def tell(text: str) -> None:
    """Words for whoever runs the server: as they are in a terminal, a line of the log where that is JSON."""
    if any(isinstance(handler, _Handler) and handler.form == "json" for handler in logging.getLogger().handlers):
        _log.info("%s", text)
    else:
        print(text, file=sys.__stderr__, flush=True)


def route_rasa() -> None:
    """Rasa's own log goes the way of every other. Before this is called it prints each user's text."""
    import structlog

    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        cache_logger_on_first_use=True,
    )


def what_failed(error: BaseException) -> dict[str, Any]:
    """For the `extra` of a log call: the error's type and where in our code it came up. Its own words may hold what somebody typed."""
    return {"error": _named(error), "at": _places(error.__traceback__)}


def begin_request(name: str) -> None:
    """From here on the lines of this task, and of those it starts, carry `name`."""
    _request.set(name)


def leave_request() -> None:
    """For work that was started in a request and does not belong to it."""
    _request.set(None)


class _Handler(logging.StreamHandler):  # type: ignore[type-arg]
    """Ours, to be told from others' at the root."""

    def __init__(self, form: Form) -> None:
        super().__init__(sys.__stderr__)
        self.form = form
        self.setFormatter(Lines(form))


class Lines(logging.Formatter):
    """One line for each record, whoever wrote it; as text, what follows the first line of our own words is set in."""

    def __init__(self, form: Form) -> None:
        super().__init__()
        self._form = form

    def format(self, record: logging.LogRecord) -> str:
        fields = dict(_fields(record))
        return _text(fields) if self._form == "text" else json.dumps(fields, ensure_ascii=False)


def _fields(record: logging.LogRecord) -> Iterator[tuple[str, Any]]:
    ours = record.name.partition(".")[0] in _OURS
    yield "time", datetime.fromtimestamp(record.created, JAPAN).isoformat(timespec="milliseconds")
    yield "level", record.levelname.lower()
    yield "event", record.getMessage() if ours else _event(record)
    if name := _request.get():
        yield "request_id", name
    if ours:
        yield from ((field, value) for field in FIELDS if (value := getattr(record, field, None)) is not None)
    else:
        yield "logger", record.name
        yield "place", f"{_short(record.pathname)}:{record.lineno}"
    if error := _error(record):
        yield from what_failed(error).items()


def _event(record: logging.LogRecord) -> str:
    """The name of an event of Rasa's. Any other message of a package may quote what somebody typed, or an address with a token."""
    said = record.msg.get("event") if isinstance(record.msg, dict) else None
    return said if isinstance(said, str) and _EVENT_OF_RASA.fullmatch(said) else "ほかの部品からの知らせ"


def _error(record: logging.LogRecord) -> BaseException | None:
    found: Any = record.exc_info or (isinstance(record.msg, dict) and record.msg.get("exc_info"))
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    return error if isinstance(error, BaseException) else None


def _named(error: BaseException) -> str:
    """Its type, and which error of the system it is; never its own words."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    code = errno.errorcode.get(error.errno) if isinstance(error, OSError) and error.errno else None
    return f"{name}({code})" if code else name


def _places(trace: TracebackType | None) -> list[str]:
    """Where in our code it happened, the innermost last; in others' code only where none of ours was under way."""
    frames = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(trace)]
    own = [frame for frame in frames if any(Path(frame[0]).is_relative_to(_HOME / name) for name in _OURS)]
    return [f"{_short(path)}:{line}" for path, line in (own or frames[-1:])[-_MOST_PLACES:]]


def _short(path: str) -> str:
    return _INSTALLED.sub("", path.removeprefix(f"{_HOME}/"))


def _text(fields: dict[str, Any]) -> str:
    time, level, event = fields.pop("time"), fields.pop("level"), fields.pop("event")
    rest = "".join(f" {name}={value}" for name, value in fields.items())
    lines = f"{time[11:19]} {_LABELS.get(level, '')}{event}{rest}".split("\n")
    return "\n  ".join(_CONTROL.sub(" ", line) for line in lines)


def _catch_uncaught() -> None:
    """What Python itself would print to standard error, with the error's own words, is a line like the others."""
    log = logging.getLogger("bot")
    sys.excepthook = lambda kind, error, trace: log.critical("思わぬ誤り", exc_info=(kind, error, trace))
    sys.unraisablehook = lambda found: log.error("思わぬ誤り", exc_info=found.exc_value)
