"""`run`: the bot, its channels and its keeper as one server."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from bot.app import bot_without_model, make_card_check
from bot.settings import LineSettings, Settings
from bot.start_checks import check_start

if TYPE_CHECKING:
    from sanic import Blueprint, Sanic

    from bot.channels.buckets import Buckets
    from bot.channels.inbox import Inbox
    from bot.channels.limits import Limits
    from bot.channels.password import PasswordHash
    from bot.channels.session import Sessions
    from bot.channels.sqlite_inbox import SqliteInbox
    from bot.engine.bot import Bot
    from bot.engine.faults import Faults
    from bot.engine.keeper import Keeper
    from bot.engine.knowledge_watch import Prepare
    from bot.engine.metrics import Metrics
    from bot.engine.model_watch import ModelWatch

_LARGEST_REQUEST = 16_384
_FILES = 8_192


def serve(settings: Settings, host: str, port: int, say: Callable[[str], None]) -> None:
    """Runs until stopped. What cannot start as it is set up raises before anything slow: see check_start."""
    start = check_start(settings, host, port, say)
    _allow_files()
    say("起動しています …")
    from bot.engine.metrics import Metrics

    metrics = Metrics(lambda: bot.content, lambda: bot.faults.lasting(), settings.now)
    bot = bot_without_model(settings, settings.state, metrics)
    from bot.engine.model_watch import ModelWatch

    model = ModelWatch(bot, settings.project, settings.model, say)
    model.begin()
    from bot.channels.connections import TAKEN_AT_ONCE
    from bot.channels.limits import Limits
    from bot.channels.protocol import BoundedProtocol
    from bot.channels.server import make_server

    sessions = start.sessions
    limits = Limits(buckets=_buckets(bot, sessions), refused=metrics.refused) if settings.limits else Limits(None)
    server = make_server(bot, sessions, limits, _LARGEST_REQUEST, settings.origins, metrics, settings.proxies or 0)
    address = f"http://{host}:{port}"
    derived: list[Prepare] = []
    if start.password is not None:
        server.blueprint(_staff(bot, settings, start.password, derived))
        say(f"職員用のページ: {address}/staff")
    inbox = _inbox(settings, sessions, bot.faults, server)
    if settings.telegram is not None:
        from bot.channels.telegram import TelegramChannel, telegram_channel

        telegram = TelegramChannel(bot, sessions, limits, inbox, settings.telegram, say)
        metrics.watch_queue("telegram", telegram.waiting)
        server.blueprint(telegram_channel(telegram))
    if settings.line is not None:
        for blueprint in _line(bot, sessions, limits, inbox, metrics, settings.line, settings.public_url):
            server.blueprint(blueprint)
        say(f"LINE: Webhook URL は {settings.public_url or 'https://（外から見える住所）'}/line/webhook です")
    _keep(server, bot, _keeper(bot, settings, model, derived, inbox, say), settings.notify)
    say(f"動いています: {address}/ （ブラウザで開いてください。終えるときは Ctrl+C）")
    say("端末で使うなら: jpki-bot chat")
    _take_all_who_wait(server)
    server.run(host=host, port=port, protocol=BoundedProtocol, backlog=TAKEN_AT_ONCE, workers=1, access_log=False, debug=False, motd=False)


def _allow_files() -> None:
    """As many open files as the system lets us have without asking: each connection is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if most == resource.RLIM_INFINITY else min(_FILES, most)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _take_all_who_wait(server: Sanic) -> None:
    """asyncio's own loop takes every new connection that waits. uvloop takes one a turn (libuv 1.45 and later): in a flood the turns are long,
    and whoever came anew, a resident or a health check, would wait until it ends.
    """
    server.config.USE_UVLOOP = False
    # Importing Sanic's parts has set uvloop's.
    asyncio.set_event_loop_policy(asyncio.DefaultEventLoopPolicy())


def _buckets(bot: Bot, sessions: Sessions) -> Buckets | None:
    """Shared where the turns are; None: this process has its own."""
    if bot.locks.link is None:
        return None
    from bot.channels.limits import OF_A_PROCESS
    from bot.channels.redis_buckets import RedisBuckets

    return RedisBuckets(bot.locks.link, sessions.secret("buckets"), OF_A_PROCESS)


