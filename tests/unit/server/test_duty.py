"""From the published roster to the floor, by the clock and by new versions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from acd.types import SeatId
from hotseat.duty import DutyFeed
from hotseat.outbound import OutboundRules
from hotseat.roster.duty import DutyRoster
from hotseat.roster.shifts import Duty, Place
from hotseat.status import duty_status
from tests.unit.roster.standard import MONDAY
from tests.unit.server.scene import Scene

HOUR = 3_600_000
SKILLS = {"1001": {"consult": 5}, "1002": {"consult": 5}}


class Office(Scene):
    """A scene at 0:00 whose floor is told of a roster."""

    place = Place.OFFICE
    """Where all duties are done."""

    def __init__(self, *duties: tuple[str, float, float], until: int = 24) -> None:
        super().__init__()
        self.began = self.clock.now()
        self.now = DutyRoster((), {}, ())
        self._watcher: Callable[[], None] | None = None
        self.publish(*duties, until=until)
        self.feed = DutyFeed(
            self,
            service=self.service,
            seats=self.seats,
            clock=self.reactor,
            now=self.clock.now,
            site=lambda: self.config.now,
            changed=self._tell_change,
        )
        self.changes = 0
        self.feed.start()

    def _tell_change(self) -> None:
        self.changes += 1

    def on_change(self, watcher: Callable[[], None]) -> None:
        self._watcher = watcher

    def publish(self, *duties: tuple[str, float, float], until: int = 24) -> None:
        """A new version, for so many hours from 0:00 on."""
        made = [
            Duty(
                self.began + round(begins * HOUR),
                self.began + round(ends * HOUR),
                agent,
                MONDAY,
                "X",
                self.place,
            )
            for agent, begins, ends in duties
        ]
        self.now = DutyRoster(made, SKILLS, [(self.began, self.began + until * HOUR)])
        if self._watcher is not None:
            self._watcher()

    def on_duty(self) -> dict[str, bool]:
        return {seat.seat: seat.on_duty for seat in self.service.floor.picture().seats}

    def pass_hours(self, hours: float) -> None:
        self.reactor.pump([60] * round(hours * 60))


class Home(Office):
    """The same, with all duties at home and both agents with a mobile."""

    place = Place.HOME

    def __init__(self, *duties: tuple[str, float, float]) -> None:
        super().__init__(*duties)
        agents = self.config.now.agents.values()
        with_mobiles = {
            agent.number: replace(agent, mobile=f"+861380013{agent.number}") for agent in agents
        }
        rules = OutboundRules("CN", ("+86",))
        self.config.now = replace(self.config.now, agents=with_mobiles, outbound=rules)


def close(office: Office) -> None:
    """A feed that has stopped leaves no timer."""
    office.feed.stop()
    office.service.stop()
    assert [call for call in office.reactor.getDelayedCalls() if "_boundary" in str(call)] == []


def test_those_who_watch_are_told_of_every_change_of_duty() -> None:
    office = Office(("1001", 1, 2), ("1002", 2, 3))
    at_start = office.changes
    office.pass_hours(2.5)
    assert office.changes == at_start + 2
    office.publish(("1002", 2, 4))
    assert office.changes == at_start + 3
    close(office)


def test_shifts_begin_and_end_by_the_clock() -> None:
    office = Office(("1001", 1, 2), ("1002", 2, 3))
    office.seat("1001", "p101")
    office.seat("1002", "p102")
    assert office.on_duty() == {"1001": False, "1002": False}
    office.pass_hours(1)
    assert office.on_duty() == {"1001": True, "1002": False}
    office.pass_hours(1)
    assert office.on_duty() == {"1002": True}, "1001 is logged off at the end of the shift"
    assert not office.seats.is_seated(SeatId("1001"))
    office.seat("1001", "p101")
    assert office.on_duty() == {"1001": False, "1002": True}, "back, as a volunteer"
    close(office)


def test_the_last_talk_of_a_shift_is_finished() -> None:
    office = Office(("1001", 0, 1), ("1002", 0, 9))
    office.seat("1001", "p101")
    line = office.rings_in()
    call = office.call_of(line)
    office.contacts.talk_began(call, "p101")
    office.pass_hours(1)
    (seat,) = office.service.floor.picture().seats
    assert (seat.leaving, seat.call) == (True, call)
    office.contacts.leg_left(call, "p101")
    assert office.service.floor.picture().seats == ()
    close(office)


def test_a_new_version_counts_at_once_and_logs_nobody_off() -> None:
    office = Office(("1001", 0, 9))
    office.seat("1001", "p101")
    office.seat("1002", "p102")
    office.publish(("1002", 0, 9))
    assert office.on_duty() == {"1001": False, "1002": True}
    office.pass_hours(9)
    assert office.on_duty() == {"1001": False}
    close(office)


def test_a_roster_that_runs_out_leaves_the_hotline_to_those_who_are_there() -> None:
    office = Office(("1001", 0, 2), until=2)
    office.seat("1001", "p101")
    office.seat("1002", "p102")
    assert office.on_duty() == {"1001": True, "1002": False}
    office.pass_hours(2)
    assert office.on_duty() == {"1001": True, "1002": True}
    assert office.feed._timer is None or not office.feed._timer.active()
    close(office)


def test_a_shift_that_ended_while_no_server_was_there_ends_at_the_start() -> None:
    office = Office(("1001", 0, 1), ("1002", 0, 3))
    office.pass_hours(2)
    office.seat("1001", "p101")
    office.seat("1002", "p102")
    office.feed.catch_up(office.began + HOUR // 2)
    assert office.on_duty() == {"1002": True}
    office.seat("1001", "p101")
    office.feed.catch_up(office.began + HOUR * 3 // 2)
    assert office.on_duty() == {"1001": False, "1002": True}, "a volunteer before and after"
    close(office)


def test_duties_that_touch_are_one() -> None:
    office = Office(("1001", 0, 1), ("1001", 1, 2))
    office.seat("1001", "p101")
    office.pass_hours(1)
    assert office.on_duty() == {"1001": True}
    close(office)


def test_who_is_missing_is_told_at_once() -> None:
    office = Office(("1001", 0, 2), ("1002", 0, 2), ("1001", 3, 4))
    office.seat("1001", "p101")
    picture = office.service.floor.picture()
    told = duty_status(office.now, picture, office.config.now, office.clock.now())
    assert told["rostered"]
    assert told["missing"] == ["1002"]
    assert told["changes_at"] == office.began + 2 * HOUR
    assert (told["next"]["agent"], told["next"]["begins"]) == ("1001", office.began + 3 * HOUR)
    assert [(duty["agent"], duty["logged_on"]) for duty in told["on_duty"]] == [
        ("1001", True),
        ("1002", False),
    ]
    close(office)


def test_home_duty_moves_the_seat_to_the_mobile_and_its_end_logs_off() -> None:
    home = Home(("1001", 1, 2))
    home.seat("1001", "p101")
    home.pass_hours(1)
    assert home.seats.place_of("1001") == "mobile:1001"
    home.pass_hours(1)
    assert home.seats.place_of("1001") is None
    close(home)


def test_the_waiting_ring_the_mobile_and_not_the_desk_when_home_duty_begins() -> None:
    home = Home(("1001", 1, 2))
    home.seat("1001", "p101")
    home.pass_hours(0.9)
    line = home.rings_in(caller_number="13800138001")
    assert line.phone is None, "not on duty yet"
    home.pass_hours(0.2)
    assert [leg.agent for leg in line.mobiles] == ["1001"]
    close(home)
