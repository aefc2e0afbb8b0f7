"""Found by fuzzing: content files that took the process down, or meant something that nobody wrote."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.content import load_content
from bot.engine.training import fingerprint
from bot.knowledge.errors import ContentError
from bot.knowledge.files import read_model
from bot.knowledge.model import NationalFile, Topic
from tests.conftest import PROJECT

FACT = "checked_on: 2026-11-20\nfacts:\n- {key: a, source: b, %s}\n"


def problems(place: Path, text: str) -> str:
    place.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as refused:
        read_model(place, NationalFile)
    assert all(line.startswith(f"{place}: ") for line in refused.value.problems)
    return str(refused.value)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "fact.yml"


@pytest.mark.parametrize("text", ["a: " + "[" * 100_000, "a: " + "[" * 300 + "]" * 300, "- " * 100_000, "{a: " * 1_000])
def test_deep_nesting_is_refused(place: Path, text: str) -> None:
    """The parser in C crashed the process; less of it was a RecursionError."""
    assert "入れ子が深すぎます" in problems(place, text)


def test_a_name_that_is_a_number_is_refused(place: Path) -> None:
    """TypeError: keywords must be strings."""
    assert "名前は文字で書いてください" in problems(place, "1: 2\n") and "名前は文字で書いてください" in problems(place, "null: 2\n")


@pytest.mark.parametrize("written", ["2026", "20261120", "'20261120'", ".inf", "1e5", "true"])
def test_a_number_is_no_day(place: Path, written: str) -> None:
    """`since: 2026` was 1 January 1970, `.inf` the last day of the calendar."""
    assert "日付ではありません" in problems(place, f"checked_on: {written}\n")
    assert "日付ではありません" in problems(place, FACT % f"until: {written}")


@pytest.mark.parametrize("written", ["0x" + "F" * 5000, "1" + ":59" * 4000, "1000000000000001"])
def test_a_number_too_long_to_be_written_out_is_refused(place: Path, written: str) -> None:
    """It loaded, and the first answer that named it failed."""
    assert "数が大きすぎます" in problems(place, FACT % f"value: {written}")


def test_aliases_of_aliases_are_looked_at_once(place: Path) -> None:
    """A search for empty words went through every repetition."""
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))]
    assert "この名前の項目はありません" in problems(place, "\n".join(lines))


@pytest.mark.parametrize("blank", ["''", "' '", '"\\u200b"', "「"])
def test_an_empty_word_in_a_list_is_refused(place: Path, blank: str) -> None:
    """It stands in every text there is, or left the lexicon without a first letter to look at."""
    place.write_text(f"topic: fees\ntitle: 手数料\nkind: facet\ngroup: a\naspects: {{price: [いくら, {blank}]}}\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"aspects\.price\.2: 空の文字です"):
        read_model(place, Topic)


@pytest.mark.parametrize("name", ["notations", "openings", "connectives"])
def test_a_lexicon_without_words_is_refused(tmp_path: Path, name: str) -> None:
    """An empty choice of words matches everywhere: no question was answered any more."""
    data = Path(shutil.copytree(PROJECT / "data", tmp_path / "data"))
    kept, skip = list[str](), False
    for line in (data / "lexicon.yml").read_text(encoding="utf-8").splitlines():
        skip = line.startswith(f"{name}:") or (skip and (not line or line[0] in " -#]"))
        kept += [] if skip else [line]
    (data / "lexicon.yml").write_text("\n".join([*kept, f"{name}: {'{}' if name == 'notations' else '[]'}"]), encoding="utf-8")
    with pytest.raises(ContentError, match=rf"lexicon\.yml: {name}: 1つは必要です"):
        load_content(data)


def test_a_broken_topic_file_is_named_when_the_model_is_compared_with_it(tmp_path: Path) -> None:
    """The parser's own error came out of the question whether the model is still good."""
    for name in ("data", "rules"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    shutil.copy(PROJECT / "config.yml", tmp_path)
    (tmp_path / "data/topics/fees.yml").write_text("[", encoding="utf-8")
    with pytest.raises(ContentError, match=r"fees\.yml"):
        fingerprint(tmp_path)
