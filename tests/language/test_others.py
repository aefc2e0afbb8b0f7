"""Whether a text asks about another office's or company's matter: all by the words, before any classifier."""

from __future__ import annotations

import pytest

from bot.language.lexicon import Lexicon


@pytest.mark.parametrize(
    "text",
    [
        "運転免許の更新はいくらですか",
        "免許証の更新、予約いる?",
        "パスポートをなくした",
        "パスポートが切れてる",
        "旅券の申請はどこでするの",
        "在留カードの更新は入管ですか",
        "ざいりゅうカードの こうしんは どこですか",
        "キャッシュカードの暗証番号を忘れた",
        "クレジットカードを落としました。どこに電話すればいいですか",
        "図書館のカードをなくした",
        "としょかんのカードをなくしました",
        "学生証の再発行",
        "国民健康保険料の支払いが遅れた",
        "こくみんけんこうほけんの てつづきは どこ",
        "粗大ごみの予約",
        "そだいごみは いつですか",
        "水道を止めたい",
        "罹災証明の申請はネットでできる?",
        "印鑑登録をしたい",
        "住民票コードは何桁",
        "法人の電子証明書を更新したい",
        "サーバー証明書の期限が切れた",
        "マイナンバーカードのことではなくて、パスポートの更新です",
        "戸籍謄本の手数料",
        "住民票の手数料はいくら",
    ],
)
def test_another_matter_is_known_by_its_name(lexicon: Lexicon, text: str) -> None:
    assert lexicon.others.asked_about(lexicon.prepare(text))


@pytest.mark.parametrize(
    "text",
    [
        "更新の手数料はいくらですか",
        "カードをなくした",
        "クレジットカードで払えますか",
        "クレカつかえる?",
        "免許証でもいいですか",
        "パスポートしか持っていない",
        "パスポートは身分証になりますか",
        "免許証の期限が切れてるけど使えますか",
        "免許証を返納したので身分証がありません",
        "在留カードを更新しました。何か手続がいりますか",
        "クレジットカードではなくマイナンバーカードをなくした",
        "キャッシュカードと一緒にマイナンバーカードも盗まれた",
        "銀行の口座を開くのに署名用が要ると言われた",
        "パスポートの申請に電子証明書は要りますか",
        "コンビニの住民票の手数料",
        "飼い犬がかじってカードに穴があいた",
        "マイナポイントの時に作ったけど、いつ切れるの",
        "診察券は?",
        "戸籍謄本はいりますか",
        "図書館でも更新できますか",
        "免許の更新と一緒に証明書も更新したい",
        "こうしんの てすうりょうは いくらですか",
        "",
    ],
)
def test_ours_is_not_taken_for_another(lexicon: Lexicon, text: str) -> None:
    assert not lexicon.others.asked_about(lexicon.prepare(text))


def test_an_identity_paper_is_one_where_papers_are_spoken_of(lexicon: Lexicon) -> None:
    text = lexicon.prepare("パスポートも期限切れだけど")
    assert lexicon.others.asked_about(text) and not lexicon.others.asked_about(text, papers=False)


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("マイナンバーカードの暗証番号", True),
        ("署名用の更新", True),
        ("まいなんばーかーど", True),
        ("マイナカードを作りたい", True),
        ("暗証番号を忘れた", False),
        ("法人の電子証明書", False),
        ("マイナンバーカードのことではなくて、免許の更新", False),
    ],
)
def test_what_is_ours_by_name(lexicon: Lexicon, text: str, ours: bool) -> None:
    assert lexicon.others.names_ours(lexicon.prepare(text)) is ours
