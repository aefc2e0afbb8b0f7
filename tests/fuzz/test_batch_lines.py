"""`ask --batch`: for every line one line of JSON, whatever bytes come, and the rest goes on."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.channels.batch import answer_batch
from tests.fuzz.nasty import JSON, TEXTS
from tests.fuzz.profiles import tries
from tests.fuzz.stand_in import StandIn

_GOOD = b'{"id": "last", "municipality": "\xe4\xb8\xad\xe9\x87\x8e\xe5\x8c\xba", "turns": ["a", "b"]}'
_ENTRIES = st.fixed_dictionaries({}, optional={"id": JSON, "municipality": JSON | st.just("中野区"), "turns": st.lists(TEXTS, max_size=3) | JSON, "more": JSON})
_LINES = (
    st.binary(max_size=40)
    | _ENTRIES.map(lambda entry: json.dumps(entry).encode())
    | TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass"))
    | JSON.map(lambda content: json.dumps(content).encode())
)


def _no_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("batch") / "lines.jsonl"


@tries(120)
@example([b"[" * 100_000])
@example([b'{"id": "\\ud800", "turns": ["a"]}'])
@example([b'{"id": NaN, "turns": ["a"]}'])
@example([b'{"id": 1e999, "turns": ["a"]}'])
@example([b'{"id": ' + b"9" * 5000 + b', "turns": ["a"]}'])
@example([b'{"id": "a", "turns": ["\\udfff"], "municipality": "\\ud800"}'])
@example([b'\xef\xbb\xbf{"id": "bom", "turns": ["a"]}', b'{"id": "a", "id": "b", "turns": []}'])
@given(st.lists(_LINES.map(lambda line: line.replace(b"\n", b" ")), max_size=5))
def test_every_line_gets_its_line(place: Path, lines: list[bytes]) -> None:
    answers = _answers(place, [*lines, _GOOD])
    assert len(answers) == 1 + sum(bool(line.strip()) for line in lines)
    for answer in answers:
        assert ("turns" in answer) != ("error" in answer) and "id" in answer
        assert "error" not in answer or "行目: " in answer["error"]
    assert answers[-1]["id"] == "last" and [turn["text"] for turn in answers[-1]["turns"]] == ["答え", "答え"]


def _answers(place: Path, lines: list[bytes]) -> list[dict[str, Any]]:
    """Standard output as a strict terminal takes it."""
    place.write_bytes(b"\n".join(lines))
    raw = io.BytesIO()
    with io.TextIOWrapper(raw, encoding="utf-8", errors="strict", write_through=True) as screen, contextlib.redirect_stdout(screen):
        assert answer_batch(StandIn(), str(place)) == 0  # type: ignore[arg-type]
        screen.flush()
        return [json.loads(line, parse_constant=_no_constant) for line in raw.getvalue().decode("utf-8").split("\n") if line]


def test_a_name_comes_back_as_it_was_given(place: Path) -> None:
    for name in ("1", "質問", "\ud800", "", 7, None):
        (answer,) = _answers(place, [json.dumps({"id": name, "turns": ["a"]}).encode()])
        assert answer["id"] == name and answer["turns"]
