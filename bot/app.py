"""The composition root: settings, content, model, conversations and channels become one process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.content import load_content
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
    from bot.counter.check import CardCheck
    from bot.counter.roots import Roots
    from bot.dialogue.turn import Content
    from bot.engine.bot import Bot
    from bot.engine.faults import Faults
    from bot.engine.keeper import Keeper
    from bot.engine.knowledge_watch import Prepare
    from bot.engine.locks import Locks
    from bot.engine.metrics import Metrics
    from bot.engine.model_watch import ModelWatch
    from bot.engine.observer import Observer
    from bot.engine.privacy import Shared
    from bot.engine.retention import Purged
    from bot.engine.rows import Rows

_LARGEST_REQUEST = 16_384


def ensure_model(settings: Settings, progress: Callable[[str], None]) -> None:
    """Trains when the model is missing or older than its data. Raises TrainingError."""
    from bot.engine.training import is_current, train

    if not is_current(settings.project, settings.model):
        # A mistake in a file is told before a minute goes into training.
        load_content(settings.data)
        progress("学習します（初めてのとき、例文や規則を変えたときだけ。1分ほど）")
        train(settings.project, settings.model, progress)
        progress("学習が終わりました")


def make_bot(settings: Settings, state: Path | None) -> Bot:
    """A Bot with its model, whose conversations and feedback lie below `state`, or in memory when None. Raises ModelError."""
    bot = _bot_without_model(settings, state)
    bot.load(settings.model)
    return bot


def _bot_without_model(settings: Settings, state: Path | None, observer: Observer | None = None) -> Bot:
    from bot.engine.quiet import quiet_rasa
    from bot.engine.without_tensorflow import keep_tensorflow_out

    quiet_rasa()
    keep_tensorflow_out()
    from bot.engine.bot import Bot
    from bot.engine.faults import Faults
    from bot.engine.feedback_store import FeedbackStore
    from bot.engine.misses_store import MissesStore
    from bot.engine.observer import Unobserved
    from bot.engine.tracker_store import ConversationStore

    observer = observer or Unobserved()
    faults = Faults(settings.now, observer.fault)
    content = load_content(settings.data)
    feedback = FeedbackStore(state / "feedback.sqlite3" if state else None)
    misses = MissesStore(state / "misses.sqlite3" if state else None)
    store = ConversationStore(_rows(settings, state, faults), faults, idle_minutes=settings.idle_minutes)
    locks = _locks(settings, state, faults)
    return Bot(content, store, feedback, settings.now, faults, locks, observer, misses, settings.keep_misses)


def _locks(settings: Settings, state: Path | None, faults: Faults) -> Locks | None:
    """None: turns are taken within this process."""
    if state is None or settings.redis is None:
        return None
    from bot.engine.redis_link import RedisLink
    from bot.engine.redis_locks import RedisLocks

    return RedisLocks(RedisLink(settings.redis, faults))


def _rows(settings: Settings, state: Path | None, faults: Faults) -> Rows:
    if state is not None and settings.database is not None:
        from bot.engine.postgres_rows import PostgresRows

        return PostgresRows(settings.database)
    from bot.engine.sqlite_rows import SqliteRows

    def set_aside(path: Path) -> None:
        faults.happened("store_corrupt", f"会話の記録が壊れていたので、{path} に移して、新しく始めました。要らなければ消してください")

    return SqliteRows(state / "conversations.sqlite3" if state else None, set_aside)


def purge_old(settings: Settings, days: int) -> Purged:
    """Deletes what is older than `days`. Raises RetentionError while the clock cannot be right, StoreError where nothing can be deleted."""
    from bot.engine.faults import Faults
    from bot.engine.feedback_store import FeedbackStore
    from bot.engine.misses_store import MissesStore
    from bot.engine.retention import Kept, check_clock, purge

    today, state = settings.now().date(), settings.state
    check_clock(today, load_content(settings.data).base)
    kept = Kept(_rows(settings, state, Faults(settings.now)), FeedbackStore(state / "feedback.sqlite3"), MissesStore(state / "misses.sqlite3"), state)
    return purge(kept, days, today)


def shared_places(settings: Settings) -> Shared | None:
    """Where several processes keep what they share; None where there is one. Raises StoreError."""
    if settings.database is None or settings.redis is None:
        return None
    from bot.engine import postgres_rows, redis_link
    from bot.engine.privacy import Shared

    rows = postgres_rows.PostgresRows(settings.database)
    return Shared(postgres_rows.place_of(settings.database), rows, redis_link.place_of(settings.redis))


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
    say("起動しています …")
    from bot.engine.metrics import Metrics

    metrics = Metrics(lambda: bot.content, lambda: bot.faults.lasting(), settings.now)
    bot = _bot_without_model(settings, settings.state, metrics)
    from bot.engine.model_watch import ModelWatch

    model = ModelWatch(bot, settings.project, settings.model, say)
    model.begin()
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
    server.run(host=host, port=port, protocol=BoundedProtocol, workers=1, access_log=False, debug=False, motd=False)


def _buckets(bot: Bot, sessions: Sessions) -> Buckets | None:
    """Shared where the turns are; None: this process has its own."""
    if bot.locks.link is None:
        return None
    from bot.channels.redis_buckets import RedisBuckets

    return RedisBuckets(bot.locks.link, sessions.secret("buckets"))


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
