"""The jpki-bot command as an operator meets it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import json_lines

Command = Callable[..., "subprocess.CompletedProcess[str]"]

_BATCH = [
    {"id": "a", "municipality": "野田村", "turns": ["コンビニで住民票とれますか", "電話番号は？"]},
    {"id": "b", "municipality": None, "turns": ["窓口は何時まで？", "中野"]},
]


def test_help_is_instant_and_in_plain_words(command: Command) -> None:
    started = time.monotonic()
    done = command("--help")
    assert done.returncode == 0 and "端末で会話する" in done.stdout
    heavy = [name for name in ("rasa", "sklearn", "fugashi", "pydantic", "yaml") if f"'{name}'" in _imported("--help")]
    assert heavy == [] and time.monotonic() - started < 20


def _imported(*arguments: str) -> str:
    attempt = f"try:\n    main({list(arguments)!r})\nexcept SystemExit:\n    pass"
    code = f"import sys\nfrom bot.cli import main\n{attempt}\nprint(sorted(sys.modules), file=sys.stderr)"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stderr


def test_batch_answers_every_line_in_order(command: Command, model: Path, tmp_path: Path) -> None:
    lines = [json.dumps(entry, ensure_ascii=False).encode() for entry in _BATCH]
    unknown_town = '{"id": "e", "municipality": "横浜市", "turns": []}'.encode()
    broken = [b'{"id": "c", "turns": "x"}', b"\xff\xfe broken", b'{"id": "d"', unknown_town, b"", b'"text"']
    path = tmp_path / "batch.jsonl"
    path.write_bytes(b"\n".join([lines[0], *broken, lines[1]]) + b"\n")
    done = command("ask", "--batch", str(path))
    answers = json_lines(done.stdout)
    assert done.returncode == 0 and [a["id"] for a in answers] == ["a", "c", None, None, "e", None, "b"]
    assert all("error" in a for a in answers[1:-1])
    first, second = answers[0]["turns"]
    assert first["topic"] == "convenience_store_certificates" and "使えない" in first["text"]
    assert second["topic"] == "contact" and "0194-78-2928" in second["text"]
    asked, told = answers[-1]["turns"]
    assert asked["outcome"] == "ask_back" and told["municipality"] == "中野区" and "午後5時" in told["text"]
    assert set(first) >= {"topic", "outcome", "municipality", "confidence", "text", "buttons", "sources", "checked_on"}


def test_ask_prints_one_answer(command: Command, model: Path) -> None:
    done = command("ask", "有効期限切れました", "--municipality", "杉並区")
    assert done.returncode == 0 and "杉並区" in done.stdout and done.stdout.count("\n") < 40


def test_ask_as_json_holds_nothing_but_the_json(command: Command, model: Path) -> None:
    assert json.loads(command("ask", "更新", "--json").stdout)["outcome"] in ("answer", "suggest")


@pytest.mark.parametrize(
    ("arguments", "env", "words"),
    [
        (("ask", "更新", "--municipality", "横浜市"), {}, "横浜市"),
        (("ask",), {}, "どちらか1つ"),
        (("ask", "--batch", "/nowhere/x.jsonl"), {}, "/nowhere/x.jsonl"),
        (("ask", "更新"), {"JPKI_BOT_NOW": "きのう"}, "JPKI_BOT_NOW"),
        (("evaluate", "/nowhere/x.yml"), {}, "/nowhere/x.yml"),
    ],
)
def test_misuse_is_named(command: Command, model: Path, arguments: tuple[str, ...], env: dict[str, str], words: str) -> None:
    done = command(*arguments, env=env)
    assert done.returncode != 0 and words in done.stderr and "Traceback" not in done.stderr and done.stdout == ""


def test_a_port_in_use_is_named_before_anything_slow(command: Command) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = command("run", "--port", port)
    assert done.returncode == 1 and port in done.stderr and "--port" in done.stderr


def test_a_corrupt_model_is_named_with_the_remedy(command: Command, model: Path, tmp_path: Path) -> None:
    for path in model.parent.iterdir():
        shutil.copy(path, tmp_path)
    (tmp_path / model.name).write_bytes(b"not a model")
    done = command("ask", "更新", env={"JPKI_BOT_MODELS": str(tmp_path)})
    assert done.returncode == 1 and "jpki-bot train" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("key: proxy.rule", "key: proxy.ruel", ("noda.yml", "proxy.ruel", "proxy.rule")),
        ("phone: 0194-78-2928", "phone: 電話番号", ("noda.yml", "phone", "書き方が違います")),
    ],
)
def test_a_faulty_fact_stops_the_bot_and_check_names_it(
    command: Command, model: Path, project: Path, tmp_path: Path, right: str, wrong: str, words: tuple[str, ...]
) -> None:
    shutil.copytree(project / "data", tmp_path / "data")
    shutil.copytree(project / "rules", tmp_path / "rules")
    shutil.copy(project / "config.yml", tmp_path)
    path = tmp_path / "data/knowledge/municipalities/noda.yml"
    path.write_text(path.read_text(encoding="utf-8").replace(right, wrong), encoding="utf-8")
    env = {"JPKI_BOT_PROJECT": str(tmp_path), "JPKI_BOT_MODELS": str(model.parent)}
    for arguments in (("check",), ("ask", "更新")):
        done = command(*arguments, env=env)
        said = done.stdout + done.stderr
        assert done.returncode == 1 and all(word in said for word in words), said


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_place_for_models_is_named(command: Command, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    done = command("train", env={"JPKI_BOT_MODELS": str(tmp_path / "models")})
    assert done.returncode == 1 and "JPKI_BOT_MODELS" in done.stderr


def test_a_place_for_models_that_is_a_file_is_named(command: Command, tmp_path: Path) -> None:
    (tmp_path / "models").write_text("x")
    done = command("train", env={"JPKI_BOT_MODELS": str(tmp_path / "models")})
    assert done.returncode == 1 and "JPKI_BOT_MODELS" in done.stderr


def test_the_content_has_no_faults(command: Command) -> None:
    done = command("check")
    assert done.returncode == 0, done.stdout


def test_chat_talks_until_the_end_of_input(command: Command, model: Path) -> None:
    done = command("chat", "--municipality", "名古屋市", text="予約はいりますか\n\n1\n終了\n")
    assert done.returncode == 0 and "名古屋" in done.stdout and "Traceback" not in done.stderr
