"""Rasa kept quiet: no telemetry, no user text in debug lines, no warnings of its own dependencies."""

from __future__ import annotations

import logging
import os

from bot.logs import route_rasa


def quiet_rasa() -> None:
    """Call before the first import of rasa. Safe to call again."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    # Rasa's dependencies reset the warning filters when imported; their deprecations help no operator.
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    route_rasa()
    for name in ("matplotlib", "tensorflow", "sanic", "asyncio", "httpx", "apscheduler"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("rasa").setLevel(logging.ERROR)
