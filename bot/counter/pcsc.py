"""A reader of this computer, through PC/SC. Only the child process uses it: a transmission has no time-out of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime
from typing import Any

from bot.counter.card import Card
from bot.counter.reading import Reading, Situation
from bot.counter.transport import Interrupted

_SLICE = 0.5
"""Seconds that one wait for a change may take."""
_SHARING_VIOLATION, _RESET_CARD = 0x8010000B, 0x80100068
_NO_ONE_THERE = (0x8010001D, 0x8010001E)
"""No service, and one that was stopped."""
_GONE = (0x8010000C, 0x80100069)
"""No card, and a card that was taken away."""


class Connection:
    """A card of one's own: another program's SELECT would make our READ give the wrong file."""

    def __init__(self, scard: Any, context: Any, reader: str) -> None:
        self._scard = scard
        protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        code, self._handle, self._protocol = scard.SCardConnect(context, reader, scard.SCARD_SHARE_EXCLUSIVE, protocols)
        if code:
            raise Interrupted(_why_no_connection(code))

    def transmit(self, command: bytes) -> bytes:
        code, answer = self._scard.SCardTransmit(self._handle, self._protocol, list(command))
        if code:
            raise Interrupted(_why_no_answer(code))
        if not answer:
            # A card that is pulled answers once with nothing before the reader notices.
            raise Interrupted(Situation.removed)
        return bytes(byte & 0xFF for byte in answer)

    def close(self) -> None:
        """Without power: what a PIN opened in this power session is closed again."""
        self._scard.SCardDisconnect(self._handle, self._scard.SCARD_UNPOWER_CARD)


class Readers:
    """The readers of this computer. Raises Interrupted when there is no PC/SC; used in a `with`."""

    def __init__(self) -> None:
        try:
            from smartcard import scard
        except ImportError as error:
            raise Interrupted(Situation.no_software) from error
        self._scard = scard
        code, self._context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
        if code:
            raise Interrupted(Situation.no_service)

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *_: object) -> None:
        self._scard.SCardReleaseContext(self._context)

    def read(self, wait: float, roots: Sequence[bytes], now: datetime, reading: Callable[[], None]) -> Reading:
        """The one My Number card that lies on a reader within `wait` seconds. `reading` is called once a card is there."""
        readers = self._filled(wait)
        if not readers:
            return Reading(Situation.no_card)
        reading()
        with ExitStack() as stack:
            cards, others = self._cards(readers, stack)
            if len(cards) > 1:
                return Reading(Situation.two_cards)
            return cards[0].read(roots, now) if cards else Reading(_weightiest(others))

    def taken_away(self, seconds: float) -> bool:
        """Whether a card that lies on a reader now is taken off within that time; no card is spoken to."""
        ends = time.monotonic() + seconds
        states = self._states([(reader, self._scard.SCARD_STATE_UNAWARE) for reader in self._names()], 0)
        lying = {name for name, state in states if state & self._scard.SCARD_STATE_PRESENT}
        if not lying:
            return True
        while (left := ends - time.monotonic()) > 0:
            states = self._states(states, min(_SLICE, left))
            if any(name in lying and not state & self._scard.SCARD_STATE_PRESENT for name, state in states):
                return True
        return False

    def _cards(self, readers: Sequence[str], stack: ExitStack) -> tuple[list[Card], list[Situation]]:
        """My Number cards, and what the other readers hold: slots for other chips look filled too."""
        cards: list[Card] = []
        others: list[Situation] = []
        for reader in readers:
            try:
                connection = Connection(self._scard, self._context, reader)
                stack.callback(connection.close)
                card = Card(connection)
                situation = card.recognise()
            except Interrupted as stop:
                situation = stop.situation
            if situation is Situation.read:
                cards.append(card)
            else:
                others.append(situation)
        return cards, others

    def _filled(self, wait: float) -> list[str]:
        ends = time.monotonic() + wait
        states = self._states([(reader, self._scard.SCARD_STATE_UNAWARE) for reader in self._names()], 0)
        while True:
            filled = [name for name, state in states if state & self._scard.SCARD_STATE_PRESENT]
            left = ends - time.monotonic()
            if filled or left <= 0:
                return filled
            states = self._states(states, min(_SLICE, left))

    def _names(self) -> list[str]:
        code, readers = self._scard.SCardListReaders(self._context, [])
        if _plain(code) in _NO_ONE_THERE:
            raise Interrupted(Situation.no_service)
        if code or not readers:
            raise Interrupted(Situation.no_reader)
        return list(readers)

    def _states(self, known: Sequence[tuple[str, int]], wait: float) -> list[tuple[str, int]]:
        code, states = self._scard.SCardGetStatusChange(self._context, int(wait * 1000), list(known))
        if code == self._scard.SCARD_E_TIMEOUT:
            return list(known)
        if code:
            raise Interrupted(Situation.no_service if _plain(code) in _NO_ONE_THERE else Situation.no_reader)
        return [(name, state) for name, state, _ in states]


def _weightiest(found: Sequence[Situation]) -> Situation:
    """What to tell when no reader holds a My Number card: a fault on one of them before a card of another kind."""
    return next((situation for situation in found if situation is not Situation.other_card), Situation.other_card)


def _why_no_connection(code: int) -> Situation:
    if _plain(code) == _SHARING_VIOLATION:
        return Situation.busy
    return Situation.removed if _plain(code) in _GONE else Situation.no_answer


def _why_no_answer(code: int) -> Situation:
    """Readers give many codes for a card that was pulled: whatever is not known to be another thing counts as that."""
    if _plain(code) == _RESET_CARD:
        return Situation.reset
    return Situation.no_service if _plain(code) in _NO_ONE_THERE else Situation.removed


def _plain(code: int) -> int:
    """Some systems give the codes as negative numbers."""
    return code & 0xFFFFFFFF
