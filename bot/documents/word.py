"""A Word document of the little Markdown that our documents use."""

import re
from io import BytesIO

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # XML has no place for them


_BOLD = re.compile(r"\*\*(.+?)\*\*")


def word(markdown: str) -> bytes:
    """A Word document of the little Markdown that our documents use: headings, lists, bold."""
    from docx import Document as WordDocument

    made = WordDocument()
    for line in _CONTROLS.sub("", markdown).splitlines():
        heading = re.match(r"(#+) (.*)", line)
        item = re.match(r"(?:- (?:\[ \] )?|\d+\. )(.*)", line)
        if heading:
            made.add_heading(heading[2], level=min(len(heading[1]) - 1, 4))
        elif line.strip():
            paragraph = made.add_paragraph(style="List Bullet" if item else None)
            for n, piece in enumerate(_BOLD.split(item[1] if item else line.strip("_"))):
                paragraph.add_run(piece).bold = bool(n % 2)
    stream = BytesIO()
    made.save(stream)
    return stream.getvalue()
