"""Every kind of card, as one look through the gate sees it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from bot.counter import apdu
from bot.counter.reading import Auth, Reading, Situation
from bot.counter.transport import Interrupted
from tests.counter.authority import LAST, NOW, Authority
from tests.counter.conftest import look
from tests.counter.virtual_card import VirtualCard

LAST_DAY, FIRST_DAY = date(2029, 3, 20), date(2024, 3, 1)
WITHIN = Auth("within", FIRST_DAY, LAST_DAY)


def test_a_my_number_card_is_read(card: VirtualCard, issuer: Authority) -> None:
    assert look(card, issuer.der) == Reading(Situation.read, WITHIN, "present", 3, 5)


def test_the_last_day_is_japans(card: VirtualCard, issuer: Authority) -> None:
    """14:59:59 of one day in London is the last second of that day in Japan; a second later is the next day's."""
    card.certificate = issuer.issue(LAST + timedelta(seconds=1))
    read = look(card, issuer.der).auth
    assert read and read.last_day == date(2029, 3, 21)


TOKENS = {
    b"JPKIAPICCTOKEN2": Situation.read,
    b"JPKIAPICCTOKEN": Situation.juki_card,
    b"JPKIAPGPSETOKEN": Situation.phone,
    b"JPKIAPIOSTOKEN": Situation.phone,
    b"JPKIAPICCTOKEN3": Situation.unknown_token,
    b"JPKIAPICCTOKEN2X": Situation.unknown_token,
    b" JPKIAPICCTOKEN2": Situation.unknown_token,
    b"": Situation.unknown_token,
    "ＪＰＫＩ".encode(): Situation.unknown_token,
    b"\xff" * 32: Situation.unknown_token,
}


@pytest.mark.parametrize("token", TOKENS)
def test_a_card_is_known_by_its_tokens_name(card: VirtualCard, issuer: Authority, token: bytes) -> None:
    card.token = token
    assert look(card, issuer.der).situation is TOKENS[token]


@pytest.mark.parametrize("token", [t for t, situation in TOKENS.items() if situation is not Situation.read])
def test_of_another_kind_of_card_no_more_than_the_name_is_read(card: VirtualCard, token: bytes) -> None:
    card.token = token
    look(card)
    assert [command[:4] for command in card.commands if command[1] in (0x20, 0xB0)] == [bytes.fromhex("00B00000")]


@pytest.mark.parametrize(
    ("status", "situation"),
    [
        (0x6A82, Situation.other_card),
        (0x6D00, Situation.other_card),
        (0x6E00, Situation.other_card),
        (0x6283, Situation.app_locked),
        (0x6A81, Situation.app_locked),
        (0x6985, Situation.app_locked),
        (0x6F00, Situation.app_locked),
        (0x9001, Situation.app_locked),
        (0x0000, Situation.app_locked),
    ],
)
def test_what_selecting_answers_tells_another_card_from_a_locked_one(card: VirtualCard, status: int, situation: Situation) -> None:
    card.opened = status
    assert look(card) == Reading(situation)


def test_a_card_that_was_not_awake_yet_is_asked_once_more(card: VirtualCard, issuer: Authority) -> None:
    card.answers[apdu.SELECT_APPLICATION] = [b"\x6f\x00", b"\x90\x00"]
    card.before = lambda number, command: setattr(card, "_inside", True)
    assert look(card, issuer.der).auth == WITHIN
    assert card.commands[:2] == [apdu.SELECT_APPLICATION] * 2


def test_a_card_that_never_wakes_is_asked_twice_and_no_more(card: VirtualCard) -> None:
    card.opened = 0x6F00
    look(card)
    assert card.commands == [apdu.SELECT_APPLICATION] * 2


@pytest.mark.parametrize(
    ("status", "tries"),
    [
        (0x63C3, 3), (0x63C1, 1), (0x63CF, 15), (0x63C0, "locked"), (0x6983, "locked"), (0x6984, "locked"),
        (0x9000, "unknown"), (0x6300, "unknown"), (0x6A88, "unknown"), (0x6982, "unknown"), (0x63D3, "unknown"), (0x0000, "unknown"),
    ],
)  # fmt: skip
def test_tries_left_are_counted_and_never_used_up(card: VirtualCard, issuer: Authority, status: int, tries: object) -> None:
    card.auth = card.sign = status
    reading = look(card, issuer.der)
    assert (reading.auth_tries, reading.sign_tries) == (tries, tries)
    assert reading.auth == WITHIN, "a locked PIN does not hide the days"
    assert card.verified_with_data == 0


