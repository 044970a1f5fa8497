"""A bound that is met exactly is kept."""

from __future__ import annotations

from typing import Literal

import pytest

from benchmarks.report import Reach, table


@pytest.mark.parametrize(
    ("better", "value", "ok"),
    [
        ("lower", 0.0, True),
        ("lower", 0.01, False),
        ("higher", 0.0, True),
        ("higher", -0.01, False),
    ],
)
def test_at_most_and_at_least(better: Literal["higher", "lower"], value: float, ok: bool) -> None:
    one = Reach("calls_failed", value, "calls", 0, better)
    assert one.ok is ok
    assert ("MISSED" in table([one])) is not ok
