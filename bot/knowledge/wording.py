"""The sentences that belong to no single topic."""

from __future__ import annotations

from pydantic import BaseModel, Extra

from bot.knowledge.model import Line


class SharedWording(BaseModel):
    """data/wording.yml. `{…}` is filled from the knowledge base or by the composer."""

    class Config:
        extra = Extra.forbid
        allow_mutation = False

    sections: dict[str, str]
    shared_sections: dict[str, list[Line]]
    sentences: dict[str, str]
    freshness_days: dict[str, int]
    menu: list[str]
    case_titles: dict[str, str]


class EasyWording(BaseModel):
    """data/easy.yml: what all easy texts share. All of it is written with furigana, but for `plainer` and `readings`.

    `lines` follow an answer, `sentences` belong to no topic, `terms` are explained where they first
    occur, `plainer` replaces words of facts, `readings` are words that UniDic reads otherwise.
    """

    class Config:
        extra = Extra.forbid
        allow_mutation = False

    lines: dict[str, list[Line]]
    sentences: dict[str, str]
    terms: dict[str, str]
    plainer: dict[str, str]
    readings: dict[str, str]
