"""Matters of other offices and companies: whether a text asks about one of them, and not about ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, Extra

from bot.language.cues import CueTable, Text
from bot.language.words import reading

_NOT_THAT = re.compile(r"(?:の(?:こと|話|件|ほう|方))?(?:じゃなくて?|ではなくて?|でなくて?|じゃない|ではない|とは別|とは関係な|と関係な)[いくのにで]*[,\s]*")
_AS_MEANS = "(?!で|と|も|の(?:時|とき|頃|ころ|際)|や|から|より|まで|みたい|なら|くらい|ぐらい|以外|経由|など|払|決済)"
"""What follows a thing that is named as a means, a place or a likeness: 「クレジットカードで払える?」"""
_TOLD = "(?!し(?:た|て|まし)|済)"
"""「在留カードを更新した」 tells of it, and asks for something else."""
_SHORTEST_READING = 4


class OtherMatters(BaseModel):
    """The words; each list is described where it is written, in data/lexicon.yml."""

    ours: list[str]
    always: list[str]
    things: list[str]
    papers: list[str]
    matters: list[str]
    happened: list[str]
    shown: list[str]
    printed: list[str]
    belonging: list[str]
    ours_perhaps: list[str]

    class Config:
        extra = Extra.forbid


@dataclass(frozen=True)
class _Wanted:
    """A pattern over the form of a text, and the same over its reading where it has one."""

    form: re.Pattern[str]
    kana: re.Pattern[str]

    def stands_in(self, form: str, kana: str) -> bool:
        return bool(self.form.search(form) or self.kana.search(kana))


class Others:
    """`canonical` gives words the spelling that prepared texts have."""

    def __init__(self, words: OtherMatters, canonical: Callable[[str], str]) -> None:
        def wanted(pattern: str, *lists: Sequence[str]) -> _Wanted:
            """`pattern` has a %s for each list."""
            forms, readings = ([_any(spell(each)) for each in lists] for spell in (_canonical, _readings))
            return _Wanted(re.compile(pattern % tuple(forms)), re.compile(pattern % tuple(readings)))

        def _canonical(each: Sequence[str]) -> list[str]:
            return [canonical(word) for word in each]

        self._named = CueTable({"things": words.things, "papers": words.papers})
        self._always, self._ours, self._printed = wanted("%s", words.always), wanted("%s", words.ours), wanted("%s", words.printed)
        self._things, self._shown = wanted(f"(?:%s){_AS_MEANS}", words.things), wanted("%s", words.shown)
        self._papers = wanted(f"(?:%s)[^,.?!]{{0,4}}?(?:(?:%s){_TOLD}|(?:%s))", words.papers, words.matters, words.happened)
        self._belonging = wanted("(?:%s)の?(?:%s)?", [*words.things, *words.papers], words.belonging)
        self._ours_perhaps = _Wanted(re.compile(_any(_canonical(words.ours_perhaps))), re.compile(_any([reading(word) for word in words.ours_perhaps])))

    def names_ours(self, text: Text) -> bool:
        """Whether the text calls a matter of ours by its name, and no other that has that name in its own."""
        form = _asked(text.form)
        return self._ours.stands_in(form, _asked(text.kana)) and not self._always.stands_in(form, "")

    def asked_about(self, text: Text, papers: bool = True) -> bool:
        """Whether it is all that the text asks about. Without `papers`, those that also prove an identity are taken to do that."""
        form, kana = _asked(text.form), _asked(text.kana)
        if self._always.stands_in(form, ""):
            return True
        # Most texts name nothing of the kind, and the table is quick to say so.
        named = self._named.names(text)
        if not named or self._ours.stands_in(form, kana) or self._shown.stands_in(form, kana) or self._ours_beside(form, kana):
            return False
        if "things" in named and self._things.stands_in(form, kana):
            return True
        return papers and "papers" in named and self._papers.stands_in(form, kana) and not self._printed.stands_in(form, kana)

    def _ours_beside(self, form: str, kana: str) -> bool:
        """「飼い犬が噛んで、カードに穴が」, but not 「図書館のカード」, nor in kana."""
        beside = self._ours_perhaps.form.search(self._belonging.form.sub(" ", form))
        return bool(beside) and (not kana or bool(self._ours_perhaps.kana.search(self._belonging.kana.sub(" ", kana))))


def _asked(form: str) -> str:
    """What follows 「マイナンバーカードのことではなくて、」, if anything does."""
    rest = _NOT_THAT.split(form)[-1]
    return rest if len(rest) > 1 else form


def _readings(words: Sequence[str]) -> list[str]:
    """A short reading would be found by chance."""
    return [read for read in map(reading, words) if len(read) >= _SHORTEST_READING]


def _any(words: Sequence[str]) -> str:
    """None of them matches where there is none."""
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True))) or "(?!)"
