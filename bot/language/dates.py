"""Dates as people write them: an answer about a deadline is only right for the day that was meant.

What cannot be pinned to one reading is `rough` or not found, so that the caller asks instead of guessing."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from bot.language.numerals import FOUR_DIGITS, NUMBER, NUMBER_START, number

Days = tuple[date, date]


class Fault(str, Enum):
    no_such_day = "no_such_day"
    no_such_year = "no_such_year"


@dataclass(frozen=True)
class DateSaid:
    """A day, month or year as somebody wrote it; None is what was not said. A rough one has no day."""

    start: int
    end: int
    year: int | None
    month: int | None
    day: int | None
    rough: bool = False
    fault: Fault | None = None

    def on(self, today: date) -> date | None:
        days = self.span(today)
        return days[0] if days and self.day is not None else None

    def span(self, today: date) -> Days | None:
        """First and last day that it can mean."""
        return None if self.fault or self.year is None else _days(self.year, self.month, self.day)

    def in_past(self, today: date) -> Days | None:
        """Like span; a missing year is the latest that has begun, up to today."""
        for year in self._years(today, -1):
            days = _days(year, self.month, self.day)
            if days and days[0] <= today:
                return days[0], min(days[1], today)
        return self.span(today)

    def in_future(self, today: date) -> Days | None:
        """Like span; a missing year is the first that is not over, from today."""
        for year in self._years(today, 1):
            days = _days(year, self.month, self.day)
            if days and days[1] >= today:
                return max(days[0], today), days[1]
        return self.span(today)

    def _years(self, today: date, step: int) -> Iterable[int]:
        # Nine years reach a 29 February from anywhere, even around 1900.
        return () if self.fault or self.year is not None or self.month is None else range(today.year, today.year + 9 * step, step)


def _days(year: int, month: int | None, day: int | None) -> Days | None:
    try:
        if month is None:
            return date(year, 1, 1), date(year, 12, 31)
        # 0日 is a day that does not exist, not one that was not said.
        return date(year, month, 1 if day is None else day), date(year, month, monthrange(year, month)[1] if day is None else day)
    except ValueError:
        return None


_ERAS: dict[str, tuple[date, date]] = {
    "令和": (date(2019, 5, 1), date.max),
    "平成": (date(1989, 1, 8), date(2019, 4, 30)),
    "昭和": (date(1926, 12, 25), date(1989, 1, 7)),
    "大正": (date(1912, 7, 30), date(1926, 12, 24)),
    "明治": (date(1868, 1, 25), date(1912, 7, 29)),
}
_ERA_NAMES = {name: name for name in _ERAS}
_ERA_NAMES |= {"れいわ": "令和", "へいせい": "平成", "しょうわ": "昭和", "たいしょう": "大正", "めいじ": "明治"}
_ERA_SHORT = {"令": "令和", "平": "平成", "昭": "昭和", "r": "令和", "h": "平成", "s": "昭和", "t": "大正"}
_FIXED = {
    "元日": (1, 1),
    "元旦": (1, 1),
    "大晦日": (12, 31),
    "大みそか": (12, 31),
    "おおみそか": (12, 31),
    "クリスマスイブ": (12, 24),
    "クリスマスイヴ": (12, 24),
    "クリスマス": (12, 25),
}
_YEAR_WORDS = {"今年": 0, "本年": 0, "ことし": 0, "去年": -1, "昨年": -1, "きょねん": -1, "さくねん": -1, "一昨年": -2, "おととし": -2}
_YEAR_WORDS |= {"来年": 1, "らいねん": 1, "再来年": 2, "さらいねん": 2}
_MONTH_WORDS = {"先々月": -2, "先月": -1, "せんげつ": -1, "今月": 0, "こんげつ": 0, "来月": 1, "らいげつ": 1, "再来月": 2, "さらいげつ": 2}
_WEEK_WORDS = {"先々週": -2, "先週": -1, "せんしゅう": -1, "今週": 0, "こんしゅう": 0, "来週": 1, "らいしゅう": 1, "再来週": 2, "さらいしゅう": 2}
_DAY_WORDS = {"一昨日": -2, "おととい": -2, "昨日": -1, "きのう": -1, "今日": 0, "本日": 0, "きょう": 0, "明日": 1, "あした": 1, "あす": 1}
_DAY_WORDS |= {"明後日": 2, "あさって": 2, "明々後日": 3, "しあさって": 3}
_KANA_WEEKDAYS = {"げつ": 0, "か": 1, "すい": 2, "もく": 3, "きん": 4, "ど": 5, "にち": 6}
_UNITS = {"年": 12, "ねん": 12, "か月": 1, "かげつ": 1, "月": 1, "つき": 1}

# Also parts of other words: きょうと, することしか, きのうしない, あすか.
_MISTAKABLE = ("きょう", "あす", "きのう", "ことし")
# 証明日, 基本日数, 将来年金, 過去年, 還元日, 優先月.
_TAKEN = {"明日": "証説判", "本日": "基日", "本年": "基", "来年": "将従本以", "来月": "将従本以", "去年": "過", "元日": "還", "先月": "優"}


def _either(words: Iterable[str]) -> str:
    return "(?:" + "|".join(map(_whole, sorted(words, key=len, reverse=True))) + ")"


def _whole(word: str) -> str:
    if not "ぁ" <= word[0] <= "ん":
        return f"(?<![{_TAKEN[word]}]){word}" if word in _TAKEN else word
    after = r"(?=[のはもにで,.?!]|から|まで|$|[^ぁ-ん])" if word in _MISTAKABLE else ""
    return rf"(?:(?<![ぁ-んー])|(?<=[はにでともがを])){word}{after}"


_ABOUT = r"(?:\s?(?P<about>ごろ|頃|ころ|くらい|ぐらい|あたり|辺り|前後))?"
_MIDDLE = r"中(?![野央学心国身])"
_EDGE = r"初め(?!て)|(?:はじ|始)め(?![てるたま])|頭|あたま|前半|後半|半ば|なかば|終わり|おわり"
_PART = rf"\s?の?\s?(?P<part>上旬|初旬|初頭|中旬|下旬|月末|末|{_EDGE}|{_MIDDLE})"
_WEEKDAY_AFTER = r"(?:\s?\([月火水木金土日](?:曜日?)?(?:・?祝日?)?\)|\s?の?[月火水木金土日]曜日?)?"
_DAY_MARK = r"日(?![間目])|にち|か(?=$|[,.?!\s]|です|でした|[にはでも]|うまれ)|(?=$|[,.?!\s]|です|でした|生まれ|うまれ)"
_DAY = rf"\s?の?\s?(?P<day>{NUMBER})\s?(?:{_DAY_MARK}){_WEEKDAY_AFTER}"
_LAST = r"\s?の?(?P<last>末日)"
_MONTH = rf"(?P<month>{NUMBER})\s?(?:月(?!曜|よう)|がつ)(?:{_DAY}|{_LAST}|{_PART}|(?![0-9前後間超余]|以[上内]))"
_HOLIDAY = rf"(?P<fixed>{_either(_FIXED)})"
_SEASON = rf"(?P<season>[春夏秋冬](?:先|口|休み)?|年末年始|年末|年始|年明け|暮れ|お?正月|お盆|ゴールデンウィーク|今頃|今ごろ|末|{_EDGE}|{_MIDDLE})"
_IN_YEAR = rf"(?:\s?[の,は]?\s?(?:{_MONTH}|{_HOLIDAY})|\s?の?\s?{_SEASON})?"
_SHORT_ERA = r"(?:(?<![一-鿿])[令平昭]|(?<![a-z])[rhst])(?=\s?[0-9元])"
_ERA = rf"(?P<era>{'|'.join(_ERA_NAMES)}|{_SHORT_ERA})\s?(?P<era_year>元|がん|{NUMBER})"
_YEAR = rf"(?:{_ERA}|{NUMBER_START}(?:(?P<western>{FOUR_DIGITS})|(?P<short>['’‘]?{NUMBER})))\s?(?:年|ねん)(?![度間代])(?:\s?\([^()]{{1,9}}年\))?"
_YEAR_WORD = rf"(?P<word>{_either(_YEAR_WORDS)})(?!度)"
_IN_MONTH = rf"(?:{_DAY}|{_LAST}|{_PART})?"
_COUNT = rf"{NUMBER_START}(?P<count>[0-9]{{1,3}}|{NUMBER}|ひと)\s?(?P<unit>年半|週間?|しゅうかん|日|にち|{'|'.join(_UNITS)})"
_LENGTH = rf"(?P<roughly>約|およそ|だいたい|大体)?(?:(?P<half>半年|はんとし)|{_COUNT})"
_AGO = rf"{_LENGTH}\s?(?P<loose>くらい|ぐらい|ほど|程)?の?\s?(?P<way>前|まえ|後|先)(?![半期後々生])"
_WEEKDAY = rf"(?P<weekday>[月火水木金土日])曜日?|(?P<kana>{'|'.join(_KANA_WEEKDAYS)})ようび(?!ょ)"
_SLASHED_END = r"(?![0-9])(?!(?P=sep)\s?[0-9])"
_NUMERIC_START = r"(?<![0-9a-z/])(?<![0-9a-z][.-])"
# Nor in a year that cannot be read here: 同年, 翌年, 令和100年.
_NOT_AFTER_YEAR = r"(?<![0-9〇一二三四五六七八九十元毎同翌当]年)(?<![0-9〇一二三四五六七八九十元毎同翌当]年[の,は \)])(?<!ねん)(?<!毎月)"

_FIRST_YEAR, _LAST_YEAR = 1868, 2199
"""Nobody's card or birthday lies outside; sums of years and days with one that does would leave the calendar."""
Build = Callable[[re.Match[str], date], "DateSaid | None"]


