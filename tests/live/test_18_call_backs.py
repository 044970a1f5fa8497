"""A caller whom nobody could take is called back: the desk rings, then the customer."""

from __future__ import annotations

import pytest

from hotseat.callbacks import Callback, Result, State
from hotseat.control_client import Refused
from hotseat.db.callbacks import callback_of
from hotseat.db.engine import open_engine, reading
from hotseat.history import Outcome
from tests.live.duty import MOBILES, Night
from tests.live.hotline import NIGHT, Hotline, now_ms
from tests.live.premises import until
from tests.live.sound import snr_db
from tests.live.talk import LAST_WORDS_MS, SETTLE_MS, heard_between

pytestmark = pytest.mark.live

DESK_HERTZ, CUSTOMER_HERTZ = 350, 1200
HEARD_DB = 10


@pytest.fixture
def night(hotline: Hotline) -> Night:
    """A hotline where nobody is on duty."""
    return Night(hotline)


def leaves_a_request(night: Night, caller: str) -> str:
    """A caller comes when nobody is there; returns the call."""
    night.call(caller).wait("ended", timeout=20)
    record = night.hotline.ended(caller)
    assert (record.outcome, record.number) == (Outcome.CALLBACK, NIGHT)
    return record.id


def kept(night: Night, call: str) -> Callback:
    """The request as it stands in the database."""
    engine = open_engine(night.hotline.settings.database)
    with reading(engine) as session:
        found = callback_of(session, call)
    engine.dispose()
    assert found is not None
    return found


def after_tries(night: Night, call: str, tries: int) -> Callback:
    """The same, once so many tries are on record."""
    until("the try is on record", lambda: kept(night, call).tries == tries, 5)
    return kept(night, call)


def test_the_customer_is_called_back_from_the_desk(night: Night) -> None:
    hotline = night.hotline
    call = leaves_a_request(night, "13800140021")
    desk = hotline.log_on("1001", "p101")
    desk.sends_tone(DESK_HERTZ)
    hotline.carrier.sends_tone(CUSTOMER_HERTZ)
    since = now_ms()

    # Nobody takes it up at the desk: nothing has changed, and nobody was dialled.
    hotline.ask("callback-dial", call=call, agent="1001")
    rung = desk.rung_by("13800140021", since=since)
    assert night.state("1001") == "talking"
    with pytest.raises(Refused, match="is calling somebody back already"):
        hotline.ask("callback-dial", call=call, agent="1001")
    rung.pick_up(603)
    until("the seat is ready", lambda: night.state("1001") == "ready", 5)
    assert hotline.carrier.invites(since) == []
    assert (kept(night, call).tries, kept(night, call).taken_by) == (0, "1001")

    # Taken up, the customer is busy.
    hotline.carrier.rejects(486)
    busy = now_ms()
    hotline.ask("callback-dial", call=call, agent="1001")
    desk.rung_by("13800140021", since=busy).pick_up()
    tried = after_tries(night, call, 1)
    assert (tried.result, tried.state) == (Result.BUSY, State.TAKEN)
    until("the seat is ready at once", lambda: night.state("1001") == "ready", 5)

    # And now there.
    hotline.carrier.rings()
    again = now_ms()
    hotline.ask("callback-dial", call=call, agent="1001")
    desk_call = desk.rung_by("13800140021", since=again)
    desk_call.pick_up()
    customer = hotline.carrier.rung_as("+8613800140021", since=again)
    assert customer.caller == "4008001000"
    customer.pick_up()
    customer.wait("talking")
    rows = until("they talk", lambda: hotline.journal("reached", call=call), 5)
    talked = rows[0].at
    until("two seconds of talk", lambda: now_ms() - talked > 2_000, 5)
    customer.hang_up()
    desk_call.wait("ended")
    ended = customer.wait("ended").at
    for side, hertz in ((desk_call, CUSTOMER_HERTZ), (customer, DESK_HERTZ)):
        sound = heard_between(side, talked + SETTLE_MS, ended - LAST_WORDS_MS)
        assert snr_db(sound, hertz) > HEARD_DB
    done = after_tries(night, call, 2)
    assert (done.result, done.taken_by, done.next_try_at) == (Result.REACHED, "1001", None)
    kinds = [row.kind for row in hotline.journal(call=call)]
    assert kinds.count("outbound") == 2
    assert kinds.count("called_back") == 2
    until("all is quiet", lambda: night.channels() == 0, 3)


def test_an_agent_at_home_calls_back_from_the_mobile(night: Night) -> None:
    hotline = night.hotline
    call = leaves_a_request(night, "13800140022")
    night.on_duty("1002")
    since = now_ms()
    hotline.ask("callback-dial", call=call, agent="1002")
    mobile = night.asked("1002", since)
    assert hotline.carrier.call_of("13800140022", since=since) is None
    mobile.digits("1")
    customer = hotline.carrier.rung_as("+8613800140022", since=since)
    assert mobile.called == MOBILES["1002"]
    customer.pick_up()
    until("they talk", lambda: hotline.journal("reached", call=call), 5)
    mobile.hang_up()
    customer.wait("ended")
    assert after_tries(night, call, 1).result is Result.REACHED

    # Declined with 2: unchanged, and the mobile is let go at once.
    again = now_ms()
    hotline.ask("callback-dial", call=call, agent="1002")
    mobile = night.asked("1002", again)
    mobile.digits("2")
    mobile.wait("ended", timeout=5)
    until("the seat is ready", lambda: night.state("1002") == "ready", 5)
    assert kept(night, call).tries == 1
    until("all is quiet", lambda: night.channels() == 0, 3)


def test_a_forbidden_number_rings_nobody(night: Night) -> None:
    hotline = night.hotline
    call = leaves_a_request(night, "004930123456")
    hotline.log_on("1001", "p101")
    since = now_ms()
    with pytest.raises(Refused, match="no prefix that is allowed"):
        hotline.ask("callback-dial", call=call, agent="1001")
    (refused,) = until(
        "the refusal is journalled",
        lambda: hotline.journal("outbound_refused", call=call, since=round(since)),
        5,
    )
    assert refused.seat == "1001"
    assert hotline.carrier.invites(since) == []
    assert kept(night, call).state is State.OPEN
