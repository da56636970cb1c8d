"""The supported subset of the public corpora of dates, money and durations is read right, and docs/language.md says how
much.
"""

from pathlib import Path

import pytest

from tests.language import tables

DOCUMENT = Path(__file__).parents[2] / "docs" / "language.md"
RIGHT_AT_LEAST = 0.97

pytestmark = pytest.mark.skipif(
    not tables.CORPORA.exists(), reason="the corpora are not beside this checkout (../shared/data/language)"
)


def test_the_supported_subset_is_read_right():
    rows = tables.evaluate(tables.cases())
    right = sum(row.passed for row in rows if row.supported)
    total = sum(row.total for row in rows if row.supported)
    assert total > 1000, "the subset did not shrink"
    assert right / total >= RIGHT_AT_LEAST, f"{right} of {total}"


def test_the_published_table_is_the_measured_one():
    published = DOCUMENT.read_text(encoding="utf-8")
    for line in tables.totals(tables.evaluate(tables.cases())):
        assert line in published, "run python -m tests.language.tables and bring docs/language.md up to date"