def find_dates(form: str, today: date) -> list[DateSaid]:
    """In order, the longest from each place, never overlapping. `form` is in match_form."""
    found = [said for pattern, build in _FINDERS for match in pattern.finditer(form) if (said := build(match, today))]
    chosen: list[DateSaid] = []
    for said in sorted(found, key=lambda said: (said.start, -said.end)):
        if not chosen or said.start >= chosen[-1].end:
            chosen.append(said)
    return chosen


def _dated(match: re.Match[str], today: date) -> DateSaid | None:
    part = match.groupdict()
    if part["word"]:
        return _calendar(match, today.year + _YEAR_WORDS[part["word"]])
    if part["era"]:
        return _in_era(match)
    if part["western"]:
        year = number(part["western"])
        if part["month"]:
            return _calendar(match, year, None if _FIRST_YEAR <= year <= _LAST_YEAR else Fault.no_such_year)
        return _calendar(match, year) if 1900 <= year < 2100 else None
    return _in_short_year(match) if part["month"] else None


def _in_era(match: re.Match[str]) -> DateSaid:
    month, day = _month_and_day(match)
    name = match["era"]
    first, last = _ERAS[_ERA_NAMES.get(name) or _ERA_SHORT[name]]
    year = first.year + number(match["era_year"]) - 1
    before = year < first.year or (year, month or 12, day or 31) < (first.year, first.month, first.day)
    # 平成31年6月 stands on cards and letters issued before the era changed, and means one day only: 2019.
    return _calendar(match, year, Fault.no_such_year if before or year > last.year else None)


