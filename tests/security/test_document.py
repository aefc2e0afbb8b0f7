"""docs/security.md names a test for each threat: every one of them is there."""

from __future__ import annotations

import ast
import re

import pytest

from tests.conftest import PROJECT

_TEXT = (PROJECT / "docs" / "security.md").read_text(encoding="utf-8")
_NAMED = sorted(set(re.findall(r"`((?:tests/)?[a-z_]+/test_\w+\.py)(?:::(test_\w+))?`", _TEXT)))


def _rows() -> list[str]:
    table = _TEXT.partition("## 脅威と守り")[2].partition("\n\n2つの決めごと")[0]
    return [line for line in table.splitlines() if line.startswith("|")][2:]


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row.split("|")[1].strip())
def test_every_threat_has_its_test(row: str) -> None:
    assert re.search(r"test_\w+\.py|`tests/faults/`", row.split("|")[3])


@pytest.mark.parametrize(("file", "name"), _NAMED)
def test_every_named_test_is_there(file: str, name: str) -> None:
    path = PROJECT / (file if file.startswith("tests/") else f"tests/{file}")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not name or name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
