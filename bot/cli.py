"""The jpki-bot command. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.environment import SettingsError
from bot.logs import tell, write_log
from bot.settings import LINE_SECRET, LINE_TOKEN, STAFF_PASSWORD_HASH, Settings, read_settings

_FAILED, _MISUSED = 1, 2
_MOST_DAYS = 365


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 done, 1 a problem that was named on standard error, 2 misuse."""
    options = _parser().parse_args(arguments)
    try:
        settings = read_settings()
        write_log(settings.log)
        return int(options.command(options, settings))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0
    except Exception as error:
        if not _is_ours(error):
            raise
        print(f"jpki-bot: {error}", file=sys.stderr)
        return _FAILED


def _is_ours(error: Exception) -> bool:
    """Errors whose message is written for the person at the terminal."""
    return type(error).__module__.startswith("bot.") or isinstance(error, SettingsError)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="jpki-bot",
        description="マイナンバーカードの電子証明書の質問に、市区町村ごとに答えるボットです。",
        epilog="例: jpki-bot ask '更新に必要なものは？' --municipality 中野区",
    )
    commands = parser.add_subparsers(title="コマンド", metavar="", required=True)

    run = commands.add_parser("run", help="サーバを動かす（必要なら先に学習する）")
    run.add_argument("--host", default="127.0.0.1", help="待ち受けるアドレス（既定: 127.0.0.1）")
    run.add_argument("--port", type=int, default=5005, help="待ち受けるポート（既定: 5005）")
    run.set_defaults(command=_run)

    chat = commands.add_parser("chat", help="端末で会話する")
    chat.add_argument("--municipality", metavar="名", help="お住まいの市区町村（例: 中野区）")
    chat.set_defaults(command=_chat)

    ask = commands.add_parser("ask", help="1つの質問に答える／ファイルの質問にまとめて答える")
    ask.add_argument("question", nargs="?", help="質問の文")
    ask.add_argument("--municipality", metavar="名", help="お住まいの市区町村（例: 中野区）")
    ask.add_argument("--json", action="store_true", help="JSON で出す")
    ask.add_argument("--batch", metavar="FILE", help="JSON Lines の質問ファイル（1行1会話。- は標準入力）")
    ask.set_defaults(command=_ask)

    train = commands.add_parser("train", help="学習する")
    train.set_defaults(command=_train)

    check = commands.add_parser("check", help="内容（知識・文・例文）の誤りや古さを調べる")
    check.set_defaults(command=_check)

    purge = commands.add_parser("purge", help="古い会話などの記録を消す")
    purge.add_argument("--days", type=_days, metavar="N", help="何日より前を消すか（0〜365。0 は今日までの会話全部。既定: JPKI_BOT_RETENTION_DAYS）")
    purge.set_defaults(command=_purge)

    privacy = commands.add_parser("privacy", help="何を、どこに、いつまで残しているかを出す")
    privacy.set_defaults(command=_privacy)

    staff = commands.add_parser("staff", help="職員用のページの用意をする")
    tasks = staff.add_subparsers(title="すること", metavar="", required=True)
    password = tasks.add_parser("password", help="パスワードを決めて、設定に書く行を出す")
    password.set_defaults(command=_staff_password)

    line = commands.add_parser("line", help="LINEのリッチメニューを用意する")
    steps = line.add_subparsers(title="すること", metavar="", required=True)
    menu = steps.add_parser("menu", help="リッチメニューをLINEに登録して、全員に見せる")
    menu.set_defaults(command=_line_menu)
    draw = steps.add_parser("draw", help="リッチメニューの画像を、定義のラベルから描き直す")
    draw.add_argument("--font", metavar="FILE", help="日本語のフォント（既定: このコンピュータの太いゴシック体）")
    draw.set_defaults(command=_line_draw)

    card = commands.add_parser("card", help="窓口のカードリーダーで、カードの証明書の状態を見る")
    tasks = card.add_subparsers(title="すること", metavar="", required=True)
    status = tasks.add_parser("status", help="置かれたカードを1回読む（暗証番号は使わない）")
    status.add_argument("--json", action="store_true", help="JSON で出す")
    status.add_argument("--municipality", metavar="名", help="窓口の市区町村（更新できる最初の日が違うことがある。既定: JPKI_BOT_STAFF_MUNICIPALITY）")
    status.set_defaults(command=_card_status)
    roots = tasks.add_parser("roots", help="発行元（J-LIS）の証明書")
    tasks = roots.add_subparsers(title="すること", metavar="", required=True)
    install = tasks.add_parser("install", help="発行元の証明書を、指紋を確かめて入れる")
    install.add_argument("file", metavar="FILE", help="証明書のファイル（DER か PEM）")
    install.set_defaults(command=_card_roots_install)

    evaluate = commands.add_parser("evaluate", help="ラベル付きの質問ファイルで正しさを測る")
    evaluate.add_argument("files", nargs="+", metavar="FILE", help="質問のファイル（YAML）")
    evaluate.add_argument("--html", metavar="FILE", default="evaluation.html", help="結果の HTML（既定: evaluation.html）")
    evaluate.set_defaults(command=_evaluate)
    return parser


def _say(text: str) -> None:
    """To the real standard error: Rasa's output is kept off it while training."""
    print(text, file=sys.__stderr__, flush=True)


