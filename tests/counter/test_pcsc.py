"""Readers and their faults, with a PC/SC library that answers as real ones do."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from typing import Any

import pytest

from bot.counter.pcsc import Readers
from bot.counter.reading import Reading, Situation
from bot.counter.transport import Interrupted
from tests.counter.authority import NOW, Authority
from tests.counter.virtual_card import VirtualCard

PRESENT, EMPTY, CHANGED, MUTE = 0x20, 0x10, 0x2, 0x200
Slot = VirtualCard | int | None
"""A card, the code with which connecting to it fails, or nothing."""


class FakeScard(types.ModuleType):
    """The part of smartcard.scard that is used. `faults` are the codes with which single commands fail, by their number."""

    SCARD_SCOPE_SYSTEM, SCARD_SHARE_EXCLUSIVE, SCARD_UNPOWER_CARD, SCARD_STATE_UNAWARE, SCARD_STATE_PRESENT = 2, 1, 2, 0, PRESENT
    SCARD_PROTOCOL_T0, SCARD_PROTOCOL_T1, SCARD_E_TIMEOUT = 1, 2, 0x8010000A

    def __init__(self, *slots: Slot, context: int = 0, listing: int = 0, faults: dict[int, int] | None = None) -> None:
        super().__init__("smartcard.scard")
        self.slots, self.context, self.listing, self.faults = list(slots), context, listing, faults or {}
        self.connected: dict[int, int] = {}
        self.ended: list[tuple[int, int]] = []
        self.released = 0
        self.sent = 0
        self.waits: list[int] = []
        self.on_wait: Callable[[], None] = lambda: None

    def SCardEstablishContext(self, scope: int) -> tuple[int, int]:
        return self.context, 1

    def SCardReleaseContext(self, context: int) -> int:
        self.released += 1
        return 0

    def SCardListReaders(self, context: int, groups: list[str]) -> tuple[int, list[str]]:
        return self.listing, [f"reader {number}" for number in range(len(self.slots))]

    def SCardGetStatusChange(self, context: int, wait: int, states: list[Any]) -> tuple[int, list[Any]]:
        self.waits.append(wait)
        if any(state for _, state in states):
            self.on_wait()
        now = [(name, PRESENT if self.slots[int(name[-1])] is not None else EMPTY, []) for name, _ in states]
        return (0, now) if [(name, state) for name, state, _ in now] != states else (self.SCARD_E_TIMEOUT, states)

    def SCardConnect(self, context: int, reader: str, share: int, protocols: int) -> tuple[int, int, int]:
        assert share == self.SCARD_SHARE_EXCLUSIVE and protocols == 3
        slot = int(reader[-1])
        card = self.slots[slot]
        return (card, 0, 0) if isinstance(card, int) else (0, slot + 100, 2)

    def SCardTransmit(self, handle: int, protocol: int, command: list[int]) -> tuple[int, list[int]]:
        self.sent += 1
        if self.sent in self.faults:
            return self.faults[self.sent], []
        card = self.slots[handle - 100]
        assert isinstance(card, VirtualCard)
        return 0, [byte - 256 if byte > 127 and self.signed else byte for byte in card.transmit(bytes(command))]

    def SCardDisconnect(self, handle: int, how: int) -> int:
        self.ended.append((handle, how))
        return 0

    signed = False


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Callable[[FakeScard], FakeScard]:
    def put(scard: FakeScard) -> FakeScard:
        package = types.ModuleType("smartcard")
        package.scard = scard  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "smartcard", package)
        monkeypatch.setitem(sys.modules, "smartcard.scard", scard)
        return scard

    return put


Install = Callable[[FakeScard], FakeScard]


def read(*roots: bytes, wait: float = 0.0) -> Reading:
    """As the child does it."""
    try:
        with Readers() as readers:
            return readers.read(wait, roots, NOW, lambda: None)
    except Interrupted as stop:
        return Reading(stop.situation)


def test_a_card_is_read_alone_and_left_without_power(install: Install, card: VirtualCard, issuer: Authority) -> None:
    scard = install(FakeScard(card))
    assert read(issuer.der).situation is Situation.read
    assert scard.ended == [(100, scard.SCARD_UNPOWER_CARD)] and scard.released == 1


def test_bytes_that_a_system_gives_with_a_sign_are_the_same_bytes(install: Install, card: VirtualCard, issuer: Authority) -> None:
    install(FakeScard(card)).signed = True
    reading = read(issuer.der)
    assert reading.auth and reading.auth.state == "within"


@pytest.mark.parametrize(
    ("scard", "situation"),
    [
        (FakeScard(context=0x8010001D), Situation.no_service),
        (FakeScard(context=0x8010001E), Situation.no_service),
        (FakeScard(listing=0x8010001D), Situation.no_service),
        (FakeScard(listing=0x8010002E), Situation.no_reader),
        (FakeScard(), Situation.no_reader),
        (FakeScard(None, None), Situation.no_card),
        (FakeScard(0x8010000B), Situation.busy),
        (FakeScard(0x8010000B - 2**32), Situation.busy),
        (FakeScard(0x80100069), Situation.removed),
        (FakeScard(0x8010000C), Situation.removed),
        (FakeScard(0x80100066), Situation.no_answer),
        (FakeScard(0x80100067), Situation.no_answer),
        (FakeScard(VirtualCard(opened=0x6A82)), Situation.other_card),
        (FakeScard(VirtualCard(opened=0x6A82), 0x80100066), Situation.no_answer),
        (FakeScard(VirtualCard(opened=0x6A82), VirtualCard(token=b"JPKIAPICCTOKEN")), Situation.juki_card),
        (FakeScard(VirtualCard(b"x"), VirtualCard(b"x")), Situation.two_cards),
        (FakeScard(VirtualCard(b"x"), VirtualCard(opened=0x6A82)), Situation.read),
        (FakeScard(0x80100066, VirtualCard(b"x")), Situation.read),
        (FakeScard(None, VirtualCard(b"x")), Situation.read),
    ],
)
def test_what_lies_on_the_readers(install: Install, scard: FakeScard, situation: Situation) -> None:
    install(scard)
    assert read().situation is situation


def test_of_two_cards_neither_is_read(install: Install) -> None:
    cards = VirtualCard(b"x"), VirtualCard(b"x")
    scard = install(FakeScard(*cards))
    read()
    assert all(command[1] != 0x20 for card in cards for command in card.commands) and len(scard.ended) == 2


@pytest.mark.parametrize("number", range(1, 16))
@pytest.mark.parametrize(
    ("code", "situation"),
    [
        (0, Situation.removed),
        (0x80100016, Situation.removed),
        (0x80100069, Situation.removed),
        (0x80100017, Situation.removed),
        (0x8010002F, Situation.removed),
        (0x80100069 - 2**32, Situation.removed),
        (0x80100068, Situation.reset),
        (0x8010001E, Situation.no_service),
    ],
)
def test_a_card_that_leaves_in_the_middle(
    install: Install, card: VirtualCard, issuer: Authority, number: int, code: int, situation: Situation
) -> None:
    """Its first sign is an empty answer without a fault; readers differ in the codes that follow."""
    scard = install(FakeScard(card, faults={number: code}))
    assert read(issuer.der) == Reading(situation) and scard.sent == number
    assert scard.ended == [(100, scard.SCARD_UNPOWER_CARD)] and scard.released == 1


def test_a_card_that_is_laid_on_while_waiting_is_read(install: Install, card: VirtualCard, issuer: Authority) -> None:
    scard = install(FakeScard(None))
    scard.on_wait = lambda: scard.slots.__setitem__(0, card) if len(scard.waits) > 3 else None
    assert read(issuer.der, wait=5).situation is Situation.read
    assert max(scard.waits) <= 500, "a wait is short, so that the process can be ended"


def test_without_the_library_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "smartcard", None)
    assert read() == Reading(Situation.no_software)


def test_watching_speaks_to_no_card(install: Install, card: VirtualCard) -> None:
    scard = install(FakeScard(card, VirtualCard()))
    with Readers() as readers:
        assert readers.taken_away(0.01) is False
        scard.on_wait = lambda: scard.slots.__setitem__(0, None)
        assert readers.taken_away(5) is True, "the other slot stays filled"
    assert scard.sent == 0 and scard.connected == {}


def test_where_no_card_lies_it_is_gone_already(install: Install) -> None:
    install(FakeScard(None))
    with Readers() as readers:
        assert readers.taken_away(5) is True