def _in_short_year(match: re.Match[str]) -> DateSaid | None:
    """21年 is 2021 or 平成21: no date can be told, unless 「'21」 or a number that no era reaches (昭和 ended with 64)."""
    count = number(match["short"].strip("'’‘"))
    if match["short"][0] in "'’‘" or count > 64:
        return _calendar(match, count + (1900 if count > 64 else 2000))
    return DateSaid(match.start(), match.end(), None, None, None, rough=True)


def _yearless(match: re.Match[str], today: date) -> DateSaid | None:
    said = _calendar(match, None)
    return None if said.fault and said.day is None else said


def _calendar(match: re.Match[str], year: int | None, fault: Fault | None = None) -> DateSaid:
    month, day = _month_and_day(match)
    part = match.groupdict()
    # 2000 had a 29 February.
    if not fault and not _days(year or 2000, month, day):
        fault = Fault.no_such_day
    if part.get("last") and month and not fault and (year or month != 2):
        day = monthrange(year or 2000, month)[1]
    unpinned = any(part.get(name) for name in ("about", "part", "season")) or (part.get("last") is not None and day is None)
    rough = unpinned and fault is None
    return DateSaid(match.start(), match.end(), year, month, None if rough else day, rough, fault)


def _month_and_day(match: re.Match[str]) -> tuple[int | None, int | None]:
    part = match.groupdict()
    if part.get("fixed"):
        return _FIXED[part["fixed"]]
    month, day = part.get("month"), part.get("day")
    return number(month) if month else None, number(day) if day else None


