"""Reading content files: YAML in, checked models out, every mistake named by file and key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from bot.knowledge.errors import ContentError, problem
from bot.language.normalize import match_form

M = TypeVar("M", bound=BaseModel)

_REASONS = {
    "value_error.extra": "この名前の項目はありません（つづりを確かめてください）",
    "value_error.missing": "必要な項目がありません",
    "value_error.const": "決められた値ではありません",
    "value_error.str.regex": "書き方が違います",
    "value_error.date": "日付ではありません（YYYY-MM-DD で書いてください）",
    "type_error.enum": "決められた値ではありません",
}
_DEEPEST = 50
_LARGEST = 10**15
_LONGEST_BLANK = 4
_BRACKET = re.compile(r"[\[\]{}]")
_LINE_START = re.compile(r"^[ \t?:-]*", re.MULTILINE)


class _UniqueKeyLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """PyYAML lets the last of two equal keys win in silence; a content file must not."""


def _mapping(loader: _UniqueKeyLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            line = key_node.start_mark.line + 1
            raise yaml.MarkedYAMLError(problem=f"「{key}」が2回書かれています（{line}行目）")
        seen.add(key)
    return dict(loader.construct_mapping(node, deep=True))


def _whole_number(loader: _UniqueKeyLoader, node: yaml.ScalarNode) -> int:
    """Python refuses to write out a number of thousands of digits: an answer would fail on it long after the load."""
    value = int(loader.construct_yaml_int(node))
    if abs(value) > _LARGEST:
        raise yaml.MarkedYAMLError(problem="数が大きすぎます", problem_mark=node.start_mark)
    return value


_UniqueKeyLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
_UniqueKeyLoader.add_constructor("tag:yaml.org,2002:int", _whole_number)


def read_yaml(path: Path) -> Any:
    """The file's content. Raises ContentError when it is missing, not UTF-8 or not YAML."""
    try:
        text = path.read_text(encoding="utf-8")
        if _depth(text) > _DEEPEST:
            raise ContentError([problem(path, "ファイル", f"入れ子が深すぎます（{_DEEPEST}段まで）")])
        return yaml.load(text, Loader=_UniqueKeyLoader)
    except OSError as error:
        raise ContentError([problem(path, "ファイル", f"読めません（{error.strerror}）")]) from error
    except UnicodeDecodeError as error:
        raise ContentError([problem(path, f"{error.start}バイト目", "UTF-8 ではありません")]) from error
    except (ValueError, TypeError) as error:
        raise ContentError([problem(path, "ファイル", f"YAML の値として読めません（{error}）")]) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{mark.line + 1}行目" if mark else "ファイル"
        raise ContentError([problem(path, where, f"YAML として読めません: {error.problem}")]) from error
    except yaml.YAMLError as error:
        raise ContentError([problem(path, "ファイル", "YAML に使えない文字があります")]) from error


def read_model(path: Path, model: type[M]) -> M:
    """The file as `model`. Raises ContentError with one problem per wrong key."""
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise ContentError([problem(path, "ファイル", "「名前: 値」の形で始まっていません")])
    if unnamed := [key for key in content if not isinstance(key, str)]:
        raise ContentError([problem(path, str(key), "名前は文字で書いてください") for key in unnamed])
    if blanks := [problem(path, ".".join(place), "空の文字です（消すか、書いてください）") for place in _blanks(content, (), set())]:
        raise ContentError(blanks)
    try:
        return model.parse_obj(content)
    except ValidationError as error:
        raise ContentError([problem(path, _place(e["loc"], content), _reason(e)) for e in error.errors()]) from error


def _blanks(content: Any, place: tuple[str, ...], seen: set[int]) -> Iterator[tuple[str, ...]]:
    """Where a list holds a text without a character to match: a word that stands in every question.

    What an alias repeats is looked at once: aliases of aliases would take forever.
    """
    if not isinstance(content, (dict, list)) or id(content) in seen:
        return
    seen.add(id(content))
    if isinstance(content, dict):
        for name, inner in content.items():
            yield from _blanks(inner, (*place, str(name)), seen)
    else:
        for number, inner in enumerate(content, 1):
            if isinstance(inner, str) and not (len(inner) > _LONGEST_BLANK or match_form(inner)):
                yield (*place, str(number))
            yield from _blanks(inner, (*place, str(number)), seen)


def _depth(text: str) -> int:
    """No less than the depth of nesting. The parser calls itself for each level, and would take the process down with it."""
    depth = deepest = 0
    for bracket in _BRACKET.findall(text):
        depth = max(0, depth + (1 if bracket in "[{" else -1))
        deepest = max(deepest, depth)
    return deepest + max(len(start) for start in _LINE_START.findall(text))


def _place(location: tuple[int | str, ...], content: Any) -> str:
    """The path of keys; an entry of a list is named by its own key where it has one."""
    names: list[str] = []
    for step in location:
        inner = content[step] if _has(content, step) else None
        label = inner.get("key") or inner.get("name") if isinstance(step, int) and isinstance(inner, dict) else None
        names.append(str(label or (step + 1 if isinstance(step, int) else step)))
        content = inner
    return ".".join(names)


def _has(content: Any, step: int | str) -> bool:
    if isinstance(content, dict):
        return step in content
    return isinstance(content, list) and isinstance(step, int) and step < len(content)


def _reason(error: Mapping[str, Any]) -> str:
    return _REASONS.get(error["type"], str(error["msg"]))
