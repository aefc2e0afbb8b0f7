"""A stock Rasa project of the same content: what a town hall has that takes `rasa init` and our phrases and rules.

Only the tokenizer is ours: without one that knows Japanese, a question would be a single token.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

from bot.engine.quiet import quiet_rasa

TOKENIZER: dict[str, Any] = {"name": "bot.engine.tokenizer.JapaneseTokenizer"}
COUNT_VECTORS: list[dict[str, Any]] = [
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
]


def diet_pipeline(epochs: int) -> list[dict[str, Any]]:
    """The default pipeline up to and with its classifier, every label ranked."""
    features = [{"name": "RegexFeaturizer"}, {"name": "LexicalSyntacticFeaturizer"}, *COUNT_VECTORS]
    return [TOKENIZER, *features, {"name": "DIETClassifier", "epochs": epochs, "constrain_similarities": True, "ranking_length": 0}]


def nlu_config(pipeline: list[dict[str, Any]]) -> dict[str, Any]:
    return {"recipe": "default.v1", "language": "ja", "assistant_id": "benchmark", "pipeline": pipeline}


def write_project(root: Path, folder: Path, epochs: int) -> None:
    """Everything `rasa train` and `rasa run` need, except the ports."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    write_content(root, data, folder / "domain.yml")
    for path in sorted((root / "rules").glob("*.yml")):
        shutil.copy(path, data / path.name)
    _write(folder / "config.yml", _config(epochs))
    _write(folder / "credentials.yml", {"rest": None})


def write_content(root: Path, data: Path, domain: Path | None = None) -> None:
    """The phrases of every topic and the rule of every answered one, read through the project's own importer."""
    quiet_rasa()
    from rasa.shared.core.training_data.story_writer.yaml_story_writer import YAMLStoryWriter

    from bot.engine.importer import TopicImporter

    importer = TopicImporter(str(root / "config.yml"))
    (data / "nlu.yml").write_text(importer.get_nlu_data().nlu_as_yaml(), encoding="utf-8")
    if domain is not None:
        # What rules/ holds is copied as it stands: the writer loses `or`.
        derived = [step for step in importer.get_stories().story_steps if (step.block_name or "").startswith("answer ")]
        (data / "answers.yml").write_text(YAMLStoryWriter().dumps(derived), encoding="utf-8")
        domain.write_text(importer.get_domain().as_yaml(), encoding="utf-8")


def write_endpoints(folder: Path, action_port: int) -> None:
    _write(folder / "endpoints.yml", {"action_endpoint": {"url": f"http://127.0.0.1:{action_port}/webhook"}})


def _config(epochs: int) -> dict[str, Any]:
    """As `rasa init` writes it (rasa/engine/recipes/config_files/default_config.yml)."""
    rest: list[dict[str, Any]] = [
        {"name": "EntitySynonymMapper"},
        {"name": "ResponseSelector", "epochs": epochs, "constrain_similarities": True},
        {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
    ]
    dialogue: dict[str, Any] = {"max_history": 5, "epochs": epochs}
    policies = [
        {"name": "MemoizationPolicy"},
        {"name": "RulePolicy"},
        {"name": "UnexpecTEDIntentPolicy", **dialogue},
        {"name": "TEDPolicy", **dialogue, "constrain_similarities": True},
    ]
    diet = [{key: value for key, value in part.items() if key != "ranking_length"} for part in diet_pipeline(epochs)]
    return {**nlu_config([*diet, *rest]), "policies": policies}


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
