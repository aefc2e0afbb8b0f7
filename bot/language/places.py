"""Municipalities in a text: the ones we know, their wards and branches, and those we do not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.language.cues import Text
from bot.language.normalize import match_form
from bot.language.words import Word, words

_SUFFIXES = ("市", "区", "町", "村")
_TOWN_HALLS = ("市役所", "区役所", "町役場", "村役場")
_CITIZENS = ("市民", "区民", "町民", "村民")
_BARE_RESIDENCE = (
    r"(?:です(?:けど|が|[,.?!]|$)|だけど|なんですけど|なんだけど|に住んで|在住|の(?:役所|市役所|区役所|役場|窓口|電話|更新|手数料|予約)"
    r"|だと[,\s]*(?:どう|いくら|何時|予約|手数料))"
)
_PASSING_BEFORE = re.compile(r"(?:職場|勤め先|勤務先|会社|仕事|本籍|出身|生まれ|学校|大学|病院|銀行|以前|昔|前|元)(?:の住所)?(?:は|が|も|の|で)?[\s,]*$")
_PASSING = re.compile(
    r"(?:役所|役場)?の?[一-龥]{0,3}(?:から|より|生まれ|出身|産|育ち|までの?(?:電車|バス|車))"
    r"|(?:に|で)?[^,.?!\s]{0,5}(?:働|勤め|勤務|仕事|職場|会社|出張|旅行|遊び|単身赴任|落と|なくし|無くし|失くし|紛失し|盗|拾|忘れ|本籍|かかって|通って|寄って)"
    r"|に(?:い|住んで?い?)(?:た|まし(?!て))|(?:役所|役場)?で[^,.?!\s]{0,4}(?:作っ|作り|つくっ|つくり|申請し|更新し|受け取っ|もらっ|もらい)"
    r"|の[^,.?!\s]{0,3}(?:病院|会社|職場|学校|大学|店|駅|銀行|ホテル|センター|図書館|実家から)"
)
_COUNTRIES = ("日本", "ベトナム", "中国", "韓国", "アメリカ", "ブラジル", "フィリピン", "ネパール", "インド", "ドイツ", "フランス", "イギリス", "海外")
_PERSON = re.compile(r"\s*(?:さん|氏|様|くん|君|先生|ちゃん)")
_ONLY_TOWN = re.compile(
    r"^(?:(?:はい|うん|ええと|えっと|えーと|あの|じゃあ|じゃ|では)[\s,.]*)?(?:(?:私|うち|自分|住所|住まい|住んでいるの|住んでるの|実家)?[はも]?)?"
    r"(?:の)?(?:です|でした|だよ|だ|やで|やねん|なんです|なんですけど|なんだけど|ですけど|ですが|に住んでい?ます|に住んでる|に住んどる|在住です|在住|民です|民|の者です|"
    r"に引っ越し(?:ました|た)|に越し(?:ました|た)|にしてください|にして|でお願いします|で|かな|よ|は|だと|だったら|なら|の場合は?|ではどう(?:です)?か?|だとどう(?:です)?か?|"
    r"のも教えて|も教えて|のも|も|の方|のほう|やっぱり|ね|だがね|に住む者|どう)*[\s,.!?~]*$"
)
_MOVING = re.compile(r"(?:[市区村]?の[一-龥]{1,3}区)?(?:に|へ)[^,.?!]{0,6}(?:引っ?越|ひっこ|転入|転居|移(?:り|る|った|住)|越し)")
_GOES_TO = re.compile(r"[にへ](?:引っ?越|転入|転居|移り住|越して)")
_SOON = re.compile(r"(?:引っ?越す|ひっこす|転入する|転居する|移る|移住する|越す)|(?:引っ?越し|転入し|転居し|移り|越し)(?:ます|予定|の予定)|予定")
_LIVING = re.compile(
    r"(?:[市区村]?の[一-龥ぁ-んァ-ヶ]{1,6})?(?:(?:に|で)(?:住(?!民税|んでた|んでいた|んどった)|すん(?!でた)|暮ら|くらし|住民票|おります|おる|おり(?!た))|[市区村]?民(?:です|だ|なん|の)|に[^,.?!]{0,4}置いたまま)"
)
_HOME_BEFORE = re.compile(r"(?:住んで(?:い)?るの|住んどるの|住まい|すまい|住所|住民票|自宅)(?:は|が|も|の)?[^,.?!]{0,6}$")
_NOW_BEFORE, _IS = re.compile(r"(?:今|いま|現在)は?[\s,]*$"), re.compile(r"[市区村]?(?:です|に|民|在住|$)")
_MINE_BEFORE = re.compile(r"(?:私|わたし|僕|俺|うち|自分)[がはも]$")
_SETTLED_BEFORE = re.compile(r"(?:やっぱり?|やっぱし|やはり)[\s,]*$")
_RELATIVES = re.compile(r"(息子|娘|母|父|親|兄|弟|姉|妹|祖父|祖母|実家|友|夫|妻|主人|旦那|嫁|孫|おば|おじ|ばあ|じい|上の子|下の子)[^,.?!]{0,6}$")
_RELATIVE = re.compile(r"息子|娘|母|父|親|兄|弟|姉|妹|祖父|祖母|実家|友|夫|妻|主人|旦那|嫁|孫|おば|おじ|ばあ|じい|上の子|下の子")
_WHO_LIVES = re.compile(rf"(?:い?る|んで(?:い?る|おる)|んどる|しの|している)?({_RELATIVE.pattern})")
_KANA_TOWN = re.compile(r"^([ぁ-ん]{2,7}(?:し|く|まち|ちょう|むら))\s?(?:です|に\s?すんで.*|だよ|だ)?[\s,.!]*$")
_SAME = {"旦那": "夫", "主人": "夫", "嫁": "妻", "祖母": "ばあ", "おば": "ばあ", "祖父": "じい", "おじ": "じい"}
_DENIED = re.compile(r"[市区村]?(?:じゃ|では|で)(?:なくて?|ない(?!と|か|の|[?])|ありません(?!か))|[市区村]?(?:やのうて|じゃのうて)")
_SAME_FOR = re.compile(r"(?:だと|では|じゃ|は|なら|の場合は?|だったら)(?:どう|どこ|いつ|いくら|何)?(?:です|なる|なります|なの)?(?:か)?[\s?!]*$")


@dataclass(frozen=True)
class Town:
    """The names by which a municipality is recognised."""

    code: str
    names: Sequence[str]
    local_names: Sequence[str]
    not_this: Sequence[str]


@dataclass(frozen=True)
class PlacesFound:
    """`codes` in the order of mention; `unknown` is a municipality outside the knowledge base.

    `only` says that the text holds nothing but the place; `lives_in` that the asker lives there, or
    settles for it after all; `soon` that the move is still to come. `kin` are (relative, code) of relatives' towns; `same_for` that the text
    ends with 「杉並だと?」.
    """

    codes: tuple[str, ...] = ()
    unknown: str | None = None
    only: bool = False
    moving_to: str | None = None
    lives_in: str | None = None
    kin: tuple[tuple[str, str], ...] = ()
    same_for: bool = False
    soon: bool = False

    @property
    def home(self) -> str | None:
        """The municipality that is the asker's own from now on."""
        return self.moving_to or self.lives_in


