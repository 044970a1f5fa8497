"""The figures in Prometheus' words, made from counts and status when somebody asks.

Nothing happens here while calls run: they only count (see `hotseat.figures`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from acd.presence import SEAT_WORDS
from acd.stats import WAIT_BOUNDS, Waits
from hotseat.figures import Figures
from hotseat.operation.health import Condition, health

Status = Mapping[str, Any]


class Metrics(Collector):
    """Everything there is to measure. `status` is the command of this name."""

    def __init__(self, figures: Figures, status: Callable[[], Status]) -> None:
        self._figures = figures
        self._status = status
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def page(self) -> bytes:
        """The text format, version 0.0.4."""
        return generate_latest(self._registry)

    def collect(self) -> Iterable[Metric]:
        """All families."""
        status, figures = self._status(), self._figures
        yield _counter("calls", "Ended calls by outcome.", "outcome", figures.calls)
        yield _counter("offers", "Offers by what came of them.", "result", figures.offers)
        yield _counter("strangers", "Refused by reason.", "reason", status["strangers"])
        yield _waits(figures.waits)
        yield from _queues(status)
        yield _seats(status)
        yield from _numbers(status)


def _counter(name: str, help: str, label: str, counts: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(f"hotseat_{name}", help, labels=[label])
    for value, count in counts.items():
        family.add_metric([value], count)
    return family


def _waits(waits: Mapping[str, Waits]) -> Metric:
    family = HistogramMetricFamily(
        "hotseat_wait_seconds",
        "From queued to talk, or to the end of a call that had none.",
        labels=["outcome"],
    )
    bounds = [*(str(bound / 1000) for bound in WAIT_BOUNDS), "+Inf"]
    for outcome, waited in waits.items():
        buckets = list(zip(bounds, accumulate(waited.buckets), strict=True))
        family.add_metric([outcome], buckets=buckets, sum_value=waited.total / 1000)
    return family


def _queues(status: Status) -> Iterator[Metric]:
    for name, key, help, unit in (
        ("waiting", "waiting", "Calls that wait or ring.", 1),
        ("talking", "talking", "Calls that talk.", 1),
        ("seats_ready", "seats_ready", "Seats that could take a call of the queue.", 1),
        ("longest_wait_seconds", "longest_wait_ms", "Of those who wait now.", 1000),
    ):
        family = GaugeMetricFamily(f"hotseat_queue_{name}", help, labels=["queue"])
        for queue in status["queues"]:
            family.add_metric([queue["name"]], queue[key] / unit)
        yield family


def _seats(status: Status) -> Metric:
    family = GaugeMetricFamily("hotseat_seats", "Logged-on seats by state.", labels=["state"])
    counts = Counter(seat["state"] for seat in status["seats"])
    # Also when no seat is so: a line that vanishes looks like a server that does.
    for state in SEAT_WORDS:
        family.add_metric([state], counts[state])
    return family


def _numbers(status: Status) -> Iterator[Metric]:
    healthy = health(status).condition is Condition.OK
    for name, help, value in (
        ("healthy", "1 if /health says ok.", float(healthy)),
        ("contacts", "Calls from first ring to the end.", status["contacts"]),
        ("agi_sessions", "Lines under control.", status["agi"]["sessions"]),
        ("ami_up", "1 if Asterisk is in sight.", float(status["ami"]["up"])),
        ("ami_lag_seconds", "How late Asterisk tells us.", status["ami"]["lag_ms"] / 1000),
        (
            "journal_lag_seconds",
            "Age of the oldest unwritten row.",
            status["journal"]["lag_ms"] / 1000,
        ),
        ("site_revision", "Revision of the site in force.", status["site"]["revision"]),
        ("uptime_seconds", "Since the server started.", status["up_ms"] / 1000),
    ):
        yield GaugeMetricFamily(f"hotseat_{name}", help, value=value)
    yield CounterMetricFamily(
        "hotseat_journal_lost", "Journal rows that fitted nowhere.", value=status["journal"]["lost"]
    )
