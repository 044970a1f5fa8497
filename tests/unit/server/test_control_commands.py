"""What can be asked of the floor, and made known of the site, over the control socket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from hotseat.control import CommandError
from hotseat.control_commands import floor_commands, site_commands
from hotseat.live_config import LiveConfig
from hotseat.live_roster import LiveRoster
from tests.unit.server.scene import Scene, a_site
from words import told


def why(scene: Scene) -> Callable[..., Any]:
    return floor_commands(scene.service.floor)["why"]


def test_why_tells_the_place_in_line_and_what_each_seat_lacks() -> None:
    scene = Scene()
    scene.rings_in()
    second = scene.rings_in()
    scene.seat("1001", "p101")
    call = scene.call_of(second)
    assert why(scene)(call) == {
        "call": call,
        "state": "waiting",
        "ahead": 1,
        "seats": {"1001": "the seat is being rung"},
    }


def test_of_a_call_that_is_not_there_it_says_where_calls_are_listed() -> None:
    with pytest.raises(
        CommandError, match="no call 7 on the floor; `hotseat status` lists them"
    ) as refused:
        why(Scene())("7")
    assert told(str(refused.value), "zh") == "大厅里没有来电 7；`hotseat status` 可列出来电"


class Live:
    """A site or roster that finds what the test says when it is loaded again."""

    def __init__(self, problem: str | None = None) -> None:
        self.now = a_site(revision=3)
        self.problem = problem
        self.loaded = 0

    async def reload(self) -> str | None:
        self.loaded += 1
        return self.problem


def reload(config: Live, roster: Live) -> Deferred[dict[str, Any]]:
    commands = site_commands(cast(LiveConfig, config), cast(LiveRoster, roster))
    return Deferred.fromCoroutine(cast(Any, commands["reload-config"]()))


def test_a_reload_says_which_revision_is_in_force() -> None:
    roster = Live()
    assert SynchronousTestCase().successResultOf(reload(Live(), roster)) == {"revision": 3}
    assert roster.loaded == 1


@pytest.mark.parametrize("problems", [("wrong", None), (None, "wrong")])
def test_a_reload_that_changes_nothing_is_refused(problems: tuple[str | None, str | None]) -> None:
    config, roster = map(Live, problems)
    failure = SynchronousTestCase().failureResultOf(reload(config, roster), CommandError)
    assert failure.getErrorMessage() == "wrong"
