# ruff: noqa: E501, SIM905 — words by the line
"""Text as nobody should send it: words the parsers look for, in pieces and in any order, among characters of every kind."""

from __future__ import annotations

from hypothesis import strategies as st

CHARACTERS = st.characters(exclude_categories=())
"""Lone surrogates too."""
_DATE_PIECES = (
    "令和 平成 昭和 大正 明治 れいわ 令 R r h s t ㋿ ㍻ 元 がん 年 ねん 月 がつ 日 にち 〇 零 一 二 三 四 五 六 七 八 九 十 百 千 万 0 1 2 3 9 10 12 29 30 31 99 00 "
    "１ ２ ９ ① ⑩ ٣ ३ Ⅻ 2021 1900 2099 9999 0000 20210610 / - . ～ ~ ' ’ ( ) （ ） 月曜日 か 火曜 (土) 祝日 第3 毎週 今年 去年 来年 先月 今月 再来月 先週 来週 今日 明日 昨日 あさって "
    "末 末日 月末 上旬 半ば 春 年末年始 正月 元旦 大晦日 クリスマス 前 後 先 まえ か月 ヶ月 ヵ月 週間 半年 年半 約 だいたい ごろ くらい に から まで の も を は "
    "時 じ 半 分 午前 午後 夜 深夜 正午 AM pm : ： 17:30 24:00 25時"
).split()
_TALK_PIECES = (
    "中野区 杉並 名古屋市 港区 野田 西東京市 横浜市 なごや さっぽろし 役所 市民 に住んでる に引っ越し 母は 息子の 旦那 だと じゃなくて ではなく やっぱり はい いいえ "
    "あ、 じゃあ そうじゃなくて そこ うち 最初の話 署名用 利用者証明用 暗証番号 パスワード 忘れた ロック 更新 期限 手数料 いくら 持ち物 代理人 カード なくした 誕生日 発行 "
    "生まれ 今開いてる 人と話したい 役に立った stop: topic: municipality: expiry:start pin: feedback: / /restart EXTERNAL: 〔 〕 《 》 { } [ ] < > & \" ' \\ ; % # @"
).split()
_ODD_PIECES = ["\u200b", "\u200d", "\ufeff", "\u202e", "\u2066", "\u0301", "\u3099", "\ue000", "\U000e0041", "\ufe0f", "\x00", "\x1b[31m", "\r\n", "\u2028", "\u00ad", "ﷺ", "ﾞ", "ｶﾞ", "İ", "ß", "ﬀ", "㌢", "⼀", "〱", "𠮷", "👨‍👩‍👧", "\ud800", "\udfff", "　", "\t", " "]  # fmt: skip

PIECES = st.sampled_from([*_DATE_PIECES, *_TALK_PIECES, *_ODD_PIECES])
TEXTS = st.lists(PIECES | st.text(CHARACTERS, max_size=6), max_size=24).map("".join)
DATE_TEXTS = st.lists(st.sampled_from(_DATE_PIECES) | st.sampled_from(_ODD_PIECES) | st.text(CHARACTERS, max_size=2), max_size=16).map("".join)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(CHARACTERS, max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(CHARACTERS, max_size=8), inner, max_size=4),
    max_leaves=12,
)
"""What json.loads can give, NaN and lone surrogates included."""
