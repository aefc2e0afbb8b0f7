"""Numbers nobody should have typed, blanked before anything is stored, logged, sent on or counted.

What is surely harmless is settled first, then what is private by its length or form alone, then what is private because it is
said to be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from bot.language import private_patterns as patterns
from bot.language.private_patterns import KANJI_DIGITS, UNCOUNTED, N
from bot.language.sheet import Match, Sheet, plain_form

SECRET = frozenset({"individual_number", "pin", "card", "bank", "pension", "residence_card", "licence", "insurance", "passport", "resident_code", "number"})
"""Kinds to warn about."""
KINDS = SECRET | {"phone", "mail"}
"""What `mask` finds; `mask_for_keeping` finds a birthday too."""
_MARKS = {
    "individual_number": "〔12桁の番号〕",
    "pin": "〔暗証番号〕",
    "phone": "〔電話番号〕",
    "mail": "〔メール〕",
    "birthday": "〔生年月日〕",
}
_OTHER_MARK = "〔番号〕"
_ALL_MARKS = sorted({*_MARKS.values(), _OTHER_MARK})
_MARK = re.compile("|".join(_ALL_MARKS))
_CONTACT_TOLD = re.compile(
    r"(?:^|(?<=[\s。.、,!！?？]))(?:(?:私|わたし|僕|俺|うち|自分|日中)の)?(?:電話(?:番号)?|携帯(?:電話)?(?:番号)?|番号|連絡先|tel|メール(?:アドレス)?|メアド|アドレス)(?:は|:|：)?\s*"
    r"(?:〔電話番号〕|〔メール〕)(?:です|になります|でございます|だよ)(?:[。.、,!！\s]|$)",
    re.IGNORECASE,
)
"""「電話番号は〔電話番号〕です。」: of no matter to what is asked beside it."""
_MARK_IN_FORM = re.compile("|".join(map(plain_form, _ALL_MARKS)))
_SAID_BEFORE = (
    ("免許", "licence"),
    ("険", "insurance"),
    ("介護", "insurance"),
    ("年金", "pension"),
    ("住民票", "resident_code"),
    ("ゆうちょ", "bank"),
    ("口座", "bank"),
    ("郵貯", "bank"),
)
_INDIVIDUAL, _SHORTEST, _MOBILE, _CARD, _DATE_DIGITS = 12, 10, 11, 16, 8
_LOOK_BACK = 16


@dataclass(frozen=True)
class Masked:
    """The text without its private parts, and the kinds that were found."""

    text: str
    kinds: frozenset[str]


def mask(text: str, public_numbers: Iterable[str] = ()) -> Masked:
    """For the dialogue, which needs dates. `public_numbers` are offices' own phone numbers and addresses, which stay readable."""
    return _until_settled(text, tuple(public_numbers), birthdays=False)


def mask_for_keeping(text: str, public_numbers: Iterable[str] = ()) -> Masked:
    """For whatever is stored, handed over or logged: also without days of birth."""
    return _until_settled(text, tuple(public_numbers), birthdays=True)


def unmarked(text: str) -> str:
    """The text without the marks that masking left, and without a sentence that only tells a number: they are no words of the question."""
    asked = _MARK.sub(" ", _CONTACT_TOLD.sub(" ", text)).strip()
    return asked or _MARK.sub(" ", text).strip()


def has_check_digit(digits: str) -> bool:
    """Whether 12 digits are a well-formed individual number."""
    weighed = sum(int(digit) * (place + 1 if place <= 6 else place - 5) for place, digit in enumerate(reversed(digits[:11]), 1)) % 11
    return int(digits[11]) == (11 - weighed if weighed > 1 else 0)


def _until_settled(text: str, public: tuple[str, ...], birthdays: bool) -> Masked:
    """A mark may change what stands beside it; each round leaves fewer signs to blank, so it ends."""
    kinds: set[str] = set()
    while True:
        sheet = Sheet(text)
        _settle(sheet, public, birthdays)
        kinds |= sheet.kinds
        if not sheet.kinds:
            return Masked(text, frozenset(kinds))
        text = sheet.text()


