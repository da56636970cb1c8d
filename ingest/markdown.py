"""Splitting a Markdown document along its headings into passages of a size the embedder can hold."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt

from knowledge.front_matter import split_front_matter

WORDS_MOST = 180
_FRONT_TITLE = re.compile(r"^title:\s*[\"']?(.+?)[\"']?\s*$", re.M)
_NOISE = re.compile(r"^\s*(?:\{[:%].*[}%]\}|-\s*TOC|\{\{.*\}\}|\*\s*TOC)\s*$", re.M)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a document below its headings, outermost heading first."""

    headings: tuple[str, ...]
    text: str


def title_of(text: str, fallback: str) -> str:
    """The title in the front matter, else the first heading, else the fallback."""
    front, body = split_front_matter(text)
    named = _FRONT_TITLE.search(front or "")
    if named:
        return named.group(1)
    heading = re.search(r"^#\s+(.+)$", body, re.M)
    return heading.group(1).strip() if heading else fallback


def split(text: str) -> Iterator[Piece]:
    """Passages of at most WORDS_MOST words, cut at headings first and at paragraphs where a section is longer."""
    body = _NOISE.sub("", split_front_matter(text)[1])
    lines = body.split("\n")
    path: list[tuple[int, str]] = []
    start = 0
    tokens = MarkdownIt().parse(body)
    for n, token in enumerate(tokens):
        if token.type != "heading_open" or token.level or not token.map:
            continue
        yield from pieces(_names(path), "\n".join(lines[start : token.map[0]]))
        level, title = int(token.tag[1:]), re.sub(r"\s*\{[:#][^}]*\}", "", tokens[n + 1].content).strip()
        path = [*(p for p in path if p[0] < level), (level, title)]
        start = token.map[1]
    yield from pieces(_names(path), "\n".join(lines[start:]))


def pieces(headings: tuple[str, ...], text: str, *, repeat: str = "") -> Iterator[Piece]:
    """The text below some headings in passages of at most WORDS_MOST words; `repeat`, a table's head, stands on top of
    each further one.
    """
    part: list[str] = []
    size = 0
    for paragraph in _paragraphs(text):
        count = _size(paragraph)
        if part and size + count > WORDS_MOST:
            yield Piece(headings, "\n\n".join(part))
            part, size = ([repeat], _size(repeat)) if repeat else ([], 0)
        part.append(paragraph)
        size += count
    if part and any(c.isalnum() for c in "".join(part)):
        yield Piece(headings, "\n\n".join(part))


def _names(path: list[tuple[int, str]]) -> tuple[str, ...]:
    return tuple(title for _, title in path)


def _paragraphs(text: str) -> Iterator[str]:
    """Paragraphs; one longer than a passage is cut at its lines, a longer line at its words."""
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        if _size(paragraph) <= WORDS_MOST:
            if paragraph.strip():
                yield paragraph.strip("\n")
            continue
        block: list[str] = []
        for line in paragraph.split("\n"):
            for chunk in _chunks(line):
                if block and _size("\n".join([*block, chunk])) > WORDS_MOST:
                    yield "\n".join(block)
                    block = []
                block.append(chunk)
        if block:
            yield "\n".join(block)


def _chunks(line: str) -> Iterator[str]:
    if _size(line) <= WORDS_MOST:
        yield line
        return
    words = line.split(" ")
    if len(words) < WORDS_MOST:
        for start in range(0, len(line), WORDS_MOST * 2):
            yield line[start : start + WORDS_MOST * 2]
        return
    for start in range(0, len(words), WORDS_MOST):
        yield " ".join(words[start : start + WORDS_MOST])


def _size(text: str) -> int:
    """Words; two Chinese characters count as one."""
    return len(text.split()) + len(re.findall(r"[\u3400-\u9fff]", text)) // 2
