"""A document in the making: headings, points, questions, and the sources that its statements cite."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.contract.phrases import phrase
from bot.contract.replies.base import Source
from bot.contract.replies.coaching import Document
from bot.handlers.turn import Turn


@dataclass
class Paper:
    """Markdown written top to bottom. What is not known goes in as a question and is listed at the end."""

    turn: Turn
    lines: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)

    def say(self, name: str, /, **values: object) -> str:
        return phrase(self.turn.language, name, **values)

    def head(self, name: str) -> None:
        self.lines += ["", f"## {self.say('doc_' + name)}"]

    def point(self, text: str) -> None:
        """A statement from the CRM; its line breaks would break the list."""
        self.lines.append(f"- {' '.join(text.split())}")

    def points(self, texts: Iterable[str], otherwise: str | None = None) -> None:
        """Statements, or the question that stands where there are none."""
        before = len(self.lines)
        for text in texts:
            self.point(text)
        if len(self.lines) == before and otherwise:
            self.ask(otherwise)

    def ask(self, question: str) -> None:
        """Something to find out, marked where it belongs and listed once at the end."""
        self.lines.append(f"- ❓ {question}")
        if question not in self.questions:
            self.questions.append(question)

    def cite(self, source: Source) -> str:
        """The number by which a source is cited."""
        if source not in self.sources:
            self.sources.append(source)
        return f"[{self.sources.index(source) + 1}]"

    def markdown(self, title: str) -> str:
        """The whole document."""
        made = [f"# {title}", *self.lines]
        if self.questions:
            made += ["", f"## {self.say('doc_open_questions')}", *(f"- [ ] {q}" for q in self.questions)]
        if self.sources:
            made += [
                "",
                f"## {self.say('doc_sources')}",
                *(f"{n}. {s.title} ({s.location})" for n, s in enumerate(self.sources, 1)),
            ]
        return "\n".join(made).strip() + "\n"


def finish(paper: Paper, key: str, title: str, owners: frozenset[str]) -> Document:
    """The document with what changed since the one kept under the same key."""
    turn, markdown = paper.turn, paper.markdown(title)
    key = f"{key}:{turn.person.id}:{turn.language}:{turn.audience.key}"
    changed = turn.desk.documents.keep(key, markdown, turn.now)
    return Document(
        title=title,
        markdown=markdown,
        open_questions=tuple(paper.questions),
        changed=changed,
        key=key,
        sources=tuple(paper.sources),
        audience=turn.place(owners),
        language=turn.language,
    )
