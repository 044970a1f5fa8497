"""What one server wrote is what the next one goes on with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from acd.effects import Note, SeatKept
from acd.types import CallId, Millis, SeatId
from hotseat.db.pool import Database
from hotseat.figures import Figures
from hotseat.journal import JournalWriter
from hotseat.log_ons import KEPT_MS, LogOns
from hotseat.outbound import DAY, OutboundRules
from hotseat.outbound_calls import OUTBOUND
from hotseat.recall import LeftBehind, Recall
from hotseat.roster.attendance import LogOn
from tests.unit.server.scene import Scene, a_site
from tests.unit.threads_inline import InlineReactor

NOW: Millis = 1_800_000_000_000
"""Friday 08:00 UTC, 16:00 in Shanghai."""
HOUR = 3_600_000
MOBILE = "+8613800138000"
result_of = SynchronousTestCase().successResultOf


@pytest.fixture
def journal(database: Database, reactor: InlineReactor, tmp_path: Path) -> JournalWriter:
    """As each server has one; what it is told waits until somebody asks for it."""
    return JournalWriter(database, reactor, tmp_path)


@pytest.fixture
def recall(database: Database, journal: JournalWriter) -> Recall:
    return Recall(database, journal, lambda: NOW)


def flush(journal: JournalWriter) -> None:
    result_of(Deferred.fromCoroutine(journal.flush()))


def left_behind(recall: Recall) -> LeftBehind:
    return result_of(Deferred.fromCoroutine(recall.left_behind()))


def ended(journal: JournalWriter, call: str, arrived: Millis, at: Millis) -> None:
    """A caller of `consult` who gave up."""
    summary = {"arrived_at": arrived, "queue": "consult", "wait_ms": 1, "in_time": True}
    end = {"outcome": "abandoned", "ended_by": "caller", "ended_at": at}
    journal.call_changed(at, CallId(call), summary | end)


def test_a_first_server_finds_nothing(recall: Recall) -> None:
    assert left_behind(recall) == LeftBehind([], None, None)


def test_the_calls_without_an_end_and_the_last_that_was_seen(
    recall: Recall, journal: JournalWriter
) -> None:
    journal.call_changed(NOW - 9, CallId("C1"), {"arrived_at": NOW - 9})
    ended(journal, "C2", NOW - 9, NOW - 8)
    for at, note in enumerate(
        (
            Note("switch_up", facts={"started": "noon"}),
            Note("switch_up", facts={"started": "one o'clock"}),
            Note("arrived", call=CallId("C1")),
        ),
        NOW - 7,
    ):
        journal.note(at, note)
    flush(journal)
    left = left_behind(recall)
    assert [call.id for call in left.open_calls] == ["C1"]
    assert (left.last_seen, left.switch_started) == (NOW - 5, "one o'clock")


def test_the_day_is_counted_from_midnight_on_the_clocks_of_the_site(
    recall: Recall, journal: JournalWriter
) -> None:
    """Also what is still unwritten; what ends after it was asked for counts itself."""
    figures = Figures(lambda: NOW)
    ended(journal, "yesterday", NOW - 17 * HOUR, NOW - HOUR)
    ended(journal, "today", NOW - 15 * HOUR, NOW - HOUR)
    ended(journal, "just now", NOW, NOW + 1)
    result_of(Deferred.fromCoroutine(recall.today(figures, "Asia/Shanghai")))
    assert (figures.today()["calls"], figures.today_of("consult")["abandoned"]) == (1, 1)
    result_of(Deferred.fromCoroutine(recall.today(figures, "America/New_York")))
    assert figures.today()["calls"] == 0, "there the day is three hours old"


def test_log_ons_of_the_last_days_and_who_is_on_since_before(
    recall: Recall, journal: JournalWriter
) -> None:
    kept = LogOns()
    journal.note(NOW - KEPT_MS - 1, Note("logged_on", seat=SeatId("1001")))
    journal.keep_seat(NOW, SeatKept(SeatId("1001"), "p101", None, NOW, None))
    journal.note(NOW - 3 * HOUR, Note("logged_on", seat=SeatId("1002")))
    journal.note(NOW - HOUR, Note("logged_off", seat=SeatId("1002")))
    flush(journal)
    result_of(Deferred.fromCoroutine(recall.log_ons(kept)))
    assert kept.of(["1001", "1002"]) == [
        LogOn("1001", NOW - KEPT_MS),
        LogOn("1002", NOW - 3 * HOUR, NOW - HOUR),
    ]


@pytest.mark.parametrize(("ago", "allowed"), [(DAY - 1, None), (DAY + 1, MOBILE)])
def test_what_was_dialled_within_a_day_counts(
    recall: Recall, journal: JournalWriter, ago: Millis, allowed: str | None
) -> None:
    rules = OutboundRules(country="CN", allow=("+86",), per_number_a_day=1)
    scene = Scene(a_site(outbound=rules))
    journal.note(NOW - ago, Note(OUTBOUND, facts={"number": MOBILE}))
    journal.note(NOW - 1, Note("outbound_refused", facts={"number": MOBILE}))
    flush(journal)
    result_of(Deferred.fromCoroutine(recall.outbound(scene.outbound)))
    scene.reactor.advance((NOW - scene.clock.now()) / 1000)
    assert scene.outbound.allow(MOBILE, call=CallId("C"), seat=SeatId("1001")) == allowed


def test_seats_sit_where_they_sat_by_the_word_that_counted(
    recall: Recall, journal: JournalWriter
) -> None:
    before, after = Scene(), Scene()
    before.seat("1001", "p102")
    kept = before.journal.seats["1001"]
    placed = next(note for note in before.journal.notes if note.kind == "placed")
    journal.keep_seat(NOW, replace(kept, paused="lunch"))
    journal.note(NOW, placed)
    flush(journal)
    site = after.config.now
    result_of(Deferred.fromCoroutine(recall.seats(after.seats, site)))
    assert after.seats.place_of("1001") == "p102"
    assert after.seats.placing(site, "1001") == before.seats.placing(site, "1001")
    assert after.service.floor.picture().seats[0].paused == "lunch"
