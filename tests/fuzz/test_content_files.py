"""Content files of any kind: a good load, or the file named with what is wrong; never another error, never a hang, never a date nobody wrote."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel

from bot.counter.wording import CounterWording
from bot.knowledge.errors import ContentError
from bot.knowledge.files import read_model
from bot.knowledge.menu import Menu
from bot.knowledge.model import Form, LifeEvent, Municipality, NationalFile, Topic
from bot.knowledge.staff import StaffWording
from bot.knowledge.wording import EasyWording, SharedWording
from bot.language.lexicon import LexiconFile
from tests.conftest import PROJECT
from tests.fuzz.nasty import JSON, TEXTS
from tests.fuzz.profiles import tries

REAL: dict[str, type[BaseModel]] = {
    "lexicon.yml": LexiconFile,
    "knowledge/national/lost.yml": NationalFile,
    "knowledge/municipal_keys.yml": NationalFile,
    "knowledge/municipalities/nakano.yml": Municipality,
    "topics/greet.yml": Topic,
    "life_events/death.yml": LifeEvent,
    "forms/pin.yml": Form,
    "menu.yml": Menu,
    "wording.yml": SharedWording,
    "easy.yml": EasyWording,
    "staff.yml": StaffWording,
    "counter.yml": CounterWording,
}
_TOKENS = st.sampled_from(
    [
        "\t",
        "\ufeff",
        "\r\n",
        "\x00",
        "\u0085",
        "\u2028",
        "&a ",
        "*a",
        "<<: *a",
        "!!python/name:os.system",
        "!!binary",
        "---",
        "...",
        "%YAML 9.9",
        "[",
        "]",
        "{",
        "}",
        "|",
        ">",
        "? ",
        "- ",
        ": ",
        "'",
        '"',
        "#",
        "@",
        "`",
        "~",
        "null",
        "yes",
        ".nan",
        ".inf",
        "-1",
        "9" * 5000,
        "0x" + "F" * 5000,
        "1e999",
        "1:59:59",
        "2026-13-40",
        "0000-00-00",
        "20261120",
        "2026",
    ]
)
Change = tuple[str, int, int, str]
_CHANGES = st.lists(
    st.tuples(st.sampled_from(["cut", "put", "swap", "repeat", "indent", "value"]), st.integers(0, 10**6), st.integers(0, 60), _TOKENS | TEXTS),
    min_size=1,
    max_size=4,
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("content") / "spoilt.yml"


@pytest.mark.parametrize("name", REAL)
@tries(20)
@given(changes=_CHANGES, encoding=st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "cp932", "utf-16"]), crlf=st.booleans())
def test_a_real_file_with_changes(place: Path, name: str, changes: list[Change], encoding: str, crlf: bool) -> None:
    text = (PROJECT / "data" / name).read_text(encoding="utf-8")
    for change in changes:
        text = _changed(text, *change)
    raw = (text.replace("\n", "\r\n") if crlf else text).encode(encoding, "surrogatepass" if encoding.startswith("utf") else "replace")
    _is_read_or_named(place, raw, REAL[name])


def _changed(text: str, how: str, at: int, length: int, token: str) -> str:
    lines = text.split("\n")
    row, spot = at % len(lines), at % (len(text) + 1)
    if how == "cut":
        return text[:spot] + text[spot + length :]
    if how == "put":
        return text[:spot] + token + text[spot:]
    if how == "swap":
        return "\n".join([*lines[:row], *lines[row : row + 2][::-1], *lines[row + 2 :]])
    if how == "repeat":
        return "\n".join([*lines[: row + 1], *lines[row:]])
    if how == "indent":
        return "\n".join([*lines[:row], " " * (length % 9) + lines[row], *lines[row + 1 :]])
    return "\n".join([*lines[:row], lines[row].partition(":")[0] + ": " + token, *lines[row + 1 :]])


@pytest.mark.parametrize("model", sorted(set(REAL.values()), key=lambda model: model.__name__))
@tries(20)
@given(
    raw=st.binary(max_size=60)
    | TEXTS.map(lambda text: text.encode("utf-8", "ignore"))
    | JSON.map(lambda content: yaml.safe_dump(content, allow_unicode=True).encode("utf-8", "ignore"))
)
def test_a_file_that_was_never_one(place: Path, model: type[BaseModel], raw: bytes) -> None:
    _is_read_or_named(place, raw, model)


@st.composite
def _like(draw: st.DrawFn, model: type[BaseModel]) -> dict[str, Any]:
    """The right names with any values."""
    names = st.sampled_from(sorted(model.__fields__))
    return draw(st.dictionaries(names, JSON | st.dates() | st.lists(JSON, max_size=3), max_size=6))


@pytest.mark.parametrize("model", sorted(set(REAL.values()), key=lambda model: model.__name__))
@tries(20)
@given(data=st.data())
def test_a_file_with_the_right_names_and_any_values(place: Path, model: type[BaseModel], data: st.DataObject) -> None:
    content = data.draw(_like(model))
    _is_read_or_named(place, yaml.safe_dump(content, allow_unicode=True).encode("utf-8", "ignore"), model)


def _is_read_or_named(place: Path, raw: bytes, model: type[BaseModel]) -> None:
    place.write_bytes(raw)
    try:
        read = read_model(place, model)
    except ContentError as error:
        assert error.problems and all(line.startswith(f"{place}: ") for line in error.problems)
    else:
        assert isinstance(read, model)


@tries(60)
@example("20261120")
@example("2026")
@example("'20261120'")
@example(".inf")
@given(st.integers().map(str) | st.floats().map(str) | st.from_regex(r"'?\d{1,8}'?", fullmatch=True))
def test_a_number_is_never_taken_for_a_day(place: Path, written: str) -> None:
    place.write_text(f"checked_on: {written}\n")
    with pytest.raises(ContentError, match="日付ではありません|YAML"):
        read_model(place, NationalFile)
    place.write_text(f"checked_on: 2026-11-20\nfacts:\n- {{key: a, source: b, since: {written}}}\n")
    with pytest.raises(ContentError, match="日付ではありません|YAML"):
        read_model(place, NationalFile)


def test_a_day_is_taken_with_and_without_quotes(place: Path) -> None:
    for written in ("2026-11-20", "'2026-11-20'"):
        place.write_text(f"checked_on: {written}\n")
        assert read_model(place, NationalFile).checked_on == date(2026, 11, 20)


def _laughs(link: Callable[[int], str]) -> str:
    return "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n} {link(n)}\n" for n in range(1, 12))


BOMBS = {
    "a billion laughs": _laughs(lambda n: f"[{', '.join([f'*a{n - 1}'] * 9)}]"),
    "a billion merges": _laughs(lambda n: f"{{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}"),
    "itself": "a: &a [*a]\n",
    "deep lists": "a: " + "[" * 100_000,
    "deep mappings": "{a: " * 20_000,
    "deep rows": "- " * 100_000,
    "deep blocks": "".join(" " * n + "a:\n" for n in range(2_000)),
    "deep keys": "? " * 50_000,
    "sixty to the power": "checked_on: 1" + ":59" * 20_000,
    "a long number": "checked_on: " + "9" * 500_000,
    "a long word": "topic: " + "あ" * 2_000_000,
    "many names": "".join(f"a{n}: 1\n" for n in range(20_000)),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_in_a_moment(tmp_path: Path, bomb: str) -> None:
    """In a process of its own, with bounded time and memory: what a parser in C does wrong takes the whole process along."""
    place = tmp_path / "bomb.yml"
    place.write_text(BOMBS[bomb], encoding="utf-8")
    code = (
        "import resource, sys; from pathlib import Path\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2 << 30,) * 2); resource.setrlimit(resource.RLIMIT_CPU, (20, 20))\n"
        "from bot.knowledge.errors import ContentError; from bot.knowledge.files import read_model; from bot.knowledge.model import NationalFile\n"
        "try: read_model(Path(sys.argv[1]), NationalFile)\n"
        "except ContentError as error: print(len(error.problems), str(error)[:200])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(place)], cwd=PROJECT, env={**os.environ, "PYTHONPATH": str(PROJECT)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and "bomb.yml" in done.stdout, done.stderr[-500:]
