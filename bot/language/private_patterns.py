"""How private numbers look in the plain form of a text (bot/language/sheet.py): one width, hiragana, ASCII digits.

No pattern repeats a part that could be read in two ways, and every filler is bounded, so the work grows with the length of
the text and not faster. Where a pattern has groups, the groups are what is private.
"""

from __future__ import annotations

import re

from bot.language.sheet import BLANKED, KEPT

KANJI_DIGITS = "〇零一二三四五六七八九"
N = f"[0-9{KANJI_DIGITS}]"
_GAP = r"[ \n\-ー_.・/,、|:;*→~()「」\[\]'\"のと]{0,4}"


def _either(words: str) -> str:
    return f"(?:{'|'.join(words.split())})"


_UNITS = _either(
    "年 月 円 えん 回 かい 人 名 件 文字 桁 けた 時 分 秒 歳 才 さい 万 億 千 日 か月 ヶ月 ヵ月 枚 種類 つ 個 階 丁目 番地 番窓口 号 室"
    " % 点 ぽいんと km cm mm kg 度 通 本 代 ぺーじ"
)
UNCOUNTED = f"(?! ?{_UNITS})"
"""A number with a unit behind it counts something."""

# What is no private number, however long.
URL = re.compile(r"https?://[!-~]+")
_YEAR = "(?:19|20)[0-9]{2}"
_MONTH, _DAY = "(?:1[0-2]|0?[1-9])", "(?:3[01]|[12][0-9]|0?[1-9])"
_STARTS, _ENDS_DATE = r"(?<![0-9])(?<![0-9][-/.])", r"(?![0-9]|[-/.][0-9])"
DATE = re.compile(rf"{_STARTS}{_YEAR}(?:[-/.]{_MONTH}[-/.]{_DAY}|年{_MONTH}月(?:{_DAY}日)?){_ENDS_DATE}")
MONTH_AND_DAY = re.compile(rf"{_STARTS}{_MONTH}/{_DAY}{_ENDS_DATE}")
TIME = re.compile(
    r"(?<![0-9:])(?<![0-9][-/.])(?:[01]?[0-9]|2[0-4]):[0-5][0-9](?![0-9]|:[0-9])"
    r"|(?<![0-9])[0-2][0-9][0-5]0(?:から|~)[0-2][0-9][0-5]0(?![0-9])"
)
POSTCODE = re.compile(
    r"〒 ?[0-9]{3}[-ー]?[0-9]{4}(?![0-9])|郵便番号は? ?[0-9]{7}(?![0-9])"
    r"|(?<![0-9])(?<![0-9][-ー ])[0-9]{3}-[0-9]{4}(?![0-9]|[-ー][0-9])"
)
ACCOUNT_OR_PHONE = re.compile(_either("口座 こうざ 普通 当座 記号 電話 携帯"))
"""Before three and four digits with a dash: no postcode."""
YEARS = re.compile(rf"(?<![0-9])(?<![0-9] ){_YEAR}(?:[ ,、・~→と]{{1,3}}{_YEAR})+(?![0-9])")
NAMED_A_NUMBER = re.compile(r"(?:個人|まいなんばー?|番号|ばんごう|まいな)[^0-9。\n]{0,6}$")

