"""PostgreSQL is stopped under a running hotline for a minute, comes back, and hangs."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest

from hotseat.history import Outcome
from tests.live.hotline import NUMBER, SITE, Hotline, now_ms
from tests.live.premises import CommandFailed, until
from tests.live.talk import begin_talk, call_through
from tests.postgresql import PostgreSQL

pytestmark = pytest.mark.live

AWAY_SECONDS = 60.0
CALLS = 12
"""So many while it is away, from its first second to its last."""
HANGING_SECONDS = 20.0
"""Until the spool takes over from a database that is connected and does not answer."""
TALK_ERROR_MS = 300


def test_calls_go_on_while_the_database_is_away(
    house_on_postgresql: Hotline, postgresql_server: PostgreSQL, tmp_path: Path
) -> None:
    """Nothing is lost, it is said loudly, and the site can be changed again afterwards."""
    hotline = house_on_postgresql
    talk = begin_talk(hotline, "1004", "p104", "13800081900")
    for agent, phone in (("1001", "p101"), ("1005", "p105")):
        desk = hotline.log_on(agent, phone)
        desk.answers(after_ms=50, hang_up_after_ms=400)
    before = call_through(hotline, "13800081000")
    hotline.until_written()

    postgresql_server.stop()
    stopped = now_ms()
    during = [call_through(hotline, f"1380008{2000 + number}") for number in range(CALLS // 2)]
    in_menu = hotline.callers.call(NUMBER, caller="13800083000")
    in_menu.wait("talking")
    in_menu.digits("1")
    hotline.rung_by("13800083000").wait("ended")
    in_menu.wait("ended")
    talk.desk.hang_up()
    talk.caller.wait("ended")
    hotline.ask("seat-pause", agent="1005", reason="lunch")
    _loud(hotline)
    left = AWAY_SECONDS - (now_ms() - stopped) / 1000
    for number in range(CALLS // 2, CALLS):
        time.sleep(left / (CALLS // 2) / 2)  # the outage has to last, that is what is tried here
        during.append(call_through(hotline, f"1380008{2000 + number}"))
    until("the outage is long enough", lambda: now_ms() - stopped > AWAY_SECONDS * 1000, 60)
    gauges = hotline.status()["journal"]
    assert gauges["lag_ms"] > AWAY_SECONDS * 1000 / 2
    assert (hotline.state / "journal.spool").stat().st_size > 0

    postgresql_server.start()
    until("the spool is in the database", lambda: hotline.status()["journal"]["lag_ms"] == 0, 10)
    assert not (hotline.state / "journal.spool").exists()
    assert hotline.status()["journal"]["lost"] == 0

    like = [row.kind for row in hotline.journal(call=hotline.ended(before).id)]
    for caller in during:
        record = hotline.ended(caller)
        assert record.outcome is Outcome.ANSWERED, caller
        assert not record.estimated, caller
        assert [row.kind for row in hotline.journal(call=record.id)] == like, caller
    assert hotline.ended("13800083000").outcome is Outcome.ANSWERED
    talked = hotline.ended("13800081900")
    assert talked.talk_ms == pytest.approx(talk.ended - talk.began, abs=TALK_ERROR_MS)
    rows = hotline.journal()
    assert all(first.at <= second.at for first, second in pairwise(rows))
    assert len({row.id for row in rows}) == len(rows)

    log = hotline.server_log.read_text(encoding="utf-8")
    for event in ("journal_in_trouble", "site_not_watched"):
        assert log.count(event) == 1, f"{event} is told once, at its edge"
    assert "journal_in_order_again" in log
    assert "13800082000" not in log

    with postgresql_server.frozen():
        begun = now_ms()
        hanging = [call_through(hotline, f"1380008{5000 + number}") for number in range(3)]
        spool = hotline.state / "journal.spool"
        until("the spool takes over", lambda: spool.exists(), HANGING_SECONDS)
        print(f"the spool took over after {now_ms() - begun} ms")
    until("the spool is in the database", lambda: hotline.status()["journal"]["lag_ms"] == 0, 20)
    for caller in hanging:
        assert hotline.ended(caller).outcome is Outcome.ANSWERED, caller

    # A restart finds the seats as they were left while the database was away.
    hotline.kill()
    hotline.start()
    assert hotline.seat("1005")["paused"] == "lunch"
    site = tmp_path / "site.yaml"
    text = SITE.read_text(encoding="utf-8").replace("name: Live tests", "name: Afterwards")
    site.write_text(text, encoding="utf-8")
    hotline.apply(site)
    assert hotline.status()["site"]["name"].startswith("Afterwards")
    hotline.ended(call_through(hotline, "13800084000"))


def _loud(hotline: Hotline) -> None:
    """Whoever looks is told what is the matter and where the history is meanwhile."""
    until("it is late", lambda: hotline.status()["journal"]["lag_ms"] > 5_000, 10)
    with pytest.raises(CommandFailed, match=r"database away: .*; kept in the spool"):
        hotline.hotseat("doctor")
