"""A message that comes twice is answered once: the last answers of each conversation, in memory only."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

_MOST_CONVERSATIONS = 500
_MOST_ANSWERS = 2
Answer = dict[str, Any]


class Repeats:
    """By conversation and the client's own id of the message. A restart forgets them: the message is then answered anew."""

    def __init__(self, most_conversations: int = _MOST_CONVERSATIONS, most_answers: int = _MOST_ANSWERS) -> None:
        self._most_conversations, self._most_answers = most_conversations, most_answers
        self._kept: OrderedDict[str, OrderedDict[str, asyncio.Task[Answer]]] = OrderedDict()

    async def answer(self, conversation: str, message: str, make: Callable[[], Awaitable[Answer]]) -> Answer:
        """The kept answer, or that of `make`, which goes on when the caller is cancelled: the client will ask again.

        Whoever asks while it is being made waits for the same one. A failure is not kept.
        """
        task = self._of(conversation).get(message)
        if task is None:
            task = asyncio.ensure_future(_run(make))
            self._keep(conversation, message, task)
        return await asyncio.shield(task)

    def holds(self, conversation: str, message: str) -> bool:
        return message in self._kept.get(conversation, ())

    def forget(self, conversation: str) -> None:
        self._kept.pop(conversation, None)

    def _of(self, conversation: str) -> OrderedDict[str, asyncio.Task[Answer]]:
        answers = self._kept.pop(conversation, None) or OrderedDict()
        self._kept[conversation] = answers
        if len(self._kept) > self._most_conversations:
            self._kept.popitem(last=False)
        return answers

    def _keep(self, conversation: str, message: str, task: asyncio.Task[Answer]) -> None:
        answers = self._of(conversation)
        answers[message] = task
        if len(answers) > self._most_answers:
            answers.popitem(last=False)

        def failed(done: asyncio.Task[Answer]) -> None:
            if (done.cancelled() or done.exception()) and answers.get(message) is done:
                del answers[message]

        task.add_done_callback(failed)


async def _run(make: Callable[[], Awaitable[Answer]]) -> Answer:
    return await make()
