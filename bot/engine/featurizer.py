"""Sparse tf-idf features over surface, lemma and reading, as one Rasa sentence feature."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, FEATURE_TYPE_SEQUENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix

from bot.knowledge.files import read_model
from bot.language.features import VIEWS, terms
from bot.language.lexicon import Lexicon, LexiconFile

_VOCABULARY = "vocabulary.json"
_WEIGHTS = "weights.npy"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class JapaneseFeaturizer(SparseFeaturizer, GraphComponent):
    """`lexicon` is the path of the notations file; its content is part of the trained model."""

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**SparseFeaturizer.get_default_config(), "lexicon": "data/lexicon.yml", "min_count": 2, "sequence": False}

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, context: ExecutionContext) -> None:
        super().__init__(context.node_name, config)
        self._storage, self._resource = storage, resource
        self._vocabulary: dict[str, int] = {}
        self._weights = np.zeros(0, dtype=np.float32)
        self._lexicon_text = ""
        self._lexicon: Lexicon | None = None

    @classmethod
    def create(cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext) -> JapaneseFeaturizer:
        return cls(config, model_storage, resource, execution_context)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing to check beyond what the schema of the pipeline says."""

    def train(self, training_data: TrainingData) -> Resource:
        """Learns the vocabulary: every term that occurs in at least `min_count` phrases."""
        self._use_lexicon(read_model(Path(self._config["lexicon"]), LexiconFile))
        examples = [m.get(TEXT) for m in training_data.intent_examples if m.get(TEXT)]
        counts = Counter(term for text in examples for term in set(self._terms(text)))
        kept = sorted(term for term, count in counts.items() if count >= self._config["min_count"])
        self._vocabulary = {term: index for index, term in enumerate(kept)}
        frequency = np.array([counts[term] for term in kept], dtype=np.float32)
        self._weights = (np.log((1 + len(examples)) / (1 + frequency)) + 1).astype(np.float32)
        self._persist()
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT):
                row = self._row(message.get(TEXT))
                message.add_features(Features(row, FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
                if self._config["sequence"]:
                    self._add_sequence(message, row.shape[1])
        return messages

    def _add_sequence(self, message: Message, width: int) -> None:
        """DIET wants a row a token too; only the comparison pipelines ask for it."""
        tokens = message.get("text_tokens") or []
        rows = [self._row(token.text) for token in tokens]
        from scipy.sparse import vstack

        message.add_features(Features(vstack(rows), FEATURE_TYPE_SEQUENCE, TEXT, self._identifier))

    def _row(self, text: str) -> csr_matrix:
        """One row; each view is normalised on its own, so that none outweighs the others by size."""
        assert self._lexicon is not None
        columns: list[int] = []
        values: list[NDArray[np.float32]] = []
        for view, found in terms(text, self._lexicon).items():
            counts = Counter(self._vocabulary.get(f"{view}:{term}", -1) for term in found)
            counts.pop(-1, None)
            if counts:
                ids = np.fromiter(counts, dtype=np.int64, count=len(counts))
                tf = 1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))
                weights = tf * self._weights[ids]
                columns += ids.tolist()
                values.append(weights / np.linalg.norm(weights))
        data = np.concatenate(values) if values else np.zeros(0, dtype=np.float32)
        return csr_matrix((data, (np.zeros(len(columns), dtype=np.int64), columns)), shape=(1, len(self._vocabulary)), dtype=np.float32)

    def _terms(self, text: str) -> list[str]:
        assert self._lexicon is not None
        found = terms(text, self._lexicon)
        return [f"{view}:{term}" for view in VIEWS for term in found[view]]

    def _use_lexicon(self, file: LexiconFile) -> None:
        self._lexicon_text = file.json()
        self._lexicon = Lexicon.of(file)

    def _persist(self) -> None:
        with self._storage.write_to(self._resource) as folder:
            content = {"terms": list(self._vocabulary), "lexicon": self._lexicon_text}
            (folder / _VOCABULARY).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
            np.save(folder / _WEIGHTS, self._weights)

    @classmethod
    def load(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext, **kwargs: Any
    ) -> JapaneseFeaturizer:
        component = cls(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            content = json.loads((folder / _VOCABULARY).read_text(encoding="utf-8"))
            component._vocabulary = {term: index for index, term in enumerate(content["terms"])}
            component._weights = np.load(folder / _WEIGHTS)
            component._use_lexicon(LexiconFile.parse_raw(content["lexicon"]))
        return component
