"""The files of one hotline stay together, whatever else runs beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sides import BESIDE, LIVE, Sides

FOLDER = Path(__file__).parents[2] / "live"


@pytest.fixture
def sides(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> Sides:
    """As it would be made for two processes."""
    monkeypatch.setattr(pytestconfig.option, "tx", ["2*popen"])
    return Sides(pytestconfig)


def test_every_name_is_a_file() -> None:
    assert {path.name for path in FOLDER.glob("test_*.py")} >= BESIDE


def test_files_of_the_hotline_are_one_and_others_each_for_itself(sides: Sides) -> None:
    split = sides._split_scope
    assert split(f"{LIVE}test_1_calls.py::test_x[a::b]") == split(f"{LIVE}test_6_link.py::test_y")
    beside = [split(f"{LIVE}{name}::test_x") for name in BESIDE]
    others = [split("tests/unit/db/test_pool.py::test_x"), split("tests/web/test_browser.py::y")]
    assert len({split(f"{LIVE}test_1_calls.py::test_x"), *beside, *others}) == len(BESIDE) + 3
