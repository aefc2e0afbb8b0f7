"""What the tests of the card check share: a test issuer, a virtual card, and the words for a clerk."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.counter.card import Card
from bot.counter.reading import Reading, Situation
from bot.counter.report import Reporter
from bot.counter.wording import CounterWording, read_counter_wording
from bot.dialogue.turn import Content
from tests.counter.authority import NOW, Authority
from tests.counter.virtual_card import VirtualCard


@pytest.fixture(scope="session")
def issuer() -> Authority:
    return Authority.made()


@pytest.fixture(scope="session")
def certificate(issuer: Authority) -> bytes:
    """Within its dates, to the end of 20 March 2029."""
    return issuer.issue()


@pytest.fixture
def card(issuer: Authority, certificate: bytes) -> VirtualCard:
    return VirtualCard(certificate, authority=issuer.der)


@pytest.fixture(scope="session")
def wording(project: Path, content: Content) -> CounterWording:
    return read_counter_wording(project / "data", content.base)


@pytest.fixture(scope="session")
def reporter(wording: CounterWording, content: Content) -> Reporter:
    return Reporter(wording, content.base)


def look(card: VirtualCard, *roots: bytes) -> Reading:
    """One whole look at a card in this process, as the reader's process does it."""
    seen = Card(card)
    situation = seen.recognise()
    return seen.read(roots, NOW) if situation is Situation.read else Reading(situation)
