"""The trained model holds data only: nothing in it is a pickle, whose reading runs code."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import numpy as np

_READ_AS_DATA = {".json", ".yml", ".npy", ".npz"}


def test_the_model_holds_data_only(model: Path) -> None:
    with tarfile.open(model) as archive:
        for member in (member for member in archive if member.isfile()):
            file = archive.extractfile(member)
            assert file is not None and Path(member.name).suffix in _READ_AS_DATA, member.name
            content = file.read()
            if member.name.endswith((".npy", ".npz")):
                loaded = np.load(io.BytesIO(content), allow_pickle=False)
                assert all(array.dtype != object for array in (loaded.values() if member.name.endswith(".npz") else [loaded]))
            elif member.name.endswith(".json"):
                assert "py/reduce" not in content.decode() and "py/function" not in content.decode()
                json.loads(content)