def _separated(match: re.Match[str], today: date) -> DateSaid | None:
    if match["era"]:
        return _in_era(match)
    if match["western"]:
        return _calendar(match, int(match["western"])) if 1900 <= int(match["western"]) < 2100 else None
    return None if _calendar(match, None).fault else _in_short_year(match)


def _valid(match: re.Match[str], today: date) -> DateSaid | None:
    said = _calendar(match, int(match["western"]))
    return None if said.fault else said


_FRACTIONS = re.compile(r"(?:1/[2-5]|2/[35]|3/[45]|1/10)$")
_DATE_AFTER = re.compile(r"\s?(?:に(?!な|減|縮|分|下|引|割|相当)|まで|から|以降|ごろ|頃|付|生まれ|\([月火水木金土日])|\([月火水木金土日]")
_AMOUNT_AFTER = re.compile(r"\s?(?:の(?:確率|割合|人|数|量|値段|価格|大きさ|サイズ)|程度|以下|以上|未満|倍|人|個|枚|回|件|点|ページ|頁|サイズ|%|インチ|円)")
_AMOUNT_BEFORE = re.compile(r"(?:約|およそ|倍率|確率|割合|評価|比率)(?:は|が)?\s?$")


def _slashed(match: re.Match[str], today: date) -> DateSaid | None:
    form, said = match.string, _calendar(match, None)
    if said.fault or _AMOUNT_AFTER.match(form, said.end) or _AMOUNT_BEFORE.search(_before(match)):
        return None
    fraction = _FRACTIONS.match(match.group())
    return None if fraction and not _DATE_AFTER.match(form, said.end) else said


def _month_word(match: re.Match[str], today: date) -> DateSaid | None:
    year, month = _shifted_month(today, _MONTH_WORDS[match["of"]])
    day = number(match["day"]) if match["day"] else monthrange(year, month)[1] if match["last"] else None
    rough = bool(match["part"] or match["about"])
    fault = None if _days(year, month, day) else Fault.no_such_day
    return DateSaid(match.start(), match.end(), year, month, None if rough else day, rough and not fault, fault)


def _shifted_month(today: date, months: int) -> tuple[int, int]:
    years, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return years, month + 1


def _day_word(match: re.Match[str], today: date) -> DateSaid | None:
    return _exact(match, today, _DAY_WORDS[match["of"]])


def _exact(match: re.Match[str], today: date, offset: int) -> DateSaid | None:
    try:
        day = today + timedelta(offset)
    except OverflowError:
        return None
    return DateSaid(match.start(), match.end(), day.year, day.month, day.day)


def _week(match: re.Match[str], today: date) -> DateSaid | None:
    """A whole week: only the year and month that all its days share."""
    first = _exact(match, today, 7 * _WEEK_WORDS[match["of"]] - today.weekday())
    last = _exact(match, today, 7 * _WEEK_WORDS[match["of"]] - today.weekday() + 6)
    if not first or not last:
        return None
    year = first.year if first.year == last.year else None
    return DateSaid(match.start(), match.end(), year, first.month if first.month == last.month else None, None, rough=True)


def _rough_now(match: re.Match[str], today: date) -> DateSaid:
    """月末, 月末日, 年内."""
    month = today.month if match["now"].startswith("月末") else None
    last = monthrange(today.year, today.month)[1] if match["now"] == "月末日" else None
    return DateSaid(match.start(), match.end(), today.year, month, last, rough=last is None)


def _unknown(match: re.Match[str], today: date) -> DateSaid:
    """春ごろ."""
    return DateSaid(match.start(), match.end(), None, None, None, rough=True)


