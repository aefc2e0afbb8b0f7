"""A linear SVM over the sparse features, with calibrated probabilities."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, vstack
from scipy.special import log_softmax, softmax
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.svm import LinearSVC

_LABELS = "labels.json"
_PLANES = "planes.npz"
_FOLDS = 3


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearSvmClassifier(IntentClassifier, GraphComponent):
    """One plane an intent. Probabilities: softmax of the distances, its temperature fitted by cross-validation.

    `ranking` gets `intent_ranking` of this length; `strength` is the SVM's C.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"strength": 0.5, "ranking": 10, "random_state": 42}

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage, self._resource = storage, resource
        self._labels: list[str] = []
        self._planes = np.zeros((0, 0), dtype=np.float32)
        self._offsets = np.zeros(0, dtype=np.float32)
        self._temperature = 1.0

    @classmethod
    def create(cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext) -> LinearSvmClassifier:
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        examples = [m for m in training_data.intent_examples if m.get(TEXT)]
        rows, labels = _rows(examples), np.array([m.get(INTENT) for m in examples])
        machine = self._machine()
        folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=self._config["random_state"])
        held_out = cross_val_predict(machine, rows, labels, cv=folds, method="decision_function")
        machine.fit(rows, labels)
        self._labels = [str(label) for label in machine.classes_]
        self._planes = np.ascontiguousarray(machine.coef_.T, dtype=np.float32)
        self._offsets = machine.intercept_.astype(np.float32)
        self._temperature = _temperature(held_out, np.searchsorted(machine.classes_, labels))
        self._persist()
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if not message.get(TEXT):
                continue
            distances = _rows([message]) @ self._planes + self._offsets
            chances = softmax(self._temperature * np.asarray(distances)[0])
            order = np.argsort(-chances)[: self._config["ranking"]]
            ranking = [{"name": self._labels[i], "confidence": float(chances[i])} for i in order]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def _machine(self) -> LinearSVC:
        return LinearSVC(C=self._config["strength"], random_state=self._config["random_state"])

    def _persist(self) -> None:
        with self._storage.write_to(self._resource) as folder:
            content = {"labels": self._labels, "temperature": self._temperature}
            (folder / _LABELS).write_text(json.dumps(content), encoding="utf-8")
            np.savez(folder / _PLANES, planes=self._planes, offsets=self._offsets)

    @classmethod
    def load(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext, **kwargs: Any
    ) -> LinearSvmClassifier:
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            content = json.loads((folder / _LABELS).read_text(encoding="utf-8"))
            component._labels, component._temperature = content["labels"], content["temperature"]
            with np.load(folder / _PLANES) as arrays:
                component._planes, component._offsets = arrays["planes"], arrays["offsets"]
        return component


def _rows(messages: list[Message]) -> csr_matrix:
    return vstack([message.get_sparse_features(TEXT)[1].features for message in messages], format="csr")


def _temperature(distances: NDArray[np.float64], truth: NDArray[np.int64]) -> float:
    """The sharpness under which held-out phrases are most likely (Guo et al. 2017, temperature scaling)."""

    def loss(sharpness: float) -> float:
        return float(-log_softmax(sharpness * distances, axis=1)[np.arange(len(truth)), truth].mean())

    return float(minimize_scalar(loss, bounds=(0.1, 30.0), method="bounded").x)