# Private by the number of digits alone.
LETTERS_FOR_DIGITS = re.compile(r"(?<![a-z0-9])[0-9oil\-ー ]{10,}(?![a-z0-9])")
RUN = re.compile(rf"(?:\+ ?)?(?<![0-9]){N}(?:{_GAP}{N}){{9,}}")
LAST_GROUP = re.compile(rf"[^0-9{KANJI_DIGITS}]+{N}{{1,4}}$")
COMMAS, GAPS = re.compile(r"[、,\n]+ ?|と"), re.compile(r"[、,\n /]+|と")
OFFICE = re.compile(rf"{_either('役所 役場 課 窓口 せんたー 支所 出張所 だいやる 省 庁 局')}の?(?:電話番号|電話|でんわ|番号|代表|tel)?[ はが、:(「]{{0,3}}$")
OWN = re.compile(rf"{_either('家 自宅 うち 実家 私 わたし')}の?[^0-9]{{0,6}}$")
TOLL_FREE = ("0120", "0570", "0800", "0180")
DIGIT_READ = _either("ぜろ れい まる いち にい にぃ にー に さん よん しち しー し ごお ごぉ ごー ご ろく なな はち きゅう きゅー くう く")
READ_RUN = re.compile(rf"{DIGIT_READ}(?:{_GAP}{DIGIT_READ}){{9,}}")
_MILLIONS_PART = f"(?:[0-9]{{1,4}}|[{KANJI_DIGITS}十百千]{{1,8}})"
IN_MILLIONS = re.compile(rf"(?<![0-9{KANJI_DIGITS}十百千])(?:[0-9]{{2,4}}|[{KANJI_DIGITS}十百千]{{2,8}})億 ?{_MILLIONS_PART}万 ?{_MILLIONS_PART}{UNCOUNTED}")
CALLED_SO = re.compile(rf"(?:まいなんばー?|個人番号|番号|ばんごう)[はが:=「、 ]{{0,3}}({N}(?:{_GAP}{N}){{11}})(?!{_GAP}{N}){UNCOUNTED}")
_THIRD = rf"({N}{{4}})(?!{N}){UNCOUNTED}"
IN_THIRDS = re.compile(rf"(?:まいなんばー?|個人番号|12桁|12けた)[^0-9。\n]{{0,16}}?{_THIRD}[^0-9。\n]{{1,12}}?{_THIRD}[^0-9。\n]{{1,12}}?{_THIRD}")
ONE_THIRD = re.compile(rf"(?:まいなんばー?|個人番号)の?(?:下|上|最後|最初|頭|末尾)の?[4四](?:桁|けた|つ)[^0-9。\n]{{0,6}}?({N}{{4}})(?!{N}){UNCOUNTED}")

# Private by their form.
_AT = r"(?: ?@ ?| ?[(\[]at[)\]] ?| ?あっと(?:まーく)? ?)"
_RARE_AT = r"(?: at |[★☆●■◎]|[(\[]a[)\]])"
_DOT = r"(?: ?\. ?| ?[(\[]dot[)\]] ?| ?どっと ?)"
_LOCAL = r"(?<![a-z0-9])[a-z0-9][a-z0-9._+%\-]{0,63}"
_HOST = r"[a-z0-9][a-z0-9\-]{0,62}"
_JAPANESE_HOST = r"[a-z0-9ぁ-んー一-龥][a-z0-9ぁ-んー一-龥\-]{0,62}(?: ?\. ?[a-z0-9\-]{2,63}){1,5}"
MAIL = re.compile(
    rf"{_LOCAL}(?:{_AT}{_HOST}(?:{_DOT}{_HOST}){{0,5}}|{_RARE_AT}{_HOST}(?:{_DOT}{_HOST}){{1,5}}|@{_JAPANESE_HOST})"
    rf'|(?:"[^"\n]{{1,64}}" ?)?@ ?{_HOST}(?: ?\. ?{_HOST}){{1,5}}'
)
RESIDENCE_CARD = re.compile(r"(?<![a-z0-9])[a-z]{2}[ -]?[0-9]{8}[ -]?[a-z]{2}(?![a-z0-9])")
PASSPORT = re.compile(
    r"(?<![a-z0-9])(?!id|no)([a-z]{2}[0-9]{7})(?![a-z0-9])"
    r"|(?:旅券|ぱすぽーと)[^0-9a-z。\n]{0,8}((?:[a-z]{2}[ -]?)?[0-9]{7})(?![0-9])"
)

