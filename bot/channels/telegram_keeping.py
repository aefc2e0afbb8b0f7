"""An update of Telegram as it lies in the inbox: what answering it needs, and nothing else of whoever sent it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from telegram import CallbackQuery, Chat, ChatMember, ChatMemberUpdated, Message, MessageEntity, Update
from telegram.ext import filters

from bot.channels.inbox import Arrival
from bot.language.private_data import Masked

CHANNEL = "telegram"
_NOBODY = {"is_bot": False, "first_name": "-"}
_HIDDEN = "jpki_bot_hidden"
_NEWS = {"delete_chat_photo": True}
"""Stands for whatever Telegram tells of a chat: none of it is answered in a private one."""
Json = dict[str, Any]


def name_of(update: Update) -> str:
    return str(update.update_id)


def kept(update: Update, mask: Callable[[str], Masked]) -> Arrival:
    """Pictures sent together are one message to whoever sent them, and so share a name. Raises ValueError without a number to be known by."""
    if not isinstance(update.update_id, int):
        raise ValueError("update_id")
    message, press, change = update.message or update.edited_message, update.callback_query, update.my_chat_member
    body: Json = {"update_id": update.update_id}
    if message:
        masked = mask(message.text or "")
        body["message" if update.message else "edited_message"] = _message(update, message, masked.text)
        body[_HIDDEN] = sorted(masked.kinds)
    elif press:
        body["callback_query"] = _press(press)
    elif change:
        body["my_chat_member"] = _change(change)
    album = [f"album {message.chat.id} {message.media_group_id}"] if message and message.media_group_id and update.message else []
    return Arrival(CHANNEL, (name_of(update), *album), body)


def hidden_in(update: Update) -> frozenset[str]:
    """The kinds of private data that were blanked before it came to rest."""
    return frozenset(update.api_kwargs.get(_HIDDEN, ()))


def _message(update: Update, message: Message, text: str) -> Json:
    """A picture, a sound or a place is kept as no more than a message without text."""
    found = {"message_id": message.message_id, "date": int(message.date.timestamp()), "chat": _chat(message.chat)}
    if text:
        # A command stands first: masking moves nothing before it.
        commands = [entity.to_dict() for entity in message.entities if entity.type == MessageEntity.BOT_COMMAND and entity.offset == 0]
        return {**found, "text": text, "entities": commands}
    return {**found, **_NEWS} if filters.StatusUpdate.ALL.check_update(update) else found


def _press(press: CallbackQuery) -> Json:
    """With the bot's own message under which the button stands: it is edited then."""
    shown = press.message
    own: Mapping[str, Any] = {}
    if isinstance(shown, Message):
        own = {"text": shown.text or "", "entities": [entity.to_dict() for entity in shown.entities]}
    message = {} if shown is None else {"message": {"message_id": shown.message_id, "date": int(shown.date.timestamp()), "chat": _chat(shown.chat), **own}}
    return {"id": press.id, "from": {"id": press.from_user.id, **_NOBODY}, "chat_instance": "", "data": press.data, **message}


def _change(change: ChatMemberUpdated) -> Json:
    """Only whether the bot belongs to the chat."""
    old, new = ({"user": {"id": 0, **_NOBODY}, "status": _standing(member)} for member in (change.old_chat_member, change.new_chat_member))
    date = int(change.date.timestamp())
    return {"chat": _chat(change.chat), "from": {"id": change.from_user.id, **_NOBODY}, "date": date, "old_chat_member": old, "new_chat_member": new}


def _standing(member: ChatMember) -> str:
    return ChatMember.LEFT if member.status in (ChatMember.LEFT, ChatMember.BANNED) else ChatMember.MEMBER


def _chat(chat: Chat) -> Json:
    return {"id": chat.id, "type": chat.type}
