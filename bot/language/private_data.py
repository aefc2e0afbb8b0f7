"""Numbers nobody should have typed, blanked before anything is stored, logged, sent on or counted.

Each step reads the plain form of the text (bot/language/sheet.py). What is surely harmless is settled first, then what is
private by its length or form alone, then what is private because it is said to be. No pattern repeats a part that could be
read in two ways, and all fillers are bounded, so the work grows with the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from bot.language.sheet import BLANKED, KEPT, Match, Sheet, plain_form

SECRET = frozenset({"individual_number", "pin", "card", "bank", "pension", "residence_card", "licence", "insurance", "passport", "resident_code", "number"})
"""Kinds to warn about; the others are phone, mail and (for what is kept) birthday."""

_K = "〇零一二三四五六七八九"
_N = f"[0-9{_K}]"
_GAP = r"[ \n\-ー_.・/,、|:~()「」\[\]'\"のと]{0,3}"
_UNIT = (
    r"(?! ?(?:年|月|円|えん|回|かい|人|名|件|文字|桁|けた|時|分|秒|歳|才|さい|万|億|千|日|か月|ヶ月|ヵ月|枚|種類|つ|個|階|丁目|番地|番窓口|号|室|%|点|ぽいんと|km|cm|mm|kg|度|通|本|代|ぺーじ))"
)

_LETTERS_FOR_DIGITS = re.compile(r"(?<![a-z0-9])[0-9oil\-ー ]{10,}(?![a-z0-9])")
_NUMBER_NAME = re.compile(r"(?:個人|まいなんばー?|番号|ばんごう|まいな)[^0-9。\n]{0,6}$")
_URL = re.compile(r"https?://[!-~]+")
_MARKS = {
    "individual_number": "〔12桁の番号〕",
    "pin": "〔暗証番号〕",
    "phone": "〔電話番号〕",
    "mail": "〔メール〕",
    "birthday": "〔生年月日〕",
}
_OTHER_MARK = "〔番号〕"
_MARKED = re.compile("|".join(sorted({re.escape(plain_form(mark)) for mark in (*_MARKS.values(), _OTHER_MARK)})))
_ANY_MARK = re.compile("|".join(sorted({re.escape(mark) for mark in (*_MARKS.values(), _OTHER_MARK)})))

# What numbers of many digits are not.
_YEAR = "(?:19|20)[0-9]{2}"
_MONTH, _DAY = "(?:1[0-2]|0?[1-9])", "(?:3[01]|[12][0-9]|0?[1-9])"
_DATE = re.compile(rf"(?<![0-9])(?<![0-9][-/.]){_YEAR}(?:[-/.]{_MONTH}[-/.]{_DAY}|年{_MONTH}月(?:{_DAY}日)?)(?![0-9]|[-/.][0-9])")
_MONTH_AND_DAY = re.compile(rf"(?<![0-9])(?<![0-9][-/.]){_MONTH}/{_DAY}(?![0-9]|[-/.][0-9])")
_TIME = re.compile(r"(?<![0-9:])(?<![0-9][-/.])(?:[01]?[0-9]|2[0-4]):[0-5][0-9](?![0-9]|:[0-9])|(?<![0-9])[0-2][0-9][0-5]0(?:から|~)[0-2][0-9][0-5]0(?![0-9])")
_POSTCODE = re.compile(r"〒 ?[0-9]{3}[-ー]?[0-9]{4}(?![0-9])|郵便番号は? ?[0-9]{7}(?![0-9])|(?<![0-9])(?<![0-9][-ー ])[0-9]{3}-[0-9]{4}(?![0-9]|[-ー][0-9])")
_YEARS = re.compile(rf"(?<![0-9])(?<![0-9][ ]){_YEAR}(?:[ ,、・~と]{{1,3}}{_YEAR})+(?![0-9])")
_ACCOUNT_BEFORE = re.compile(r"口座|こうざ|普通|当座|記号|電話|携帯")

# Private by the number of digits.
_RUN = re.compile(rf"(?:\+ ?)?(?<![0-9]){_N}(?:{_GAP}{_N}){{9,}}")
_PART = re.compile(r"[、,\n]+ ?|と")
_OFFICE = re.compile(r"(?:役所|役場|課|窓口|せんたー|支所|出張所|だいやる|省|庁|局)の?(?:電話番号|電話|でんわ|番号|代表|tel)?[ はが、:(「]{0,3}$")
_OWN = re.compile(r"(?:家|自宅|うち|実家|私|わたし)の?[^0-9]{0,6}$")
_TOLL_FREE = ("0120", "0570", "0800", "0180")
_DIGIT_READ = "(?:ぜろ|れい|まる|いち|にい|にー|に|さん|よん|しち|しー|し|ごー|ご|ろく|なな|はち|きゅう|きゅー|くう|く)"
_READ_RUN = re.compile(rf"{_DIGIT_READ}(?:{_GAP}{_DIGIT_READ}){{9,}}")
_PART_OF_MILLIONS = f"(?:[0-9]{{1,4}}|[{_K}十百千]{{1,8}})"
_MILLIONS = re.compile(rf"(?<![0-9{_K}十百千])(?:[0-9]{{2,4}}|[{_K}十百千]{{2,8}})億 ?{_PART_OF_MILLIONS}万 ?{_PART_OF_MILLIONS}{_UNIT}")
_THIRDS = re.compile(
    rf"(?:まいなんばー?|個人番号|12桁|12けた)[^0-9。\n]{{0,16}}?({_N}{{4}}){_UNIT}[^0-9。\n]{{1,12}}?({_N}{{4}}){_UNIT}[^0-9。\n]{{1,12}}?({_N}{{4}})(?!{_N}){_UNIT}"
)
_LAST_FOUR = re.compile(rf"(?:まいなんばー?|個人番号)の?(?:下|上|最後|最初|頭|末尾)の?[4四](?:桁|けた|つ)[^0-9。\n]{{0,6}}?({_N}{{4}})(?!{_N}){_UNIT}")

# Private by their form.
_AT = r"(?: ?@ ?| ?[(\[]at[)\]] ?| ?あっと(?:まーく)? ?)"
_DOT = r"(?: ?\. ?| ?[(\[]dot[)\]] ?| ?どっと ?)"
_HOST = r"[a-z0-9][a-z0-9\-]{0,62}"
_MAIL = re.compile(rf"(?<![a-z0-9])[a-z0-9][a-z0-9._+%\-]{{0,63}}(?:{_AT}{_HOST}(?:{_DOT}{_HOST}){{0,5}}| at {_HOST}(?:{_DOT}{_HOST}){{1,5}})")
_RESIDENCE_CARD = re.compile(r"(?<![a-z0-9])[a-z]{2}[ -]?[0-9]{8}[ -]?[a-z]{2}(?![a-z0-9])")
_PASSPORT = re.compile(r"(?<![a-z0-9])(?!id|no)([a-z]{2}[0-9]{7})(?![a-z0-9])|(?:旅券|ぱすぽーと)[^0-9a-z。\n]{0,8}((?:[a-z]{2}[ -]?)?[0-9]{7})(?![0-9])")

# Private because they are said to be.
_SHORT = rf"{_N}(?:[-ー ]?{_N})"
_ENDS = rf"(?![-ー]?{_N}){_UNIT}"
_BANK = (
    re.compile(rf"(?:口座|こうざ)(?:番号|ばんごう)[^0-9{_K}。\n]{{0,6}}?({_SHORT}{{3,7}}){_ENDS}"),
    re.compile(
        rf"(?:口座|こうざ|普通|当座|貯蓄|振込先|銀行|信金|信用金庫|ゆうちょ|郵貯)(?:[^0-9{_K}。\n]|(?<![0-9])[0-9]{{3,4}}(?![0-9])){{0,24}}?(?<![0-9])({_SHORT}{{6,7}}){_ENDS}"
    ),
)
_SIGNS = re.compile(rf"記号(?:・?番号)?[^0-9{_K}。\n]{{0,5}}?({_SHORT}{{1,10}}){_ENDS}(?:[^0-9{_K}。\n]{{0,4}}番号[^0-9{_K}。\n]{{0,4}}?({_SHORT}{{0,10}}){_ENDS})?")
_INSURANCE = re.compile(
    rf"(?:保険証|保険者|国保|社保|健保|介護保険|後期高齢者?|雇用保険|年金)[^0-9{_K}。\n]{{0,14}}?番号[^0-9{_K}。\n]{{0,5}}?({_SHORT}{{4,10}}){_ENDS}"
)
_SHORT_PHONE = re.compile(
    rf"(?:電話|携帯|でんわ|けいたい|連絡先|tel|ふぁっくす|fax)(?:番号)?[はが: 、]{{0,3}}(?<![0-9])([0-9]{{2,4}}-[0-9]{{4}})(?![0-9]|-[0-9]){_UNIT}"
)

# PINs.
_FOUR_OR_MORE = rf"(?:{_N}(?:[ \-ー、,・→]{{0,2}}{_N}){{3}}(?![ \-ー、,・→]{{0,2}}{_N})|{_N}{{4,16}}(?!{_N}|[-ー]{_N}))"
_FOUR = rf"(?:{_N}{{4}}|{_N}(?:[ \-ー]{_N}){{3}})(?!{_N}|[-ー]{_N})"
_POSITIONAL = rf"(?=[{_K}]?千)[{_K}十百千]{{3,8}}"
_MIXED = r"(?<![a-z0-9])(?=[a-z]{0,16}[0-9])(?=[0-9]{0,16}[a-z])[a-z0-9]{6,16}(?![a-z0-9])"
_WITH_SIGNS = r"(?<![a-z0-9])(?=[a-z0-9]{1,14}[-_.!#$&*])(?=[^0-9]{0,15}[0-9])[a-z0-9](?:[a-z0-9]|[-_.!#$&*](?=[a-z0-9])){5,15}(?![a-z0-9])"
_PRODUCTS = (
    r"(?!(?:iphone|ipad|ios|android|windows|win|mac|office|galaxy|pixel|xperia|aquos|arrows|oppo|xiaomi|redmi|nexus|chrome|edge|safari|firefox|google|http|www|jpki|"
    r"rcs?|acr|adr|scr|cx|sct|usb|sha|rsa|aes|ecdsa|wpa|iso|jis|rfc|utf|nfc|type|ver|page|faq|qa|e-?tax|mynap?|mynum|under|fee)[0-9a-z]*|(?:so|sh|sc|f|kyg|kyv|shg|shv|sog|sov|scg|scv|a)[0-9]{2,4}[a-z]?(?![a-z0-9]))"
)
_PIN_NAME = (
    r"(?:暗[証唱礁]番[号合]|暗[証唱](?:ばんごう|こーど)|あんしょう?(?:ばんごう|番号|こーど)|ぱすわ[ー\-]?ど|ぱすこーど|ぱす(?=[はがを:= 「])|(?<![a-z])pin(?![a-z])(?:こーど|番号)?|ぴん(?:こーど)?(?=[はがを:= 「])|"
    r"(?<![a-z])pass(?:word|code)|[4四](?:桁|けた)の?(?:番号|ばんごう|方|ほう|数字|やつ)?|数字[4四]つ|[4四]つの数字)"
)
_LONG_NAME = r"(?:英数字の(?:やつ|方|ほう|もの)|[6六]文字以上の(?:やつ|方|ほう)|長い(?:方|ほう)(?:のぱすわーど)?|署名用の?|署名の?)"
_FILLER = rf"[^0-9a-z{_K}{KEPT}。!?\n]"
_PINS = (
    re.compile(rf"{_PIN_NAME}{_FILLER}{{0,16}}?({_FOUR_OR_MORE}|{_POSITIONAL}){_UNIT}"),
    re.compile(rf"{_PIN_NAME}{_FILLER}{{0,10}}?{_PRODUCTS}({_MIXED}|{_WITH_SIGNS}){_UNIT}"),
    re.compile(rf"(?:ぱすわ[ー\-]?ど|(?<![a-z])pass(?:word|code))(?:は|が|[:=] ?|「)+{_PRODUCTS}(?!password)([a-z]{{6,16}})(?![a-z0-9])"),
    re.compile(rf"ぱすわ[ー\-]?ど{_FILLER}{{0,10}}?([a-z]{{3,14}})(?![a-z0-9]){_FILLER}{{1,6}}?([0-9]{{2,8}})(?![0-9]){_UNIT}"),
    re.compile(rf"{_LONG_NAME}{_FILLER}{{0,5}}?{_PRODUCTS}({_MIXED})(?!みたい|のよう)"),
    re.compile(rf"{_PIN_NAME}(?:は|が|って|を|も|、|:|=| |「|たしか|えーと){{0,4}}({_DIGIT_READ}(?:[ 、・のー]?{_DIGIT_READ}){{3}})(?=です|でし|だ|で|に(?!く)|って|と|、|。|」| |なん|や|を|が|か|$|\n)"),
    re.compile(
        rf"(?<!電話)(?<!受付)(?<!窓口)(?<!郵便)(?<!整理)(?<!予約)(?<!合わせ)(?<!券の)(?<!管理)番号(?:は|が|って|を|も)?[ :]{{0,2}}({_FOUR}|{_MIXED}){_UNIT}"
    ),
    re.compile(rf"(?<![a-z0-9{_K}])({_FOUR}|{_MIXED}){_UNIT}(?= ?(?:が|は|って|という|を)?(?:私の|うちの|今の)?{_PIN_NAME})"),
    re.compile(rf"(?<![a-z0-9{_K}])({_FOUR}|{_MIXED}){_UNIT}(?= ?(?:って|を|と|で|とか|にして)? ?(?:入れ|入力|いれ|打ち込|打って|打った|うって))"),
    re.compile(rf"{BLANKED}(?:か|と|や|から|、|,|→|または|もしくは|じゃなくて| |」|「)+({_FOUR}){_UNIT}"),
    re.compile(
        rf"(?<![a-z0-9.\-@]){_PRODUCTS}(?=[a-z]{{0,16}}[0-9][a-z]{{0,14}}[0-9])(?=[0-9]{{0,16}}[a-z][0-9]{{0,14}}[a-z])([a-z0-9]{{6,16}})(?![a-z0-9@.\-]|みたい|のよう)"
    ),
)
# Four digits that stand alone: no year, no round sum, no day, nothing counted by them and no number of something else.
_BARE = re.compile(
    rf"(?<![a-z0-9{_K}])(?<![-ー.:/,])(?!{_YEAR})(?![0-9]{{2}}00)(?!0120|0570|0800)({_FOUR}){_UNIT}(?![-ー.:/,][0-9]|[a-z]| ?番|みたい|のよう|[で番]始ま|から始ま)"
)
_NOT_BARE = re.compile(
    r"(?:内線|電話|℡|tel|受付|整理(?:券)?|窓口|郵便|予約|合わせ|法律?|第|条|規則|告示|部屋|室|まんしょん|めぞん|はいつ|あぱーと|えらー|(?:えらー|銀行|文字|管理)こーど|ぺーじ|page|faq|型番|機種|支店|番地|丁目|iso|jis)(?:の?(?:番号|こーど|id))?[はがの: 、]{0,3}$"
)
_WHOLE_DAY = re.compile(r"\s*(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])\s*(?:です|生まれ)?[。.]?\s*")

# Birthdays.
_DATE_CHARS = rf"(?:明治|大正|昭和|平成|令和|めいじ|たいしょう|しょうわ|へいせい|れいわ|(?<![a-z])[mtshr](?=[0-9])|[明大昭平令](?=[0-9{_K}十])|[0-9{_K}十元]|年|月|日(?!間)|ねん|がつ|にち|[./\-](?=[0-9])| (?=[0-9年月日]))"
_DATE_SAID = rf"{_DATE_CHARS}{{1,24}}"
_BORN = "(?:生年月日|誕生日|たんじょうび|ばーすでー|生まれた?日?|うまれた?|産まれた?|出生日?|生まれは)"
_BIRTHDAYS = (
    re.compile(rf"{_BORN}[^0-9{_K}元。!?\n]{{0,10}}?(?<![0-9{_K}])({_DATE_SAID})(?!前|後|以内|間|[0-9{_K}])"),
    re.compile(rf"(?<![0-9{_K}])({_DATE_SAID})(?:に|の|が|は)? ?(?:(?:私|母|父|夫|妻|息子|娘|子)の)?(?:生年月日|誕生日(?!の)|生まれ|うまれ|産まれ|出生)"),
)
_ONLY_A_DATE = re.compile(rf"\s*({_DATE_SAID})\s*(?:です|でした|だよ|や|だ)?[。.]?\s*")
_IS_DATE = re.compile(rf"[0-9{_K}十元] ?(?:年|月|日|ねん|がつ|にち)|[0-9]{{1,4}}[./\-][0-9]|[0-9]{{4}}(?:[0-9]{{4}})?")


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
    """The text without the marks that masking left: they are no words of the question."""
    return _ANY_MARK.sub(" ", text).strip()


def _until_settled(text: str, public: tuple[str, ...], birthdays: bool) -> Masked:
    """A mark may change what stands beside it; every round blanks at least one digit or sign more, so it ends."""
    kinds: set[str] = set()
    while True:
        sheet = Sheet(text)
        _settle(sheet, public, birthdays)
        kinds |= sheet.kinds
        if (after := sheet.text()) == text:
            return Masked(text, frozenset(kinds))
        text = after


def _settle(sheet: Sheet, public: tuple[str, ...], birthdays: bool) -> None:
    sheet.keep(_MARKED)
    sheet.form = _LETTERS_FOR_DIGITS.sub(_with_digits, sheet.form)
    if public:
        sheet.keep(_public(public))
    sheet.keep(_URL, lambda url: "@" not in url.group() and not re.search("[0-9]{12}", url.group()))
    _blank(sheet, _MAIL, "mail")
    _blank(sheet, _RESIDENCE_CARD, "residence_card")
    _blank(sheet, _PASSPORT, "passport")
    if birthdays:
        _birthdays(sheet)
    _keep_harmless(sheet)
    _long_numbers(sheet)
    _named_numbers(sheet)
    for pattern in _PINS:
        _blank(sheet, pattern, "pin")
    if not _WHOLE_DAY.fullmatch(sheet.form):
        groups = {group for number in public for group in re.findall("[0-9]{4}", number)}
        _blank(sheet, _BARE, "pin", lambda found: found[1] not in groups and not _NOT_BARE.search(_before(found)))


def _blank(sheet: Sheet, pattern: re.Pattern[str], kind: str, when: object = None) -> None:
    sheet.blank(pattern, kind, _MARKS.get(kind, _OTHER_MARK), *((when,) if callable(when) else ()))


def _with_digits(match: Match) -> str:
    """o and l typed for 0 and 1 in a long number."""
    run = match.group()
    return run.translate(str.maketrans("oil", "011")) if sum(c.isdigit() for c in run) >= 8 else run


def _before(match: Match, length: int = 16) -> str:
    return match.string[max(0, match.start() - length) : match.start()]


def _keep_harmless(sheet: Sheet) -> None:
    sheet.keep(_DATE)
    sheet.keep(_TIME)
    sheet.keep(_MONTH_AND_DAY)
    sheet.keep(_POSTCODE, lambda found: not _ACCOUNT_BEFORE.search(_before(found, 12)))
    sheet.keep(_YEARS, _are_years)


def _are_years(match: Match) -> bool:
    """Three years are 12 digits too: named a number, or with the right check digit and no 年 behind it, they are one."""
    digits = re.sub("[^0-9]", "", match.group())
    follows = match.string[match.end() : match.end() + 1] == "年"
    return len(digits) != 12 or follows or not (_NUMBER_NAME.search(_before(match)) or has_check_digit(digits))


def has_check_digit(digits: str) -> bool:
    """Whether 12 digits are a well-formed individual number."""
    weighed = sum(int(digit) * (place + 1 if place <= 6 else place - 5) for place, digit in enumerate(reversed(digits[:11]), 1))
    return int(digits[11]) == (11 - weighed % 11 if weighed % 11 > 1 else 0)


def _long_numbers(sheet: Sheet) -> None:
    for match in list(_RUN.finditer(sheet.form)):
        _long_number(sheet, match)
    _blank(sheet, _READ_RUN, "phone", lambda found: found.group().startswith(("ぜろ", "れい", "まる")) and _count_read(found.group()) < 12)
    _blank(sheet, _READ_RUN, "individual_number")
    _blank(sheet, _MILLIONS, "individual_number")
    _blank(sheet, _THIRDS, "individual_number")
    _blank(sheet, _LAST_FOUR, "individual_number")


def _count_read(text: str) -> int:
    return len(re.findall(_DIGIT_READ, text))


def _long_number(sheet: Sheet, match: Match) -> None:
    start, end = match.span()
    run = match.group()
    if _is_count(run):
        return sheet.keep_span(start, end)
    if not re.match(_UNIT, match.string[end:]):
        # The last group belongs to what follows it: 902133456781 2026年.
        cut = re.sub(rf"[^0-9{_K}]+{_N}{{1,4}}$", "", run)
        end, run = start + len(cut), cut
    if len(_digits(run)) < 10:
        return None
    for part_start, part in _parts(run):
        kind = _kind(part, match.string[max(0, start + part_start - 16) : start + part_start])
        if kind == "office":
            sheet.keep_span(start + part_start, start + part_start + len(part))
        elif kind:
            sheet.blank_span(start + part_start, start + part_start + len(part), kind, _MARKS.get(kind, _OTHER_MARK))
    return None


def _parts(run: str) -> list[tuple[int, str]]:
    """Commas may stand inside one number or between two; a phone number after an address is a part of its own."""
    if run.startswith("+") or len(_digits(run)) <= 12 or len(_digits(run)) in (14, 15, 16) and len(set(map(len, re.findall(f"{_N}+", run)))) == 1:
        return [(0, run)]
    for separator in (_PART, re.compile(r"[、,\n ]+|と")):
        parts = _split(run, separator)
        if len(parts) > 1 and any(_kind(part, "") in ("individual_number", "phone", "card") for _, part in parts):
            return [(at, part) for at, part in parts if len(_digits(part)) >= 10]
    return [(0, run)]


def _split(run: str, separator: re.Pattern[str]) -> list[tuple[int, str]]:
    ends = [(0, 0), *(found.span() for found in separator.finditer(run)), (len(run), len(run))]
    return [(before[1], run[before[1] : after[0]]) for before, after in zip(ends, ends[1:], strict=False)]


def _is_count(run: str) -> bool:
    """1 2 3 4 … 10: a list and no number."""
    groups = [int(group) for group in re.findall("[0-9]+", run)]
    return len(groups) > 2 and all(later - earlier == 1 for earlier, later in zip(groups, groups[1:], strict=False))


def _digits(run: str) -> str:
    return "".join("0" if c in "〇零" else str(_K.index(c) - 1) if c in _K else c for c in run if c.isdigit() or c in _K)


def _kind(run: str, before: str) -> str | None:
    """Any 12 digits are taken for an individual number, whatever their check digit: a mistyped one tells nearly as much."""
    digits = _digits(run)
    if len(digits) >= 10 and (run.startswith("+") or digits.startswith(("0081", "01081"))):
        return "phone"
    if len(digits) in (10, 11) and digits[0] == "0" and "険" not in before:
        return _phone(digits, before)
    if len(digits) < 10:
        return None
    said = next((kind for word, kind in (("免許", "licence"), ("険", "insurance"), ("介護", "insurance"), ("年金", "pension"), ("住民票", "resident_code")) if word in before), None)
    if said:
        return said
    if len(digits) == 12:
        return "individual_number"
    if len(digits) == 13 and any(word in before for word in ("ゆうちょ", "口座", "郵貯")):
        return "bank"
    return "card" if len(digits) > 12 else "number"


def _phone(digits: str, before: str) -> str:
    """Nobody's own phone is toll-free; an office's stands right behind its name."""
    if digits.startswith(_TOLL_FREE):
        return "office"
    mobile = digits[2] == "0" and len(digits) == 11
    return "office" if not mobile and _OFFICE.search(before) and not _OWN.search(before) else "phone"


def _named_numbers(sheet: Sheet) -> None:
    _blank(sheet, _SIGNS, "bank" if re.search("ゆうちょ|郵貯|口座|銀行", sheet.form) else "insurance")
    for pattern in _BANK:
        _blank(sheet, pattern, "bank", lambda found: "ぺーじ" not in found.group())
    _blank(sheet, _INSURANCE, "insurance")
    _blank(sheet, _SHORT_PHONE, "phone")


def _birthdays(sheet: Sheet) -> None:
    for pattern in _BIRTHDAYS:
        _blank(sheet, pattern, "birthday", lambda found: _IS_DATE.search(found[1]) is not None)
    if (whole := _ONLY_A_DATE.fullmatch(sheet.form)) and _IS_DATE.search(whole[1]):
        sheet.blank_span(*whole.span(1), "birthday", _MARKS["birthday"])


@lru_cache(maxsize=8)
def _public(numbers: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(_spelt(number) for number in numbers))


def _spelt(number: str) -> str:
    """A public number with any dashes, or without."""
    if "@" in number:
        return rf"(?<![a-z0-9._+\-]){re.escape(plain_form(number))}(?![a-z0-9])"
    return r"(?<![0-9])" + r"[\-ー ()]?".join(c for c in number if c.isdigit()) + r"(?![0-9])"
