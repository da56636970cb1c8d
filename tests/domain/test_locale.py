"""How days and numbers are read and written follows what people have set, never where their clock stands."""

from datetime import date
from decimal import Decimal

import pytest

from bot.caddie import Caddie
from bot.contract.message import Message
from bot.domain.audience import DIRECT
from bot.domain.locale import locale_of
from tests.conftest import NOW, house_in


@pytest.mark.parametrize(
    ("tag", "language", "day_first", "amount"),
    [
        ("en-US", "en", False, "1,234,567.50 EUR"),
        ("en-GB", "en", True, "1,234,567.50 EUR"),
        ("de_DE", "en", True, "1.234.567,50 EUR"),
        ("en-IN", "en", True, "12,34,567.50 EUR"),
        ("zh-CN", "zh", False, "1,234,567.50 EUR"),
        (None, "en", False, "1,234,567.50 EUR"),
        ("no such place", "en", False, "1,234,567.50 EUR"),
    ],
)
def test_a_locale_is_data(tag, language, day_first, amount):
    locale = locale_of(tag)
    assert (locale.language, locale.day_first) == (language, day_first)
    assert locale.money(Decimal("1234567.5"), "EUR") == amount
    assert locale.money(Decimal(10) ** 40, "EUR").count("0") == 40


def closing(caddie: Caddie, messenger: str | None) -> str:
    said = Message(
        "globex inbound dock rollout closes 3/4", "tamsin@quayline.example", DIRECT, "t", NOW, None, messenger
    )
    (card,) = caddie.reply(said).replies
    return next(change.new for change in card.changes if change.field == "close_date")


@pytest.mark.parametrize(
    ("company", "messenger", "person", "day"),
    [
        ("en-US", None, None, date(2027, 3, 4)),
        ("en-GB", None, None, date(2026, 4, 3)),
        ("en-US", "en-GB", None, date(2026, 4, 3)),
        ("en-GB", "en-GB", "en-US", date(2027, 3, 4)),
    ],
)
def test_the_order_of_day_and_month_comes_from_the_nearest_setting(house, company, messenger, person, day):
    same_data = house_in(house.settings.caddie_data, caddie_locale=company)
    with house.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE people SET locale = ? WHERE id = 'q05'", (person,))
        connection.exec_driver_sql("UPDATE mirror_state SET version = version + 1")
    assert closing(same_data.caddie, messenger) == day.isoformat()
