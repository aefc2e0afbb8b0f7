"""Fetching updates from Telegram, so that one that cannot be read is in the way of no other."""

from __future__ import annotations

import logging
from typing import Any

from telegram import Update
from telegram.request import HTTPXRequest

_log = logging.getLogger(__name__)


class Polls(HTTPXRequest):
    """An update of a form that the library does not know comes as an empty one, with its number: it counts as fetched.

    Otherwise a whole poll would fail on it, and the next one bring it again, for ever.
    """

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        content: Any = HTTPXRequest.parse_json_payload(payload)
        if isinstance(content, dict) and isinstance(content.get("result"), list):
            content["result"] = [_readable(update) for update in content["result"] if _number(update) is not None]
        return content


def _number(update: Any) -> int | None:
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if isinstance(number, int) else None


def _readable(update: dict[str, Any]) -> dict[str, Any]:
    try:
        Update.de_json(dict(update), None)
    except Exception as error:
        # Its words may hold what somebody typed.
        _log.error("Telegram: an update could not be read: %s", type(error).__name__)
        return {"update_id": update["update_id"]}
    return update
