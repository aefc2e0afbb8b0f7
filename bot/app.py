"""The composition root: settings, content, model and conversations become a bot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bot.content import load_content
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.counter.check import CardCheck
    from bot.counter.roots import Roots
    from bot.dialogue.turn import Content
    from bot.engine.bot import Bot
    from bot.engine.faults import Faults
    from bot.engine.locks import Locks
    from bot.engine.observer import Observer
    from bot.engine.privacy import Shared
    from bot.engine.retention import Purged
    from bot.engine.rows import Rows


def ensure_model(settings: Settings, progress: Callable[[str], None]) -> None:
    """Trains when the model is missing or older than its data. Raises TrainingError."""
    from bot.engine.training import is_current, train_announced

    if not is_current(settings.project, settings.model):
        # A mistake in a file is told before a minute goes into training.
        load_content(settings.data)
        train_announced(settings.project, settings.model, progress)


def make_bot(settings: Settings, state: Path | None) -> Bot:
    """A Bot with its model, whose conversations and feedback lie below `state`, or in memory when None. Raises ModelError."""
    bot = bot_without_model(settings, state)
    bot.load(settings.model)
    return bot


def bot_without_model(settings: Settings, state: Path | None, observer: Observer | None = None) -> Bot:
    """Answers with whom to call until it is given one. `state` None keeps all in memory."""
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
