"""Topics, lexicon and rules as Rasa's training data and domain: one topic file is one intent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import read_model_configuration

from bot.dialogue.memory import SLOTS
from bot.knowledge.base import read_topics

ACTIONS = ("action_answer", "action_converse", "action_check_card_status")
SESSION_MINUTES = 60


class TopicImporter(TrainingDataImporter):
    """Named in config.yml; paths are relative to that file."""

    def __init__(
        self, config_file: str | None = None, domain_path: str | None = None, training_data_paths: list[str] | str | None = None, **kwargs: Any
    ) -> None:
        self._config_file = Path(config_file or "config.yml")
        self._root = self._config_file.parent
        self._topics = read_topics(self._root / "data")

    def get_domain(self) -> Domain:
        """Intents are the topics; slots carry memory only and never steer the policy."""
        return Domain.from_dict(
            {
                "intents": [topic.topic for topic in self._topics if topic.phrases],
                "slots": {name: _slot() for name in SLOTS},
                "actions": list(ACTIONS),
                "session_config": {"session_expiration_time": SESSION_MINUTES, "carry_over_slots_to_new_session": False},
            }
        )

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        """The rules of rules/, and one rule for each topic that has wording."""
        reader = YAMLStoryReader()
        steps = [step for path in sorted((self._root / "rules").glob("*.yml")) for step in reader.read_from_file(str(path))]
        answered = [topic.topic for topic in self._topics if topic.phrases and topic.kind not in ("conversation", "staff")]
        rules = [{"rule": f"answer {name}", "steps": [{"intent": name}, {"action": "action_answer"}]} for name in answered]
        return StoryGraph(steps + reader.read_from_parsed_yaml({"version": "3.1", "rules": rules}))

    def get_conversation_tests(self) -> StoryGraph:
        return StoryGraph([])

    def get_nlu_data(self, language: str | None = "ja") -> TrainingData:
        return TrainingData([Message({TEXT: phrase, INTENT: topic.topic}) for topic in self._topics for phrase in topic.phrases])

    def get_config(self) -> dict[str, Any]:
        return dict(read_model_configuration(self._config_file))

    def get_config_file_for_auto_config(self) -> str | None:
        return str(self._config_file)


def _slot() -> dict[str, Any]:
    """A new one each time: Rasa takes the mapping apart."""
    return {"type": "any", "influence_conversation": False, "mappings": [{"type": "custom"}]}
