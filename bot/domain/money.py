"""Money is a decimal amount with a currency; two currencies are never added up."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "CNY": "¥", "JPY": "¥", "INR": "₹", "KRW": "₩"}


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency (ISO 4217 code)."""

    amount: Decimal
    currency: str

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.amount + other.amount, self.currency)

    def __str__(self) -> str:
        return format_money(self.amount, self.currency)


def format_money(amount: Decimal, currency: str) -> str:
    """`1,200,000 USD` in full: a card must never round what will be written."""
    return f"{amount:,.{0 if amount == amount.to_integral_value() else 2}f} {currency}"


def plain(amount: Decimal) -> str:
    """The amount as the contract writes it: no exponent, no trailing zeros."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def totals(monies: Iterable[Money]) -> dict[str, Decimal]:
    """Sums by currency."""
    sums: dict[str, Decimal] = {}
    for money in monies:
        sums[money.currency] = sums.get(money.currency, Decimal(0)) + money.amount
    return sums
