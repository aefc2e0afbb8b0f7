"""Training happens when phrases change, and never for a text or a fact."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.engine.training import fingerprint, is_current


@pytest.fixture
def copy(project: Path, tmp_path: Path) -> Path:
    for name in ("data", "rules"):
        shutil.copytree(project / name, tmp_path / name)
    shutil.copy(project / "config.yml", tmp_path)
    return tmp_path


def _replace(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        path = root / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


@pytest.mark.parametrize(
    "change",
    [
        _replace("data/topics/renewal.yml", "title: 更新", "title: 更新の手続"),
        _replace("data/knowledge/municipalities/nakano.yml", "03-3228-5425", "03-3228-0000"),
        _replace("data/wording.yml", "もしかして", "ひょっとして"),
        _replace("data/topics/thanks.yml", "どういたしまして", "とんでもないです"),
    ],
)
def test_a_text_or_fact_needs_no_training(copy: Path, change: Callable[[Path], None]) -> None:
    before = fingerprint(copy)
    change(copy)
    assert fingerprint(copy) == before


@pytest.mark.parametrize(
    "change",
    [
        _replace("data/topics/renewal.yml", "phrases:\n", "phrases:\n- 新しい例文\n"),
        _replace("data/lexicon.yml", "マイナカード", "マイナかあど"),
        _replace("config.yml", "RulePolicy", "MemoizationPolicy"),
        _replace("rules/conversation.yml", "intent: greet", "intent: thanks"),
    ],
)
def test_a_phrase_the_lexicon_a_rule_or_the_pipeline_does(copy: Path, change: Callable[[Path], None]) -> None:
    before = fingerprint(copy)
    change(copy)
    assert fingerprint(copy) != before


def test_a_trained_model_is_current(project: Path, model: Path) -> None:
    assert is_current(project, model)
