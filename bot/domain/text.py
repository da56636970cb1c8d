"""Text as people type it, made comparable: normal form, words and Chinese character pairs."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_CJK = "\u3400-\u9fff"
_TOKEN = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+(?:[.,]\d+)*(?:['’]s\b)?", re.UNICODE)
HAS_CJK = re.compile(f"[{_CJK}]")
_EDGE = rf"(?:\b|(?<=[{_CJK}])(?=[A-Za-z])|(?<=[A-Za-z])(?=[{_CJK}]))"


def worded(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """A pattern in which a word also begins and ends beside a Chinese character: `今天demo了`."""
    return re.compile(pattern.replace(r"\b", _EDGE), flags)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text with its place; of Chinese, each pair of neighbours is a word."""

    text: str
    start: int
    end: int


def normal(text: str) -> str:
    """Compatibility form without invisible and direction characters; curly quotes straight. Letters keep their case."""
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    plain: dict[str, str | int | None] = {
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "，": ",",
        "。": ".",
        "：": ":",
        "、": ",",
    }
    return text.translate(str.maketrans(plain))


@lru_cache(maxsize=1)
def _to_simplified() -> dict[int, str]:
    """Traditional to simplified characters, one to one, so that places in a text stay where they are."""
    from opencc import OpenCC

    characters = [chr(n) for n in range(0x4E00, 0xA000)]
    simplified = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {ord(c): s for c, s in zip(characters, simplified, strict=True) if c != s and len(s) == 1}


def simplified(text: str) -> str:
    """Chinese in simplified characters; nothing else changes, and the length stays."""
    return text.translate(_to_simplified()) if HAS_CJK.search(text) else text


def words(text: str) -> list[Word]:
    """The words of a normal text, in lower case, possessive s dropped, letters without accents, Chinese simplified."""
    text = simplified(text)
    found: list[Word] = []
    for match in _TOKEN.finditer(text):
        piece, start = match.group(), match.start()
        if HAS_CJK.match(piece):
            if len(piece) == 1:
                found.append(Word(piece, start, start + 1))
            found.extend(Word(piece[i : i + 2], start + i, start + i + 2) for i in range(len(piece) - 1))
        else:
            if piece[-2:] == "'s":
                piece = piece[:-2]
            found.append(Word(_bare(piece), start, match.end()))
    return found


LOOSE_FROM = 6
_UNDIVIDED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
"""Letters that Unicode does not take apart, as people type them on another keyboard."""


def _bare(word: str) -> str:
    if word.isascii():
        return word.lower()
    return "".join(
        c for c in unicodedata.normalize("NFD", word.casefold().translate(_UNDIVIDED)) if not unicodedata.combining(c)
    )


def loose(name: str) -> str:
    """A pattern for a name of Latin letters, whether written as one word or apart; short names must stand as they
    are.
    """
    letters = [re.escape(c) for c in name if not c.isspace() and c != "-"]
    return r"[\s-]?".join(letters) if len(letters) >= LOOSE_FROM else re.escape(name)


def chinese(text: str) -> bool:
    """Whether a text is to be answered in Chinese: more Chinese characters than Latin words."""
    return len(HAS_CJK.findall(text)) > len(re.findall(r"[A-Za-z]{2,}", text))
