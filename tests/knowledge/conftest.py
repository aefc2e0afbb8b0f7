from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def data(project: Path, tmp_path: Path) -> Path:
    """A copy of the content that a test may spoil."""
    return Path(shutil.copytree(project / "data", tmp_path / "data"))
