"""Runs a trained graph node by node; Rasa's own runner plans it anew with dask for every message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphNode, GraphNodeHook, GraphSchema
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.storage import ModelStorage


class DirectGraphRunner(GraphRunner):
    """What a set of targets needs, and in which order, is found once."""

    def __init__(self, schema: GraphSchema, nodes: Mapping[str, GraphNode]) -> None:
        self._schema, self._nodes = schema, nodes
        self._plans: dict[tuple[str, ...], Sequence[tuple[str, Sequence[str]]]] = {}

    @classmethod
    def create(
        cls, graph_schema: GraphSchema, model_storage: ModelStorage, execution_context: ExecutionContext, hooks: list[GraphNodeHook] | None = None
    ) -> DirectGraphRunner:
        nodes = graph_schema.nodes.items()
        return cls(graph_schema, {name: GraphNode.from_schema_node(name, node, model_storage, execution_context, hooks) for name, node in nodes})

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """Raises rasa.engine.exceptions.GraphRunError where an input that a node needs was not given."""
        # A node takes what it needs as (name, value).
        done = {name: (name, value) for name, value in (inputs or {}).items()}
        wanted = tuple(targets or self._schema.target_names)
        for name, needs in self._plan(wanted):
            done[name] = self._nodes[name](*(done.get(need, need) for need in needs))
        return {name: done[name][1] for name in wanted}

    def _plan(self, targets: tuple[str, ...]) -> Sequence[tuple[str, Sequence[str]]]:
        if targets not in self._plans:
            nodes = self._schema.minimal_graph_schema(list(targets)).nodes
            needs = {name: tuple(node.needs.values()) for name, node in nodes.items()}
            order = TopologicalSorter(needs).static_order()
            # What is given from outside is needed by a node, and none itself.
            self._plans[targets] = tuple((name, needs[name]) for name in order if name in needs)
        return self._plans[targets]
