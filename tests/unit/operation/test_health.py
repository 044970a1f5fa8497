"""One word on a server, and what monitoring reads of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from twisted.internet.address import IPv4Address
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport

from acd.presence import SEAT_WORDS
from acd.stats import OUTCOMES, WAIT_BOUNDS
from hotseat.figures import OFFER_RESULTS, Figures
from hotseat.operation.health import Condition, health
from hotseat.operation.metrics import Metrics
from hotseat.operation.web import Pages
from tests.unit.operation.states import a_state

AWAY = {"ami": {"up": False, "lag_ms": 0}, "held": ["switch away"]}
DRAINING = {"agi": {"sessions": 3, "open": False}, "held": ["drain"]}


def journal(*, lag_ms: int = 0, lost: int = 0, trouble: str | None = None) -> dict[str, Any]:
    """That part of the status."""
    return {"journal": {"lag_ms": lag_ms, "lost": lost, "trouble": trouble}}


@pytest.mark.parametrize(
    ("change", "condition", "word"),
    [
        ({}, Condition.OK, None),
        ({"held": ["recovery"]}, Condition.DEGRADED, "recovery"),
        ({"ami": {"up": True, "lag_ms": 1_001}}, Condition.DEGRADED, "1001 ms late"),
        (journal(lag_ms=5_001), Condition.DEGRADED, "5001 ms behind: the database is slow"),
        (journal(lag_ms=5_001, trouble="disk full"), Condition.DEGRADED, "behind: disk full"),
        (journal(lost=7), Condition.DEGRADED, "lost 7"),
        ({"site": {"problem": "queues.a: is wrong"}}, Condition.DEGRADED, "queues.a: is wrong"),
        (AWAY, Condition.UNAVAILABLE, "out of sight"),
        (DRAINING, Condition.UNAVAILABLE, "drains"),
    ],
)
def test_conditions(change: dict[str, Any], condition: Condition, word: str | None) -> None:
    found = health(a_state(**change))
    assert found.condition is condition
    if word is None:
        assert found.reasons == ()
    else:
        assert len(found.reasons) == 1, "one cause is told once"
        assert word in found.reasons[0]


def test_the_worst_reason_comes_first() -> None:
    found = health(a_state(**AWAY, **journal(lag_ms=9_999)))
    assert [("Asterisk" in reason) for reason in found.reasons] == [True, False]


@pytest.fixture
def figures() -> Figures:
    figures = Figures(lambda: 1_800_000_000_000)
    ended = figures.hears().call_ended
    assert ended is not None
    for wait in (900, 25_000):
        fields = {
            "outcome": "answered",
            "queue": "consult",
            "wait_ms": wait,
            "arrived_at": 0,
            "in_time": True,
        }
        ended(0, fields)
    return figures


def get(path: str, figures: Figures, state: dict[str, Any]) -> tuple[int, bytes]:
    """(status code, body) of one request through a real HTTP channel."""
    clock = Clock()
    site = Pages(Metrics(figures, lambda: state), lambda: state).site(clock)
    channel = site.buildProtocol(IPv4Address("TCP", "127.0.0.1", 1))
    transport = StringTransport()
    channel.makeConnection(transport)
    channel.dataReceived(f"GET {path} HTTP/1.0\r\n\r\n".encode())
    head, _, body = transport.value().partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def measured(figures: Figures, state: dict[str, Any]) -> dict[tuple[str, ...], float]:
    """(name, values by label name …) -> value, as Prometheus' own parser reads the page."""
    code, body = get("/metrics", figures, state)
    assert code == 200
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
    }


def test_metrics_are_what_the_figures_and_the_status_say(figures: Figures) -> None:
    found = measured(figures, a_state())
    assert found["hotseat_calls_total", "answered"] == 2
    assert found["hotseat_calls_total", "lost"] == 0
    assert found["hotseat_queue_waiting", "consult"] == 3
    assert found["hotseat_queue_longest_wait_seconds", "consult"] == 62
    assert found["hotseat_seats", "talking"] == 1
    assert found["hotseat_strangers_total", "fastagi_key"] == 2
    assert found["hotseat_ami_lag_seconds",] == 0.003
    assert found["hotseat_healthy",] == 1
    assert measured(figures, a_state(**AWAY))["hotseat_healthy",] == 0


def test_the_waits_are_a_histogram_for_each_outcome(figures: Figures) -> None:
    found = measured(figures, a_state())
    bucket, bounds = "hotseat_wait_seconds_bucket", ("1.0", "20.0", "30.0", "+Inf")
    assert [found[bucket, bound, "answered"] for bound in bounds] == [1, 1, 2, 2]
    assert [found[bucket, bound, "abandoned"] for bound in bounds] == [0, 0, 0, 0]
    assert found["hotseat_wait_seconds_count", "answered"] == 2
    assert found["hotseat_wait_seconds_sum", "answered"] == 25.9
    answered = [name for name in found if name[0] == bucket and name[2] == "answered"]
    assert len(answered) == len(WAIT_BOUNDS) + 1


def test_every_label_is_there_before_it_first_happens() -> None:
    found = measured(Figures(lambda: 0), a_state(seats=[]))
    assert {name[1] for name in found if name[0] == "hotseat_calls_total"} == set(OUTCOMES)
    assert {name[1] for name in found if name[0] == "hotseat_offers_total"} == set(OFFER_RESULTS)
    assert {name[1] for name in found if name[0] == "hotseat_seats"} == set(SEAT_WORDS)


@pytest.mark.parametrize(
    ("change", "code"), [({}, 200), ({"held": ["recovery"]}, 200), (DRAINING, 503)]
)
def test_health_answers_in_code_and_words(
    figures: Figures, change: dict[str, Any], code: int
) -> None:
    state = a_state(**change)
    answered, body = get("/health", figures, state)
    condition, reasons = health(state)
    assert answered == code
    assert json.loads(body) == {"condition": condition.value, "reasons": list(reasons)}


def test_there_is_nothing_else(figures: Figures) -> None:
    assert get("/", figures, a_state())[0] == 404
    assert get("/command", figures, a_state())[0] == 404
