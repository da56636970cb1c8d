"""A process that reads files for the ingest, within bounds: python -m ingest.reader, a path a line in, a JSON line out.

What a file can cost is limited here (memory) and by the parent (time), so a file made to exhaust its reader harms
nobody.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from bot.contract.phrases import sentence
from bot.errors import BadRequest
from ingest.formats.files import MARKDOWN, READERS, read_document, read_markdown, text_of
from knowledge.front_matter import read_aid

MEMORY_MORE = 240_000_000


def limit_memory(more: int = MEMORY_MORE) -> None:
    """Let this process grow by so many bytes and no further, where the system can do that."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        resource.setrlimit(resource.RLIMIT_AS, (pages * os.sysconf("SC_PAGE_SIZE") + more,) * 2)
    except (ImportError, OSError, ValueError):
        return


def read(file: Path) -> dict[str, Any]:
    """{title, pieces: [[headings, text]…]} of a document, {aid} of a job aid, or {refused: sentence}."""
    try:
        if file.suffix.lower() in MARKDOWN:
            text = text_of(file)
            aid = read_aid(text)
            if aid is not None:
                return {"aid": aid.model_dump(mode="json", exclude_none=True)}
            title, found = read_markdown(text, file.stem)
        elif file.suffix.lower() in READERS:
            title, found = read_document(file)
        else:
            raise BadRequest("file_type", kind=file.suffix or "–")
        return {
            "title": _clean(title),
            "pieces": [[[_clean(h) for h in piece.headings], _clean(piece.text)] for piece in found],
        }
    except BadRequest as error:
        return {"refused": sentence("en", error)}
    except MemoryError:
        return {"refused": "it needs more memory than a document may; split it"}
    except RecursionError:
        return {"refused": "it is nested too deeply; save it anew from its program, or as text"}
    except Exception as error:  # parsers raise anything on files made to break them
        return {"refused": f"it is damaged ({type(error).__name__}); save it anew from its program, or as text"}


def _clean(text: str) -> str:
    """Without what no database or terminal should hold."""
    return "".join(
        c for c in text if c in "\n\t" or ((c.isprintable() or c.isspace()) and not 0xD800 <= ord(c) <= 0xDFFF)
    )


def main() -> None:
    sys.stdout.write(json.dumps({"ready": os.getpid()}) + "\n")
    sys.stdout.flush()
    limit_memory()
    for line in sys.stdin:
        answer = read(Path(json.loads(line)))
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
