"""Four shapes of command reach a card, and nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.counter import apdu
from bot.counter.gate import Gate, RefusedCommand
from tests.counter.conftest import look
from tests.counter.virtual_card import AID, OTHER_APPLICATIONS, VirtualCard

EMPTY_VERIFY = bytes.fromhex("00200080")
FORBIDDEN = {
    "VERIFY with a PIN": "00200080 04 31323334",
    "VERIFY with a length and no data": "00200080 00",
    "VERIFY with extended length": "00200080 000004 31323334",
    "VERIFY of another reference": "00200081",
    "VERIFY in another class": "80200080",
    "RESET RETRY COUNTER": "002C0080",
    "CHANGE REFERENCE DATA": "00240080 08 3132333435363738",
    "COMPUTE SIGNATURE": "802A0080 04 00000000 00",
    "PSO": "002A9E9A 00",
    "GET DATA": "00CA0100 00",
    "UPDATE BINARY": "00D60000 01 00",
    "EXTERNAL AUTHENTICATE": "00820000 00",
    "INTERNAL AUTHENTICATE": "00880000 01 00 00",
    "MANAGE SECURITY ENVIRONMENT": "002241B6 00",
    "SELECT of the signature certificate": "00A4020C 02 0001",
    "SELECT of the signature key": "00A4020C 02 001A",
    "SELECT of the authentication key": "00A4020C 02 0017",
    "SELECT of a CA certificate": "00A4020C 02 000B",
    "SELECT with an answer": "00A40200 02 000A 00",
    "READ by short file id": "00B08A00 00",
    "READ RECORD": "00B20104 00",
    "nothing": "",
    "a header alone": "00B00000",
    **{f"SELECT of {aid.hex()}": "00A4040C 0A" + aid.hex() for aid in OTHER_APPLICATIONS},
    "SELECT of a part of the AID": "00A4040C 05 D392F00026",
    "SELECT of our AID and more": "00A4040C 0B" + AID.hex() + "00",
}
SELECTED = [None, *(apdu.select_file(file) for file in (0x0006, 0x0008, 0x000A, 0x0018, 0x001B))]


def gate_at(card: VirtualCard, selected: bytes | None) -> Gate:
    gate = Gate(card)
    gate.transmit(apdu.SELECT_APPLICATION)
    if selected is not None:
        assert gate.transmit(selected) == b"\x90\x00"
    card.commands.clear()
    return gate


@pytest.mark.parametrize("selected", SELECTED, ids=lambda s: s[-2:].hex() if s else "application")
@pytest.mark.parametrize("name", FORBIDDEN)
def test_a_command_of_another_shape_never_reaches_the_card(card: VirtualCard, name: str, selected: bytes | None) -> None:
    gate = gate_at(card, selected)
    with pytest.raises(RefusedCommand) as refused:
        gate.transmit(bytes.fromhex(FORBIDDEN[name]))
    assert card.commands == [] and str(refused.value) == ""


@given(command=st.binary(max_size=300))
def test_whatever_bytes_are_tried_no_verify_carries_data(command: bytes) -> None:
    card = VirtualCard(b"\x30" * 600)
    gate = gate_at(card, apdu.select_file(0x0018))
    try:
        gate.transmit(command)
    except RefusedCommand:
        assert card.commands == []
    assert card.verified_with_data == 0 and all(sent == EMPTY_VERIFY or sent[1] != 0x20 for sent in card.commands)


@given(tail=st.binary(min_size=1, max_size=20), instruction=st.sampled_from([0x20, 0x24, 0x2A, 0x2C, 0x88]))
def test_nothing_that_could_hold_a_pin_is_sent(tail: bytes, instruction: int) -> None:
    card = VirtualCard(b"\x30" * 600)
    gate = gate_at(card, apdu.select_file(0x001B))
    with pytest.raises(RefusedCommand):
        gate.transmit(bytes([0x00, instruction, 0x00, 0x80]) + tail)
    assert card.commands == [] and card.verified_with_data == 0


@pytest.mark.parametrize("selected", [None, apdu.select_file(0x0006), apdu.select_file(0x000A)])
def test_tries_are_asked_for_only_where_a_pin_is_selected(card: VirtualCard, selected: bytes | None) -> None:
    with pytest.raises(RefusedCommand):
        gate_at(card, selected).transmit(EMPTY_VERIFY)


def test_tries_are_not_asked_for_after_a_selection_that_failed(card: VirtualCard) -> None:
    card.answers[apdu.select_file(0x001B)] = [b"\x6a\x82"]
    gate = gate_at(card, apdu.select_file(0x0018))
    gate.transmit(apdu.select_file(0x001B))
    with pytest.raises(RefusedCommand):
        gate.transmit(EMPTY_VERIFY)


@pytest.mark.parametrize(("offset", "length"), [(0, 33), (0, 256), (1, 32), (32, 32), (80, 16)])
def test_of_the_token_information_only_the_name_is_read(card: VirtualCard, offset: int, length: int) -> None:
    with pytest.raises(RefusedCommand):
        gate_at(card, apdu.select_file(0x0006)).transmit(apdu.read_binary(offset, length))


def test_nothing_is_read_before_the_application_is_selected(card: VirtualCard) -> None:
    gate = Gate(card)
    for command in (apdu.select_file(0x000A), apdu.read_binary(0, 256), EMPTY_VERIFY):
        with pytest.raises(RefusedCommand):
            gate.transmit(command)
    assert card.commands == []


def test_a_whole_look_selects_five_files_and_sends_no_more_than_it_needs(card: VirtualCard, certificate: bytes) -> None:
    look(card)
    assert card.verified_with_data == 0
    kinds = [command[:4].hex() if command[1] != 0xA4 else command.hex() for command in card.commands]
    assert kinds[0] == "00a4040c0a" + AID.hex() and kinds.count("00200080") == 2
    selected = {command[-2:] for command in card.commands if command[1] == 0xA4 and command[2] == 2}
    assert selected == {bytes.fromhex(file) for file in ("0006", "0008", "0018", "001b", "000a")}
    assert len(card.commands) <= 11 + len(certificate) // 256 + 1
