"""Questions that once got a wrong or beside-the-point answer, with what the answer must say and must not say.

The topic is given, as understanding would give it; the last line's answer is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

import pytest

from bot.dialogue.conversation import respond
from bot.dialogue.memory import Memory
from bot.dialogue.turn import Content, Heard
from bot.knowledge.answer import Answer
from bot.language.furigana import without_furigana
from bot.settings import JAPAN

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=JAPAN)


def answer_to(content: Content, said: Sequence[tuple[str, str]], town: str | None) -> Answer:
    """The answer to the last of `said`, each a text with its topic."""
    memory = Memory()
    for text, topic in said:
        answer, memory = respond(Heard(text, topic, ((topic, 0.95),), municipality=town), memory, content, NOW)
    return answer


@pytest.mark.parametrize(
    ("said", "town", "wanted", "never"),
    [
        # a post office takes no proxies
        (
            [("郵便局で更新できますか", "office_location"), ("代理人でも？", "proxy")],
            "名古屋市",
            "いいえ、.*郵便局でも、代理人の手続はできません",
            "はい、代理人",
        ),
        ([("郵便局で代理で更新できる？", "proxy")], None, "いいえ、.*代理人の手続はできません", "はい"),
        # the card without a PIN
        ([("顔認証カードって何", "pin_rules")], None, "本人確認書類と健康保険証としてだけ", "^はい"),
        ([("顔認証マイナンバーカードでe-Taxできますか", "pin_rules")], None, "^いいえ、使えません。.*e-Tax", "はい|署名に署名用"),
        ([("顔認証マイナンバーカードはマイナポータルは使えますか", "pin_rules")], None, "^いいえ、使えません", "ログインに使うのは"),
        ([("顔認証カードで住民票はとれますか", "convenience_store_certificates")], None, "^いいえ、使えません", "はい"),
        # a returned card is not given back
        ([("返納したカードをまた使いたい", "stop_using")], None, "^いいえ、戻せません", "はい、また使えます"),
        ([("カードを返納したけどまた使いたい", "stop_using")], "中野区", "^いいえ、戻せません", "はい、また使えます"),
        ([("利用をやめたい", "stop_using"), ("カードごと返したら戻せる？", "stop_using")], None, "^いいえ、戻せません", "はい、また使えます"),
        ([("失効させたあと、また使える？", "stop_using")], None, "はい、また使えます", "返納したカードは戻せません"),
        ([("カードを返納したい", "stop_using")], None, "窓口で返納します", "^いいえ"),
        # the police are not the municipality
        (
            [("警察に届けたあと家で見つかった", "card_found")],
            None,
            "市区町村に紛失の届出をしていなければ.*解除すると、またそのカードを使えます.*警察にも知らせて",
            "^紛失・廃止",
        ),
        ([("警察に届けて、市役所にも紛失届を出したあと見つかった", "card_found")], None, "^紛失・廃止の届出をしたあと", "警察に届けただけ"),
        ([("カードは見つかったけど家で", "card_found")], None, "窓口で解除すると", "^いいえ、一時停止は電話で"),
        ([("見つかったカードはネットで解除できる？", "card_found")], None, "^いいえ、一時停止は電話で解除できません", "はい"),
        (
            [("なくしたスマホが見つかった", "card_found")],
            None,
            "止めた証明書がまた使えるかは、手元の資料にありません.*0120-95-0178",
            "またそのカードを使えます",
        ),
        # how to stop what was lost, and till when
        ([("すまほをなくしました", "smartphone_certificate"), ("とめかたは？", "stop_using")], None, "0120-95-0178.*24時間365日", "^利用をやめるには"),
        ([("とめかたは？", "stop_using"), ("なんじまででんわできる？", "stop_using")], None, "止める電話.*24時間365日", "電話や郵送だけでやめる方法は"),
        ([("電話でやめられますか", "stop_using")], None, "電話や郵送だけでやめる方法は、手元の資料にありません。.*一時停止.*24時間365日", "はい"),
        ([("証明書の入ったスマホを落とした", "smartphone_certificate"), ("夜中でも？", "office_hours")], None, "24時間365日つながります", "^受付の曜日と時間"),
        # young people
        ([("16歳です。署名用作れますか", "minors"), ("有効期限は？", "minors")], None, "5回目の誕生日", "いいえ、15歳未満"),
        ([("17歳です。親と行かないとだめ?", "minors")], None, "15歳からは本人が行きます", "はい、15歳"),
        ([("17歳です。親だけで行ける？", "minors")], "杉並区", "15歳からは本人が行きます.*03-3312-2111", "はい|法定代理人（親や後見人）がします"),
        ([("16歳です。署名用作れますか", "minors")], None, "^はい、15歳になっていれば", "いいえ"),
        (
            [("15歳になった息子に署名用いれたい", "minors"), ("親だけで行ける？", "minors")],
            "杉並区",
            "15歳からは本人が行きます.*事前に問い合わせ",
            "^15歳になると",
        ),
        # a ward's user certificate
        ([("成年被後見人の利用者証明用はとれますか", "minors")], None, "成年被後見人にも発行されます", "15歳未満の人にも発行"),
        # the card first, then its PIN
        ([("カード失くしたし暗証番号も忘れた", "pin_forgotten")], None, "^まず 0120-95-0178.*24時間365日", "^忘れた暗証番号"),
        ([("暗証番号を書いた紙をなくした。カードはある", "pin_forgotten")], None, "^忘れた暗証番号", "カードもなくしたとき"),
        # somebody else wants PIN or card
        ([("知らない人に暗証番号を聞かれました。教えていいですか", "pin_forgotten")], None, "^暗証番号.*教えず、カードも渡さないで.*警察の相談窓口", "^忘れた"),
        ([("銀行の人と名乗る電話で暗証番号を聞かれた", "pin_forgotten")], "中野区", "詐欺のおそれ", "^忘れた"),
        ([("暗証番号を人に教えてしまった", "pin_forgotten")], None, "^すぐに新しい番号に変えて.*0120-95-0178", "^忘れた"),
        ([("暗証番号を忘れた。更新の窓口で聞かれますか", "pin_forgotten")], None, "分からない", "詐欺"),
        ([("役所の人だという電話でカードを取りに来ると言われた", "apply_card")], None, "^カードは渡さず、.*役所に自分から電話", "受け取りの持ち物は、"),
        ([("カードを取りに来るように役所から言われた。持ち物は？", "required_items")], None, ".", "詐欺"),
        ([("更新代行しますって電話が来た", "renewal")], None, "詐欺.*預かったり.*ことはない.*警察", "^更新の期間"),
        ([("銀行を名乗る人から暗証番号を聞かれた", "out_of_scope")], None, "教えず、カードも渡さないで", "^申し訳"),
        ([("電話で代わりに更新しますって人がカードを預かりに来た", "proxy")], "名古屋市", "電話は詐欺です.*渡さないで", "はい、代理人でも"),
        ([("マイナンバーカードの詐欺にあったかもしれない", "out_of_scope")], None, "教えず、カードも渡さないで", "^申し訳"),
        ([("カードと暗証番号の控えをなくした", "pin_forgotten")], None, "^カードもなくしたときは、先に 0120-95-0178", "^忘れた"),
        ([("警察から電話で暗証番号を教えろと言われた", "contact")], "杉並区", "^暗証番号.*教えず、カードも渡さないで", "^杉並区"),
        ([("警察から電話で住所を聞かれた", "contact")], "杉並区", ".", "教えず、カードも渡さないで"),
        # a licence on the card
        ([("運転免許を返納した。マイナ免許証だけで運転できる？", "drivers_license")], None, ".", "^はい"),
        (
            [("マイナ免許証だけで運転できる？", "drivers_license")],
            None,
            "^はい、.*マイナ免許証だけ.*3つから選べます.*入っていないカードだけ",
            "^免許の情報が入っていない",
        ),
        ([("免許証を持たずにマイナ免許証で運転できますか", "drivers_license")], None, "^はい、免許の情報を記録した", "^免許の情報が入っていない"),
        ([("カードを新しくした。マイナ免許証だけで運転できる？", "drivers_license")], None, "入っていないカードだけを持って運転することはできません", "^はい"),
        # a full card is reissued for nothing; a stolen one may be
        ([("追記欄がいっぱい", "apply_card")], None, "再発行は無料.*特急発行", "^カードは、スマホ"),
        ([("追記欄がいっぱい", "apply_card"), ("お金かかる？", "fees")], None, "^追記欄に書く場所がなくなったときのカードの再発行は、無料", "^はじめての"),
        ([("追記欄がいっぱいで再発行いくら？", "fees")], "西東京市", "^追記欄に書く場所がなくなったときのカードの再発行は、無料", "^何の再発行か"),
        (
            [("盗まれたんだけど", "card_lost")],
            "西東京市",
            "外でなくしたときや盗まれたときは、警察にも.*盗難や災害など本人の責任でないときは、無料になる",
            "外でなくしたとき。",
        ),
        # in a hurry
        (
            [("カードを家でなくしたみたい", "card_lost"), ("再発行いくら？", "fees"), ("急ぎだといくら？", "fees")],
            "杉並区",
            "^特急発行.*2,000円.*1,800円",
            "^はじめて入れる",
        ),
        ([("早く欲しいんだけど更新の手数料は？", "fees")], None, "更新は無料", "特急"),
        ([("16歳の娘の更新、母が行ってもいい？", "minors")], None, "15歳からは本人が行きます", "更新は、法定代理人（親や後見人）がします"),
        # the term of the removal notice
        ([("オンライン転出届に必要な暗証番号は？", "uses")], None, "3つの暗証番号.*30日前から、引越し後10日まで", "更新できます"),
        ([("転出届をネットで出したい", "uses"), ("いつから出せる？", "uses")], None, "30日前から、引越し後10日まで", "更新できます"),
        ([("転入届っていつまで", "out_of_scope")], None, "14日以内.*90日以内.*過ぎると、カードが失効", "^申し訳"),
        # only the PIN of the signature in that shop
        ([("ミニストップで4桁を初期化できる？", "pin_reset_convenience_store")], None, "^いいえ、.*署名用だけ", "はい"),
        # after stopping online
        (
            [("ネットで失効の手続きした後、区役所に行かなきゃだめ？", "online_procedures")],
            "中野区",
            "後日区役所で消去.*今もそうかは確認できていない",
            "はい、できます",
        ),
        ([("ネットで失効した後、役所に行かなくていい？", "stop_using")], "中野区", "後日区役所で消去", "^はい"),
        # what is no licence
        ([("運転免許の学科合格証は？", "id_document_accepted")], "中野区", "運転免許証とは別の書類.*名前がありません", "はい"),
        # closed days
        ([("12月31日コンビニ交付使える？", "convenience_store_certificates")], None, "^その日は、コンビニ交付の休みです", "^住所のある"),
        ([("元日にコンビニで住民票とれる？", "convenience_store_certificates")], "杉並区", "休みです", "^はい"),
        ([("11月1日にコンビニで住民票とれる？", "convenience_store_certificates")], None, "^住所のある", "その日は"),
        ([("コンビニ交付は12月31日も使える？", "convenience_store_certificates")], "野田村", "^いいえ、野田村", "その日は"),
        # ten years are a plan
        (
            [("次期カードっていつから", "card_vs_cert_expiry"), ("証明書10年になるの？", "card_vs_cert_expiry")],
            None,
            "^2028年度.*計画.*今の証明書の期限は変わりません",
            "いいえ",
        ),
        # special permanent residents
        ([("特別永住者です。カードの期限は", "card_vs_cert_expiry")], None, "日本人と同じ数え方.*10回目", "永住者などを除く|在留期間の満了日"),
        (
            [("特別永住者です。カードの期限は", "card_vs_cert_expiry"), ("永住者だと？", "card_vs_cert_expiry")],
            None,
            "日本人と同じ数え方.*10回目",
            "在留期間の満了日",
        ),
        ([("永住許可をもらいました。カードの期限は自動で変わりますか", "card_vs_cert_expiry")], None, "自動で変わるとは、手元の資料に書かれていません", "\\{"),
        # who lives abroad
        ([("期限の1年前に更新したい", "renewal"), ("海外在住です", "renewal")], None, "期限の1年前から更新できます", "^署名用は国外への転出で失効"),
        # tries
        (
            [("署名用を3回間違えました。もうロックですか", "pin_locked")],
            None,
            "^いいえ、まだロックされていません.*5回続けて.*日が変わるのを待っても",
            "^続けて3回",
        ),
        ([("4桁を3回間違えました", "pin_locked")], None, "ロックされます", "まだロックされていません"),
        ([("署名用を5回間違えました", "pin_locked")], None, "ロック", "まだロックされていません"),
        ([("4桁は5回までいいんですよね", "pin_locked")], None, "^いいえ、利用者証明用.*3回続けて", "^はい"),
        # returning a card for somebody
        (
            [("カード返納したい", "stop_using"), ("家族が代わりに返せる？", "proxy")],
            "名古屋市",
            "返納に家族などが代わりに行けるかは.*書かれていません",
            "1回行くだけで更新",
        ),
        ([("祖母が孫の更新に行けますか", "minors")], None, "法定代理人（親権者など）が行います。祖父母が法定代理人でないとき", "^はい"),
        # convenience stores
        ([("コンビニ交付は18歳から？", "convenience_store_certificates")], None, "^いいえ、.*15歳以上", "^住所のある"),
        ([("利用登録したけど更新したら？", "convenience_store_certificates")], None, "登録のやり直しが要ります", "^住所のある"),
        ([("さっき更新してきたけどコンビニで使えない", "renewal")], "名古屋市", "すぐ使えるとは限りません", "コンビニでは更新できません"),
        # both fees
        ([("更新と再発行の手数料それぞれ", "fees")], None, "更新は無料.*1,000円", "2種類で"),
        ([("更新と再発行の手数料それぞれ", "fees")], "西東京市", "更新は無料.*1,000円.*200円", "2種類で"),
        # the Sunday after the third Saturday
        ([("12月20日の日曜に更新できますか", "office_hours")], "名古屋市", "第3土曜日の翌日の日曜日", "^はい"),
        ([("日曜にやってますか", "office_hours")], "中野区", "^いいえ", "第3土曜日"),
        # iPhones
        (
            [("スマホに入れたい", "smartphone_certificate"), ("あいふぉんでもできる？", "smartphone_certificate")],
            None,
            "iPhone XS以降（iOS 18.5以降）",
            "^申し込みは",
        ),
        # the notice, the difference, what comes after
        ([("通知書がないと更新できませんよね", "expiry_notice")], "杉並区", "^いいえ、通知書がなくても", "^有効期限通知書は"),
        ([("再発行と更新って何がちがう", "renewal")], None, "^更新は、.*無料です。カードの再発行は、.*1,000円", "^カードを持って"),
        ([("更新したらどうなる？", "renewal")], None, "6回目の誕生日まで", "更新は義務ではありません"),
        ([("更新しないとどうなる？", "renewal")], None, "更新は義務ではありません", "6回目の誕生日まで使えます"),
        ([("証明書が失効したか調べたい", "check_expiry")], None, "有効性確認", "^カードのおもて面"),
        ([("期限が切れたら身分証に使えませんか", "id_document_accepted")], None, "電子証明書だけが切れたのなら、使えます", "^官公署"),
        ([("期限切れの免許証は使える？", "id_document_accepted")], None, "^いいえ", "電子証明書だけが切れた"),
        (
            [("カードの住所変更、家族が行ってもいい？", "proxy"), ("暗証番号いる？", "required_items")],
            "杉並区",
            "住民基本台帳用の4桁の暗証番号を入力",
            "^はい、要ります。杉並区のページの持ち物",
        ),
        (
            [("暗証番号がロックされた", "pin_locked"), ("カードだけでいいべか", "required_items")],
            "野田村",
            "野田村のページが挙げる持ち物は、マイナンバーカードです",
            "カードの暗証番号が分かるもの",
        ),
        ([("郵送で更新できる？", "online_procedures")], None, "^いいえ、郵送で.*市区町村の窓口", "^いいえ。電子証明書"),
        ([("ネットで更新できる？", "online_procedures")], None, "^いいえ。.*ネットではできません", "郵送"),
        # the old insurance card is named, and so is the new one
        ([("健康保険証の期限が切れた。使える？", "health_insurance")], None, "マイナ保険証は、すぐに使えなくなるわけではありません", "^すぐに"),
    ],
)
def test_what_a_review_found_stays_mended(content: Content, said: list[tuple[str, str]], town: str | None, wanted: str, never: str) -> None:
    answer = answer_to(content, said, town)
    text = answer.text.split("\n出典:")[0]
    assert re.search(wanted, text, re.DOTALL), text
    assert not re.search(never, text), text


@pytest.mark.parametrize(
    ("said", "town", "wanted", "never"),
    [
        ([("利用者証明用だけ更新できる？", "renewal")], None, "ひとつだけ 更新できるか どうかは、ここでは わかりません", "はい"),
        ([("代理人でも更新できますか", "proxy")], "中野区", "ページ（2016年2月15日）には、本人が すると 書いて あります", "手続きが できるのは 本人"),
        ([("カードをなくした", "card_lost")], "中野区", "電話では できないと、ページに 書いて あります", "なくした 届は、電話では できません"),
        ([("警察も行かなきゃだめ？家でなくした", "card_lost")], None, "警察に 言わなくて いい ことが 多い", "家の 中で なくした ときの ことは、役所に 聞いて"),
        ([("警察も行かなきゃだめ？家でなくした", "card_lost")], "中野区", "中野区の ページは、先に 警察に 言うと 書いて", "言わなくて いい です"),
        ([("赤ちゃんが生まれました。写真はいりますか", "apply_card")], None, "1歳に なる 前の 子どもの カードに、写真は いりません", "^写真は"),
        ([("引っ越したあとはいつまでに手続する？", "address_or_name_change")], None, "14日の 間に", "14日までに"),
        ([("保険証の期限が切れた。マイナ保険証は使える？", "health_insurance")], None, "マイナ保険証は、期限の あとも しばらく", "^期限の あとも、しばらく"),
        ([("期限の半年前に更新したい。早すぎる？", "renewal")], None, "早すぎる 更新を すると、次の 期限が 短く なります", "しないで ください"),
        ([("4桁に英字は使える？", "pin_rules")], None, "英語の 文字は 使う ことが できません", "使いません"),
        ([("何回間違えるとロックされますか", "pin_locked")], None, "続けて 何回も まちがえると", "^何回も"),
        ([("知らない人に暗証番号を聞かれた", "pin_forgotten")], None, "教えないで ください.*警察にも 相談", "決めなおします"),
        ([("返納したカードをまた使いたい", "stop_using")], None, "^いいえ。返した カードは", "また 使う ことが できます"),
        ([("マイナ免許証だけで運転できる？", "drivers_license")], None, "^はい。", "いいえ"),
        ([("12月31日コンビニ交付使える？", "convenience_store_certificates")], None, "^その 日は 休みです", "^コンビニで、"),
        ([("郵便局で代理で更新できる？", "proxy")], None, "^いいえ。郵便局では", "はい"),
        ([("カード失くしたし暗証番号も忘れた", "pin_forgotten")], None, "^すぐ 電話して、カードを 止めて", "^忘れた"),
    ],
)
def test_the_easy_text_says_no_more_and_no_less(content: Content, said: list[tuple[str, str]], town: str | None, wanted: str, never: str) -> None:
    easy = re.sub(r"（(?!\d)[^（）]*）", "", without_furigana(answer_to(content, said, town).easy))
    assert re.search(wanted, easy, re.DOTALL), easy
    assert not re.search(never, easy), easy
