"""The card commands where there is nothing to read: exit codes, and words that say what to do."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.counter.authority import Authority, secrets_of
from tests.counter.project import counter_project

Command = Callable[..., "subprocess.CompletedProcess[str]"]


def test_a_card_that_cannot_be_read_is_told_with_exit_code_1(command: Command, tmp_path: Path) -> None:
    """The readers' library, the service or the reader is missing: which one depends on the computer."""
    done = command("card", "status", "--json", env={"JPKI_BOT_STATE": str(tmp_path)})
    report = json.loads(done.stdout)
    assert done.returncode == 1 and report["situation"] in ("no_software", "no_service", "no_reader", "no_card")
    assert report["revocation"] == "not_checked" and report["lines"] and "auth" not in report
    assert "了承を得て" in done.stderr and "Traceback" not in done.stderr and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [("card",), ("card", "roots"), ("card", "status", "--pin", "1234"), ("card", "status", "--municipality", "横浜市")])
def test_misuse_is_exit_code_2(command: Command, arguments: tuple[str, ...]) -> None:
    done = command(*arguments)
    assert done.returncode == 2 and done.stdout == "" and "Traceback" not in done.stderr


def test_the_counters_own_municipality_counts_where_none_is_given(command: Command) -> None:
    done = command("card", "status", env={"JPKI_BOT_STAFF_MUNICIPALITY": "横浜市"})
    assert done.returncode == 2 and "横浜市" in done.stderr


def test_only_a_known_root_is_installed(command: Command, issuer: Authority, certificate: bytes, tmp_path: Path) -> None:
    env = counter_project(tmp_path, issuer)
    root, card = tmp_path / "ca.cer", tmp_path / "card.cer"
    root.write_bytes(issuer.der)
    card.write_bytes(certificate)
    refused = command("card", "roots", "install", str(card), env=env)
    assert refused.returncode == 1 and "指紋" in refused.stderr and not (tmp_path / "state").exists()
    assert [secret for secret in secrets_of(certificate) if secret in refused.stderr + refused.stdout] == []
    done = command("card", "roots", "install", str(root), env=env)
    assert done.returncode == 0 and "test01" in done.stderr and (tmp_path / "state/roots/test01.cer").read_bytes() == issuer.der
    assert command("card", "roots", "install", str(tmp_path / "nothing.cer"), env=env).returncode == 1