_LISTED_BEFORE = re.compile(
    r"(?:次の|第\s?[0-9一二三四五]の?|毎週の?|毎月の?|各週?の?|隔週の?|[月火水木金土日]|(?:[月火水木金土日祝]|平日|祝日|曜日?)[・,/~とやか-]\s?|第[0-9]・[0-9])$"
)
_LISTED_AFTER = re.compile(r"[・,/~とやか-]?\s?(?:祝|平日|[月火水木金土日](?!本|曜))|以外|ごと|毎")


def _weekday(match: re.Match[str], today: date) -> DateSaid | None:
    wanted, of = _weekday_of(match), match["of"]
    if of in _WEEK_WORDS:
        return _exact(match, today, 7 * _WEEK_WORDS[of] - today.weekday() + wanted)
    if not of and _is_listed(match):
        return None
    ahead = (wanted - today.weekday()) % 7
    return _exact(match, today, ahead or 7 if of else ahead)


def _is_listed(match: re.Match[str]) -> bool:
    """「土曜と日曜」「第3土曜日」「土曜・祝日」 speak of every such day."""
    if _LISTED_BEFORE.search(_before(match)) or _LISTED_AFTER.match(match.string, match.end()):
        return True
    near = re.finditer(_WEEKDAY, match.string[max(0, match.start() - 30) : match.end() + 30])
    return len({_weekday_of(other) for other in near}) > 1


def _before(match: re.Match[str]) -> str:
    return match.string[max(0, match.start() - 8) : match.start()]


def _weekday_of(match: re.Match[str]) -> int:
    return "月火水木金土日".index(match["weekday"]) if match["weekday"] else _KANA_WEEKDAYS[match["kana"]]


_CLAUSE_START = re.compile(r"(?:[,.?!\s(には]|たしか|確か|もう|たぶん|多分|今から|いまから)$")
_RANGE_BEFORE = re.compile(r"[0-9一二三四五六七八九十年月日][,~・-]$")
_BORDER_AFTER = re.compile(r"\s?(?:から|より|まで)")
_OBJECT_BEFORE = re.compile(r"[をがもで]$")
_CLAUSE_GOES_ON = re.compile(r"に(?!な)|[,.?!)\s]|$|で(?:す|し|[,.\s]|$)|だ|なん|なの|発行|作|更新|受け?取|うけと|引っ?越|取得|交付|申請")
# The rule itself is told in months: 「更新は3か月前です」, but 「作ったのは3か月前です」.
_MONTH_UNITS = ("か月", "かげつ")
_RULE_BEFORE = re.compile(r"(?:(?<!の)は|期限|満了|誕生日|更新)\s?$")
_DONE = re.compile(r"に[^,.?!]{0,40}?(?:(?<!ま)た|んだ|いだ)(?![いらめけ]|ほう|方|さい)|に[^,.?!]{0,40}?(?:切れ|きれ|過ぎ|すぎ|届い)て(?!も)")
_RULE = re.compile(r"に[^,.?!]{0,40}?(?:でき|出来|可能|する|します|すれ|しな|した|なる|なり|届|来|くる|きます|必要|べき|行|れる|れます|せる|ください|始)")


def _ago(match: re.Match[str], today: date) -> DateSaid | None:
    inside, of_year = any(match[name] for name in ("month", "fixed", "season")), match["unit"] in ("年", "ねん")
    if not _ago_is_said_of_today(match) or (inside and not of_year):
        return None
    # 「6月前」 is no 6か月前.
    if match["unit"] in ("月", "つき") and match["count"] not in ("ひと", "一"):
        return None
    sign = 1 if match["way"] in "後先" else -1
    unit, count = match["unit"] or "半年", sign * number(match["count"] or "1")
    if unit in ("日", "にち", "週", "週間", "しゅうかん"):
        return _loosened(match, _exact(match, today, count * (1 if unit in ("日", "にち") else 7)))
    if of_year:
        said: DateSaid | None = _calendar(match, today.year + count)
    else:
        year, month = _shifted_month(today, sign * 6 if unit == "半年" else count * 12 + sign * 6 if unit == "年半" else count * _UNITS[unit])
        said = DateSaid(match.start(), match.end(), year, month, None, rough=unit in ("半年", "年半"))
    return _loosened(match, said) if said and date.min.year <= (said.year or 0) <= date.max.year else None


