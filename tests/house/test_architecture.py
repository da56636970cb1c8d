"""The rules of the house: who may import whom, and where a library may be named."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import tree_of

ROOT = Path(__file__).parents[2]
FLOORS = [
    {"bot.errors", "bot.domain", "bot.ops"},
    {"bot.pipeline", "bot.contract", "bot.settings", "bot.documents", "bot.drawing", "bot.views", "bot.storage"},
    {"bot.crm", "bot.records", "knowledge", "bot.language"},
    {"bot.handlers"},
    {"bot.caddie"},
    {"bot.slack", "bot.playground", "ingest"},
    {"bot.wiring"},
    {"bot.cli", "bot.bench", "bot.__main__"},
]
CONFINED = {
    "slack_bolt": ("bot/slack/", "bot/wiring.py"),
    "slack_sdk": ("bot/slack/", "bot/playground/", "bot/wiring.py"),
    "langchain": ("bot/language/",),
    "langchain_core": ("bot/language/", "bot/wiring.py"),
    "chromadb": ("knowledge/vectors.py",),
    "sentence_transformers": ("knowledge/embedding.py", "knowledge/reranking.py"),
    "torch": ("knowledge/embedding.py",),
    "matplotlib": ("bot/drawing/",),
    **dict.fromkeys(
        ("pypdf", "pptx", "openpyxl", "olefile", "lxml", "docx", "charset_normalizer"),
        (
            "ingest/formats",
            "bot/files.py",
            "bot/documents/",
            "bot/slack/attachments.py",
            "bot/slack/outgoing/attachments.py",
        ),
    ),
    "sqlalchemy": (
        "bot/storage/",
        "bot/wiring.py",
        "bot/crm/",
        "bot/records/",
        "bot/slack/installations.py",
        "knowledge/catalogue.py",
    ),
}
# the wiring is the one place that knows everybody; ingest's command line starts from it
EXEMPT = {"ingest/__main__.py"}


def modules() -> list[Path]:
    return [
        p
        for d in ("bot", "knowledge", "ingest")
        for p in (ROOT / d).rglob("*.py")
        if "migrations" not in p.parts and "node_modules" not in p.parts
    ]


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def floor_of(module: str) -> int | None:
    found = [
        n for n, names in enumerate(FLOORS) if any(module == name or module.startswith(name + ".") for name in names)
    ]
    return found[0] if found else None


def name_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("file", modules(), ids=lambda f: f.relative_to(ROOT).as_posix())
def test_imports_run_downwards(file: Path) -> None:
    if file.relative_to(ROOT).as_posix() in EXEMPT or name_of(file) == "bot":
        return
    own = floor_of(name_of(file))
    assert own is not None, f"{name_of(file)} has no floor: give it one in FLOORS"
    for module in imports(file):
        floor = floor_of(module)
        assert floor is None or floor <= own, f"{name_of(file)} imports {module} from a higher floor"


@pytest.mark.parametrize("file", modules(), ids=lambda f: f.relative_to(ROOT).as_posix())
def test_libraries_stay_in_their_rooms(file: Path) -> None:
    place = file.relative_to(ROOT).as_posix()
    for module in imports(file):
        rooms = CONFINED.get(module.split(".")[0])
        assert rooms is None or place.startswith(rooms), f"{place} imports {module}"


def test_crm_knowledge_and_language_do_not_know_each_other() -> None:
    for room, others in (
        ("bot/crm", ("bot.language", "knowledge")),
        ("bot/language", ("bot.crm", "knowledge")),
        ("knowledge", ("bot.crm", "bot.language")),
    ):
        for file in (ROOT / room).rglob("*.py"):
            for module in imports(file):
                assert not module.startswith(others), f"{file.relative_to(ROOT)} imports {module}"


def test_the_terminal_renders_without_slack():
    """Neither Slack's folder nor its SDK is needed to answer in the terminal or as JSON."""
    seen = "import sys, bot.cli.terminal, bot.cli.talking; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", seen], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "bot.views" in loaded.split()
    assert not [name for name in loaded.split() if name.startswith(("bot.slack", "slack_sdk", "slack_bolt"))]
