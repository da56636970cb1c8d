"""Worlds to test in: the sample company as of a fixed day, with its aids, in a folder of each test's own."""

import ast
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("MORNING_MESSAGES", "false")  # a suite that runs at eight would find a message more

from bot.cli.playground import Playground
from bot.cli.terminal import place
from bot.contract.message import Answered, Message, Press
from bot.crm.csv.folder import import_folder
from bot.playground.sample import SampleCompany
from bot.settings import Settings
from bot.wiring import DOCUMENTS, House, build
from ingest.indexing import ingest

STORY_FIXTURES = {"talk", "slack", "rep", "playground", "page"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that talks through the whole of Caddie is a story; any other one is a unit test."""
    for item in items:
        story = STORY_FIXTURES & set(getattr(item, "fixturenames", ()))
        item.add_marker(pytest.mark.story if story else pytest.mark.unit)


SHARED = Path(__file__).parents[2] / "shared"
DAY = date(2026, 3, 11)
NOW = datetime(2026, 3, 11, 14, 0, tzinfo=UTC)


def quiet(_what: str, _done: int, _total: int) -> None:
    """Progress that nobody reads."""


def tree_of(file: Path) -> ast.Module:
    """A file's syntax tree. Python 3.11 counts the depth of parsing for all threads together, so one that logs an error
    can disturb it.
    """
    while True:
        try:
            return ast.parse(file.read_text(encoding="utf-8"))
        except SystemError:
            time.sleep(0.1)


def house_in(folder: Path, **settings: object) -> House:
    return build(
        Settings(_env_file=None, caddie_data=folder, **{"database_url": None, "caddie_model": None, **settings})
    )


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The sample company, imported and indexed once; tests work on copies."""
    ready = os.environ.get("CADDIE_TEST_WORLD")
    folder = Path(ready) if ready else tmp_path_factory.mktemp("made")
    house = house_in(folder)
    if (folder / "sample").exists():
        return house
    SampleCompany(DAY).write(folder / "sample")
    import_folder(house.engine, folder / "sample", house.process)
    library = house.library
    ingest([DOCUMENTS / "aids"], library.catalogue, library.vectors, library.embedder, folder / "ingest.lock", quiet)
    house.engine.dispose()
    return house


@pytest.fixture
def house(made: House, tmp_path: Path) -> House:
    """A copy of the sample world; the library's vectors are shared, since no test writes them."""
    shutil.copy(made.settings.caddie_data / "caddie.db", tmp_path / "caddie.db")
    copy = house_in(tmp_path)
    copy.library.vectors, copy.library.embedder = made.library.vectors, made.library.embedder
    return copy


class Talk:
    """One person's conversation."""

    def __init__(self, house: House, email: str, channel: str = "dm", thread: str = "t", now: datetime = NOW) -> None:
        self.house, self.email, self.channel, self.thread, self.now = (
            house,
            f"{email}@quayline.example",
            channel,
            thread,
            now,
        )

    def say(self, text: str) -> Answered:
        audience = place(self.channel, self.house.caddie)
        return self.house.caddie.reply(Message(text, self.email, audience, self.thread, self.now))

    def press(
        self, action: str, ref: str | None = None, now: datetime | None = None, value: str | None = None
    ) -> Answered:
        audience = place(self.channel, self.house.caddie)
        pressed = Press(action, self.email, audience, self.thread, now or self.now, ref, value)
        return self.house.caddie.press(pressed)


@pytest.fixture
def talk(house: House) -> Callable[..., Talk]:
    return lambda email="tamsin", *more, **options: Talk(house, email, *more, **options)


@pytest.fixture
def slack(house) -> Iterator[Playground]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with Playground(house, port) as playground:
        yield playground


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of its own; skipped, saying so, where PostgreSQL is not installed."""
    if shutil.which("initdb") is None or shutil.which("postgres") is None:
        pytest.skip("PostgreSQL (initdb, postgres) is not on the PATH")
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    user = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.getuid() == 0 else []
    if user:
        shutil.chown(folder, "nobody", "nogroup")
        folder.chmod(0o700)
    data, port = folder / "data", 54329 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    subprocess.run([*user, "initdb", "-D", data, "-U", "caddie", "-A", "trust"], check=True, capture_output=True)
    server = subprocess.Popen(
        [*user, "postgres", "-D", data, "-p", str(port), "-k", folder, "-F"], stderr=subprocess.DEVNULL
    )
    url = f"postgresql://caddie@127.0.0.1:{port}/postgres"
    try:
        _wait_for(url)
        yield url
    finally:
        server.send_signal(signal.SIGINT)  # at once, although engines still hold connections
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(url: str) -> None:
    import time

    import psycopg

    for _ in range(100):
        try:
            psycopg.connect(url).close()
            return
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise RuntimeError("PostgreSQL did not start")