def _loosened(match: re.Match[str], said: DateSaid | None) -> DateSaid | None:
    if not said or said.fault or not (match["roughly"] or match["loose"] or match["about"]):
        return said
    return DateSaid(said.start, said.end, said.year, said.month, None, rough=True)


def _ago_is_said_of_today(match: re.Match[str]) -> bool:
    """「期限の3か月前」「3か月前から」「3か月前に更新できる」 count from a deadline, not from today."""
    form, end = match.string, match.end()
    inside = any(match[name] for name in ("month", "fixed", "season", "about"))
    done, before, backward = _DONE.match(form, end), _before(match), match["way"] not in "後先"
    if _RANGE_BEFORE.search(before) or (not match["month"] and _BORDER_AFTER.match(form, end)):
        return False
    if backward and not inside and not done and (_RULE.match(form, end) or (match["unit"] in _MONTH_UNITS and _RULE_BEFORE.search(before))):
        return False
    starts = not before or _CLAUSE_START.search(before) or (_OBJECT_BEFORE.search(before) and (done or match["month"] or not backward))
    return bool(starts and (inside or _CLAUSE_GOES_ON.match(form, end)))


_NUMERIC_YEAR = (
    rf"(?P<era>{'|'.join(_ERA_NAMES)}|{_SHORT_ERA})\.?\s?(?P<era_year>元|[0-9]{{1,2}})|(?P<western>[0-9]{{4}})|(?P<short>['’‘][0-9]{{2}}|[0-9]{{2}}(?=/))"
)
_NUMERIC_DAY = r"\s?(?P<sep>[./-])\s?(?P<month>[0-9]{1,2})\s?(?P=sep)\s?(?P<day>[0-9]{1,2})"
_FINDERS: tuple[tuple[re.Pattern[str], Build], ...] = (
    (re.compile(rf"(?:{_YEAR}|{_YEAR_WORD}){_IN_YEAR}{_ABOUT}"), _dated),
    (re.compile(rf"{_AGO}{_IN_YEAR}{_ABOUT}"), _ago),
    (re.compile(rf"{_NOT_AFTER_YEAR}(?:{NUMBER_START}{_MONTH}|{_HOLIDAY}){_ABOUT}"), _yearless),
    (re.compile(rf"{_NUMERIC_START}(?:{_NUMERIC_YEAR}){_NUMERIC_DAY}{_SLASHED_END}{_WEEKDAY_AFTER}{_ABOUT}"), _separated),
    (re.compile(rf"{_NUMERIC_START}(?P<western>(?:19|20)[0-9]{{2}})[/-](?P<month>[0-9]{{1,2}})(?![0-9/-]){_ABOUT}"), _valid),
    (re.compile(r"(?<![0-9a-z./-])(?<![0-9],)(?P<western>(?:19|20)[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})(?![0-9a-z円-]|[.,/][0-9])"), _valid),
    (re.compile(rf"{_NUMERIC_START}(?P<month>[0-9]{{1,2}})/(?P<day>[0-9]{{1,2}})(?![0-9a-z/]|\.[0-9]){_WEEKDAY_AFTER}{_ABOUT}"), _slashed),
    (re.compile(rf"(?P<of>{_either(_MONTH_WORDS)}){_IN_MONTH}{_ABOUT}"), _month_word),
    (re.compile(rf"(?P<of>{_either(_DAY_WORDS)}){_WEEKDAY_AFTER}"), _day_word),
    (re.compile(rf"(?:(?P<of>{_either(_WEEK_WORDS)}|(?<!次の)次(?=の)|今度(?=の)|こんど(?=の)|つぎ(?=の))\s?の?\s?)?(?:{_WEEKDAY})"), _weekday),
    (re.compile(rf"(?P<of>{_either(_WEEK_WORDS)})(?:末|中(?!野|央)|の?(?:{_EDGE}))?"), _week),
    (re.compile(r"(?<![0-9一二三四五六七八九十数何毎各今来先々の])(?P<now>月末日?|年内)"), _rough_now),
    (re.compile(r"(?<![一-鿿])(?:[来今昨][春夏秋冬]|[春夏秋冬](?:ごろ|頃|ころ|先))"), _unknown),
)
