"""One value of the whole content replaced by a nasty one: refused by the file's name, or every question is still answered."""

from __future__ import annotations

import os
import re
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from bot.content import load_content
from bot.dialogue.conversation import respond
from bot.dialogue.memory import Memory
from bot.dialogue.turn import Content, Heard
from bot.knowledge.errors import ContentError
from bot.settings import JAPAN
from tests.conftest import PROJECT
from tests.fuzz.profiles import tries

_NOW = datetime(2026, 11, 20, 10, 0, tzinfo=JAPAN)
_FILES = [
    "lexicon.yml",
    "menu.yml",
    "wording.yml",
    "easy.yml",
    "forms/expiry.yml",
    "forms/pin.yml",
    "knowledge/municipalities/nakano.yml",
    "knowledge/national/validity.yml",
    "knowledge/municipal_keys.yml",
    "topics/fees.yml",
    "life_events/move.yml",
]
_NASTY = st.sampled_from(
    [
        "",
        " ",
        "\u200b",
        "。",
        "+",
        "!",
        "@",
        "@nothing",
        "a+",
        "{",
        "}",
        "{}",
        "{x}",
        "{contact.phone}",
        "{{contact.phone}}",
        "(",
        "[",
        "\\",
        "*",
        "《》",
        "漢字《",
        "0",
        "あ" * 3000,
        None,
        0,
        -1,
        10**14,
        True,
        [],
        {},
        [""],
        {"": ""},
        "9999-12-31",
        "0001-01-01",
    ]
)
_QUESTIONS = [
    ("手数料は？", "fees"),
    ("更新したい", "renewal"),
    ("今開いてる？", "office_hours"),
    ("暗証番号を忘れた", "pin_forgotten"),
    ("引っ越しました", "address_or_name_change"),
    ("期限はいつまで？2021年6月10日に発行、誕生日は8月5日", "check_expiry"),
    ("人と話したい", "handoff"),
    ("横浜市です", "nlu_fallback"),
    ("持ち物は？", "required_items"),
]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(PROJECT / "data", tmp_path_factory.mktemp("tree") / "data"))


@tries(3)
@example(file="lexicon.yml", place=[0, 0, 0], value="")
@example(file="lexicon.yml", place=[4, 0, 0], value="")
@given(file=st.sampled_from(_FILES), place=st.lists(st.integers(0, 200), min_size=1, max_size=7), value=_NASTY)
def test_one_nasty_value(tree: Path, file: str, place: list[int], value: Any) -> None:
    path = tree / file
    whole = path.read_text(encoding="utf-8")
    spoilt = _replaced(yaml.load(whole, Loader=yaml.CSafeLoader), place, value)
    try:
        path.write_text(yaml.dump(spoilt, allow_unicode=True, Dumper=yaml.CSafeDumper), encoding="utf-8")
        content = load_content(tree)
    except ContentError as error:
        # A name that went missing is told where it is used.
        assert error.problems and all(re.search(r"\.yml: .*: .", line) for line in error.problems)
    else:
        _is_answerable(content)
    finally:
        path.write_text(whole, encoding="utf-8")


def _replaced(content: Any, place: list[int], value: Any) -> Any:
    """`content` with one node replaced: each number of `place` chooses a branch."""
    if not place or not isinstance(content, (dict, list)) or not content:
        return value
    if isinstance(content, list):
        at = place[0] % len(content)
        return [*content[:at], _replaced(content[at], place[1:], value), *content[at + 1 :]]
    key = list(content)[place[0] % len(content)]
    return {**content, key: _replaced(content[key], place[1:], value)}


def _is_answerable(content: Content) -> None:
    for town in (None, "nakano"):
        memory = Memory(municipality=town)
        for text, topic in _QUESTIONS:
            answer, memory = respond(Heard(text, topic, ((topic, 0.9),)), memory, content, _NOW)
            assert answer.as_dict()["outcome"]


def test_a_broken_topic_file_is_named_before_anything_is_trained(tmp_path: Path, command: Any) -> None:
    for name in ("data", "rules"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    shutil.copy(PROJECT / "config.yml", tmp_path)
    (tmp_path / "data/topics/fees.yml").write_text("topic: [fees\n", encoding="utf-8")
    done = command("ask", "手数料は？", env={"JPKI_BOT_PROJECT": str(tmp_path), "JPKI_BOT_MODELS": os.fspath(tmp_path / "models")})
    assert done.returncode == 1 and "fees.yml" in done.stderr and "YAML" in done.stderr and "Traceback" not in done.stderr and "学習します" not in done.stderr
