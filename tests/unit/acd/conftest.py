"""Every story of the floor ends with a sound floor."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.machines.floor_check import check_floor
from tests.unit.acd.desk import Desk


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A floor with nobody on it."""
    desk = Desk()
    yield desk
    check_floor(desk.floor, desk.now)
