"""Numbers in figures and words, English and Chinese, as decimals."""

import re
from decimal import Decimal

UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90,
}  # fmt: skip
SCALES = {
    "hundred": 100,
    "thousand": 1_000,
    "lakh": 100_000,
    "lakhs": 100_000,
    "million": 1_000_000,
    "crore": 10_000_000,
    "crores": 10_000_000,
    "billion": 1_000_000_000,
}
ZH_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "壹": 1, "贰": 2, "叁": 3}
ZH_SCALES = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}

WORD = "(?:" + "|".join(sorted([*UNITS, *SCALES], key=len, reverse=True)) + ")"
_UNIT = "(?:" + "|".join(sorted(UNITS, key=len, reverse=True)) + ")"
SPELT = rf"{_UNIT}(?:(?:\s+and\s+|[\s-]+){WORD}\b)*"
ENGLISH_SMALL = (
    rf"(?:(?:twenty|thirty)(?:[\s-](?:{'|'.join(list(UNITS)[1:10])}))?"
    rf"|{'|'.join(sorted(list(UNITS)[1:20], key=len, reverse=True))})"
)
FIGURE = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?"
CHINESE = "[零〇一二两三四五六七八九十百千万亿壹贰叁]+"


def figure(text: str) -> Decimal:
    """`1,200`, `1.5` or `45,5` (a comma that does not part thousands is a decimal one)."""
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        return Decimal(text.replace(",", ""))
    return Decimal(text.replace(",", "."))


_PARTED = str.maketrans("", "", "' \u00a0\u202f")


def money_figure(text: str, *, scaled: bool) -> Decimal:
    """As `figure`, but money has no thousandths: `186.850` is German for 186,850 unless a scale follows (`1.250m`).

    `12,34,567.89` is Indian grouping, `1 250 000` and `180'000` are Swiss or French. The last mark parts decimals
    where one or two digits follow it.
    """
    text = text.translate(_PARTED)
    if re.fullmatch(r"\d+(?:[.,]\d{3})+", text) and not (scaled and text.count(".") + text.count(",") == 1):
        return Decimal(re.sub(r"[.,]", "", text))
    whole, mark, cents = re.fullmatch(r"(\d[\d.,]*?)(?:([.,])(\d+))?", text).groups()  # type: ignore[union-attr]
    return Decimal(f"{re.sub('[.,]', '', whole)}.{cents}") if mark else Decimal(whole)


def english(text: str) -> Decimal:
    """`two hundred and fifty thousand`."""
    total, part = Decimal(0), Decimal(0)
    for word in re.findall(r"[a-z]+", text.lower()):
        if word in UNITS:
            part += UNITS[word]
        elif word == "hundred":
            part = (part or Decimal(1)) * 100
        elif word in SCALES:
            total, part = total + (part or Decimal(1)) * SCALES[word], Decimal(0)
    return total + part


def chinese(text: str) -> Decimal:
    """`一百五十万`, `九万二` (92,000, as spoken), or plain digits such as `二〇二六`."""
    if not any(c in ZH_SCALES for c in text):
        return Decimal("".join(str(ZH_DIGITS[c]) for c in text))
    total = section = digit = scale = 0
    for c in text:
        if c in ZH_DIGITS:
            digit, scale = ZH_DIGITS[c], scale if ZH_DIGITS[c] else 0
            continue
        scale = ZH_SCALES[c]
        if scale >= 10_000:
            total, section, digit = (total + section + digit) * scale, 0, 0
        else:
            section, digit = section + (digit or 1) * scale, 0
    return Decimal(total + section + (digit * scale // 10 if scale >= 100 else digit))


def number_said(text: str) -> Decimal | None:
    """A plain number in figures or English words, `42.5` or `two hundred and ten`; None for anything else."""
    if re.fullmatch(FIGURE, text):
        return figure(text)
    return english(text) if re.fullmatch(SPELT, text, re.I) else None
