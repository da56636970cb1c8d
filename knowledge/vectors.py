"""The dense side of search: vectors in Chroma, embedded in the data folder or on a server."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

BATCH = 256


class VectorStore:
    """Two collections, aids and passages, kept apart because Chroma's metadata filter is slow.

    It is a cache: reading a damaged one raises, `reset` empties it for a rebuild.
    """

    def __init__(self, folder: Path, url: str | None, embedder: str) -> None:
        self._folder, self._url, self._embedder = folder, url, embedder
        self._client: Any = None

    @property
    def exists(self) -> bool:
        return self._url is not None or (self._folder / "chroma.sqlite3").exists()

    def _connect(self) -> Any:
        if self._client is None:
            os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
            import chromadb
            from chromadb.config import Settings

            options = Settings(anonymized_telemetry=False)
            if self._url:
                at = urlparse(self._url)
                self._client = chromadb.HttpClient(
                    host=at.hostname or "localhost", port=at.port or 8000, ssl=at.scheme == "https", settings=options
                )
            else:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._client = chromadb.PersistentClient(str(self._folder), settings=options)
        return self._client

    def _collection(self, name: str) -> Any:
        return self._connect().get_or_create_collection(
            name,
            embedding_function=None,
            metadata={"embedder": self._embedder},
            configuration={"hnsw": {"space": "cosine"}},
        )

    def made_by(self) -> str | None:
        """The embedder that made what stands here; None for an empty store."""
        names = {c.name: c for c in self._connect().list_collections()}
        found = names.get("aids") or names.get("passages")
        return (found.metadata or {}).get("embedder") if found else None

    def count(self) -> int:
        """Vectors that stand here; raises whatever a broken index raises."""
        return sum(self._collection(name).count() for name in ("aids", "passages"))

    def add(self, ids: Sequence[str], vectors: Any, aids: Sequence[bool]) -> None:
        for name, wanted in (("aids", True), ("passages", False)):
            places = [n for n, is_aid in enumerate(aids) if is_aid is wanted]
            if places:
                self._collection(name).upsert(
                    ids=[ids[n] for n in places], embeddings=[vectors[n].tolist() for n in places]
                )

    def remove(self, ids: Sequence[str]) -> None:
        for name in ("aids", "passages"):
            for start in range(0, len(ids), BATCH):
                self._collection(name).delete(ids=list(ids[start : start + BATCH]))

    def reset(self) -> None:
        """Empty the store; a folder that Chroma cannot open any more is thrown away, for it can be built again."""
        try:
            client = self._connect()
            for name in ("aids", "passages"):
                if name in {c.name for c in client.list_collections()}:
                    client.delete_collection(name)
        except Exception:  # a broken index raises whatever it likes
            if self._url:
                raise
            from chromadb.api.shared_system_client import SharedSystemClient

            self._client = None
            SharedSystemClient.clear_system_cache()  # it would hand out the broken one again
            if self._folder.is_dir():
                shutil.rmtree(self._folder)
            else:
                self._folder.unlink(missing_ok=True)
            self._connect()

    def near(self, name: str, vector: Any, count: int) -> dict[str, float]:
        """Cosine similarity by passage id, the `count` nearest."""
        collection = self._collection(name)
        count = min(count, collection.count())
        if not count:
            return {}
        found = collection.query(query_embeddings=[vector.tolist()], n_results=count, include=["distances"])
        return {i: 1 - d for i, d in zip(found["ids"][0], found["distances"][0], strict=True)}