def _run(options: argparse.Namespace, settings: Settings) -> int:
    from bot.serving import serve

    serve(settings, options.host, options.port, tell)
    return 0


def _chat(options: argparse.Namespace, settings: Settings) -> int:
    from bot.app import ensure_model, make_counter_bot
    from bot.channels.console import chat

    ensure_model(settings, _say)
    return chat(make_counter_bot(settings), options.municipality, settings.counter)


def _ask(options: argparse.Namespace, settings: Settings) -> int:
    if bool(options.question) == bool(options.batch):
        _say("jpki-bot ask: 質問の文か --batch FILE の、どちらか1つを指定してください")
        return _MISUSED
    from bot.app import ensure_model, make_bot
    from bot.channels.batch import answer_batch, answer_once

    ensure_model(settings, _say)
    bot = make_bot(settings, None)
    if options.batch:
        return answer_batch(bot, options.batch)
    return answer_once(bot, options.question, options.municipality, options.json)


def _train(options: argparse.Namespace, settings: Settings) -> int:
    from bot.content import load_content
    from bot.engine.training import train

    load_content(settings.data)
    train(settings.project, settings.model, _say)
    _say(f"学習が終わりました: {settings.model}")
    return 0


def _check(options: argparse.Namespace, settings: Settings) -> int:
    from bot.checking import check

    report = check(settings.project, settings.now().date())
    for line in report.warnings:
        print(f"注意: {line}")
    for line in report.errors:
        print(f"誤り: {line}")
    print(f"{len(report.errors)} 件の誤り、{len(report.warnings)} 件の注意")
    return _FAILED if report.errors else 0


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= _MOST_DAYS):
        raise argparse.ArgumentTypeError(f"{text}: 0〜{_MOST_DAYS} の日数で書いてください")
    return int(text)


def _purge(options: argparse.Namespace, settings: Settings) -> int:
    from bot.app import purge_old

    days = settings.retention_days if options.days is None else options.days
    purged = purge_old(settings, days)
    print(f"{days}日より前の記録を消しました" if days else "会話と、答えられなかった質問の文を、すべて消しました")
    for line in purged.lines():
        print(line)
    return 0


def _privacy(options: argparse.Namespace, settings: Settings) -> int:
    from bot.app import shared_places
    from bot.engine.privacy import report

    for line in report(settings, shared_places(settings)):
        print(line)
    return 0


def _staff_password(options: argparse.Namespace, settings: Settings) -> int:
    """Only the line goes to standard output, so that it can be sent into a file."""
    from getpass import getpass

    from bot.channels.password import LONGEST, SHORTEST, PasswordHash

    _say(f"職員用のページのパスワードを決めます（{SHORTEST}〜{LONGEST} 文字。入力した文字は出ません）")
    password = getpass("パスワード: ", sys.stderr)
    if getpass("もう一度: ", sys.stderr) != password:
        _say("2回のパスワードが違います。もう一度動かしてください")
        return _FAILED
    print(f"{STAFF_PASSWORD_HASH}={PasswordHash.of(password)}")
    return 0


def _line_menu(options: argparse.Namespace, settings: Settings) -> int:
    import asyncio

    from bot.channels.line_client import LineClient
    from bot.channels.line_menu import RichMenu

    if settings.line is None:
        raise SettingsError(f"{LINE_SECRET} と {LINE_TOKEN} を設定してください")
    client = LineClient(settings.line.token, settings.line.api, settings.line.uploads)
    asyncio.run(RichMenu.read(settings.data).register(client))
    _say("リッチメニューを登録しました。トークを開き直すと出ます")
    return 0


def _line_draw(options: argparse.Namespace, settings: Settings) -> int:
    from bot.channels.line_menu import RichMenu
    from bot.channels.line_menu_image import draw, japanese_font

    menu = RichMenu.read(settings.data)
    menu.save_image(draw(menu.definition, *((Path(options.font), 0) if options.font else japanese_font())))
    _say("画像を描き直しました")
    return 0


def _card_status(options: argparse.Namespace, settings: Settings) -> int:
    """The report alone goes to standard output."""
    from bot.app import make_card_check
    from bot.channels.card_terminal import read_once
    from bot.content import load_content

    content = load_content(settings.data)
    name = options.municipality or settings.staff.municipality
    town = content.base.municipality_named(name) if name else None
    if name and town is None:
        names = "・".join(each.name for each in content.base.municipalities.values())
        _say(f"--municipality {name}: 知っているのは {names} です")
        return _MISUSED
    return 0 if read_once(make_card_check(settings, content), town.code if town else None, options.json, _say) else _FAILED


def _card_roots_install(options: argparse.Namespace, settings: Settings) -> int:
    from bot.app import make_roots

    root = make_roots(settings).install(Path(options.file))
    _say(f"発行元の証明書を入れました: {root.name}（指紋が一致しました）")
    return 0


def _evaluate(options: argparse.Namespace, settings: Settings) -> int:
    from bot.app import ensure_model, make_bot
    from bot.evaluation.command import evaluate

    ensure_model(settings, _say)
    return evaluate(make_bot(settings, None), [Path(f) for f in options.files], Path(options.html), _say)


if __name__ == "__main__":
    sys.exit(main())
