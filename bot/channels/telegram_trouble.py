"""What keeps Telegram from being reached, in words for the operator and never more often than they help."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from telegram.error import Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut

from bot.channels.inbox import InboxError
from bot.settings import TELEGRAM_TOKEN

_QUIET_SECONDS = 600.0
_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (InvalidToken, f"トークンが受け付けられません。{TELEGRAM_TOKEN} を、@BotFather が出したものと見くらべてください"),
    (Forbidden, f"このトークンでは許されていません。{TELEGRAM_TOKEN} を確かめてください"),
    (Conflict, "同じトークンのボットが、ほかでも動いています（409）。1つだけを動かしてください"),
    (RetryAfter, "送りすぎだと言われました。待ってから続けます"),
    (TimedOut, "返事がありません"),
    (InboxError, "受信箱に書けません。わけは、ログと /health にあります"),
    (NetworkError, "つながりません。ネットワークか、プロキシの設定（HTTPS_PROXY）を確かめてください"),
)


class Trouble:
    """Says each kind of trouble at once, then not again for ten minutes; says once that it is over."""

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float] = monotonic) -> None:
        self._say, self._clock = say, clock
        self._said: dict[type[Exception], float] = {}
        self._failures = 0
        self._spoken = False

    def note(self, error: Exception) -> None:
        """A single lost connection is nothing to speak of; the second in a row is."""
        self._failures += 1
        passing = isinstance(error, NetworkError) and self._failures == 1
        quiet = self._clock() - self._said.get(type(error), -_QUIET_SECONDS) < _QUIET_SECONDS
        if passing or quiet:
            return
        self._said[type(error)] = self._clock()
        self._spoken = True
        self._say(f"Telegram: {in_words(error)}。ほかの窓口（ウェブなど）は動いています。つながるまで試し続けます")

    def over(self) -> None:
        self._failures = 0
        if self._spoken:
            self._spoken = False
            self._say("Telegram: また受け取れるようになりました")


def in_words(error: Exception) -> str:
    """Never the error's own text: it may hold the token, or what somebody typed."""
    return next((words for kind, words in _WORDS if isinstance(error, kind)), f"思わぬ誤りです（{type(error).__name__}）")
