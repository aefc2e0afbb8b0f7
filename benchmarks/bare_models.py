"""Classifiers without Rasa around them, over chosen views of a text.

The features are those of bot.engine.featurizer: logarithmic counts by inverse document frequency, each view
normalised on its own.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from scipy.special import log_softmax, softmax
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.svm import LinearSVC

from bot.knowledge.files import read_model
from bot.language.features import terms
from bot.language.lexicon import Lexicon, LexiconFile

_LEXICON = Path(__file__).resolve().parent.parent / "data/lexicon.yml"
_SEED = 42
_STRENGTH = 0.5
_FOLDS = 3
_MIN_COUNT = 2
Floats = NDArray[np.floating[Any]]
Labels = NDArray[np.str_]
Truth = NDArray[np.intp]


class Bare(ABC):
    """A text's terms in, the probability of each topic out."""

    def __init__(self, views: Sequence[str]) -> None:
        self._vectors = {view: _vectorizer() for view in views}
        self._lexicon = Lexicon.of(read_model(_LEXICON, LexiconFile))
        self._labels: list[str] = []

    def train(self, texts: Sequence[str], labels: Sequence[str]) -> float:
        """Seconds, from the texts to the model."""
        begun = time.perf_counter()
        known = [terms(text, self._lexicon) for text in texts]
        columns = [vectors.fit_transform([t[view] for t in known]) for view, vectors in self._vectors.items()]
        self._labels = sorted(set(labels))
        self._fit(hstack(columns, format="csr"), np.array(labels))
        return time.perf_counter() - begun

    def answer(self, text: str) -> dict[str, float]:
        known = terms(text, self._lexicon)
        row = hstack([vectors.transform([known[view]]) for view, vectors in self._vectors.items()], format="csr")
        return dict(zip(self._labels, self._chances(row).tolist(), strict=True))

    @abstractmethod
    def _fit(self, rows: csr_matrix, labels: Labels) -> None: ...

    @abstractmethod
    def _chances(self, row: csr_matrix) -> Floats:
        """In the sorted order of the labels."""


class SvmOverViews(Bare):
    """As bot.engine.classifier: softmax of the distances, by default with its temperature fitted by cross-validation."""

    def __init__(self, views: Sequence[str], calibrated: bool = True) -> None:
        super().__init__(views)
        self._machine = LinearSVC(C=_STRENGTH, random_state=_SEED)
        self._calibrated = calibrated
        self._sharpness = 1.0

    def _fit(self, rows: csr_matrix, labels: Labels) -> None:
        if self._calibrated:
            folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=_SEED)
            held_out = cross_val_predict(self._machine, rows, labels, cv=folds, method="decision_function")
            self._sharpness = _sharpness(held_out, np.searchsorted(self._labels, labels))
        self._machine.fit(rows, labels)

    def _chances(self, row: csr_matrix) -> Floats:
        return np.asarray(softmax(self._sharpness * self._machine.decision_function(row)[0]))


class LogisticOverViews(Bare):
    """With the settings of Rasa's LogisticRegressionClassifier."""

    def __init__(self, views: Sequence[str]) -> None:
        super().__init__(views)
        self._machine = LogisticRegression(max_iter=100, class_weight="balanced", random_state=_SEED)

    def _fit(self, rows: csr_matrix, labels: Labels) -> None:
        self._machine.fit(rows, labels)

    def _chances(self, row: csr_matrix) -> Floats:
        return np.asarray(self._machine.predict_proba(row)[0])


def _vectorizer() -> TfidfVectorizer:
    return TfidfVectorizer(analyzer=list, sublinear_tf=True, min_df=_MIN_COUNT, dtype=np.float32)


def _sharpness(distances: Floats, truth: Truth) -> float:
    def loss(sharpness: float) -> float:
        return float(-log_softmax(sharpness * distances, axis=1)[np.arange(len(truth)), truth].mean())

    return float(minimize_scalar(loss, bounds=(0.1, 30.0), method="bounded").x)
