"""data/staff.yml: what the staff page says besides answers."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Extra

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.errors import ContentError, problem
from bot.knowledge.files import read_model


class _Part(BaseModel):
    class Config:
        extra = Extra.forbid
        allow_mutation = False


class Sentences(_Part):
    """`{minutes}` stands in `ended`, `{wait}` in `throttled`, `{count}` in what `{wait}` is made of."""

    wrong_password: str
    throttled: str
    wait_seconds: str
    wait_minutes: str
    stale_form: str
    ended: str
    signed_out: str
    not_signed_in: str
    bad_token: str
    bad_request: str
    unknown_hit: str
    nothing_found: str


class CardState(_Part):
    """One state of the card check: its name, and what to do."""

    state: str
    lines: list[str]


class CardWording(_Part):
    title: str
    not_configured: CardState


class StaffWording(_Part):
    """`legal_basis` are names of facts whose source is a law's text."""

    sentences: Sentences
    card: CardWording
    legal_basis: list[str]


def read_staff_wording(data: Path, base: KnowledgeBase) -> StaffWording:
    """Raises ContentError when the file cannot be used or names a fact that there is not."""
    path = data / "staff.yml"
    wording = read_model(path, StaffWording)
    problems = [problem(path, "legal_basis", f"{key}: この名前の事実はありません") for key in wording.legal_basis if key not in base.national]
    slots = {"throttled": "{wait}", "wait_seconds": "{count}", "wait_minutes": "{count}", "ended": "{minutes}"}
    problems += [problem(path, f"sentences.{name}", f"{slot} がありません") for name, slot in slots.items() if slot not in getattr(wording.sentences, name)]
    if problems:
        raise ContentError(problems)
    return wording
