"""What the service manager hears of this process: that it answers, and that its loop still turns."""

from __future__ import annotations

import logging
import socket

_log = logging.getLogger(__name__)


class Supervisor:
    """`address` is what systemd gives a service as NOTIFY_SOCKET; None: nobody listens."""

    def __init__(self, address: str | None) -> None:
        # A name that begins with @ lies in Linux's abstract namespace.
        self._address = f"\0{address[1:]}" if address and address.startswith("@") else address

    def ready(self) -> None:
        self._say("READY=1")

    def alive(self) -> None:
        """To be called from the loop: one that hangs says nothing, and is ended and started anew."""
        self._say("WATCHDOG=1")

    def stopping(self) -> None:
        self._say("STOPPING=1")

    def _say(self, what: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaker:
                speaker.setblocking(False)
                speaker.sendto(what.encode(), self._address)
        except OSError as error:
            _log.error("the service manager does not listen: %s", error.strerror, extra={"fault": "supervisor"})
