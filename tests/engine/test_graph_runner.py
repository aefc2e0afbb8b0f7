"""Our runner of the graph against Rasa's own, with the trained model."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from bot.engine.quiet import quiet_rasa
from bot.engine.without_tensorflow import keep_tensorflow_out

quiet_rasa()
keep_tensorflow_out()

from rasa.core.channels.channel import UserMessage  # noqa: E402
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER  # noqa: E402
from rasa.engine.exceptions import GraphRunError  # noqa: E402
from rasa.engine.loader import load_predict_graph_runner  # noqa: E402
from rasa.engine.runner.dask import DaskGraphRunner  # noqa: E402
from rasa.engine.runner.interface import GraphRunner  # noqa: E402
from rasa.engine.storage.local_model_storage import LocalModelStorage  # noqa: E402
from rasa.shared.core.events import ActionExecuted, SessionStarted, UserUttered  # noqa: E402
from rasa.shared.core.trackers import DialogueStateTracker  # noqa: E402

from bot.engine.bot import Bot  # noqa: E402
from bot.engine.graph_runner import DirectGraphRunner  # noqa: E402

_TEXTS = ("カードをなくしました", "暗証番号を忘れた。手数料は?", "こんにちは", "/restart", "今日の天気は?", "…")


def _loaded(model: Path, kind: type[GraphRunner]) -> tuple[Any, GraphRunner]:
    with TemporaryDirectory() as folder:
        return load_predict_graph_runner(Path(folder), model, LocalModelStorage, kind)


@pytest.fixture(scope="module")
def both(model: Path) -> tuple[Any, GraphRunner, GraphRunner]:
    metadata, ours = _loaded(model, DirectGraphRunner)
    return metadata, ours, _loaded(model, DaskGraphRunner)[1]


def _parsed(runner: GraphRunner, target: str, texts: tuple[str, ...]) -> list[dict[str, Any]]:
    inputs = {PLACEHOLDER_MESSAGE: [UserMessage(text, message_id="1") for text in texts], PLACEHOLDER_TRACKER: None}
    return [message.as_dict(only_output_properties=True) for message in runner.run(inputs, [target])[target]]


def test_texts_are_understood_as_by_rasas_own_runner(both: tuple[Any, GraphRunner, GraphRunner]) -> None:
    metadata, ours, rasas = both
    found = _parsed(ours, metadata.nlu_target, _TEXTS)
    assert found == _parsed(rasas, metadata.nlu_target, _TEXTS)
    assert found == [_parsed(ours, metadata.nlu_target, (text,))[0] for text in _TEXTS], "together as alone"


@pytest.mark.parametrize("intent", ["card_lost", "greet", "nlu_fallback", "check_card_status", "unheard_of"])
def test_what_follows_is_decided_as_by_rasas_own_runner(both: tuple[Any, GraphRunner, GraphRunner], intent: str) -> None:
    metadata, *runners = both
    events = [SessionStarted(), ActionExecuted("action_listen"), UserUttered("x", {"name": intent, "confidence": 0.9})]
    decided = []
    for runner in runners:
        tracker = DialogueStateTracker.from_events("a", events, metadata.domain.slots)
        prediction = runner.run({PLACEHOLDER_TRACKER: tracker}, [metadata.core_target])[metadata.core_target]
        decided.append((list(prediction.probabilities), prediction.policy_name, [type(event) for event in prediction.events]))
    assert decided[0] == decided[1]


def test_an_input_that_is_missing_is_told_of(both: tuple[Any, GraphRunner, GraphRunner]) -> None:
    metadata, ours, _ = both
    with pytest.raises(GraphRunError):
        ours.run({}, [metadata.nlu_target])


async def test_each_intent_is_decided_once_and_each_turn_has_events_of_its_own(bot: Bot) -> None:
    processor = bot._agent.processor if bot._agent else None
    assert processor is not None
    events = [SessionStarted(), ActionExecuted("action_listen"), UserUttered("x", {"name": "fees"})]
    tracker = DialogueStateTracker.from_events("a", events, processor.domain.slots)
    first, second = (processor.predict_next_with_tracker_if_should(tracker) for _ in range(2))
    assert first[0].name() == second[0].name() == "action_answer"
    assert first[1].events and not {id(event) for event in first[1].events} & {id(event) for event in second[1].events}
