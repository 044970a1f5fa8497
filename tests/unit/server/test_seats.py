"""Who cannot be seated is told why, and what there is instead."""

from __future__ import annotations

import pytest

from hotseat.seats import SeatError
from tests.unit.server.scene import Scene, a_site


def test_an_agent_or_a_phone_that_is_none_is_told_with_those_of_the_site() -> None:
    site = a_site()
    seats = Scene(site).seats
    agents, phones = sorted(site.agents), sorted(site.phones)
    with pytest.raises(SeatError, match=f"no agent 9999; the site has {', '.join(agents)}"):
        seats.log_on(site, "9999", phones[0])
    with pytest.raises(SeatError, match=f"no phone p999; the site has {', '.join(phones)}"):
        seats.log_on(site, agents[0], "p999")
    assert seats.seated == frozenset()
