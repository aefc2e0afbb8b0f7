"""What each kind of Telegram update is answered with. The sentences are the bot's; here they only find their way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from telegram import Chat, ChatMember, Update
from telegram.ext import (
    Application,
    BaseUpdateProcessor,
    CallbackContext,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    MessageHandler,
    filters,
)

from bot.channels.choices import ChoiceGone, Choices, ChoiceTaken
from bot.channels.limits import Limits, TooMany
from bot.channels.seen import Seen
from bot.channels.telegram_keeping import hidden_in
from bot.channels.telegram_outbox import Outbox
from bot.dialogue.answering import town_buttons
from bot.dialogue.smalltalk import menu_buttons
from bot.engine.lanes import Lanes
from bot.knowledge.answer import Button
from bot.logs import what_failed

if TYPE_CHECKING:
    from bot.engine.bot import Bot

App = Application[Any, Any, Any, Any, Any, Any]
Context = CallbackContext[Any, Any, Any, Any]

COMMANDS = ("start", "help", "municipality", "clear")
WANTED = (Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER)
_AT_ONCE = 16
_MOST_WAITING = 10_000
_MOST_REMEMBERED = 5_000
_log = logging.getLogger(__name__)


class Reception:
    """`conversation` and `message` give the names at rest of a chat and of an update."""

    def __init__(self, bot: Bot, conversation: Callable[[int], str], message: Callable[[int], str], limits: Limits, outbox: Outbox) -> None:
        self._bot, self._conversation, self._message, self._limits, self._outbox = bot, conversation, message, limits, outbox
        self._choices = Choices()
        self._groups, self._told_busy = Seen(_MOST_REMEMBERED), Seen(_MOST_REMEMBERED)

    def open(self, application: App) -> None:
        """Private chats are answered; a group gets one line; what tells of a chat itself is no message."""
        private, new = filters.ChatType.PRIVATE, filters.UpdateType.MESSAGE
        edited = filters.UpdateType.EDITED_MESSAGE
        for command in COMMANDS:
            application.add_handler(CommandHandler(command, getattr(self, command), private & new))
        application.add_handlers(
            [
                CallbackQueryHandler(self.choice),
                ChatMemberHandler(self.membership, ChatMemberHandler.MY_CHAT_MEMBER),
                MessageHandler(filters.ChatType.GROUPS & new, self.group),
                MessageHandler(private & new & filters.COMMAND, self.help),
                MessageHandler(private & new & filters.TEXT, self.question),
                MessageHandler(private & edited & filters.TEXT, self.edited),
                MessageHandler(private & new & ~filters.StatusUpdate.ALL, self.not_text),
            ]
        )
        application.add_error_handler(self.failed)

    async def start(self, update: Update, context: Context) -> None:
        """A link may name the municipality: t.me/<bot>?start=<code>."""
        chat = _chat(update)
        if not await self._admitted(chat):
            return
        if town := self._town(context.args):
            await self._outbox.send(chat, self._bot.welcome())
            await self._reply(update, town.title, town.payload)
        else:
            await self._offer(chat, f"{self._bot.welcome()}\n{self._bot.sentence('ask_town')}", self._towns())

    async def help(self, update: Update, _: Context) -> None:
        chat = _chat(update)
        if await self._admitted(chat):
            await self._offer(chat, self._bot.sentence("help"), self._menu())

    async def municipality(self, update: Update, context: Context) -> None:
        chat = _chat(update)
        if not await self._admitted(chat):
            return
        if town := self._town(context.args):
            await self._reply(update, town.title, town.payload)
        else:
            await self._offer(chat, self._bot.sentence("ask_town"), self._towns())

    async def clear(self, update: Update, _: Context) -> None:
        chat = _chat(update)
        await self._forget(chat)
        if await self._admitted(chat):
            await self._outbox.send(chat, self._bot.sentence("forgotten"))

    async def question(self, update: Update, _: Context) -> None:
        chat, message = _chat(update), update.effective_message
        if await self._admitted(chat):
            await self._reply(update, (message and message.text) or "", None)

    async def choice(self, update: Update, _: Context) -> None:
        """The press was acknowledged when it came in (InOrder)."""
        query = update.callback_query
        if query is None or query.message is None or query.message.chat.type != Chat.PRIVATE:
            return
        chat = query.message.chat.id
        # What comes too fast is refused before it uses its keyboard up.
        if not await self._admitted(chat):
            return
        try:
            button = self._choices.take(self._conversation(chat), query.data or "")
        except ChoiceTaken:
            return
        except ChoiceGone:
            await self._outbox.close_keyboard(query.message)
            await self._offer(chat, self._bot.sentence("choice_gone"), self._menu())
            return
        await self._outbox.close_keyboard(query.message, self._bot.sentence("choice_made").replace("<choice>", button.title))
        await self._reply(update, button.title, button.payload)

    async def edited(self, update: Update, _: Context) -> None:
        await self._say(_chat(update), "edited")

    async def not_text(self, update: Update, _: Context) -> None:
        await self._say(_chat(update), "not_text")

    async def membership(self, update: Update, _: Context) -> None:
        """Who blocks the bot is forgotten; a group that takes it in gets its one line."""
        change = update.my_chat_member
        if change is None:
            return
        here = change.new_chat_member.status not in (ChatMember.LEFT, ChatMember.BANNED)
        if change.chat.type == Chat.PRIVATE and not here:
            await self._forget(change.chat.id)
        elif change.chat.type in (Chat.GROUP, Chat.SUPERGROUP) and here:
            await self.group(update, _)

    async def group(self, update: Update, _: Context) -> None:
        chat = _chat(update)
        if self._groups.is_new(chat):
            await self._outbox.send(chat, self._bot.sentence("group"))

    async def failed(self, _: object, context: Context) -> None:
        _log.error("Telegram: 答えられませんでした", extra=what_failed(context.error) if context.error else {})

    async def acknowledge(self, update: object) -> None:
        """Ends the waiting sign on a pressed button, before its turn comes."""
        if isinstance(update, Update) and update.callback_query:
            await self._outbox.acknowledge(update.callback_query.id)

    async def _reply(self, update: Update, text: str, choice: str | None) -> None:
        chat, message = _chat(update), self._message(update.update_id)
        async with self._outbox.typing(chat):
            answer = await self._bot.reply(self._conversation(chat), text, choice=choice, message=message, hidden=hidden_in(update), channel="telegram")
        links = {source["title"]: source["url"] for source in answer["sources"] if source["url"]}
        await self._offer(chat, answer["text"], [Button(**button) for button in answer["buttons"]], links)
        for file in answer.get("attachments", ()):
            await self._outbox.send_file(chat, file["name"], file["content"])

    async def _offer(self, chat: int, text: str, buttons: Sequence[Button], links: Mapping[str, str] | None = None) -> None:
        names = self._choices.offer(self._conversation(chat), buttons) if buttons else []
        await self._outbox.send(chat, text, [(button.title, name) for button, name in zip(buttons, names, strict=True)], links)

    async def _say(self, chat: int, sentence: str) -> None:
        if await self._admitted(chat):
            await self._outbox.send(chat, self._bot.sentence(sentence))

    async def _admitted(self, chat: int) -> bool:
        """False for what comes too fast; that is said once, until one is let in again."""
        try:
            await self._limits.message(self._conversation(chat))
        except TooMany:
            if self._told_busy.is_new(chat):
                await self._outbox.send(chat, self._bot.busy())
            return False
        self._told_busy.forget(chat)
        return True

    async def _forget(self, chat: int) -> None:
        conversation = self._conversation(chat)
        self._choices.forget(conversation)
        await self._bot.forget(conversation)

    def _menu(self) -> Sequence[Button]:
        return menu_buttons(self._bot.content.base)

    def _towns(self) -> Sequence[Button]:
        return town_buttons(self._bot.content.base)

    def _town(self, arguments: Sequence[str] | None) -> Button | None:
        code = self._bot.municipality(" ".join(arguments or ()))
        return next((button for button in self._towns() if button.payload == f"municipality:{code}"), None)


class InOrder(BaseUpdateProcessor):
    """Chats side by side, each in the order of its updates. `at_once` runs as soon as an update is in, `answered` before the next of its chat."""

    def __init__(self, at_once: Callable[[object], Awaitable[None]], answered: Callable[[object], Awaitable[None]]) -> None:
        super().__init__(_MOST_WAITING)
        self._at_once, self._answered = at_once, answered
        self._lanes, self._working = Lanes(), asyncio.Semaphore(_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._abandoned = False

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        work = asyncio.ensure_future(self._in_turn(update, coroutine))
        self._tasks.add(work)
        try:
            await asyncio.gather(work, self._at_once(update))
        finally:
            self._tasks.discard(work)

    def __len__(self) -> int:
        """How many updates are taken up and not answered yet."""
        return len(self._tasks)

    def abandon(self) -> None:
        """Leaves unanswered what still waits: the time for it is over."""
        self._abandoned = True
        for task in self._tasks:
            task.cancel()

    async def _in_turn(self, update: object, coroutine: Awaitable[Any]) -> None:
        try:
            # The lane comes first: a chat with many messages waiting takes up one place, not all of them.
            async with self._lanes.of(_lane(update)), self._working:
                if not self._abandoned:
                    await coroutine
                    await self._answered(update)
        finally:
            if isinstance(coroutine, Coroutine):
                coroutine.close()

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to give back."""


def _lane(update: object) -> int | None:
    chat = update.effective_chat if isinstance(update, Update) else None
    return chat.id if chat else None


def _chat(update: Update) -> int:
    chat = update.effective_chat
    if chat is None:
        raise ValueError("an update of no chat")
    return chat.id
