"""Imports run one way: language ← knowledge ← {dialogue, counter} ← {actions, engine} ← channels ← app ← cli."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.conftest import PROJECT

_LAYERS = {
    "bot.private_files": 0,
    "bot.environment": 0,
    "bot.settings": 0,
    "bot.logs": 0,
    "bot.language": 0,
    "bot.knowledge": 1,
    "bot.dialogue": 2,
    "bot.counter": 2,
    "bot.content": 3,
    "bot.checking": 4,
    "actions": 4,
    "bot.engine": 5,
    "bot.channels": 6,
    "bot.evaluation": 6,
    "bot.start_checks": 7,
    "bot.app": 8,
    "bot.serving": 9,
    "bot.cli": 10,
}
_PURE = ("language", "knowledge", "dialogue", "counter")
_MODULES = sorted(path for folder in ("bot", "actions") for path in (PROJECT / folder).rglob("*.py") if path.name != "__init__.py")


def _layer(module: str) -> int | None:
    return next((level for name, level in _LAYERS.items() if module == name or module.startswith(f"{name}.")), None)


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("path", _MODULES, ids=lambda p: str(p.relative_to(PROJECT)))
def test_a_module_imports_only_from_below(path: Path) -> None:
    module = ".".join(path.relative_to(PROJECT).with_suffix("").parts)
    own = _layer(module)
    assert own is not None, f"{module} has no layer"
    above = {name for name in _imports(path) if (level := _layer(name)) is not None and level > own}
    assert not above


@pytest.mark.parametrize("path", [p for p in _MODULES if any(f"/{layer}/" in str(p) for layer in _PURE)], ids=lambda p: p.stem)
def test_the_pure_layers_know_no_rasa(path: Path) -> None:
    assert not {name for name in _imports(path) if name.split(".")[0] in ("rasa", "rasa_sdk", "sanic", "sklearn")}