def test_the_two_pins_are_told_apart(card: VirtualCard) -> None:
    card.auth, card.sign = 0x6984, 0x63C2
    reading = look(card)
    assert (reading.auth_tries, reading.sign_tries) == ("locked", 2)


@pytest.mark.parametrize("file", [0x0018, 0x001B])
def test_a_pin_that_cannot_be_selected_is_not_asked_for(card: VirtualCard, file: int) -> None:
    card.answers[apdu.select_file(file)] = [b"\x6a\x82"]
    reading = look(card)
    assert {0x0018: reading.auth_tries, 0x001B: reading.sign_tries}[file] == "unknown"
    assert card.commands.count(apdu.TRIES_LEFT) == 1


@pytest.mark.parametrize(
    ("availability", "state"),
    [
        (b"\x8f\x8f\x00", "present"),
        (b"\x8f\x00\x00", "present"),
        (b"\x00\x8f\x00", "absent_or_unknown"),
        (b"\x0f\x8f\x00", "absent_or_unknown"),
        (b"\x8f", "unknown"),
        (b"", "unknown"),
    ],
)
def test_only_the_known_value_says_that_a_signature_certificate_is_there(card: VirtualCard, availability: bytes, state: str) -> None:
    card.availability = availability
    assert look(card).sign == state


DAYS: list[tuple[datetime, datetime, str]] = [
    (NOW - timedelta(days=1), NOW + timedelta(days=1), "within"),
    (NOW - timedelta(days=2), NOW - timedelta(seconds=1), "expired"),
    (NOW + timedelta(seconds=1), NOW + timedelta(days=2), "not_yet"),
    (NOW, NOW, "within"),
]


@pytest.mark.parametrize(("began", "last", "state"), DAYS)
def test_the_dates_alone_make_the_state(card: VirtualCard, issuer: Authority, began: datetime, last: datetime, state: str) -> None:
    card.certificate = issuer.issue(last, began)
    read = look(card, issuer.der).auth
    assert read and read.state == state and read.last_day


def test_generations_of_one_name_are_told_apart_by_signature(card: VirtualCard, issuer: Authority) -> None:
    newer = Authority.made()
    card.certificate = newer.issue()
    assert newer.root.subject == issuer.root.subject
    assert look(card, issuer.der).auth == Auth("foreign")
    assert look(card, issuer.der, newer.der).auth == WITHIN


def test_without_any_root_no_day_is_shown(card: VirtualCard) -> None:
    assert look(card).auth == Auth("foreign")


def test_the_cards_own_authority_certificate_is_no_anchor(card: VirtualCard) -> None:
    """Both come from the same card: it is not even read."""
    forged = Authority.made()
    card.certificate, card.authority = forged.issue(), forged.der
    assert look(card, Authority.made().der).auth == Auth("foreign")
    assert apdu.select_file(0x000B) not in card.commands


def test_a_root_in_the_holders_place_is_no_holders_certificate(card: VirtualCard, issuer: Authority) -> None:
    card.certificate = issuer.der
    assert look(card, issuer.der).auth == Auth("foreign")


def test_a_certificate_of_the_next_cards_kind_of_key_is_judged_by_its_issuer(card: VirtualCard, issuer: Authority) -> None:
    card.certificate = issuer.issue(curve=True)
    if len(card.certificate) < 512:
        card.certificate = issuer.issue()
    assert look(card, issuer.der).auth == WITHIN


