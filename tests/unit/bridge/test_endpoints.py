"""Where an agent is rung: who decides, and what cannot be followed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.types import SeatId
from softphone_bridge.codes import Code, star_code
from softphone_bridge.devices import phone_of
from softphone_bridge.endpoints import Because, NoPlace, Placing, Where, chosen, endpoint
from softphone_bridge.mobiles import is_mobile, local_end, mobile_of

DESK, MOBILE = Where.DESK, Where.MOBILE


@pytest.mark.parametrize(
    ("roster", "choice", "override", "place", "because"),
    [
        (None, None, None, "p101", Because.LOG_ON),
        (MOBILE, None, None, "mobile:1001", Because.ROSTER),
        (DESK, None, None, "p101", Because.ROSTER),
        (MOBILE, DESK, None, "p101", Because.CHOICE),
        (DESK, MOBILE, None, "mobile:1001", Because.CHOICE),
        (DESK, DESK, MOBILE, "mobile:1001", Because.OVERRIDE),
        (MOBILE, MOBILE, DESK, "p101", Because.OVERRIDE),
    ],
)
def test_the_last_word_counts(
    roster: Where | None,
    choice: Where | None,
    override: Where | None,
    place: str,
    because: Because,
) -> None:
    found = endpoint(Placing("1001", "p101", "+8613800138000", roster, choice, override))
    assert (found.place, found.because) == (place, because)


def test_whoever_sits_nowhere_is_at_the_mobile() -> None:
    assert endpoint(Placing("1001", mobile="+8613800138000")).place == "mobile:1001"


@pytest.mark.parametrize(
    ("placing", "told"),
    [
        (Placing("1001", "p101", "", MOBILE), "agent 1001 has no registered mobile"),
        (Placing("1001", None, "+8613800138000", DESK), "agent 1001 sits at no phone"),
        (Placing("1001"), "agent 1001 has no registered mobile"),
    ],
)
def test_a_word_that_cannot_be_followed_rings_nowhere_else(placing: Placing, told: str) -> None:
    with pytest.raises(NoPlace, match=told):
        endpoint(placing)


@given(
    st.sampled_from([None, *Where]),
    st.sampled_from([None, *Where]),
    st.sampled_from([None, *Where]),
)
def test_nothing_is_chosen_against_a_supervisor(
    roster: Where | None, override: Where | None, choice: Where | None
) -> None:
    before = Placing("1001", "p101", "+8613800138000", roster, None, override)
    if override is not None and choice not in (None, override):
        with pytest.raises(NoPlace, match=f"rung at the .*{override.value}; only a supervisor"):
            chosen(before, choice)
    else:
        after = chosen(before, choice)
        assert after.choice is choice
        wanted = override or choice or roster or DESK
        assert endpoint(after).place == ("p101" if wanted is DESK else "mobile:1001")


@given(st.from_regex(r"[0-9]{2,8}", fullmatch=True), st.integers(0, 2**32 - 1))
def test_channels_to_mobiles_are_known_by_name(agent: str, serial: int) -> None:
    name = f"Local/{agent}@accept-{serial:08x}"
    one, two = local_end(f"{name};1"), local_end(f"{name};2")
    assert one is not None
    assert two is not None
    assert one.pair == two.pair == name
    assert (one.agent, one.side, two.side) == (SeatId(agent), 1, 2)
    assert phone_of(f"{name};1") == mobile_of(agent) == one.place
    assert phone_of(f"{name};2") == ""
    assert is_mobile(one.place)


@pytest.mark.parametrize(
    "name", ["PJSIP/p101-0000002a", "Local/1001@other-00000001;1", "Local/x@accept-1;1", ""]
)
def test_other_channels_lead_to_no_mobile(name: str) -> None:
    assert local_end(name) is None
    assert not is_mobile(phone_of(name))


@pytest.mark.parametrize(
    ("dialled", "code", "agent"),
    [
        ("*11", Code.CHECK_IN, ""),
        ("*111001", Code.CHECK_IN, "1001"),
        ("*12", Code.OUT, ""),
        ("*13", Code.PAUSE, ""),
        ("*14", Code.READY, ""),
        ("*15", Code.WHERE, ""),
    ],
)
def test_star_codes(dialled: str, code: Code, agent: str) -> None:
    assert star_code(dialled) == (code, agent)


@pytest.mark.parametrize("dialled", ["*1", "*16", "*10", "11", "**11", "*111", "*11123456789", ""])
def test_what_is_no_star_code(dialled: str) -> None:
    assert star_code(dialled) is None
