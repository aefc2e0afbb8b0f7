"""Numbers nobody should have typed, blanked before anything is stored, logged or counted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_D = "[0-9０-９]"
_KANJI = "[〇零一二三四五六七八九]"
_GAP = r"[\s\u200b-\u200f\-‐‑‒–—―−－ーｰ_＿.．・/／,，、()（）]{0,3}"
_ALNUM = "[A-Za-z0-9Ａ-Ｚａ-ｚ０-９]"
_RUN = re.compile(rf"{_D}(?:{_GAP}{_D})+|{_KANJI}(?:{_GAP}{_KANJI}){{8,}}")
_HARMLESS = re.compile(
    rf"(?<!{_D})(?:19|20|１９|２０){_D}{{2}}(?:[\s,、・~〜]+(?:19|20|１９|２０){_D}{{2}})+(?!{_D})"  # a list of years
    rf"|(?<!{_D}){_D}{{4}}[-/.年]{_D}{{1,2}}[-/.月]{_D}{{1,2}}(?!{_D})"  # a date
    rf"|〒\s?{_D}{{3}}[-－ー−]?{_D}{{4}}(?!{_D})|(?<!{_D}){_D}{{3}}[-－−]{_D}{{4}}(?!{_D}|[-－−])"  # a postcode
)
_MAIL = re.compile(rf"(?:{_ALNUM}|[._+\-．＿])+\s?[@＠]\s?(?:{_ALNUM}|[\-－])+(?:\s?[.．]\s?(?:{_ALNUM}|[\-－])+)+")
_PIN_NAME = r"(?:暗証番号|暗唱番号|暗証コード|パスワード|パスコード|PIN(?:コード)?|ピン(?:コード)?|あんしょうばんごう|ぱすわーど|[4４四]桁の(?:番号|方))"
_PIN_DIGITS = rf"(?:{_D}{{4}}|{_D}(?:[\s\-ー]{_D}){{3}}|{_KANJI}{{4}})(?!{_D}|{_KANJI}|[-－−]{_D}|\s?(?:年|月|円|回|人|件|番窓口|文字|桁|時))"
_PIN_LETTERS = rf"(?=(?:{_ALNUM})*{_D})(?=(?:{_ALNUM})*[A-Za-zＡ-Ｚａ-ｚ])(?:{_ALNUM}){{6,16}}(?!{_ALNUM})"
_PIN_AFTER = re.compile(
    rf"({_PIN_NAME}[^0-9A-Za-z０-９Ａ-Ｚａ-ｚ。!?！？\n]{{0,8}}?)({_PIN_DIGITS}|{_PIN_LETTERS}|(?<={_D}|\s){_D}{{6,16}}(?!{_D}))", re.IGNORECASE
)
_PIN_BEFORE = re.compile(rf"(?<!{_ALNUM})({_PIN_DIGITS}|{_PIN_LETTERS})(?=\s?(?:が|は|って|という|を)?(?:私の|うちの|今の)?{_PIN_NAME})", re.IGNORECASE)
_PIN_TYPED = re.compile(
    rf"(?<!{_ALNUM})({_PIN_DIGITS}|{_PIN_LETTERS})(?=\s?(?:って|を|と|で|とか|にして)?\s?(?:入れ|入力|いれ|打ち込|打って|打った))", re.IGNORECASE
)
_PIN_SAID = re.compile(
    rf"((?<!電話)(?<!受付)(?<!窓口)(?<!郵便)(?<!整理)(?<!予約)(?<!問い合わせ)番号(?:は|が|って|を|も)?\s?[:：]?\s?)({_PIN_DIGITS}|{_PIN_LETTERS})",
    re.IGNORECASE,
)
# Letters and digits mixed like a signature PIN, and no name of a device or a program.
_PIN_LIKE = re.compile(
    rf"(?<!{_ALNUM})(?!(?:iphone|ipad|ios|android|windows|win|mac|office|galaxy|pixel|xperia|aquos|chrome|edge|http|jpki|rc|usb|sha|rsa)(?:{_ALNUM})*)"
    rf"(?=(?:{_ALNUM})*{_D}(?:{_ALNUM})*{_D})(?=(?:{_ALNUM})*[A-Za-zＡ-Ｚａ-ｚ](?:{_ALNUM})*[A-Za-zＡ-Ｚａ-ｚ])(?:{_ALNUM}){{6,16}}(?!{_ALNUM}|[@＠.-])",
    re.IGNORECASE,
)
_SIGNATURE_PIN = re.compile(rf"((?:署名用|利用者証明用)(?:の|は|が|って|:|：)?\s?)({_PIN_LETTERS})")
# Four digits that stand alone: no year, no round sum, no day, and nothing counted by them.
_BARE_PIN = re.compile(
    rf"(?<!{_ALNUM})(?<![-－ー−.．/／:：,，])(?!(?:19|20|１９|２０){_D}{{2}})(?!{_D}{{2}}(?:00|００))({_PIN_DIGITS})(?![-－ー−.．/／:：,，]{_D})(?!{_ALNUM})(?!\s?(?:番|号|台|日|分|万|千|個|通|枚|階|歳|%|％|ページ|か月|ヶ月))"
)
_NOT_BARE = re.compile(r"内線|電話|℡|TEL|受付|整理|窓口|郵便|法律|条|第\s?$", re.IGNORECASE)
_WHOLE_DAY = re.compile(r"^\s*(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])\s*(?:です|生まれ)?[。.]?\s*$")
_PINS = (
    (_PIN_AFTER, r"\1〔暗証番号〕"),
    (_PIN_SAID, r"\1〔暗証番号〕"),
    (_PIN_BEFORE, "〔暗証番号〕"),
    (_PIN_TYPED, "〔暗証番号〕"),
    (_SIGNATURE_PIN, r"\1〔暗証番号〕"),
    (_PIN_LIKE, "〔暗証番号〕"),
)
_COMMAS = re.compile(r"([、,，]\s?)")
_PROTECTED = "\ue000"


@dataclass(frozen=True)
class Masked:
    """The text without its private parts, and the kinds that were found."""

    text: str
    kinds: frozenset[str]


def mask(text: str, public_numbers: Iterable[str] = ()) -> Masked:
    """`public_numbers` are offices' own phone numbers and addresses, which stay readable."""
    kept: list[str] = []
    kinds: set[str] = set()

    def keep(match: re.Match[str]) -> str:
        kept.append(match.group())
        return _PROTECTED

    def blank(kind: str, shown: str) -> Callable[[re.Match[str]], str]:
        def replace(match: re.Match[str]) -> str:
            kinds.add(kind)
            return match.expand(shown)

        return replace

    def run(match: re.Match[str]) -> str:
        whole = _kind_of(match.group())
        # Commas may stand inside one number or between two: too long for one means two.
        parts = _COMMAS.split(match.group()) if whole == "card" else [match.group()]
        found = [_kind_of(part) for part in parts]
        kinds.update(kind for kind in found if kind)
        return "".join(_SHOWN[kind] if kind else part for part, kind in zip(parts, found, strict=True))

    text = text.replace(_PROTECTED, "")
    public = "|".join(_spelt(number) for number in public_numbers)
    text = re.sub(public, keep, text) if public else text
    text = _MAIL.sub(blank("mail", _SHOWN["mail"]), text)
    text = _HARMLESS.sub(keep, text)
    text = _RUN.sub(run, text)
    for pattern, shown in _PINS:
        text = pattern.sub(blank("pin", shown), text)
    if not _NOT_BARE.search(text) and not _WHOLE_DAY.match(unicodedata.normalize("NFKC", text)):
        text = _BARE_PIN.sub(blank("pin", "〔暗証番号〕"), text)
    restored = iter(kept)
    return Masked(re.sub(_PROTECTED, lambda _: next(restored), text), frozenset(kinds))


def unmarked(text: str) -> str:
    """The text without the marks that masking left: they are no words of the question."""
    return _MARK.sub(" ", text).strip()


_MARK = re.compile("〔[^〕]*〕")
_SHOWN = {"mail": "〔メール〕", "card": "〔番号〕", "individual_number": "〔12桁の番号〕", "phone": "〔電話番号〕"}


def _kind_of(run: str) -> str | None:
    """By the number of digits: 12 is an individual number, more a card, 10 or 11 from 0 a phone."""
    digits = [c for c in unicodedata.normalize("NFKC", run) if c.isdigit() or c in "〇零一二三四五六七八九"]
    count, zero = len(digits), bool(digits) and digits[0] in "0〇零"
    if count == 12:
        return "individual_number"
    if count > 12:
        return "card"
    return "phone" if count in (10, 11) and zero else None


def _spelt(number: str) -> str:
    """A public number in any width and with any dashes, or without."""
    if "@" in number:
        return re.escape(number)
    digits = [c for c in number if c.isdigit()]
    wide = [f"[{d}{chr(ord(d) + 0xFEE0)}]" for d in digits]
    return rf"(?<!{_D})" + r"[\-‐‑–—―−－ー\s()（）]?".join(wide) + rf"(?!{_D})"