# Private because they are said to be: accounts, insurance, a local phone number.
_NO_NUMBER = rf"[^0-9{KANJI_DIGITS}。\n]"
_DIGITS = rf"{N}(?:[-ー・ ]?{N})"
_ENDS = rf"(?![-ー]?{N}){UNCOUNTED}"
_BRANCH = r"(?<![0-9])[0-9]{3,4}(?![0-9])"
ACCOUNTS = (
    re.compile(rf"(?:口座|こうざ)(?:番号|ばんごう){_NO_NUMBER}{{0,6}}?({_DIGITS}{{3,7}}){_ENDS}"),
    re.compile(
        rf"{_either('口座 こうざ 通帳 普通 当座 貯蓄 預金 貯金 振込先 銀行 信金 信用金庫 ゆうちょ 郵貯')}"
        rf"(?:{_NO_NUMBER}|[{KANJI_DIGITS}](?!{N})|{_BRANCH}){{0,24}}?(?<!{N})({_DIGITS}{{6,7}}){_ENDS}"
    ),
    re.compile(rf"口座番号[^\n]{{0,60}}?(?<![0-9])([0-9]{{7}})(?![0-9]|[-ー][0-9]){UNCOUNTED}"),
)
SIGN_AND_NUMBER = re.compile(
    rf"記号(?:・?番号)?{_NO_NUMBER}{{0,5}}?({_DIGITS}{{1,10}}){_ENDS}"
    rf"(?:{_NO_NUMBER}{{0,4}}番号{_NO_NUMBER}{{0,4}}?({_DIGITS}{{0,10}}){_ENDS})?"
)
SECURITY_CODE = re.compile(rf"(?:せきゅりてぃ[ー-]?こーど|(?<![a-z])cv[vc2]{{1,2}}){_NO_NUMBER}{{0,6}}?({N}{{3,4}})(?!{N}){UNCOUNTED}")
INSURANCE = re.compile(
    rf"{_either('保険証 保険者 国保 社保 健保 介護保険 後期高齢者? 雇用保険 年金')}{_NO_NUMBER}{{0,14}}?番号{_NO_NUMBER}{{0,5}}?({_DIGITS}{{4,10}}){_ENDS}"
)
LOCAL_PHONE = re.compile(
    rf"{_either('電話 携帯 でんわ けいたい 連絡先 tel ふぁっくす fax')}(?:番号)?[はが: 、]{{0,3}}(?<![0-9])([0-9]{{2,4}}-[0-9]{{4}})(?![0-9]|-[0-9]){UNCOUNTED}"
)

