"""Residents who insist: they send a message again, under the same name, until it is answered, and note every answer."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field

import httpx

SCRIPTS: tuple[tuple[str | None, tuple[str, ...]], ...] = (
    ("中野区", ("カードをなくした", "手数料は?", "代理人なら?", "役に立った", "最初の話に戻って、何を持って行く?")),
    ("野田村", ("更新したい", "ほにゃららぱぴぷ", "むにゃむにゃぽこぽこ", "役に立たなかった", "電話番号は?")),
    (None, ("暗証番号を忘れた", "4桁のほう", "杉並区だと?", "何を持っていけばいい?", "役に立った")),
    ("名古屋市", ("有効期限はいつまで?", "代理人でも更新できる?", "役に立った", "その電話は?")),
)
"""Each leans on what was said before, so that a message lost or counted twice changes an answer after it."""
VERDICTS = ("役に立った", "役に立たなかった")
_PATIENCE = 60.0


@dataclass
class Told:
    """What one resident was answered. `verdicts` are those that were acknowledged."""

    script: int
    answers: list[str] = field(default_factory=list)
    verdicts: int = 0
    resent: int = 0


async def talk(base: str, script: int) -> Told:
    """One conversation from its session to its last answer."""
    told = Told(script)
    municipality, turns = SCRIPTS[script]
    async with httpx.AsyncClient(base_url=base, timeout=10) as client:
        session = (await _insist(client, told, "/api/session", None, None))["session"]
        for number, text in enumerate(turns):
            body = {"id": f"m{number}-{random.getrandbits(40):x}", "text": text}
            answer = await _insist(client, told, "/api/messages", {**body, **({"municipality": municipality} if municipality else {})}, session)
            told.answers.append(answer["text"])
            told.verdicts += text in VERDICTS
    return told


async def _insist(client: httpx.AsyncClient, told: Told, path: str, body: dict[str, str] | None, session: str | None) -> dict[str, str]:
    headers = {"Authorization": f"Bearer {session}"} if session else {}
    end = asyncio.get_running_loop().time() + _PATIENCE
    while True:
        try:
            reply = await client.post(path, json=body, headers=headers)
            if reply.status_code in (200, 201):
                found: dict[str, str] = reply.json()
                return found
            assert reply.status_code in (429, 500, 502, 503), reply.text
        # The second is httpx's network library, where a connection ends while it is being made.
        except (httpx.TransportError, AttributeError):
            pass
        told.resent += 1
        assert asyncio.get_running_loop().time() < end, f"{path} was not answered for {_PATIENCE} s"
        await asyncio.sleep(0.02)
