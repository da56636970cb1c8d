"""What an import took, repaired and refused."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class ImportReport:
    """What was taken, repaired and refused; a note holds file, what happened and the lines it happened on."""

    taken: dict[str, int] = field(default_factory=dict)
    repaired: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    refused: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))

    def repair(self, file: str, line: int, what: str) -> None:
        self.repaired[(file, what)].append(line)

    def refuse(self, file: str, line: int, why: str) -> None:
        self.refused[(file, why)].append(line)

    def lines(self) -> Iterator[str]:
        """The report as text, one line a kind of note, with the lines of the file as ranges."""
        for name, count in self.taken.items():
            yield f"{name}: {count} rows taken"
        for title, notes in (("repaired", self.repaired), ("refused", self.refused)):
            for (name, what), lines in notes.items():
                rows = f"{len(lines)} row{'s' if len(lines) > 1 else ''}"
                yield f"{title}: {name}: {what} ({rows}: line{'s' if len(lines) > 1 else ''} {_ranges(lines)})"

    @property
    def refused_count(self) -> int:
        return sum(len(lines) for lines in self.refused.values())


def _ranges(lines: list[int]) -> str:
    parts: list[list[int]] = []
    for line in sorted(set(lines)):
        if parts and line == parts[-1][1] + 1:
            parts[-1][1] = line
        else:
            parts.append([line, line])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)
