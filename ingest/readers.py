"""Reading many files at once, each in a process that is ended when a file takes too long."""

import json
import os
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

PACKED = {".docx", ".xlsx", ".pptx", ".pdf"}
SECONDS, A_MEGABYTE_PACKED, A_MEGABYTE_OF_TEXT = 3.5, 10.0, 0.5
START_SECONDS = 60.0


class Reader:
    """One reading process; a new one takes its place after a file that it did not survive."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, file: Path) -> dict[str, Any]:
        """What `ingest.reader.read` says of a file, or {refused} where it takes too long or kills its reader."""
        process = self._started()
        assert process.stdin
        try:
            process.stdin.write(json.dumps(str(file)).encode() + b"\n")
            process.stdin.flush()
            line = _line(process, _seconds(file))
        except OSError:
            line = b""
        if line:
            answer: dict[str, Any] = json.loads(line)
            return answer
        slow = process.poll() is None
        self.close()
        return {
            "refused": "it takes too long to read; split it, or save it as text"
            if slow
            else "its reader broke down on it; save it anew from its program, or as text"
        }

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ingest.reader"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            if not _line(self._process, START_SECONDS):
                raise RuntimeError("the reading process does not start")
        return self._process

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe:
                    pipe.close()
            self._process = None


def _seconds(file: Path) -> float:
    """How long a file may take: what is small has to be quick, and text quicker than what is packed."""
    try:
        size = file.stat().st_size
    except OSError:
        size = 0
    return SECONDS + (A_MEGABYTE_PACKED if file.suffix.lower() in PACKED else A_MEGABYTE_OF_TEXT) * size / 1_000_000


def _line(process: "subprocess.Popen[bytes]", seconds: float) -> bytes:
    """One line of the process's output; empty where it ends or none comes in time."""
    assert process.stdout
    until, got = time.monotonic() + seconds, b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while not got.endswith(b"\n"):
            left = until - time.monotonic()
            if left <= 0 or not selector.select(left):
                return b""
            chunk = os.read(process.stdout.fileno(), 1 << 20)
            if not chunk:
                return b""
            got += chunk
    return got


def read_all(files: Sequence[Path], readers: int | None = None) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Each file with what was read of it, in order, as many at once as there are cores."""
    count = min(readers or os.cpu_count() or 1, len(files))
    if not count:
        return
    own = threading.local()
    made: list[Reader] = []

    def read(file: Path) -> dict[str, Any]:
        if not hasattr(own, "reader"):
            own.reader = Reader()
            made.append(own.reader)
        found: dict[str, Any] = own.reader.read(file)
        return found

    try:
        with ThreadPoolExecutor(count, thread_name_prefix="read") as pool:
            yield from zip(files, pool.map(read, files), strict=True)
    finally:
        for reader in made:
            reader.close()
