"""The composition root: settings, content, model, conversations and channels become one process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bot.content import load_content
from bot.settings import LineSettings, Settings
from bot.start_checks import check_start

if TYPE_CHECKING:
    from sanic import Blueprint

    from bot.channels.limits import Limits
    from bot.channels.password import PasswordHash
    from bot.channels.session import Sessions
    from bot.counter.check import CardCheck
    from bot.counter.roots import Roots
    from bot.dialogue.turn import Content
    from bot.engine.bot import Bot

_LARGEST_REQUEST = 16_384


def ensure_model(settings: Settings, progress: Callable[[str], None]) -> None:
    """Trains when the model is missing or older than its data. Raises TrainingError."""
    from bot.engine.training import is_current, train

    if not is_current(settings.project, settings.model):
        progress("学習します（初めてのとき、例文や規則を変えたときだけ。1分ほど）")
        train(settings.project, settings.model)
        progress("学習が終わりました")


def make_bot(settings: Settings, state: Path | None) -> Bot:
    """A Bot whose conversations and feedback lie below `state`, or in memory when None."""
    from bot.engine.quiet import quiet_rasa
    from bot.engine.without_tensorflow import keep_tensorflow_out

    quiet_rasa()
    keep_tensorflow_out()
    from bot.engine.bot import Bot
    from bot.engine.feedback_store import FeedbackStore
    from bot.engine.tracker_store import ConversationStore

    content = load_content(settings.data)
    conversations, feedback = (state / "conversations.sqlite3", state / "feedback.sqlite3") if state else (None, None)
    return Bot(content, settings.model, ConversationStore(conversations), FeedbackStore(feedback), settings.now)


def make_card_check(settings: Settings, content: Content) -> CardCheck:
    """Reads cards of this computer; nothing starts before somebody asks for it."""
    from bot.counter.check import CardCheck
    from bot.counter.process import Child
    from bot.counter.roots import Roots
    from bot.counter.wording import read_counter_wording

    wording = read_counter_wording(settings.data, content.base)
    return CardCheck(wording, content.base, Roots(settings.roots, wording.roots), Child(), settings.now)


def make_roots(settings: Settings) -> Roots:
    """The issuer's certificates of this computer."""
    from bot.counter.roots import Roots
    from bot.counter.wording import read_counter_wording

    return Roots(settings.roots, read_counter_wording(settings.data, load_content(settings.data).base).roots)


def make_counter_bot(settings: Settings) -> Bot:
    """A Bot for a clerk's own terminal, with conversations in memory; it may read a card where this computer is a counter's."""
    bot = make_bot(settings, None)
    if settings.counter:
        from actions.resources import provide_card_check

        provide_card_check(make_card_check(settings, bot.content))
    return bot


def serve(settings: Settings, host: str, port: int, say: Callable[[str], None]) -> None:
    """Runs until stopped. What cannot start as it is set up raises before anything slow: see check_start."""
    start = check_start(settings, host, port, say)
    ensure_model(settings, say)
    say("起動しています …")
    bot = make_bot(settings, settings.state)
    from bot.channels.limits import Limits
    from bot.channels.protocol import BoundedProtocol
    from bot.channels.server import make_server

    sessions, limits = start.sessions, Limits() if settings.limits else Limits(None)
    server = make_server(bot, sessions, limits, _LARGEST_REQUEST, settings.origins, settings.proxies or 0)
    address = f"http://{host}:{port}"
    if start.password is not None:
        server.blueprint(_staff(bot, settings, start.password))
        say(f"職員用のページ: {address}/staff")
    if settings.telegram is not None:
        from bot.channels.telegram import TelegramChannel, telegram_channel

        server.blueprint(telegram_channel(TelegramChannel(bot, sessions, limits, settings.telegram, say)))
    if settings.line is not None:
        for blueprint in _line(bot, sessions, limits, settings.line, settings.public_url):
            server.blueprint(blueprint)
        say(f"LINE: Webhook URL は {settings.public_url or 'https://（外から見える住所）'}/line/webhook です")
    say(f"動いています: {address}/ （ブラウザで開いてください。終えるときは Ctrl+C）")
    say("端末で使うなら: jpki-bot chat")
    server.run(host=host, port=port, protocol=BoundedProtocol, workers=1, access_log=False, debug=False, motd=False)


def _staff(bot: Bot, settings: Settings, password: PasswordHash) -> Blueprint:
    from bot.channels.card_panel import CounterPanel
    from bot.channels.staff import Desk, staff_channel
    from bot.dialogue.reference import Reference
    from bot.knowledge.staff import read_staff_wording

    staff = settings.staff
    town = bot.municipality(staff.municipality) if staff.municipality else None
    wording = read_staff_wording(settings.data, bot.content.base)
    reference = Reference(bot.content, wording.legal_basis, settings.now().date())
    panel = CounterPanel(make_card_check(settings, bot.content)) if settings.counter else None
    return staff_channel(bot, reference, Desk(password, wording, town, staff.behind_tls, staff.idle_minutes), panel)


def _line(bot: Bot, sessions: Sessions, limits: Limits, line: LineSettings, public_url: str | None) -> list[Blueprint]:
    """The webhook, and the calendar's links where the server has an address outside."""
    from bot.channels.calendar_links import CalendarLinks, calendar_channel
    from bot.channels.line import LineDesk, line_channel
    from bot.channels.line_client import LineClient
    from bot.channels.line_delivery import Delivery
    from bot.channels.line_talk import LineTalk

    links = CalendarLinks(public_url) if public_url else None
    client = LineClient(line.token, line.api, line.uploads)
    desk = LineDesk(LineTalk(bot, limits, links), Delivery(client, line.push), sessions)
    channels = [line_channel(desk, client, line.secret)]
    return [*channels, calendar_channel(links, lambda: bot.sentence("calendar_gone"))] if links else channels
