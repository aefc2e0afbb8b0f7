"""Whatever a card answers: never a crash, never a day that nobody signed, never a PIN."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.counter.certificate import judge, whole_length
from bot.counter.reading import Reading, ReadingError
from tests.counter.authority import NOW, Authority
from tests.counter.conftest import look
from tests.counter.virtual_card import VirtualCard

MANY = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
STATUS = st.integers(0, 0xFFFF) | st.sampled_from([0x9000, 0x6282, 0x6B00, 0x6C00, 0x6CFF, 0x6A82, 0x6982, 0x63C0, 0x6100])


def shows_no_day(reading: Reading) -> bool:
    return reading.auth is None or (reading.auth.state in ("foreign", "unreadable") and reading.auth.last_day is None)


class Babbler:
    """A card that answers every command with the next of some bytes; each answer goes round again."""

    def __init__(self, answers: list[bytes]) -> None:
        self.answers, self.commands = answers, list[bytes]()

    def transmit(self, command: bytes) -> bytes:
        self.commands.append(command)
        return self.answers[(len(self.commands) - 1) % len(self.answers)]


@MANY
@given(answers=st.lists(st.binary(max_size=300), min_size=1, max_size=12))
def test_a_card_that_babbles(issuer: Authority, answers: list[bytes]) -> None:
    card = Babbler(answers)
    assert shows_no_day(look(card, issuer.der))  # type: ignore[arg-type]
    assert all(len(command) == 4 for command in card.commands if command[1] == 0x20)


@MANY
@given(statuses=st.lists(STATUS, min_size=1, max_size=30), lengths=st.lists(st.integers(0, 258), min_size=1, max_size=7))
def test_a_my_number_card_whose_statuses_and_lengths_are_mangled(issuer: Authority, certificate: bytes, statuses: list[int], lengths: list[int]) -> None:
    class Mangling(VirtualCard):
        def _answer(self, command: bytes) -> bytes:
            number = len(self.commands)
            answer = super()._answer(command)
            if number <= 3:
                return answer
            return answer[:-2][: lengths[number % len(lengths)]] + statuses[number % len(statuses)].to_bytes(2, "big")

    card = Mangling(certificate)
    reading = look(card, issuer.der)
    assert card.verified_with_data == 0 and len(card.commands) < 160
    read = reading.auth
    assert read is not None and (read.state == "within" or read.last_day is None), "the whole of it as signed, or no day"


@MANY
@example(changes=[(12, 1)])
@given(changes=st.lists(st.tuples(st.integers(0, 4000), st.integers(1, 255)), min_size=1, max_size=6))
def test_a_certificate_with_changed_bytes(issuer: Authority, certificate: bytes, changes: list[tuple[int, int]]) -> None:
    spoilt = bytearray(certificate)
    for position, change in changes:
        spoilt[position % len(spoilt)] ^= change
    if bytes(spoilt) != certificate:
        assert shows_no_day(look(VirtualCard(bytes(spoilt)), issuer.der))


@MANY
@given(der=st.binary(max_size=700), length=st.integers(0, 0xFFFF))
def test_bytes_that_are_no_certificate(issuer: Authority, der: bytes, length: int) -> None:
    content = b"\x30\x82" + length.to_bytes(2, "big") + der
    assert judge(content, [issuer.der], NOW).last_day is None
    assert shows_no_day(look(VirtualCard(content), issuer.der))


@given(start=st.binary(max_size=8))
def test_a_length_is_within_its_bounds_or_none(start: bytes) -> None:
    length = whole_length(start)
    assert length is None or (512 <= length <= 4096 and start[:2] == b"\x30\x82")


@given(data=st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=9), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_what_is_no_reading_is_not_taken_for_one(data: object) -> None:
    try:
        Reading.of(data)
    except ReadingError as error:
        assert str(error) == "no reading"
    else:
        raise AssertionError(json.dumps(data))
