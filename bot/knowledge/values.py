"""How a fact's value is checked against its key and shown to a reader."""

from __future__ import annotations

import re
from datetime import date

from bot.knowledge.model import PHONE, Key, Value, ValueType
from bot.knowledge.showing import hours_text, japanese_date, month_day

_FORMS: dict[ValueType, str] = {
    ValueType.phone: PHONE,
    ValueType.email: r"[\w.+-]+@[\w.-]+\.\w+",
    ValueType.url: r"https?://\S+",
    ValueType.month_day: r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])",
}


def fault(key: Key, value: Value | None) -> str | None:
    """Why `value` does not fit `key`, or None when it does."""
    if value is None:
        return "value がありません（分からないなら status: unknown とします）"
    if key.type is ValueType.items:
        return None if isinstance(value, list) and value and isinstance(value[0], str) else "並び（[…]）で書いてください"
    if key.type is ValueType.hours:
        ok = isinstance(value, list) and bool(value) and not isinstance(value[0], str)
        return None if ok else "{days: […], opens: …, closes: …} の並びで書いてください"
    if key.type in (ValueType.number, ValueType.yen):
        ok = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        return None if ok else "0以上の整数で書いてください"
    if key.type is ValueType.date:
        return None if isinstance(value, date) else "日付（YYYY-MM-DD）で書いてください"
    if not isinstance(value, str) or not value.strip():
        return "文字で書いてください"
    if key.type is ValueType.choice and value not in key.choices:
        return f"{'・'.join(key.choices)} のどれかです"
    form = _FORMS.get(key.type)
    return None if form is None or re.fullmatch(form, value) else f"{key.type.value} の形ではありません"


def shown(key: Key, value: Value) -> str:
    """The value as it stands inside a Japanese sentence."""
    if isinstance(value, date):
        return japanese_date(value)
    if isinstance(value, list):
        return "、".join(part if isinstance(part, str) else hours_text([part]) for part in value)
    if key.type is ValueType.month_day:
        return month_day(str(value))
    if key.type is ValueType.yen:
        return "無料" if value == 0 else f"{value:,}円"
    return str(value)