@pytest.mark.parametrize("position", [10, 20, 200, -1, -100])
def test_one_changed_bit_is_never_a_day(card: VirtualCard, issuer: Authority, certificate: bytes, position: int) -> None:
    spoilt = bytearray(certificate)
    spoilt[position] ^= 1
    card.certificate = bytes(spoilt)
    read = look(card, issuer.der).auth
    assert read and read.state in ("foreign", "unreadable") and read.last_day is None


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda der: b"",
    "one byte": lambda der: der[:1],
    "header only": lambda der: der[:4],
    "cut": lambda der: der[:700],
    "cut at a read": lambda der: der[:512],
    "zeros": lambda der: bytes(len(der)),
    "no sequence": lambda der: b"\x31" + der[1:],
    "short form": lambda der: b"\x30\x81" + der[2:],
    "too short": lambda der: b"\x30\x82\x01\xfb" + der[4:],
    "too long": lambda der: b"\x30\x82\x0f\xfd" + der[4:],
    "absurd": lambda der: b"\x30\x82\xff\xff" + der[4:],
    "longer than it is": lambda der: der[:2] + (int.from_bytes(der[2:4], "big") + 40).to_bytes(2, "big") + der[4:],
    "another kind of DER": lambda der: b"\x30\x82\x02\x00" + b"\x04\x82\x01\xfc" + bytes(508),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_certificate_is_unreadable_and_never_expired(card: VirtualCard, issuer: Authority, certificate: bytes, damage: str) -> None:
    card.certificate = DAMAGES[damage](certificate)
    reading = look(card, issuer.der)
    assert reading.auth == Auth("unreadable")
    assert (reading.sign, reading.auth_tries, reading.sign_tries) == ("present", 3, 5), "the rest is told all the same"


def test_filler_behind_the_certificate_is_left_alone(card: VirtualCard, issuer: Authority, certificate: bytes) -> None:
    card.certificate = certificate + b"\xff" * 900
    assert look(card, issuer.der).auth == WITHIN
    assert max(int.from_bytes(command[2:4], "big") for command in card.commands if command[1] == 0xB0) < len(certificate)


def test_a_certificate_that_may_not_be_read_is_unreadable(card: VirtualCard, issuer: Authority) -> None:
    card.answers[apdu.read_binary(0, 256)] = [b"\x69\x82"]
    assert look(card, issuer.der).auth == Auth("unreadable")


def test_a_card_without_the_file_is_unreadable(card: VirtualCard, issuer: Authority) -> None:
    card.answers[apdu.select_file(0x000A)] = [b"\x6a\x82"]
    assert look(card, issuer.der).auth == Auth("unreadable")


def test_the_length_that_the_card_corrects_is_asked_for_again(card: VirtualCard, issuer: Authority, certificate: bytes) -> None:
    card.answers[apdu.read_binary(0, 256)] = [b"\x6c\xf0"]
    assert look(card, issuer.der).auth == WITHIN
    assert apdu.read_binary(0, 0xF0) in card.commands


@pytest.mark.parametrize("step", [32, 100, 255])
def test_fewer_bytes_than_asked_for_are_normal(issuer: Authority, certificate: bytes, step: int) -> None:
    class Sparing(VirtualCard):
        def _read(self, command: bytes) -> bytes:
            return super()._read(command[:4] + bytes([min(command[4] or 256, step)]))

    assert look(Sparing(certificate), issuer.der).auth == WITHIN


def test_a_card_that_gives_a_byte_at_a_time_is_not_waited_for(issuer: Authority, certificate: bytes) -> None:
    class Miser(VirtualCard):
        def _read(self, command: bytes) -> bytes:
            return super()._read(command[:4] + b"\x01") if self._file == 0x000A else super()._read(command)

    card = Miser(certificate)
    assert look(card, issuer.der).auth == Auth("unreadable") and len(card.commands) < 100


@pytest.mark.parametrize("situation", [Situation.removed, Situation.reset, Situation.no_answer])
@pytest.mark.parametrize("number", range(1, 16))
def test_a_card_that_stops_at_any_command_stops_the_look(card: VirtualCard, issuer: Authority, number: int, situation: Situation) -> None:
    def stop(count: int, command: bytes) -> None:
        if count == number:
            raise Interrupted(situation)

    card.before = stop
    with pytest.raises(Interrupted) as stopped:
        look(card, issuer.der)
    assert stopped.value.situation is situation and len(card.commands) == number
