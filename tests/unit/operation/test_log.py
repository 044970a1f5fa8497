"""What is logged, and what never is."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pytest
import structlog

from hotseat import log
from hotseat.config import ConfigError, load_settings
from hotseat.log import LogFormat, start_logging


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Where logs go; the configuration of other tests comes back."""
    before = structlog.get_config()
    # Twisted's log can be taken over once in a process.
    monkeypatch.setattr(log.globalLogBeginner, "beginLoggingTo", lambda *_, **__: None)
    yield io.StringIO()
    structlog.configure(**before)


def test_json_is_an_object_a_line_with_ids_as_fields(written: io.StringIO) -> None:
    start_logging("info", "json", written)
    logger = structlog.get_logger()
    logger.info("offered", call="01J", seat="1001", agent="李静")
    logger.debug("too quiet")
    logger.warning("late", step=frozenset())
    first, second = map(json.loads, written.getvalue().splitlines())
    stamp = first.pop("timestamp")
    assert first == {
        "event": "offered",
        "level": "info",
        "call": "01J",
        "seat": "1001",
        "agent": "李静",
    }
    assert stamp.endswith("Z")
    assert second["step"] == "frozenset()", "what JSON does not know is told in words"


def test_a_traceback_stays_on_its_line_in_json(written: io.StringIO) -> None:
    start_logging("info", "json", written)
    try:
        raise ValueError("odd")
    except ValueError:
        structlog.get_logger().exception("failed")
    (line,) = written.getvalue().splitlines()
    assert "ValueError: odd" in json.loads(line)["exception"]


@pytest.mark.usefixtures("written")
def test_a_full_disk_costs_the_line_and_nothing_else() -> None:
    """Linux has a disk that is always full."""
    full = open("/dev/full", "w", encoding="utf-8")  # noqa: SIM115  (its close is to fail)
    start_logging("info", "console", full)
    for _ in range(5_000):
        structlog.get_logger().info("offered", call="01J")
    with pytest.raises(OSError, match="No space left"):
        full.close()


@pytest.mark.parametrize("format", ["console", "json"])
def test_secrets_and_numbers_are_veiled(written: io.StringIO, format: LogFormat) -> None:
    start_logging("info", format, written)
    structlog.get_logger().info("odd", pin="4711", secret="hush", caller="13800138000", seat="1001")
    text = written.getvalue()
    assert "4711" not in text
    assert "hush" not in text
    assert "13800138000" not in text
    assert "…8000" in text
    assert "1001" in text, "an agent's number is no customer's"


def test_an_unknown_level_says_which_there_are() -> None:
    with pytest.raises(ValueError, match="debug, info, warning or error"):
        start_logging("loud")


def test_an_unknown_format_is_refused_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTSEAT_LOG_FORMAT", "xml")
    with pytest.raises(ConfigError, match=r"log_format.*'console' or 'json'"):
        load_settings()