# PINs.
_FOUR = rf"(?:{N}{{4}}|{N}(?:[ \-ー]{N}){{3}})(?!{N}|[-ー]{N})"
_FOUR_OR_MORE = rf"(?:{N}(?:[ \-ー、,・→]{{0,2}}{N}){{3}}(?![ \-ー、,・→]{{0,2}}{N})|{N}{{4,16}}(?!{N}|[-ー]{N}))(?![a-z])"
_IN_THOUSANDS = rf"(?=[{KANJI_DIGITS}]?千)[{KANJI_DIGITS}十百千]{{3,8}}"
_MIXED = r"(?<![a-z0-9])(?=[a-z]{0,16}[0-9])(?=[0-9]{0,16}[a-z])[a-z0-9]{6,16}(?![a-z0-9])"
_SIGN = "[-_.!#$&*]"
_MIXED_WITH_SIGNS = rf"(?<![a-z0-9])(?=[a-z0-9]{{1,14}}{_SIGN})(?=[^0-9]{{0,15}}[0-9])[a-z0-9](?:[a-z0-9]|{_SIGN}(?=[a-z0-9])){{5,15}}(?![a-z0-9])[!#$&*]?"
_MAKERS = _either(
    "iphone ipad ios android windows win mac office galaxy pixel xperia aquos arrows oppo reno xiaomi redmi nexus chrome edge safari firefox"
    " google http www jpki rcs? acr adr scr cx sct usb sha rsa aes ecdsa wpa iso jis rfc utf nfc type ver page faq qa e-?tax mynap? mynum ewb? err mkc[a-z]*"
)
_MODELS = rf"{_either('so sh sc f kyg kyv shg shv sog sov scg scv a')}[0-9]{{2,4}}[a-z]?(?![a-z0-9])"
_SIZES = r"[0-9]{1,5}(?:bit|gb|mb|tb|kb|mah|[gm]hz|[kmg]?bps|dpi|px|pro|max)(?![a-z0-9])"
_NO_PRODUCT = rf"(?!{_MAKERS}[0-9a-z]*|{_MODELS}|{_SIZES})"
_PASSWORD = r"(?:ぱすわ[ー\-]?ど|(?<![a-z])pass(?:word|code))"
_PIN_NAME = (
    rf"(?:暗[証唱礁]番[号合]|暗[証唱](?:ばんごう|なんばー|no\.?|こーど)|あんしょう?(?:ばんごう|番号|こーど)|{_PASSWORD}|ぱすこーど|ぱす(?=[はがを:= 「])"
    r"|(?<![a-z])pin(?![a-z])(?:こーど|番号)?|ぴん(?:こーど)?(?=[はがを:= 「])"
    r"|[4四](?:桁|けた)の?(?:番号|ばんごう|方|ほう|数字|やつ)?|数字[4四]つ|[4四]つの数字)"
)
_SIGNATURE_PIN_NAME = r"(?:英数字の(?:やつ|方|ほう|もの)|[6六]文字以上の(?:やつ|方|ほう)|長い(?:方|ほう)(?:のぱすわーど)?|署名用の?|署名の?)"
_FILLER = rf"[^0-9a-z{KANJI_DIGITS}{KEPT}。!?\n]"
_ALIKE = "みたい|のよう"
_ERROR = " ?(?:という|って|の)? ?(?:えらー|めっせーじ|表示)"
_ARRIVAL = "[01][0-9][0-5]0 ?(?:に(?:着|行|伺|来|到着)|頃|ごろ|まで)"
PINS = (
    re.compile(rf"{_PIN_NAME}{_FILLER}{{0,6}}?({N}[がを][4四]つ)"),
    re.compile(rf"{_PIN_NAME}[^0-9\n]{{0,30}}?誕生日[のでは]?({_FOUR}){UNCOUNTED}"),
    re.compile(rf"{_PIN_NAME}[^0-9a-z。]{{0,8}}?({N}(?:\n{N}){{3}})(?!\n?{N}){UNCOUNTED}"),
    re.compile(
        rf"(?:決めた|設定した|登録した|入れてた|入れていた|使ってた|使っていた)(?:の|やつ|もの|番号)?[がはも、]{{0,2}}{_NO_PRODUCT}(?!{_YEAR})({_FOUR}|{_MIXED}){UNCOUNTED}"
    ),
    re.compile(rf"{_PIN_NAME}{_FILLER}{{0,16}}?({_FOUR_OR_MORE}|{_IN_THOUSANDS}){UNCOUNTED}"),
    re.compile(rf"{_PIN_NAME}{_FILLER}{{0,10}}?{_NO_PRODUCT}({_MIXED_WITH_SIGNS}|{_MIXED}){UNCOUNTED}"),
    re.compile(rf"ぱすわ[ー\-]?ど{_FILLER}{{0,10}}?([a-z]{{3,14}})(?![a-z0-9]){_FILLER}{{1,6}}?([0-9]{{2,8}})(?![0-9]){UNCOUNTED}"),
    re.compile(rf"{_PASSWORD}(?:は|が|[:=] ?|「)+{_NO_PRODUCT}(?!password)([a-z]{{6,16}})(?![a-z0-9])"),
    re.compile(rf"(?:利用者(?:証明)?|券面(?:事項)?(?:入力)?(?:補助)?|住基|署名)用?の?(?:番号|暗証)?{_FILLER}{{0,3}}?({_FOUR}|{_MIXED})(?![a-z]){UNCOUNTED}"),
    re.compile(rf"{_SIGNATURE_PIN_NAME}{_FILLER}{{0,5}}?{_NO_PRODUCT}({_MIXED})(?!{_ALIKE})"),
    re.compile(
        rf"{_PIN_NAME}(?:は|が|って|を|も|、|:|=| |「|たしか|えーと){{0,4}}({DIGIT_READ}(?:[ 、・のー]?{DIGIT_READ}){{3}})"
        r"(?=です|でし|だ|で|に(?!く)|って|と|、|。|」| |なん|や|を|が|か|$|\n)"
    ),
    re.compile(rf"(?<![a-z0-9{KANJI_DIGITS}])({_FOUR}|{_MIXED}){UNCOUNTED}(?= ?(?:が|は|って|という|を)?(?:私の|うちの|今の)?{_PIN_NAME})"),
    re.compile(
        rf"(?<![a-z0-9{KANJI_DIGITS}])({_FOUR}|{_MIXED}){UNCOUNTED}"
        r"(?= ?(?:って|を|と|で|とか|にして)? ?(?:入れ|入力|いれ|打ち込|打って|打った|うって))"
    ),
    re.compile(rf"{BLANKED}(?:か|と|や|から|、|,|→|または|もしくは|じゃなくて| |」|「)+({_FOUR}){UNCOUNTED}"),
    re.compile(rf"(?<!{N})({N}(?:[ 、・,と-]{{1,2}}{N}){{3}})(?!{N}|[-・]{N}){UNCOUNTED}(?=です|でし|[、。 ]{{1,2}}{_PIN_NAME})"),
    # Letters and digits mixed like a signature PIN, and no name of a product.
    re.compile(
        rf"(?<![a-z0-9.\-@]){_NO_PRODUCT}(?=[a-z]{{0,16}}[0-9][a-z]{{0,14}}[0-9])(?=[0-9]{{0,16}}[a-z][0-9]{{0,14}}[a-z])"
        rf"([a-z0-9]{{6,16}})(?![a-z0-9@.\-]|{_ALIKE}|{_ERROR})"
    ),
)
# The next two are PINs where the words before them do not say that they are something else.
NUMBER_IS = re.compile(rf"番号(?:は|が|って|を|も)?[ :]{{0,2}}({_FOUR}|{_MIXED}){UNCOUNTED}")
# Four digits that stand alone: no year, no round sum, nothing counted by them.
ALONE = re.compile(
    rf"(?<![a-z0-9{KANJI_DIGITS}])(?<![-ー.:/,#])(?!{_YEAR}|{_ARRIVAL})(?![0-9]{{2}}00)(?!0120|0570|0800)({_FOUR}){UNCOUNTED}"
    rf"(?![-ー.:/,][0-9]|[a-z]| ?番|{_ALIKE}|[で番]始ま|から始ま)"
)
SOMETHING_ELSE = re.compile(
    "(?:"
    + _either(
        "内線 電話 ℡ tel 受付 整理(?:券)? 待ち 呼び出し 呼出し? 窓口 郵便 予約 合わせ 管理 議案 記事 製造 法律? 第 条 規則 告示 部屋 室"
        " まんしょん めぞん はいつ あぱーと えらー q&a 問 (?:えらー|銀行|文字|管理)こーど ぺーじ page faq no\\. 型番 機種 支店 番地 丁目 iso jis(?:\\s[a-z])?"
        " 誕生日 生年月日 たんじょうび"
    )
    + r")(?:の?(?:番号|ばんごう|こーど|id))?[はがの: 、]{0,3}$"
)
WHOLE_DAY = re.compile(r"\s*(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])\s*(?:です|生まれ)?[。.]?\s*")
"""A message of nothing but a day of the year: the calculator has asked for it."""

