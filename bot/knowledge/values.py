"""How a fact's value is checked against its key and shown to a reader."""

from __future__ import annotations

import re
from datetime import date

from bot.knowledge.model import PHONE, Key, Value, ValueType

_FORMS: dict[ValueType, str] = {
    ValueType.phone: PHONE,
    ValueType.email: r"[\w.+-]+@[\w.-]+\.\w+",
    ValueType.url: r"https?://\S+",
}
_ERAS = ((date(2019, 5, 1), "令和"), (date(1989, 1, 8), "平成"), (date(1926, 12, 25), "昭和"))


def fault(key: Key, value: Value | None) -> str | None:
    """Why `value` does not fit `key`, or None when it does."""
    if value is None:
        return "value がありません（分からないなら status: unknown とします）"
    if key.type is ValueType.items:
        return None if isinstance(value, list) and value else "並び（[…]）で書いてください"
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
        return "、".join(value)
    if key.type is ValueType.yen:
        return "無料" if value == 0 else f"{value:,}円"
    return str(value)


def japanese_date(day: date) -> str:
    """2015年12月22日（平成27年12月22日）: both calendars, since people ask in either."""
    return f"{day.year}年{day.month}月{day.day}日（{_era_year(day)}{day.month}月{day.day}日）"


def plain_date(text: str) -> str:
    """A source's date as text: 2016-02-15 → 2016年2月15日, 2025-05 → 2025年5月."""
    year, month, *rest = (int(part) for part in text.split("-"))
    return f"{year}年{month}月" + (f"{rest[0]}日" if rest else "")


def _era_year(day: date) -> str:
    for first, name in _ERAS:
        if day >= first:
            year = day.year - first.year + 1
            return f"{name}{'元' if year == 1 else year}年"
    return f"{day.year}年"
