"""A request's body as one JSON object, read strictly: what two readers could understand differently is no object."""

from __future__ import annotations

import json
from typing import Any


class BodyError(ValueError):
    """The message says what is wrong, without any of the content."""


def read_object(body: bytes) -> dict[str, Any]:
    """Raises BodyError, also for names that come twice, NaN, and nesting or numbers too deep or long to read."""
    try:
        found = json.loads(body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
    except BodyError:
        raise
    except (ValueError, RecursionError) as error:
        raise BodyError("本文が JSON として読めません") from error
    if not isinstance(found, dict):
        raise BodyError('本文は {"text": "…"} の形の JSON です')
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BodyError("本文の JSON に、同じ名前が2度あります")
    return found


def _no_number(name: str) -> Any:
    raise BodyError("本文が JSON として読めません")