class Places:
    """Built once from the knowledge base's names."""

    def __init__(self, towns: Sequence[Town]) -> None:
        self._codes = {match_form(name): town.code for town in towns for name in town.names}
        self._local = {town.code: {match_form(name): town.code for name in town.local_names} for town in towns}
        self._others = {match_form(name) for town in towns for name in town.not_this}

    def find(self, text: Text, home: str | None = None) -> PlacesFound:
        """`home` is the municipality already chosen; its ambiguous ward names then count."""
        codes = {**self._codes, **self._local.get(home or "", {})}
        pattern = re.compile("|".join(map(re.escape, sorted({*codes, *self._others}, key=len, reverse=True))))
        hits = list(pattern.finditer(text.form))
        found = words(text.form) if hits else []
        named = [hit for hit in hits if _stands_alone(hit, text.form, found)]
        hits = [hit for hit in named if not _DENIED.match(text.form, hit.end())]
        denied = [match for hit in named if (match := _DENIED.match(text.form, hit.end()))]
        known = [codes[hit.group()] for hit in hits if hit.group() in codes]
        other = next((hit.group() for hit in hits if hit.group() in self._others and hit.group().endswith(_SUFFIXES)), None)
        unknown = None if known else other or (None if named else _stranger(text.form))
        unknown = unknown or _left_for(text.form, named)
        rest = "".join(text.form[a:b] for a, b in _between([*named, *denied], len(text.form)))
        own = [h for h in hits if h.group() in codes and not _RELATIVES.search(text.form[: h.start()])]
        moving = next((codes[h.group()] for h in own if _MOVING.match(text.form[h.end() :])), None)
        only = bool(known) and bool(_ONLY_TOWN.match(rest))
        home = next((codes[h.group()] for h in hits if h.group() in codes and _lives(text.form, h)), None)
        home = home or (known[0] if denied and only and not _RELATIVE.search(text.form) else None)
        kin = tuple((_kin_word(who), codes[h.group()]) for h in hits if h.group() in codes and (who := _whose(text.form, h)))
        ordered = dict.fromkeys((home, *known) if home and not kin else known)
        last = hits[-1] if hits else None
        same = bool(last and last.group() in codes and _SAME_FOR.match(text.form[last.end() :]))
        soon = moving is not None and bool(_SOON.search(text.form))
        return PlacesFound(tuple(ordered), unknown, only, moving, home, kin, same, soon)