def _settle(sheet: Sheet, public: tuple[str, ...], birthdays: bool) -> None:
    sheet.keep(_MARK_IN_FORM)
    sheet.form = patterns.LETTERS_FOR_DIGITS.sub(_with_digits, sheet.form)
    if public:
        sheet.keep(_public(public))
    sheet.keep(patterns.URL, lambda url: "@" not in url.group() and not re.search("[0-9]{12}", url.group()))
    _blank(sheet, "mail", patterns.MAIL)
    _blank(sheet, "residence_card", patterns.RESIDENCE_CARD)
    _blank(sheet, "passport", patterns.PASSPORT)
    if birthdays:
        _birthdays(sheet)
    # What is called a number is no row of days and hours.
    _blank(sheet, "individual_number", patterns.CALLED_SO)
    _keep_harmless(sheet)
    _long_numbers(sheet)
    _named_numbers(sheet)
    _pins(sheet, {group for number in public for group in re.findall("[0-9]{4}", number)})


def _blank(sheet: Sheet, kind: str, *kinds_patterns: re.Pattern[str]) -> None:
    for pattern in kinds_patterns:
        sheet.blank(pattern, kind, _mark(kind))


def _mark(kind: str) -> str:
    return _MARKS.get(kind, _OTHER_MARK)


def _with_digits(match: Match) -> str:
    """o and l typed for 0 and 1 in a long number."""
    run = match.group()
    return run.translate(str.maketrans("oil", "011")) if sum(c.isdigit() for c in run) >= 8 else run


def _before(match: Match, until: int | None = None) -> str:
    return match.string[max(0, match.start() - _LOOK_BACK) : match.start() if until is None else until]


def _birthdays(sheet: Sheet) -> None:
    for pattern in patterns.BIRTHDAYS:
        sheet.blank(pattern, "birthday", _mark("birthday"), lambda found: _is_date(found[1]))
    whole = patterns.ONLY_A_DATE.fullmatch(sheet.form)
    if whole and _is_date(whole[1]):
        sheet.blank_span(*whole.span(1), "birthday", _mark("birthday"))


def _is_date(said: str) -> bool:
    """And no phone number that happens to stand where a date could, nor a number of years."""
    if patterns.YEARS_COUNTED.fullmatch(said):
        return False
    return patterns.HAS_A_DATE.search(said) is not None and (len(_digits(said)) <= _DATE_DIGITS or patterns.SURELY_A_DATE.search(said) is not None)


def _keep_harmless(sheet: Sheet) -> None:
    for pattern in (patterns.DATE, patterns.TIME, patterns.MONTH_AND_DAY):
        sheet.keep(pattern)
    sheet.keep(patterns.POSTCODE, lambda found: not patterns.ACCOUNT_OR_PHONE.search(_before(found)))
    sheet.keep(patterns.YEARS, _are_years)


def _are_years(match: Match) -> bool:
    """Three years are 12 digits too: called a number, or with the right check digit and no 年 behind it, they are one."""
    digits = re.sub("[^0-9]", "", match.group())
    if len(digits) != _INDIVIDUAL or match.string[match.end() : match.end() + 1] == "年":
        return True
    return not patterns.NAMED_A_NUMBER.search(_before(match)) and not has_check_digit(digits)


def _long_numbers(sheet: Sheet) -> None:
    for match in list(patterns.RUN.finditer(sheet.form)):
        _long_number(sheet, match)
    sheet.blank(patterns.READ_RUN, "phone", _mark("phone"), _is_phone_read_out)
    _blank(sheet, "individual_number", patterns.READ_RUN, patterns.IN_MILLIONS, patterns.IN_THIRDS, patterns.ONE_THIRD)


def _is_phone_read_out(match: Match) -> bool:
    read = re.findall(patterns.DIGIT_READ, match.group())
    return read[0] in ("ぜろ", "れい", "まる") and len(read) <= _MOBILE


def _long_number(sheet: Sheet, match: Match) -> None:
    start, run = match.start(), match.group()
    if _counts_up(run):
        return sheet.keep_span(*match.span())
    if not re.match(UNCOUNTED, match.string[match.end() :]):
        run = patterns.LAST_GROUP.sub("", run)  # 902133456781 2026年: the year belongs to what follows it.
    for at, part in _parts(run):
        kind = _kind(part, match.string[max(0, start + at - _LOOK_BACK) : start + at])
        if kind == "office":
            sheet.keep_span(start + at, start + at + len(part))
        elif kind:
            sheet.blank_span(start + at, start + at + len(part), kind, _mark(kind))
    return None


