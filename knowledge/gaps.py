"""Questions that mean the same, put together."""

from collections.abc import Sequence

from knowledge.lexical import terms

ALIKE = 0.5


def clusters(questions: Sequence[str]) -> list[list[str]]:
    """Questions by what they are about, the largest cluster first; two belong together that share half of their terms
    (Jaccard).
    """
    found: list[tuple[set[str], list[str]]] = []
    for question in questions:
        own = set(terms(question))
        best = max(found, key=lambda cluster: _alike(own, cluster[0]), default=None)
        if best is not None and _alike(own, best[0]) >= ALIKE:
            best[1].append(question)
        else:
            found.append((own, [question]))
    return sorted((members for _, members in found), key=lambda members: -len(members))


def _alike(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 1.0
