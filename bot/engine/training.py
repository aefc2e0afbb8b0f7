"""Training, when the phrases, the lexicon, the rules or the pipeline have changed; never for a text or a fact."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

FINGERPRINT = "jpki-bot.fingerprint"
_METADATA = "metadata.json"
_CODE = Path(__file__).resolve().parent.parent
Progress = Callable[[str], None]


class TrainingError(Exception):
    """Training produced no model; the message says what to do."""


def fingerprint(project: Path) -> str:
    """Changes with whatever the model is made of: phrases, lexicon, rules, pipeline and its code. Raises ContentError."""
    from bot.knowledge.base import read_topics

    digest = hashlib.sha256()
    for topic in read_topics(project / "data"):
        parts = [topic.topic, topic.kind, sorted(topic.phrases)]
        digest.update(json.dumps(parts, ensure_ascii=False).encode())
    files = [project / "data/lexicon.yml", project / "config.yml", *sorted((project / "rules").glob("*.yml"))]
    files += [_CODE / "engine" / f"{name}.py" for name in ("tokenizer", "featurizer", "classifier", "importer")]
    files += [_CODE / "language" / f"{name}.py" for name in ("normalize", "words", "lexicon", "features")] + [_CODE / "dialogue" / "memory.py"]
    for path in files:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def is_current(project: Path, model: Path) -> bool:
    stamp = model.with_name(FINGERPRINT)
    return model.is_file() and stamp.is_file() and stamp.read_text().strip() == fingerprint(project)


def train(project: Path, model: Path, progress: Progress) -> None:
    """Writes `model` and its fingerprint, both or neither.

    In a process of its own: training imports TensorFlow, which answering does without. Raises TrainingError.
    """
    try:
        model.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TrainingError(f"{model.parent}: 書き込めません（{error.strerror}）。JPKI_BOT_MODELS で別の場所を指定してください") from error
    command = [sys.executable, "-m", "bot.engine.training", str(project.resolve()), str(model.resolve())]
    with subprocess.Popen(command, cwd=_CODE.parent, stderr=subprocess.PIPE, encoding="utf-8", errors="replace") as child:
        for line in child.stderr or ():
            progress(line.rstrip())
    if child.returncode:
        raise TrainingError("学習が終わりませんでした。jpki-bot check で内容の誤りを確かめてください")


def train_announced(project: Path, model: Path, progress: Progress) -> None:
    """As `train`, with a word before it and after it for whoever waits."""
    progress("学習します（初めてのとき、例文や規則を変えたときだけ。1分ほど）")
    train(project, model, progress)
    progress("学習が終わりました")


def _train_here(project: Path, model: Path, progress: Progress) -> None:
    from bot.engine.quiet import quiet_rasa

    quiet_rasa()
    import rasa.model_training

    os.chdir(project)
    wanted = fingerprint(project)
    with tempfile.TemporaryDirectory(dir=model.parent) as folder:
        with _steps(progress):
            result = rasa.model_training.train("config.yml", "config.yml", "rules", output=folder, fixed_model_name="model", force_training=True)
        slim = Path(folder) / "slim.tar.gz"
        _without_training_graph(Path(str(result.model)), slim)
        stamp = model.with_name(FINGERPRINT)
        stamp.unlink(missing_ok=True)
        slim.replace(model)
        stamp.write_text(wanted + "\n")


def _without_training_graph(archive: Path, slim: Path) -> None:
    """Copies a model without the graph it was trained by: loading that would import every stock component."""
    with tarfile.open(archive) as old, tarfile.open(slim, "w:gz", compresslevel=4) as new:
        for member in old.getmembers():
            content = old.extractfile(member)
            if content is None or Path(member.name).name != _METADATA:
                new.addfile(member, content)
                continue
            metadata = json.load(content)
            metadata["train_schema"] = {"nodes": {}}
            changed = json.dumps(metadata).encode()
            member.size = len(changed)
            new.addfile(member, io.BytesIO(changed))


_STEP_NAMES = {
    "JapaneseTokenizer": "文を単語に分けています",
    "JapaneseFeaturizer": "言葉の特徴を数えています",
    "LinearSvmClassifier": "質問の分け方を学んでいます",
    "RulePolicy": "対話の規則を確かめています",
}


@contextmanager
def _steps(progress: Progress) -> Iterator[None]:
    """Reports each component as Rasa begins to train it; Rasa's own bars and prints are kept off the terminal."""
    from rasa.engine.graph import GraphNode

    original = GraphNode.__call__
    said: set[str] = set()

    def call(node: GraphNode, *inputs: object) -> object:
        name = node._component_class.__name__
        if name in _STEP_NAMES and name not in said:
            said.add(name)
            progress(f"[{len(said)}/{len(_STEP_NAMES)}] {_STEP_NAMES[name]} …")
        return original(node, *inputs)

    GraphNode.__call__ = call
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            yield
    finally:
        GraphNode.__call__ = original


if __name__ == "__main__":
    _train_here(Path(sys.argv[1]), Path(sys.argv[2]), lambda text: print(text, file=sys.__stderr__, flush=True))
