"""The text of the demo site."""

from __future__ import annotations

from importlib.resources import files

import pytest


@pytest.fixture(scope="session")
def demo_text() -> str:
    """The built-in site file."""
    return files("hotseat.site").joinpath("demo.yaml").read_text(encoding="utf-8")
