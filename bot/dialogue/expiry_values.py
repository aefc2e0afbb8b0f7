"""What the dates somebody gave come to, as the values that the calculator's sentences show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from bot.dialogue.given_dates import Given
from bot.knowledge import expiry
from bot.knowledge.expiry import Rules
from bot.knowledge.showing import japanese_date


@dataclass(frozen=True)
class Deadlines:
    """`firsts` are the first renewal days, the nationwide rule's before the municipality's own if it has one."""

    ends: date
    firsts: tuple[date, ...]
    grace: date

    @classmethod
    def of(cls, given: Given, rules: Rules) -> Deadlines:
        ends = given.ends or _ends(given, rules)
        return cls(ends, expiry.first_renewal_days(ends, rules), expiry.grace_end(ends, rules.grace_months))

    @property
    def surely_open(self) -> date:
        """The first day on which every rule allows a renewal."""
        return max(self.firsts)

    def window(self, day: date) -> str:
        """Where a day of going there stands: after, early, window, or between two rules."""
        if day > self.ends:
            return "after"
        return "early" if day < min(self.firsts) else "window" if day >= self.surely_open else "between"

    def state(self, today: date) -> str:
        if today > self.ends:
            return "grace" if today <= self.grace else "over"
        return "last" if today == self.ends else self.window(today)


def expiry_values(given: Given, rules: Rules, days: Deadlines, today: date) -> dict[str, str]:
    """`expiry.*` for the sentences of data/forms/expiry.yml."""
    shown = {"ends": days.ends, "first": days.firsts[0], "stops": days.ends + timedelta(days=1), "grace": days.grace}
    if len(days.firsts) > 1:
        shown["city_first"] = days.firsts[-1]
    values = {f"expiry.{name}": japanese_date(day) for name, day in shown.items()}
    values["expiry.state"] = days.state(today)
    return {**values, **echo(given), **_personal(given, rules, days, today)}


def day_values(day: date, days: Deadlines) -> dict[str, str]:
    return {"expiry.day": japanese_date(day), "expiry.day_state": days.window(day)}


def _ends(given: Given, rules: Rules) -> date:
    issued = given.issue_day
    assert issued and given.born
    _, month, day = given.born
    return expiry.last_day(issued, month, day, rules, renewed=_nth(given, rules) == rules.birthdays_renewed, card=given.card)


def _nth(given: Given, rules: Rules) -> int:
    """Which birthday after the issue it runs to. Renewed on the last day, a birthday, that day is the one left out."""
    issued = given.issue_day
    assert issued and given.born
    on_birthday = expiry.birthday_in(issued.year, given.born[1], given.born[2]) == issued
    return rules.birthdays_renewed if _renewed_in_time(given, rules) and not on_birthday else rules.birthdays


def _renewed_in_time(given: Given, rules: Rules) -> bool:
    """A renewal within the window runs to the later birthday: then a birthday follows within those months."""
    issued = given.issue_day
    if not given.renewed or not issued or not given.born:
        return False
    coming = expiry.nth_birthday(issued - timedelta(days=1), given.born[1], given.born[2], 1)
    return issued >= expiry.first_renewal_day(coming, rules.months, rules.offset)


def echo(given: Given) -> dict[str, str]:
    """What the asker gave, shown back so that a slip is seen; never stored."""
    values = {}
    if given.issued and given.issued[0] == given.issued[1]:
        values["expiry.issued"] = japanese_date(given.issued[0])
    elif given.issued:
        values["expiry.issued"] = f"{given.issued[0].year}年" + (f"{given.issued[0].month}月" if given.issued[0].month == given.issued[1].month else "")
    if given.born:
        values["expiry.birthday"] = f"{given.born[1]}月{given.born[2]}日"
    return values


def _personal(given: Given, rules: Rules, days: Deadlines, today: date) -> dict[str, str]:
    """What only the birthday tells: the next last day, the cost of renewing too early, 29 February."""
    ends, first = days.ends, days.firsts[0]
    values = {"expiry.card": japanese_date(given.card)} if given.card else {}
    if given.card and ends == given.card:
        values["expiry.bound"] = "card"
    if given.ends is not None:
        return values | _after_given_end(given, rules, days, today)
    if not given.born or not given.issued:
        return values
    _, month, day = given.born
    values["expiry.nth"] = str(_nth(given, rules))
    if given.card and ends == given.card:
        return values
    if today <= ends:
        values["expiry.next"] = japanese_date(_renewed_end(ends, first, today, rules, month, day))
    else:
        values["expiry.reissued"] = japanese_date(expiry.nth_birthday(today, month, day, rules.birthdays))
    if days.state(today) == "early":
        values["expiry.too_early"] = japanese_date(expiry.nth_birthday(today, month, day, rules.birthdays))
    if (month, day) == (2, 29):
        values["expiry.leap"] = "yes"
    if given.renewed:
        values["expiry.renewed"] = "in_time" if _renewed_in_time(given, rules) else "early"
    issued = given.issue_day
    if issued and given.issued[0] == given.issued[1] and expiry.birthday_in(issued.year, month, day) == issued:
        values["expiry.same_day"] = "yes"
    return values


def _after_given_end(given: Given, rules: Rules, days: Deadlines, today: date) -> dict[str, str]:
    """The next last day where only the last day is known: it is a birthday, unless the card's own end came first."""
    ends = days.ends
    known = given.born[1:] if given.born else (ends.month, ends.day)
    if today > ends or ends == given.card or known != (ends.month, ends.day):
        return {}
    suffix = "" if given.born else "_if_birthday"
    values = {f"expiry.next{suffix}": japanese_date(_renewed_end(ends, days.firsts[0], today, rules, *known))}
    if days.state(today) == "early":
        values[f"expiry.too_early{suffix}"] = japanese_date(expiry.nth_birthday(today, *known, rules.birthdays))
    return values


def _renewed_end(ends: date, first: date, today: date, rules: Rules, month: int, day: int) -> date:
    """Renewed on its very last day, a birthday, it would count from that day; the usual case is shown."""
    return expiry.nth_birthday(min(max(today, first), ends - timedelta(days=1)), month, day, rules.birthdays_renewed)
