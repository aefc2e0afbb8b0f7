"""The description against a real server: generated requests, right and wrong, get only what it promises."""

from __future__ import annotations

import os
from typing import Any

import httpx
import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, rule, run_state_machine_as_test
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode

from bot.channels.assets import PAGES
from tests.security.conftest import CITY, Running

_EXAMPLES = 200 if os.environ.get("JPKI_BOT_TEST_FUZZ") == "long" else 40
_PHASES = (Phase.explicit, Phase.generate, Phase.shrink)
_OURS = settings(max_examples=_EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=_PHASES)
_CONTENT: dict[str, Any] = yaml.safe_load((PAGES / "openapi.yml").read_text(encoding="utf-8"))


def _schema(mode: GenerationMode) -> schemathesis.BaseSchema:
    config = SchemathesisConfig()
    config.projects.default.generation.modes = [mode]
    return schemathesis.openapi.from_dict(_CONTENT, config=config)


right, wrong = _schema(GenerationMode.POSITIVE), _schema(GenerationMode.NEGATIVE)


@pytest.fixture(scope="module")
def session(full: Running) -> dict[str, str]:
    token = full.client.post("/api/session").json()["session"]
    return {"Authorization": f"Bearer {token}"}


@right.parametrize()
@_OURS
def test_what_is_asked_as_described_is_answered_as_described(case: schemathesis.Case, full: Running, session: dict[str, str]) -> None:
    if isinstance(case.body, dict) and case.body.get("municipality"):
        # Which names are known is content, and no part of the description.
        case.body["municipality"] = "中野区"
    case.call_and_validate(base_url=f"http://127.0.0.1:{full.port}", headers=session)


_WITH_SOMETHING_TO_GET_WRONG = ["forget", "ask", "telegramWebhook", "lineWebhook", "calendar"]


@wrong.include(operation_id=_WITH_SOMETHING_TO_GET_WRONG).parametrize()
@_OURS
def test_what_is_asked_otherwise_is_refused_as_described(case: schemathesis.Case, full: Running, session: dict[str, str]) -> None:
    case.call_and_validate(base_url=f"http://127.0.0.1:{full.port}", headers=session)


class Conversations(RuleBasedStateMachine):
    """Sessions opened, used on their own and on other sites, asked again, and forgotten, in any order."""

    client: httpx.Client
    sessions: Bundle[tuple[str, str]] = Bundle("sessions")

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[tuple[str, str], dict[str, Any]] = {}
        self.towns: dict[str, str | None] = {}

    def call(self, method: str, path: str, session: tuple[str, str] | None = None, site: str | None = None, **more: Any) -> httpx.Response:
        token, own_site = session or ("", "")
        origin = own_site if site is None else site
        headers = ({"Authorization": f"Bearer {token}"} if token else {}) | ({"Origin": origin} if origin else {})
        reply = self.client.request(method, path, headers=headers, **more)
        right[path][method].validate_response(reply)
        return reply

    @rule(target=sessions, site=st.sampled_from([CITY, ""]))
    def open(self, site: str) -> tuple[str, str]:
        reply = self.call("POST", "/api/session", ("", site))
        assert reply.status_code == 201 and reply.json()["session"] not in self.towns
        self.towns[reply.json()["session"]] = None
        return reply.json()["session"], site

    @rule(session=sessions, town=st.sampled_from(["中野区", "杉並区", "野田村"]))
    def live_somewhere(self, session: tuple[str, str], town: str) -> None:
        self.call("POST", "/api/messages", session, json={"text": f"{town}に住んでいます"})
        self.towns[session[0]] = town

    @rule(session=sessions)
    def ask(self, session: tuple[str, str]) -> None:
        """What the conversation knows is its own."""
        assert self.call("POST", "/api/messages", session, json={"text": "窓口は何時までですか"}).json()["municipality"] == self.towns[session[0]]

    @rule(session=sessions, name=st.sampled_from(["a", "b"]), text=st.sampled_from(["手数料は?", "カードをなくした"]))
    def ask_by_name(self, session: tuple[str, str], name: str, text: str) -> None:
        answer = self.call("POST", "/api/messages", session, json={"text": text, "id": name}).json()
        assert self.answers.setdefault((session[0], name), answer) == answer

    @rule(session=sessions, site=st.sampled_from([CITY, "https://other.example.jp:8443", "null", ""]))
    def use_elsewhere(self, session: tuple[str, str], site: str) -> None:
        if site != session[1]:
            assert self.call("DELETE", "/api/session", session, site).status_code == 401
            assert self.call("POST", "/api/messages", session, site, json={"text": "杉並区に住んでいます"}).status_code == 401

    @rule(session=sessions)
    def forget(self, session: tuple[str, str]) -> None:
        assert self.call("DELETE", "/api/session", session).json() == {"forgotten": True}
        self.towns[session[0]] = None
        self.answers = {key: answer for key, answer in self.answers.items() if key[0] != session[0]}


def test_conversations_keep_their_promises_in_any_order(full: Running) -> None:
    machine = type("OfThisServer", (Conversations,), {"client": full.client})
    bounds = settings(_OURS, max_examples=_EXAMPLES // 4, stateful_step_count=12)
    run_state_machine_as_test(machine, settings=bounds)
