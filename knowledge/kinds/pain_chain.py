"""Pain chain: pains of several roles, and which of them is a reason for which."""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Literal

from pydantic import model_validator

from knowledge.kinds.base import Aid, Flaw, Part, Section


class Node(Part):
    id: str
    role: str
    pain: str
    reasons: tuple[str, ...] = ()
    impact: str | None = None


class PainChain(Aid):
    """Pains of several roles; an edge (lower, upper) says that the lower pain is a reason for the upper one."""

    kind: Literal["pain_chain"]
    nodes: tuple[Node, ...] = ()
    edges: tuple[tuple[str, str], ...] = ()

    @model_validator(mode="after")
    def _acyclic(self) -> "PainChain":
        known = {node.id for node in self.nodes}
        for lower, upper in self.edges:
            if {lower, upper} - known:
                raise Flaw("aid_edge_node", lower=lower, upper=upper)
        try:
            self._order()
        except CycleError:
            raise Flaw("aid_circle") from None
        return self

    def _order(self) -> list[str]:
        """Node ids, those that depend on others first: the top of the chain before its reasons."""
        graph: dict[str, set[str]] = {node.id: set() for node in self.nodes}
        for lower, upper in self.edges:
            graph[lower].add(upper)
        return list(TopologicalSorter(graph).static_order())

    def sections(self) -> Iterator[Section]:
        nodes = {node.id: node for node in self.nodes}
        for name in self._order():
            node = nodes[name]
            yield f"{node.role}: {node.pain}", (*node.reasons, *((f"→ {node.impact}",) if node.impact else ()))

    @property
    def main_roles(self) -> tuple[str, ...]:
        return tuple(node.role for node in self.nodes)
