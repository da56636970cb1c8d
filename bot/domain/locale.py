"""How people of a place write days and numbers, by a BCP 47 tag; the data is Unicode's CLDR, from Babel."""

from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from functools import cache

from babel import Locale as Cldr
from babel import UnknownLocaleError
from babel.numbers import format_decimal

DEFAULT = "en-US"
_WIDE = Context(prec=100)


@dataclass(frozen=True, slots=True)
class Locale:
    """`language` is one of ours, for words; `day_first` says how 3/4 is read, `tag` how numbers are written."""

    tag: str
    language: str
    day_first: bool

    def money(self, amount: Decimal, currency: str) -> str:
        """`1,200,000 USD` in full, as numbers are written there: a card never rounds what will be written."""
        whole = amount == amount.to_integral_value(context=_WIDE)
        name = self.tag.replace("-", "_")
        grouped = Cldr.parse(name).decimal_formats[None].pattern.partition(".")[0]
        with localcontext(_WIDE):
            text = format_decimal(amount, grouped if whole else f"{grouped}.00", locale=name)
        return f"{text} {currency}"


def known(tag: str) -> bool:
    """Whether a tag names a locale."""
    try:
        Cldr.parse(tag.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError):
        return False
    return True


@cache
def locale_of(tag: str | None) -> Locale:
    """The locale of a tag such as `en-GB`; that of DEFAULT for none and for one that nobody knows."""
    tag = tag.replace("_", "-") if tag and known(tag) else DEFAULT
    cldr = Cldr.parse(tag, sep="-")
    pattern = cldr.date_formats["short"].pattern
    day, month = pattern.find("d"), pattern.find("M")
    return Locale(tag, "zh" if cldr.language == "zh" else "en", day < month and not pattern.startswith("y"))
