"""The corpus of horrors, and what must hold whatever of it was sent."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.engine.faults import FAILED

OUTCOMES = {"answer", "ask_back", "suggest", "out_of_scope", "handoff", "warning", "chat"}
_MARKUP = re.compile(r"[<>{}$`\\|^]|javascript:|evil\.example|SELECT|DROP|script")
_PLAIN = {"\n", "\u3000"}


@dataclass(frozen=True)
class Horror:
    kind: str
    number: int
    text: str

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.number}"


@lru_cache(maxsize=1)
def horrors() -> tuple[Horror, ...]:
    read = yaml.safe_load((Path(__file__).parent / "horrors.yml").read_text(encoding="utf-8"))
    return tuple(Horror(kind, number, _text(entry)) for kind, entries in read.items() for number, entry in enumerate(entries, 1))


def _text(entry: str | Mapping[str, Any]) -> str:
    if isinstance(entry, str):
        return entry
    if "json" in entry:
        return str(json.loads(entry["json"]))
    return str(entry["repeat"]) * int(entry["times"])


def faults_of_text(text: str) -> list[str]:
    """What no sentence of ours holds, and an input may: markup, control characters, directions, halves of surrogates."""
    odd = sorted({f"U+{ord(character):04X}" for character in text if unicodedata.category(character)[0] == "C" and character not in _PLAIN})
    return [*odd, *sorted(set(_MARKUP.findall(text)))]


def faults_of_answer(answer: Mapping[str, Any]) -> list[str]:
    """Of every text that somebody is shown."""
    shown = [answer["text"], answer["lead"], answer["easy"], *(b["title"] for b in answer["buttons"]), *(b["payload"] for b in answer["buttons"])]
    shown += [line for section in [*answer["sections"], *answer["checklist"]] for line in [section["label"], *section["lines"]]]
    found = [fault for text in shown for fault in faults_of_text(text)]
    if answer["outcome"] not in OUTCOMES:
        found.append(f"outcome {answer['outcome']}")
    if FAILED in answer:
        found.append("the answer failed")
    return found if answer["text"].strip() else [*found, "no text"]
