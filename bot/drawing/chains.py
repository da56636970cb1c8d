"""A pain chain as a picture: the pain on top, below it the pains that are its reasons, readable on a phone."""

import textwrap
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.contract.replies.aids import Chain, ChainNode
from bot.domain.text import HAS_CJK
from bot.drawing.charts import BLUE, DPI, GREY, fonts_for, kept

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, LINE, GAP, PADDING = 6.0, 0.188, 0.42, 0.14
LETTERS_ACROSS = 70
ACROSS_MOST = 3


def draw_chain(chain: Chain, folder: Path) -> Path | None:
    """The PNG of a pain chain, drawn once for the same content; None where no font here has its characters."""
    fonts = fonts_for(chain.alt)
    if not fonts:
        return None

    def paint(file: Path) -> None:
        import matplotlib as mpl
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        rows = _rows(chain)
        heights = [max(_height(node, len(row)) for node in row) for row in rows]
        total = sum(heights) + GAP * (len(rows) - 1) + 0.7
        with mpl.rc_context({"font.family": [*fonts, "DejaVu Sans"], "font.size": 10.5, "text.parse_math": False}):
            figure = Figure(figsize=(WIDTH, total), dpi=DPI)
            FigureCanvasAgg(figure)
            axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
            axes.set_xlim(0, WIDTH)
            axes.set_ylim(0, total)
            axes.axis("off")
            axes.text(
                0.15,
                total - 0.3,
                textwrap.shorten(chain.title, 60, placeholder="…"),
                fontsize=12,
                va="center",
                fontweight="bold",
            )
            _boxes(axes, chain, rows, heights, total - 0.6)
            figure.savefig(file, format="png", metadata={"Title": chain.title, "Description": chain.alt[:1000]})

    return kept(folder, chain.model_dump_json(), paint)


def _boxes(axes: "Axes", chain: Chain, rows: list[list[ChainNode]], heights: list[float], top: float) -> None:
    from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

    places: dict[str, tuple[float, float, float]] = {}
    for row, height in zip(rows, heights, strict=True):
        width = (WIDTH - 0.3 - 0.2 * (len(row) - 1)) / len(row)
        for n, node in enumerate(row):
            left = 0.15 + n * (width + 0.2)
            box = FancyBboxPatch(
                (left, top - height),
                width,
                height,
                boxstyle="round,pad=0,rounding_size=0.08",
                facecolor="#EEF4FA",
                edgecolor=BLUE,
                linewidth=1.3,
            )
            axes.add_patch(box)
            axes.text(left + PADDING, top - PADDING, node.role, va="top", fontsize=11, fontweight="bold", color=BLUE)
            axes.text(
                left + PADDING,
                top - PADDING - LINE * 1.35,
                "\n".join(_lines(node, len(row))),
                va="top",
                linespacing=1.25,
            )
            places[node.id] = (left + width / 2, top, top - height)
        top -= height + GAP
    for lower, upper in chain.edges:
        start, end = (places[lower][0], places[lower][1]), (places[upper][0], places[upper][2])
        axes.add_patch(
            FancyArrowPatch(
                start,
                end,
                arrowstyle="-|>",
                mutation_scale=14,
                color=GREY,
                linewidth=1.4,
                shrinkA=2,
                shrinkB=2,
                zorder=0,
            )
        )  # below the boxes: one that passes a box must not cross its words


def _rows(chain: Chain) -> list[list[ChainNode]]:
    """Nodes by how many steps they are below the top; a crowded step takes several rows."""
    above: dict[str, list[str]] = {node.id: [] for node in chain.nodes}
    for lower, upper in chain.edges:
        above[lower].append(upper)

    @cache  # many ways may lead up
    def level(node_id: str) -> int:
        return 1 + max((level(upper) for upper in above[node_id]), default=-1)

    steps: dict[int, list[ChainNode]] = {}
    for node in chain.nodes:
        steps.setdefault(level(node.id), []).append(node)
    return [row[n : n + ACROSS_MOST] for _, row in sorted(steps.items()) for n in range(0, len(row), ACROSS_MOST)]


def _lines(node: ChainNode, across: int) -> list[str]:
    """What stands in a box, in lines that fit it; a Chinese character is as wide as two letters."""
    width = max(12, (LETTERS_ACROSS - 4 * across) // across)
    texts = [node.pain, *(f"• {reason}" for reason in node.reasons), *([f"→ {node.impact}"] if node.impact else [])]
    return [line for text in texts for line in textwrap.wrap(text, width // 2 if HAS_CJK.search(text) else width)]


def _height(node: ChainNode, across: int) -> float:
    return LINE * (1.4 + len(_lines(node, across))) + 2 * PADDING
