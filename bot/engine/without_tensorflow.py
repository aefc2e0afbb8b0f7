"""Rasa answers here without TensorFlow: seven seconds and 400 MB less at every start.

Rasa 3.6 imports TensorFlow for three names used in training only (rasa/utils/train_utils.py), even
where no component needs it. They are put in place beforehand; training runs in a process of its
own, with the real ones. tests/engine/test_rasa_contract.py fails when Rasa needs more of it.
"""

from __future__ import annotations

import sys
from types import ModuleType

_TRAINING_ONLY = {
    "rasa.utils.tensorflow.callback": ("RasaTrainingLogger", "RasaModelCheckpoint"),
    "rasa.utils.tensorflow.data_generator": ("RasaBatchDataGenerator",),
}


class _OnlyForTraining:
    """Stands for a training class; using it here is a mistake."""

    def __init__(self, *_: object, **__: object) -> None:
        raise RuntimeError("training runs in a process of its own: bot.engine.training")


def keep_tensorflow_out() -> None:
    """Call before the first import of rasa.core. Does nothing where TensorFlow is already loaded."""
    if "tensorflow" in sys.modules:
        return
    for name, classes in _TRAINING_ONLY.items():
        module = ModuleType(name)
        vars(module).update(dict.fromkeys(classes, _OnlyForTraining))
        sys.modules.setdefault(name, module)
