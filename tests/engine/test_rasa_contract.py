"""What we rely on in Rasa 3.6 beyond its documentation. An upgrade of Rasa is checked here."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import httpx

from tests.conftest import PROJECT


def _python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True, timeout=120).stdout


def test_answering_imports_no_tensorflow(model: Path) -> None:
    code = (
        "import sys\nfrom bot.app import make_bot\nfrom bot.settings import read_settings\nmake_bot(read_settings(), None)\nprint('tensorflow' in sys.modules)"
    )
    assert _python(code).split() == ["False"]


def test_language_and_knowledge_import_no_rasa() -> None:
    code = "import sys, bot.content, bot.checking\nprint(sorted(m for m in sys.modules if m.split('.')[0] in ('rasa', 'sanic', 'sklearn')))"
    assert _python(code).strip() == "[]"


def test_rasa_data_validate_passes() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rasa", "data", "validate", "--data", "rules", "--domain", "config.yml", "--fail-on-warnings"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_the_same_actions_answer_under_the_stock_action_server(tmp_path: Path) -> None:
    port = 5955
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--port", str(port)], cwd=PROJECT, stdout=log, stderr=log)
        try:
            reply = _post_until_up(port)
        finally:
            process.terminate()
            process.wait(20)
    answer = reply["responses"][0]
    assert "0120-95-0178" in answer["text"] and answer["custom"]["topic"] == "card_lost"
    assert {"event": "slot", "timestamp": None, "name": "topic", "value": "card_lost"} in reply["events"]


def _post_until_up(port: int) -> dict[str, list[dict[str, object]]]:
    message = {"text": "カードをなくしました", "intent": {"name": "card_lost"}, "intent_ranking": [{"name": "card_lost", "confidence": 0.9}], "entities": []}
    body = {"next_action": "action_answer", "sender_id": "x", "domain": {}, "tracker": {"sender_id": "x", "slots": {}, "latest_message": message, "events": []}}
    for _ in range(60):
        try:
            return dict(httpx.post(f"http://127.0.0.1:{port}/webhook", json=body, timeout=30).json())
        except httpx.TransportError:
            time.sleep(0.5)
    raise AssertionError("the action server did not start")
