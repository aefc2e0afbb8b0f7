"""Answer, offer candidates, or decline: thresholds over the ranking, tuned on the project's own questions."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

OUT_OF_SCOPE = "out_of_scope"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ThreeOutcomes(IntentClassifier, GraphComponent):
    """Sets the intent to out_of_scope, to nlu_fallback (candidates), or leaves it.

    `decline_ratio`: out_of_scope wins when it is at least so many times as likely as the best topic.
    `sure`: least probability for an answer; `margin`: least distance to the second topic.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        return [IntentClassifier]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"decline_ratio": 0.5, "sure": 0.25, "margin": 0.05}

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config

    @classmethod
    def create(cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext) -> ThreeOutcomes:
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            ranking = message.get("intent_ranking") or []
            if message.get(TEXT) and ranking:
                message.set(INTENT, self._decide(ranking), add_to_output=True)
        return messages

    def _decide(self, ranking: list[dict[str, Any]]) -> dict[str, Any]:
        outside = next((entry["confidence"] for entry in ranking if entry["name"] == OUT_OF_SCOPE), 0.0)
        topics = [entry for entry in ranking if entry["name"] != OUT_OF_SCOPE]
        first, second = topics[0], topics[1]["confidence"] if len(topics) > 1 else 0.0
        if outside >= self._config["decline_ratio"] * first["confidence"]:
            return {"name": OUT_OF_SCOPE, "confidence": outside}
        if first["confidence"] < self._config["sure"] or first["confidence"] - second < self._config["margin"]:
            return {"name": DEFAULT_NLU_FALLBACK_INTENT_NAME, "confidence": 1 - first["confidence"]}
        return dict(first)