# Birthdays.
_ERAS = _either("明治 大正 昭和 平成 令和 めいじ たいしょう しょうわ へいせい れいわ")
_DATE_PART = (
    rf"(?:{_ERAS}|(?<![a-z])[mtshr](?=[0-9])|[明大昭平令](?=[0-9{KANJI_DIGITS}十])|[0-9{KANJI_DIGITS}十元]|年|月|日(?!間)|ねん|がつ|にち"
    r"|[./\-](?=[0-9])| (?=[0-9年月日]))"
)
_DATE_SAID = rf"{_DATE_PART}{{1,24}}"
_BORN = _either("生年月日 誕生日 たんじょうび ばーすでー 生まれた?日? うまれた? 産まれた? 出生日? 生まれは")
BIRTHDAYS = (
    re.compile(rf"{_BORN}[^0-9{KANJI_DIGITS}元。!?\n]{{0,10}}?(?<![0-9{KANJI_DIGITS}])(?! )({_DATE_SAID})(?!前|後|以内|間|[0-9{KANJI_DIGITS}])"),
    re.compile(
        rf"(?<![0-9{KANJI_DIGITS}])({_DATE_SAID})(?:[がは] ?(?:(?:私|母|父|夫|妻|息子|娘|子)の)?(?:生年月日|誕生日)"
        r"|[にの]? ?(?:生まれ|うまれ|産まれ|出生))"
    ),
)
ONLY_A_DATE = re.compile(rf"\s*({_DATE_SAID})\s*(?:です|でした|だよ|や|だ)?[。.]?\s*")
HAS_A_DATE = re.compile(rf"[0-9{KANJI_DIGITS}十元] ?(?:年|月|日|ねん|がつ|にち)|[0-9]{{1,4}}[./\-][0-9]|[0-9]{{4}}(?:[0-9]{{4}})?")
YEARS_COUNTED = re.compile(r"\s*[0-9]{1,2} ?年\s*")
SURELY_A_DATE = re.compile(rf"年|月|ねん|がつ|{_YEAR}[-/.]{_MONTH}[-/.]{_DAY}")