def _keeper(bot: Bot, settings: Settings, model: ModelWatch, derived: Sequence[Prepare], inbox: SqliteInbox, say: Callable[[str], None]) -> Keeper:
    from bot.engine.clock_watch import ClockWatch
    from bot.engine.keeper import Chore, Keeper
    from bot.engine.knowledge_watch import KnowledgeWatch
    from bot.engine.retention import Retention

    clock = ClockWatch(bot.faults, lambda: bot.content.base, settings.now)
    knowledge = KnowledgeWatch(bot, settings.project, say, derived)
    chores = [Chore("model", 5, model.look), Chore("store", 10, bot.tend), Chore("knowledge", 2, knowledge.look), Chore("inbox", 5, inbox.tend)]
    retention = Retention(bot.kept(settings.state), settings.retention_days, settings.now, clock.is_trusted, bot.faults, say)
    # A moment that was set by hand is no clock.
    return Keeper(chores if settings.fixed_now else [*chores, Chore("clock", 5, clock.look), Chore("retention", 900, retention.look)])


def _keep(server: Sanic, bot: Bot, keeper: Keeper, notify: str | None) -> None:
    """The service manager hears, where `notify` names it, that the server answers and then that its loop turns."""
    from bot.engine.keeper import Chore, Keeper
    from bot.engine.supervisor import Supervisor

    supervisor = Supervisor(notify)
    pulse = Keeper([Chore("supervisor", 5, supervisor.alive)])

    async def start(*_: object) -> None:
        keeper.start()
        supervisor.ready()
        pulse.start()

    async def stop(*_: object) -> None:
        supervisor.stopping()
        await pulse.stop()
        await keeper.stop()

    async def end(*_: object) -> None:
        await bot.close()

    server.register_listener(start, "after_server_start")
    server.register_listener(stop, "before_server_stop")
    server.register_listener(end, "after_server_stop")


def _staff(bot: Bot, settings: Settings, password: PasswordHash, derived: list[Prepare]) -> Blueprint:
    """Adds to `derived` what has to change with the knowledge."""
    from bot.channels.card_panel import CounterPanel
    from bot.channels.staff import Desk, staff_channel
    from bot.counter.wording import read_counter_wording
    from bot.dialogue.reference import Reference
    from bot.engine.knowledge_watch import Derived
    from bot.knowledge.staff import read_staff_wording

    staff = settings.staff
    town = bot.municipality(staff.municipality) if staff.municipality else None
    wording = read_staff_wording(settings.data, bot.content.base)
    reference = Derived(lambda content: Reference(content, wording.legal_basis, settings.now().date()), bot.content)
    derived.append(reference.prepare)
    panel = None
    if settings.counter:
        check = make_card_check(settings, bot.content)
        panel = CounterPanel(check)
        derived.append(lambda content: partial(check.adopt, read_counter_wording(settings.data, content.base), content.base))
    return staff_channel(bot, lambda: reference.value, Desk(password, wording, town, staff.behind_tls, staff.idle_minutes), panel)


def _inbox(settings: Settings, sessions: Sessions, faults: Faults, server: Sanic) -> SqliteInbox:
    """Closed after the chat channels have stopped; no file is made before one of them asks for it."""
    from bot.channels.sqlite_inbox import SqliteInbox

    inbox = SqliteInbox(settings.state / "inbox.sqlite3", sessions, faults)

    async def close(*_: object) -> None:
        await inbox.close()

    server.register_listener(close, "after_server_stop")
    return inbox


def _line(bot: Bot, sessions: Sessions, limits: Limits, inbox: Inbox, metrics: Metrics, line: LineSettings, public_url: str | None) -> list[Blueprint]:
    """The webhook, and the calendar's links where the server has an address outside."""
    from bot.channels.calendar_links import CalendarLinks, calendar_channel
    from bot.channels.line import LineDesk, line_channel
    from bot.channels.line_client import LineClient
    from bot.channels.line_delivery import Delivery
    from bot.channels.line_keeping import CHANNEL
    from bot.channels.line_talk import LineTalk

    links = CalendarLinks(public_url) if public_url else None
    client = LineClient(line.token, line.api, line.uploads)
    delivery = Delivery(client, line.push, partial(inbox.trying, CHANNEL))
    desk = LineDesk(LineTalk(bot, limits, links), delivery, sessions, inbox, bot.masked)
    metrics.watch_queue("line", desk.waiting)
    channels = [line_channel(desk, client, line.secret)]
    return [*channels, calendar_channel(links, lambda: bot.sentence("calendar_gone"))] if links else channels
