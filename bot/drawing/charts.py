"""Charts of a report as PNG: one look, colours that colour-blind people tell apart, readable on a phone."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.contract.replies.reports import Chart
from bot.domain.text import HAS_CJK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito's palette (Color Universal Design, 2008)
BLUE, ORANGE, GREEN, VERMILION, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#8A8A8A"
COLOURS = {"won": GREEN, "open": BLUE, "weighted": ORANGE, "up": GREEN, "down": VERMILION, "total": BLUE, "rate": BLUE}
CHINESE_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "Microsoft YaHei",
    "PingFang SC",
    "SimHei",
)
WIDTH, DPI, LABEL_MOST = 6.0, 150, 22


def draw(chart: Chart, folder: Path, chinese: Sequence[str] = CHINESE_FONTS) -> Path | None:
    """The PNG of a chart in a folder, drawn once for the same content; None where no font here has its characters."""
    fonts = fonts_for(" ".join([chart.title, *(bar.label for bar in chart.bars)]), chinese)
    return kept(folder, chart.model_dump_json(), lambda file: _paint(chart, file, fonts)) if fonts else None


def kept(folder: Path, content: str, paint: Callable[[Path], None]) -> Path:
    """The picture of a content in a folder, painted where it is not there yet; never seen half done."""
    file = folder / f"{hashlib.sha256(content.encode()).hexdigest()[:24]}.png"
    if file.exists():
        return file
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, suffix=".part")
    os.close(handle)
    try:
        paint(Path(name))
        os.replace(name, file)
    finally:
        Path(name).unlink(missing_ok=True)
    return file


def fonts_for(text: str, chinese: Sequence[str] = CHINESE_FONTS) -> tuple[str, ...]:
    """Fonts of this machine with the characters of a text; none where it is Chinese and none of those is here."""
    if not HAS_CJK.search(text):
        return ("DejaVu Sans",)
    from matplotlib import font_manager

    known = {font.name for font in font_manager.fontManager.ttflist}
    return tuple(name for name in chinese if name in known)


def _paint(chart: Chart, file: Path, fonts: tuple[str, ...]) -> None:
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context({"font.family": [*fonts, "DejaVu Sans"], "font.size": 11, "text.parse_math": False}):
        figure = Figure(figsize=(WIDTH, 1.2 + 0.46 * len(chart.bars)), dpi=DPI, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        _bars(axes, chart)
        figure.savefig(file, format="png", metadata={"Title": chart.title, "Description": chart.alt[:1000]})


def _bars(axes: "Axes", chart: Chart) -> None:
    """Horizontal bars, the first on top, each with its number beside it; a dashed line for the mark."""
    places: Any = range(len(chart.bars))
    starts, sizes = [bar.start for bar in chart.bars], [bar.size for bar in chart.bars]
    axes.barh(places, sizes, left=starts, color=[COLOURS[bar.kind] for bar in chart.bars], height=0.62)
    spread = max(
        [abs(s + z) for s, z in zip(starts, sizes, strict=True)]
        + [bar.high or 0.0 for bar in chart.bars]
        + [chart.mark or 0.0, 1e-9]
    )
    for place, bar in zip(places, chart.bars, strict=True):
        end = max(bar.start, bar.start + bar.size, bar.high or bar.start)
        axes.text(end + spread * 0.012, place, bar.shown, va="center", ha="left", fontsize=10)
        if bar.low is not None and bar.high is not None:
            axes.plot([bar.low, bar.high], [place, place], color="black", linewidth=2.2, marker="|", markersize=10)
    if chart.mark is not None:
        axes.axvline(chart.mark, color=GREY, linestyle="--", linewidth=1.4)
        axes.annotate(
            chart.mark_label,
            (chart.mark, 1.0),
            xycoords=("data", "axes fraction"),
            ha="center",
            va="bottom",
            fontsize=9,
            color="#444444",
        )
    axes.set_yticks(list(places), [_short(bar.label) for bar in chart.bars])
    axes.invert_yaxis()
    axes.set_xlim(min(0.0, *starts, *(s + z for s, z in zip(starts, sizes, strict=True))), spread * 1.28)
    axes.set_title(chart.title, loc="left", fontsize=12, pad=18 if chart.mark is not None else 8)
    axes.xaxis.set_visible(False)
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)


def _short(label: str) -> str:
    return label if len(label) <= LABEL_MOST else label[: LABEL_MOST - 1] + "…"
