"""A server that can be born quickly: the model is loaded once, each life is a fork of this process. One line in, one life.

Run as `python -m tests.faults.nursery STATE PORT`; each line on standard input asks for a life, its process id comes back.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from bot.app import bot_without_model
from bot.settings import read_settings


def main(state: Path, port: int) -> None:
    settings = read_settings()
    bot = bot_without_model(settings, state)
    bot.load(settings.model)
    print("ready", flush=True)
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            _live(bot, state, port)
        print(child, flush=True)
        os.waitpid(child, 0)


def _live(bot: object, state: Path, port: int) -> None:
    """As `jpki-bot run` serves. A database must be opened in the process that uses it."""
    from bot.channels.limits import Limits
    from bot.channels.server import make_server
    from bot.channels.session import Sessions
    from bot.engine.feedback_store import FeedbackStore

    sys.stdin.close()
    bot._feedback = FeedbackStore(state / "feedback.sqlite3")  # type: ignore[attr-defined]
    server = make_server(bot, Sessions.kept_in(state), Limits(None), 16_384)  # type: ignore[arg-type]
    server.run(host="127.0.0.1", port=port, workers=1, access_log=False, debug=False, motd=False)
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
