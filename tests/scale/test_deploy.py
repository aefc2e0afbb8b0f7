"""The shipped files as their own programs read them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import PROJECT, free_port
from tests.scale.programs import Nginx, program

_UNITS = PROJECT / "deploy"


def test_nginx_takes_the_shipped_site(tmp_path: Path) -> None:
    said = Nginx(tmp_path, [free_port(), free_port()]).check()
    assert "test is successful" in said and "[warn]" not in said


@pytest.mark.parametrize("unit", ["jpki-bot.service", "jpki-bot@.service"])
def test_systemd_takes_the_shipped_units(tmp_path: Path, unit: str) -> None:
    text = (_UNITS / unit).read_text(encoding="utf-8")
    assert re.search(r"^ExecStart=/opt/jpki-bot/.venv/bin/jpki-bot run ", text, re.MULTILINE)
    here = tmp_path / unit.replace("@.", "@5101.")
    here.write_text(text.replace("/opt/jpki-bot/.venv/bin/jpki-bot", "/bin/true"), encoding="utf-8")
    analyze = program("systemd-analyze")
    verified = subprocess.run([analyze, "verify", str(here)], capture_output=True, text=True, check=False)
    assert verified.returncode == 0 and str(here.name) not in verified.stderr
    # 2.0 of 10: what such a service can reasonably do without.
    exposed = subprocess.run([analyze, "security", "--offline=true", "--threshold=20", str(here)], capture_output=True, text=True, check=False)
    assert exposed.returncode == 0, exposed.stdout


def test_the_two_units_differ_only_where_they_must() -> None:
    """What hardens one hardens the other."""
    units = [(_UNITS / name).read_text(encoding="utf-8") for name in ("jpki-bot.service", "jpki-bot@.service")]
    one, several = (set(text.partition("StateDirectory=")[2].splitlines()) for text in units)
    assert one == several and "NoNewPrivileges=yes" in one
