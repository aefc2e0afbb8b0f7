"""NLU pipelines trained and asked through Rasa itself."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from benchmarks.stock_project import COUNT_VECTORS, TOKENIZER, diet_pipeline, nlu_config, write_content
from benchmarks.stock_training import Say, train_stock

if TYPE_CHECKING:
    from rasa.core.agent import Agent

Pipeline = list[dict[str, Any]]
_DECISION = "bot.engine.decision.ThreeOutcomes"
_ALL = 1000


def pipelines(root: Path, epochs: int) -> dict[str, Pipeline]:
    """Every topic is ranked, so that the probability of out of scope is always known."""
    return {
        "rasa-diet": diet_pipeline(epochs),
        "rasa-logistic": [TOKENIZER, *COUNT_VECTORS, {"name": "LogisticRegressionClassifier", "ranking_length": _ALL}],
        "rasa-ours": _ours(root),
    }


@dataclass(frozen=True)
class RasaModel:
    """`epochs` is what DIET was trained for; the other methods have none."""

    agent: Agent
    loop: asyncio.AbstractEventLoop
    seconds: float
    epochs: int

    def answer(self, text: str) -> dict[str, float]:
        parsed = self.loop.run_until_complete(self.agent.parse_message(text))
        return {entry["name"]: float(entry["confidence"]) for entry in parsed["intent_ranking"]}


@contextmanager
def trained(root: Path, name: str, epochs: int, limit: float, say: Say) -> Iterator[RasaModel]:
    """By `rasa train nlu`, in a folder that goes with the model."""
    with tempfile.TemporaryDirectory(prefix="classifiers-") as place:
        folder = Path(place)
        (folder / "data").mkdir()
        write_content(root, folder / "data")

        def write(epochs: int) -> None:
            config = nlu_config(pipelines(root, epochs)[name])
            (folder / "config.yml").write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")

        training = train_stock(folder, epochs, limit, write, say, nlu_only=True)
        from rasa.core.agent import Agent

        loop = asyncio.new_event_loop()
        try:
            yield RasaModel(Agent.load(str(folder / "models/stock.tar.gz")), loop, training.seconds, training.epochs)
        finally:
            loop.close()


def _ours(root: Path) -> Pipeline:
    """The pipeline of config.yml up to its probabilities, wherever it is run from."""
    configured: Pipeline = yaml.safe_load((root / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    settings: dict[str, dict[str, Any]] = {
        "bot.engine.featurizer.JapaneseFeaturizer": {"lexicon": str(root / "data/lexicon.yml")},
        "bot.engine.classifier.LinearSvmClassifier": {"ranking": _ALL},
    }
    return [{**part, **settings.get(part["name"], {})} for part in configured if part["name"] != _DECISION]