def _parts(run: str) -> list[tuple[int, str]]:
    """Commas may stand inside one number or between two; a phone number behind an address is a part of its own."""
    groups = re.findall(f"{N}+", run)
    even = len({len(group) for group in groups}) == 1 and len(_digits(run)) <= _CARD
    if run.startswith("+") or len(_digits(run)) <= _INDIVIDUAL or even:
        return [(0, run)]
    for separator in (patterns.COMMAS, patterns.GAPS):
        parts = _split(run, separator)
        if len(parts) > 1 and any(_kind(part, "") in ("individual_number", "phone", "card") for _, part in parts):
            return parts
    return [(0, run)]


def _split(run: str, separator: re.Pattern[str]) -> list[tuple[int, str]]:
    gaps = [(0, 0), *(found.span() for found in separator.finditer(run)), (len(run), len(run))]
    return [(before[1], run[before[1] : after[0]]) for before, after in zip(gaps, gaps[1:], strict=False)]


def _counts_up(run: str) -> bool:
    """1 2 3 4 … 10 is a list and no number."""
    groups = [int(group) for group in re.findall("[0-9]+", run)]
    return len(groups) > 2 and groups[0] < 10 and all(later - earlier == 1 for earlier, later in zip(groups, groups[1:], strict=False))


def _digits(run: str) -> str:
    return "".join("0" if c in "〇零" else str(KANJI_DIGITS.index(c) - 1) if c in KANJI_DIGITS else c for c in run if c.isdigit() or c in KANJI_DIGITS)


def _kind(run: str, before: str) -> str | None:
    """Any 12 digits are taken for an individual number, whatever their check digit: a mistyped one tells nearly as much."""
    digits = _digits(run)
    if len(digits) < _SHORTEST:
        return None
    if run.startswith("+") or digits.startswith(("0081", "01081")):
        return "phone"
    if len(digits) <= _MOBILE and digits[0] == "0" and "険" not in before:
        return _phone(digits, before)
    said = next((kind for word, kind in _SAID_BEFORE if word in before), None)
    if said:
        return said
    return "individual_number" if len(digits) == _INDIVIDUAL else "card" if len(digits) > _INDIVIDUAL else "number"


def _phone(digits: str, before: str) -> str:
    """Nobody's own phone is toll-free; an office's stands right behind its name."""
    if digits.startswith(patterns.TOLL_FREE):
        return "office"
    mobile = len(digits) == _MOBILE and digits[2] == "0"
    return "office" if not mobile and patterns.OFFICE.search(before) and not patterns.OWN.search(before) else "phone"


def _named_numbers(sheet: Sheet) -> None:
    bank = re.search("ゆうちょ|郵貯|口座|銀行", sheet.form)
    _blank(sheet, "bank" if bank else "insurance", patterns.SIGN_AND_NUMBER)
    for pattern in patterns.ACCOUNTS:
        sheet.blank(pattern, "bank", _mark("bank"), lambda found: "ぺーじ" not in found.group())
    _blank(sheet, "card", patterns.SECURITY_CODE)
    _blank(sheet, "insurance", patterns.INSURANCE)
    _blank(sheet, "phone", patterns.LOCAL_PHONE)


def _pins(sheet: Sheet, office_numbers: set[str]) -> None:
    _blank(sheet, "pin", *patterns.PINS)
    sheet.blank(patterns.NUMBER_IS, "pin", _mark("pin"), lambda found: not patterns.SOMETHING_ELSE.search(_before(found, found.start(1))))
    if not patterns.WHOLE_DAY.fullmatch(sheet.form):
        sheet.blank(patterns.ALONE, "pin", _mark("pin"), lambda found: found[1] not in office_numbers and not patterns.SOMETHING_ELSE.search(_before(found)))


@lru_cache(maxsize=8)
def _public(numbers: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(_spelt(number) for number in numbers))


def _spelt(number: str) -> str:
    """A public number with any dashes, or without."""
    if "@" in number:
        return rf"(?<![a-z0-9._+\-]){re.escape(plain_form(number))}(?![a-z0-9])"
    return r"(?<![0-9])" + r"[\-ー ()]?".join(c for c in number if c.isdigit()) + r"(?![0-9])"
