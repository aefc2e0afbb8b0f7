"""What this installation keeps about anybody: where, how long, who can read it, and how it is deleted. Reads, and changes nothing."""

from __future__ import annotations

import pwd
import sqlite3
import stat
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.engine.retention import COUNTED_DAYS
from bot.engine.rows import Rows, StoreError
from bot.engine.sqlite_rows import QUARANTINED
from bot.settings import IDLE_MINUTES, KEEP_MISSES, RETENTION_DAYS, Settings

_CONVERSATIONS = "conversations.sqlite3"
_OF_CONVERSATIONS = "話題・市区町村・人・手続などの目印、会話の名とメッセージの名の鍵つきハッシュ。入力した文と答えの文は無い"
_COMPANIONS = ("-wal", "-shm", "-journal")
_OTHERS_MAY = stat.S_IRWXG | stat.S_IRWXO
_KILOBYTE = 1024


@dataclass(frozen=True)
class _Place:
    """One file below the state folder; `tables` are counted, with what a row is."""

    file: str
    title: str
    what: str
    until: str
    tables: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Shared:
    """Where several processes keep their conversations, and where their turns; both named without a password."""

    place: str
    conversations: Rows
    turns: str


def report(settings: Settings, shared: Shared | None = None) -> Iterator[str]:
    """Line by line, in Japanese. `shared` where conversations lie in no file of this machine."""
    yield f"個人の情報の置き場: {settings.state}（JPKI_BOT_STATE）"
    yield from _folder(settings.state)
    if shared is not None:
        yield ""
        yield from _shared(settings, shared)
    for place in _places(settings, shared):
        yield ""
        yield from _place(settings.state / place.file, place)
    yield from _set_aside(settings)
    yield from _unknown(settings)
    yield from _sections(settings)


def _places(settings: Settings, shared: Shared | None = None) -> Iterable[_Place]:
    words = f"文は {settings.retention_days} 日（{RETENTION_DAYS}）、" if settings.keep_misses else ""
    kept_words = "番号・連絡先・生年月日を伏せた文（名前や住所は伏せられません）" if settings.keep_misses else f"文は残しません（{KEEP_MISSES}=off）"
    if shared is None or (settings.state / _CONVERSATIONS).exists():
        yield _Place(_CONVERSATIONS, "会話", _OF_CONVERSATIONS, _conversations_until(settings), (("conversations", "件の会話"),))
    yield _Place(
        "feedback.sqlite3",
        "ご意見",
        "日、話題、市区町村、役に立ったか、理由の種類、事実の版（と、その日だけ、同じ回答を2度数えないためのハッシュ）。文は無い",
        f"{COUNTED_DAYS} 日",
        (("feedback", "件"),),
    )
    yield _Place(
        "misses.sqlite3",
        "答えられなかった質問",
        f"日、市区町村、出した候補の話題、その数。{kept_words}",
        f"{words}数は {COUNTED_DAYS} 日",
        (("misses", "種類の数"), ("words", "件の文")),
    )
    yield _Place(str(settings.session_key or "session.key"), "署名の鍵", "会話の券の署名と、ハッシュに使う鍵", "消すまで（消すと、これまでの会話は開けない）")
    if settings.line is not None or settings.telegram is not None or (settings.state / "inbox.sqlite3").exists():
        yield _Place(
            "inbox.sqlite3",
            "LINE・Telegramの受信箱",
            "届いて、まだ答えていないメッセージ（番号と生年月日を伏せた文、利用者のid、返信の券。暗号にして）と、届いたしるしのハッシュ",
            "メッセージは答えるまで、しるしは2日",
            (("waiting", "件が答え待ち"), ("seen", "件のしるし")),
        )


def _conversations_until(settings: Settings) -> str:
    return (
        f"最後のメッセージから {settings.retention_days} 日（{RETENTION_DAYS}）。{settings.idle_minutes} 分（{IDLE_MINUTES}）話が無ければ、"
        "話の中身はもう使わず、次のメッセージで消す（市区町村は残す）"
    )


def _shared(settings: Settings, shared: Shared) -> Iterator[str]:
    yield f"■ 会話: {shared.place}"
    yield f"  中身: {_OF_CONVERSATIONS}"
    yield f"  いつまで: {_conversations_until(settings)}"
    try:
        yield f"  いま: {len(shared.conversations.names())} 件の会話"
    except StoreError as error:
        yield f"  いま: 読めません（{error}）"
    yield "  読める人: データベースの権限による。通信とディスクの暗号化、控えの残る日数は、データベースの側で決めます"
    yield f"■ 順番と回数の制限: {shared.turns}"
    yield "  中身: 会話の順番と、回数の制限の残り。会話の名と相手のアドレスは、鍵つきのハッシュだけ。文は無い"
    yield "  いつまで: 順番は1分、残りは、いっぱいに戻るまで。ディスクには、Redisの設定（save）しだい（docs/operations.md）"


