"""How hard the fuzz tests try: a bounded, repeatable run by default, ten times more at random with JPKI_BOT_TEST_FUZZ=long."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

LONG = os.environ.get("JPKI_BOT_TEST_FUZZ") == "long"


def tries(examples: int) -> settings:
    """`examples` in a default run. What a long run finds becomes a named example in tests/fuzz/found."""
    calm = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
    return settings(max_examples=examples * 10 if LONG else examples, deadline=None, derandomize=not LONG, suppress_health_check=calm)