def relatives(text: Text) -> list[str]:
    """The relatives that a text speaks of, under one name each."""
    return [_kin_word(found.group()) for found in _RELATIVE.finditer(text.form)]


def town_in_kana(text: Text) -> str | None:
    """「さっぽろし です」 as the reply to where somebody lives: no analysis knows it, the ending does."""
    found = _KANA_TOWN.match(text.form)
    return found[1] if found else None


def _whose(form: str, hit: re.Match[str]) -> str | None:
    """The relative whose town is named: 「母は名古屋で」「名古屋に住んでる母」."""
    after = form[hit.end() :]
    living = _LIVING.match(after)
    found = _RELATIVES.search(form[: hit.start()]) or (_WHO_LIVES.match(after, living.end()) if living else None)
    return found[1] if found else None


def _kin_word(word: str) -> str:
    return _SAME.get(word, word)


def _lives(form: str, hit: re.Match[str]) -> bool:
    before, after = form[: hit.start()], form[hit.end() :]
    if _RELATIVES.search(before):
        return False
    if _NOW_BEFORE.search(before) and _IS.match(after):
        return True
    living = _LIVING.match(after)
    if living and _WHO_LIVES.match(after, living.end()):
        return False
    return bool(living or _HOME_BEFORE.search(before) or _MINE_BEFORE.search(before) or _SETTLED_BEFORE.search(before))


def _between(hits: Sequence[re.Match[str]], end: int) -> list[tuple[int, int]]:
    """The stretches of a text that no hit covers."""
    ordered = sorted(hit.span() for hit in hits)
    edges = [0, *(edge for span in ordered for edge in span), end]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _stands_alone(hit: re.Match[str], form: str, found: Sequence[Word]) -> bool:
    """野田 but not 小野田, 千種 but not 千種類, 柳沢 but not 柳沢さん, 緑区 but not 横浜市緑区."""
    name = hit.group()
    if not any(word.start == hit.start() for word in found) or _PERSON.match(form, hit.end()):
        return False
    if name.endswith(_SUFFIXES):
        return not (name.endswith("区") and form[: hit.start()].endswith("市") and not form[: hit.start()].endswith("名古屋市"))
    whole = any(word.end == hit.end() for word in found)
    return whole and not re.match(r"[市町](?!役所|場)|村(?!役場)", form[hit.end() :])


def _left_for(form: str, ours: Sequence[re.Match[str]]) -> str | None:
    """「荻窪から三鷹市に引っ越す」: a place outside the knowledge base that somebody moves to."""
    found = words(form)
    for place, suffix in zip(found, found[1:], strict=False):
        if "地名" in place.detail and place.surface not in _COUNTRIES and _GOES_TO.match(form[place.end :]) and not _covered(place, ours):
            return place.surface
        within = any(hit.start() <= place.start < hit.end() or form[hit.end() : place.start] in ("の", "市の") for hit in ours)
        if "地名" in place.detail and suffix.surface in _SUFFIXES and not within and _MOVING.match(form[suffix.end :]):
            return place.surface + suffix.surface
    return None


def _covered(place: Word, ours: Sequence[re.Match[str]]) -> bool:
    return any(hit.start() <= place.start < hit.end() for hit in ours)


def _stranger(form: str) -> str | None:
    """横浜市なんですけど, 札幌市の手数料: a municipality that we do not hold, as long as it is not only named in passing."""
    found = words(form)
    for place, suffix in zip(found, [*found[1:], None], strict=False):
        if "地名" not in place.detail and not ("人名" in place.detail and form[place.end :].startswith(("市", "村"))):
            continue
        if len(place.surface) > 1 and place.surface not in _COUNTRIES and re.match(_BARE_RESIDENCE, form[place.end :]):
            return place.surface
        if suffix is not None and suffix.surface in _CITIZENS:
            return place.surface + suffix.surface[0]
        name = _municipality(place, suffix)
        if name and not _in_passing(form[: place.start], form[place.start + len(name) :]):
            return name
    return None


def _municipality(place: Word, suffix: Word | None) -> str | None:
    """三鷹市, 久慈市役所"""
    if place.surface.endswith(_SUFFIXES) and len(place.surface) > 2:
        return place.surface
    if suffix is None or place.end != suffix.start or not (suffix.surface in _SUFFIXES or suffix.surface in _TOWN_HALLS):
        return None
    return place.surface + suffix.surface[0]


def _in_passing(before: str, after: str) -> bool:
    """「八王子市で働いている」「本籍は大阪市」「横浜市から越してきた」: neither home nor asked about."""
    return bool(_PASSING_BEFORE.search(before) or _PASSING.match(after))