def _folder(state: Path) -> Iterator[str]:
    if not state.is_dir():
        yield "  まだありません（何も保存していません）"
        return
    yield f"  読める人: {_readers(state)}"


def _place(path: Path, place: _Place) -> Iterator[str]:
    yield f"■ {place.title}: {path}"
    yield f"  中身: {place.what}"
    yield f"  いつまで: {place.until}"
    files = [each for each in (path, *(path.with_name(path.name + suffix) for suffix in _COMPANIONS)) if each.is_file()]
    if not files:
        yield "  いま: ありません"
        return
    size = sum(each.stat().st_size for each in files)
    counts = "、".join(f"{_count(path, table)} {unit}" for table, unit in place.tables)
    yield f"  いま: {counts + '、' if counts else ''}{size / _KILOBYTE:,.0f} KB"
    yield from (f"  読める人: {line}" for line in dict.fromkeys(_readers(each) for each in files))


def _count(path: Path, table: str) -> str:
    """Only reads: also of a database that a server is using."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            return str(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    except sqlite3.Error as error:
        return f"？（読めません: {error}）"


def _readers(path: Path) -> str:
    status = path.stat()
    mode = stat.S_IMODE(status.st_mode)
    try:
        owner = pwd.getpwuid(status.st_uid).pw_name
    except KeyError:
        owner = str(status.st_uid)
    if mode & _OTHERS_MAY and not path.is_dir():
        return f"持ち主（{owner}）のほかも読めます（{mode:04o}）。chmod 600 {path} で直してください"
    if mode & _OTHERS_MAY:
        return f"フォルダは持ち主（{owner}）のほかも開けます（{mode:04o}）。中のファイルは下のとおり。chmod 700 {path} で閉じられます"
    return f"持ち主（{owner}）だけ（{mode:04o}）"


def _set_aside(settings: Settings) -> Iterator[str]:
    found = sorted(settings.state.glob(f"*{QUARANTINED}*")) if settings.state.is_dir() else []
    if found:
        yield ""
        yield f"■ 壊れて移されたファイル（中身は元のファイルと同じ。{settings.retention_days} 日で消えます）"
        yield from (f"  {path}: {_readers(path)}" for path in found)


def _unknown(settings: Settings) -> Iterator[str]:
    """Whatever else lies there is none of ours, or of a later version."""
    if not settings.state.is_dir():
        return
    known = {place.file + suffix for place in _places(settings) for suffix in ("", *_COMPANIONS)} | {settings.roots.name, "inbox.sqlite3.lock"}
    others = [path for path in sorted(settings.state.iterdir()) if path.name not in known and QUARANTINED not in path.name]
    if others:
        yield ""
        yield "■ このほかに、置き場にあるもの（このボットの記録ではありません）"
        yield from (f"  {path}" for path in others)


def _sections(settings: Settings) -> Iterator[str]:
    yield ""
    yield "■ プロセスの中だけにあるもの（止めると消える）"
    yield "  期限の計算に使った発行日・誕生日。同じメッセージの送り直しに備えた、会話ごとの終わりの4つの答え"
    if settings.public_url:
        yield "  カレンダーのファイル（LINEのリンクから開くもの）"
    yield ""
    yield "■ どこにも残さないもの"
    yield "  入力した文" + ("（答えられなかった質問の、伏せた文のほか）" if settings.keep_misses else "") + "、答えの文、個人番号・暗証番号などの番号、"
    yield "  電話番号、メールアドレス、相手のアドレス（IP）、LINEとTelegramの利用者の名前とid（受信箱で答えを待つあいだのほか）。ログにも出しません"
    yield ""
    yield "■ 消し方"
    yield f"  古いもの: 動いているあいだは自動で。今すぐなら jpki-bot purge（{settings.retention_days} 日より前）、会話を全部なら jpki-bot purge --days 0"
    yield "  1つの会話: 本人が、ウィジェットの「消去」（DELETE /api/session）・Telegramの /clear・LINEの「会話を忘れさせる」で"
    yield f"  すべて: サーバを止めて {settings.state} を消す"
