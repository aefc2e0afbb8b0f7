"""A project that trusts the test issuer beside the real one."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.conftest import PROJECT
from tests.counter.authority import Authority


def counter_project(folder: Path, issuer: Authority) -> dict[str, str]:
    """Below `folder`; the settings under which commands and servers use it. The model is the project's own."""
    project = folder / "project"
    if not project.exists():
        shutil.copytree(PROJECT / "data", project / "data")
        shutil.copytree(PROJECT / "rules", project / "rules")
        shutil.copy(PROJECT / "config.yml", project)
        with (project / "data/counter.yml").open("a", encoding="utf-8") as file:
            file.write(f"  - {{name: test01, sha256: {issuer.fingerprint}}}\n")
    return {
        "JPKI_BOT_PROJECT": str(project),
        "JPKI_BOT_MODELS": str(PROJECT / "models"),
        "JPKI_BOT_STATE": str(folder / "state"),
        "JPKI_BOT_COUNTER": "on",
    }
