"""Measuring the search that serves users on any collection in BEIR form, beside words alone and meaning alone."""

import json
import math
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.errors import WrongUsage
from bot.settings import Settings
from bot.wiring import build
from ingest.indexing import embed_waiting
from knowledge.catalogue import Document, Passage
from knowledge.lexical import terms
from knowledge.library import Library

Gains = Mapping[str, Mapping[str, float]]
TOP = 10


def run_retrieval(folder: Path) -> dict[str, Any]:
    """nDCG@10 and recall@10 in percent of `Library.search` on a scratch index, with BM25 and the embedder alone.

    Raises BadRequest where corpus.jsonl, queries.jsonl or qrels.tsv is missing or unreadable.
    """
    corpus, queries, gains = _read(folder)
    with tempfile.TemporaryDirectory() as scratch:
        library = build(Settings(caddie_data=Path(scratch), database_url=None, caddie_model=None)).library
        for ident, (title, text) in corpus.items():
            passage = Passage(f"p{len(ident)}-{ident}", ident, 0, title, text, False)
            library.catalogue.put(Document(ident, "", title, [passage]))
        embed_waiting(library.catalogue, library.vectors, library.embedder, lambda what, done, total: None)
        asked = {i: text for i, text in queries.items() if i in gains}
        spent: list[float] = []

        def ours(question: str) -> list[str]:
            started = time.perf_counter()
            hits = library.search(question, limit=TOP)
            spent.append((time.perf_counter() - started) * 1000)
            return [h.passage.document for h in hits]

        ndcg, recall = _scores(ours, asked, gains)
        lexical, _ = _scores(lambda q: _by_words(library, q), asked, gains)
        dense, _ = _scores(lambda q: _by_meaning(library, q), asked, gains)
    return {
        "name": folder.name,
        "ndcg@10": ndcg,
        "recall@10": recall,
        "bm25_ndcg@10": lexical,
        "dense_ndcg@10": dense,
        "ms_p50": round(statistics.median(spent), 1),
        "queries": len(asked),
        "passages": len(corpus),
    }


def _read(folder: Path) -> tuple[dict[str, tuple[str, str]], dict[str, str], Gains]:
    try:
        corpus = {str(d["_id"]): (str(d.get("title") or ""), str(d["text"])) for d in _lines(folder / "corpus.jsonl")}
        queries = {str(q["_id"]): str(q["text"]) for q in _lines(folder / "queries.jsonl")}
        gains: dict[str, dict[str, float]] = {}
        for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
            query, document, score = line.split("\t")
            if float(score) > 0:
                gains.setdefault(query, {})[document] = float(score)
    except (OSError, ValueError, KeyError) as error:
        raise WrongUsage(f"{folder} is no BEIR folder (corpus.jsonl, queries.jsonl, qrels.tsv): {error}") from error
    return corpus, queries, gains


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def _by_words(library: Library, question: str) -> list[str]:
    shelf = library.shelf
    scores = shelf.lexical.scores(terms(question))
    return [shelf.passages[n].document for n in scores.argsort()[::-1][:TOP]]


def _by_meaning(library: Library, question: str) -> list[str]:
    shelf = library.shelf
    near = library.vectors.near("passages", library.embedder.encode([question])[0], TOP)
    return [shelf.passages[shelf.place[i]].document for i in sorted(near, key=lambda i: -near[i])]


def _scores(rank: Callable[[str], Sequence[str]], queries: Mapping[str, str], gains: Gains) -> tuple[float, float]:
    """(nDCG@10, recall@10) in percent, averaged over queries; nDCG as in Järvelin and Kekäläinen 2002."""
    ndcg, recall = [], []
    for ident, question in queries.items():
        wanted, found = gains[ident], rank(question)
        dcg = sum(wanted.get(d, 0.0) / math.log2(n + 2) for n, d in enumerate(found))
        best = sum(g / math.log2(n + 2) for n, g in enumerate(sorted(wanted.values(), reverse=True)[:TOP]))
        ndcg.append(dcg / best)
        recall.append(len(set(found) & set(wanted)) / len(wanted))
    return round(100 * statistics.mean(ndcg), 1), round(100 * statistics.mean(recall), 1)
