"""The whole read over a real PC/SC service and a virtual reader, with OpenSC as the independent peer."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from bot.counter.card import Card
from bot.counter.pcsc import Connection
from bot.counter.process import Child, Patience
from bot.counter.reading import Reading, Situation
from tests.counter.authority import LAST, NOW, Authority, secrets_of
from tests.counter.lane import Bench, bench
from tests.counter.project import counter_project

Command = Callable[..., "subprocess.CompletedProcess[str]"]
QUICK = Patience(start=8.0, wait=1.5, read=3.0)


@pytest.fixture(scope="module")
def readers() -> Iterator[Bench]:
    with bench() as started:
        yield started


@contextmanager
def lying(readers: Bench, slot: int = 0, **card: Any) -> Iterator[None]:
    """A card on a reader; when it is lifted off, it must have seen no VERIFY with data."""
    readers.insert(slot, **card)
    try:
        yield
    finally:
        assert readers.remove(slot)["verified_with_data"] == 0


def read(*roots: bytes, patience: Patience = QUICK) -> Reading:
    return asyncio.run(Child(patience).read(roots, NOW, lambda stage: None))


def states(reading: Reading) -> tuple[str, str | None]:
    return reading.situation.value, reading.auth.state if reading.auth else None


def test_every_kind_of_card(readers: Bench, issuer: Authority, certificate: bytes) -> None:
    day = timedelta(days=1)
    cases: list[tuple[dict[str, Any], tuple[str, str | None]]] = [
        ({"certificate": certificate}, ("read", "within")),
        ({"certificate": issuer.issue(NOW - day)}, ("read", "expired")),
        ({"certificate": issuer.issue(LAST, NOW + day)}, ("read", "not_yet")),
        ({"certificate": Authority.made().issue()}, ("read", "foreign")),
        ({"certificate": certificate[:-1] + bytes([certificate[-1] ^ 1])}, ("read", "foreign")),
        ({"certificate": certificate[:600]}, ("read", "unreadable")),
        ({"certificate": b""}, ("read", "unreadable")),
        ({"certificate": b"\x30\x82\xff\xff" + bytes(900)}, ("read", "unreadable")),
        ({"certificate": certificate, "token": b"JPKIAPICCTOKEN"}, ("juki_card", None)),
        ({"certificate": certificate, "token": b"JPKIAPIOSTOKEN"}, ("phone", None)),
        ({"certificate": certificate, "token": b"JPKIAPICCTOKEN9"}, ("unknown_token", None)),
        ({"certificate": certificate, "opened": 0x6A82}, ("other_card", None)),
        ({"certificate": certificate, "opened": 0x6283}, ("app_locked", None)),
        ({"certificate": certificate, "leaves_at": 6}, ("removed", None)),
    ]
    for card, expected in cases:
        with lying(readers, **card):
            assert states(read(issuer.der)) == expected, card


@pytest.mark.parametrize(("status", "tries"), [(0x63C3, 3), (0x63C0, "locked"), (0x6983, "locked"), (0x6984, "locked"), (0x9000, "unknown")])
def test_tries_and_days_are_told_side_by_side(readers: Bench, issuer: Authority, certificate: bytes, status: int, tries: object) -> None:
    with lying(readers, certificate=certificate, auth=status):
        reading = read(issuer.der)
    assert (reading.auth_tries, reading.sign_tries) == (tries, 5) and states(reading) == ("read", "within")


def test_without_a_card(readers: Bench) -> None:
    assert read() == Reading(Situation.no_card)


def test_two_cards(readers: Bench, issuer: Authority, certificate: bytes) -> None:
    with lying(readers, 0, certificate=certificate), lying(readers, 1, certificate=certificate):
        assert read(issuer.der) == Reading(Situation.two_cards)


def test_a_transit_card_beside_it_does_not_matter(readers: Bench, issuer: Authority, certificate: bytes) -> None:
    with lying(readers, 0, opened=0x6A82), lying(readers, 1, certificate=certificate):
        assert states(read(issuer.der)) == ("read", "within")


def test_a_card_that_hangs_is_let_go(readers: Bench, issuer: Authority, certificate: bytes) -> None:
    started = time.monotonic()
    with lying(readers, certificate=certificate, hangs_at=5):
        assert read(issuer.der, patience=Patience(8.0, 1.0, 0.5)) == Reading(Situation.no_answer)
    assert time.monotonic() - started < 8


def test_a_card_that_another_program_holds_is_busy(readers: Bench, issuer: Authority, certificate: bytes) -> None:
    from smartcard import scard

    with lying(readers, certificate=certificate):
        _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
        code, handle, _ = scard.SCardConnect(context, "Virtual PCD 00 00", scard.SCARD_SHARE_SHARED, 3)
        assert code == 0
        assert read(issuer.der) == Reading(Situation.busy)
        scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)
        scard.SCardReleaseContext(context)
        assert states(read(issuer.der)) == ("read", "within")


def test_a_slow_card_is_waited_for(readers: Bench, issuer: Authority, certificate: bytes) -> None:
    with lying(readers, certificate=certificate, delay=0.012):
        assert states(read(issuer.der)) == ("read", "within")


def test_a_card_that_is_lifted_off_is_noticed(readers: Bench, certificate: bytes) -> None:
    readers.insert(certificate=certificate)

    async def watch() -> tuple[bool, bool]:
        still = await Child().taken_away(0.3)
        watching = asyncio.create_task(Child().taken_away(10))
        await asyncio.sleep(0.5)
        readers.lift()
        return still, await watching

    assert asyncio.run(watch()) == (False, True)
    assert readers.counts() == {"commands": 0, "verified_with_data": 0}, "watching speaks to no card"


def test_the_bytes_are_those_that_opensc_reads(readers: Bench, certificate: bytes) -> None:
    from smartcard import scard

    with lying(readers, certificate=certificate, authority=certificate):
        _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
        connection = Connection(scard, context, "Virtual PCD 00 00")
        card = Card(connection)
        assert card.recognise() is Situation.read
        ours = card.certificate()
        connection.close()
        scard.SCardReleaseContext(context)
        theirs = subprocess.run(["pkcs15-tool", "--read-certificate", "01"], capture_output=True, text=True, timeout=60, check=True).stdout
        pins = subprocess.run(["pkcs15-tool", "--list-pins"], capture_output=True, text=True, timeout=60, check=True).stdout
    assert ours == certificate == x509.load_pem_x509_certificate(theirs.encode()).public_bytes(Encoding.DER)
    assert re.findall(r"Tries left\s*: (\d+)", pins) == ["3", "5"]


# The command


def test_the_command_tells_the_state_and_nothing_that_names_the_holder(
    readers: Bench, command: Command, issuer: Authority, certificate: bytes, tmp_path: Path
) -> None:
    env = counter_project(tmp_path, issuer)
    with lying(readers, certificate=certificate):
        before = command("card", "status", "--json", env=env)
        (tmp_path / "ca.cer").write_bytes(issuer.der)
        assert "指紋が一致しました" in command("card", "roots", "install", str(tmp_path / "ca.cer"), env=env).stderr
        text, data = command("card", "status", env=env), command("card", "status", "--json", "--municipality", "中野区", env=env)
    assert before.returncode == 0 and json.loads(before.stdout)["auth"] == {"state": "foreign", "last_day": None, "renewal": None}
    assert text.returncode == 0 and "有効期間内です（2029年3月20日" in text.stdout and "失効していないかは、この端末では確認していません" in text.stdout
    assert "了承を得て" in text.stderr and "読み取っています" in text.stderr
    report = json.loads(data.stdout)
    assert report["auth"] == {"state": "within", "last_day": "2029-03-20", "renewal": "early"} and report["revocation"] == "not_checked"
    assert report["tries"] == {"auth": 3, "sign": 5} and report["sign"] == "present"
    said = "".join(done.stdout + done.stderr for done in (before, text, data))
    assert [secret for secret in secrets_of(certificate) if secret in said] == []
    kept = b"".join(path.read_bytes() for path in (tmp_path / "state").rglob("*") if path.is_file())
    assert kept == issuer.der, "the root, and nothing of the card"


def test_the_command_says_what_to_do_without_a_card(readers: Bench, command: Command, tmp_path: Path, issuer: Authority) -> None:
    done = command("card", "status", "--json", env=counter_project(tmp_path, issuer))
    report = json.loads(done.stdout)
    assert done.returncode == 1 and report["situation"] == "no_card" and report["revocation"] == "not_checked" and report["lines"]


def test_in_the_chat_a_card_is_read_only_after_the_button(
    readers: Bench, command: Command, model: Path, issuer: Authority, certificate: bytes, tmp_path: Path
) -> None:
    env = counter_project(tmp_path, issuer)
    (tmp_path / "ca.cer").write_bytes(issuer.der)
    command("card", "roots", "install", str(tmp_path / "ca.cer"), env=env)
    with lying(readers, certificate=certificate, auth=0x63C0):
        asked = command("chat", env=env, text="カード確認\n終了\n")
        assert asked.returncode == 0 and "[1] 了承を得たので、読み取る" in asked.stdout and readers.counts()["commands"] == 0
        read = command("chat", env=env, text="カード確認\n1\n1\n終了\n")
    assert "有効期間内です（2029年3月20日" in read.stdout and "ロックされています" in read.stdout
    assert "窓口" in read.stdout.rpartition("了承を得たので、読み取る")[2], "the first step that follows opens the answer on the locked PIN"
    assert [secret for secret in secrets_of(certificate) if secret in read.stdout + read.stderr] == []
