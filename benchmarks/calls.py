"""What a call costs, and how soon a phone rings: hotseat beside app_queue and plain Dial.

The same load goes three ways through one Asterisk, in turns: `Dial` to a phone, dialplan and
app_queue, and hotseat's menu and floor. Callers come in over the trunk at an even 40 a second; the
phone rings for 100 ms, the two talk for two seconds (µ-law, neither sends a sound), and every other
call is hung up by the phone. Asterisk answers first, which takes it half a second with a caller who
sends no sound, and plays its music while the phone rings. SIPp plays both sides. The server keeps
its AMI link in all turns: a hotline with app_queue has such a listener too, for its screens.

Cost is processor time, the kernel's part included, of Asterisk, and in hotseat's own turns of its
server as well (all threads: the journal is written to SQLite meanwhile), from before the first call
until all are over, divided by the calls. What the idle processes use in that time is in it. The
costs of one round are compared with each other, then the median of the rounds is taken.

Two spans end when the INVITE is read at the phone, by SIPp's reading of the machine's clock.
"call → INVITE" begins when the caller's own INVITE is sent, by the same clock, and exists for all
three ways. "ready → INVITE" is hotseat's alone. It begins when the caller is in the queue, or, if
no seat was free then, when the seat that is rung was released by its last call; both instants are
the journal's, whole milliseconds of the server's clock, which is set by the machine's at its start.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from benchmarks.house import House
from benchmarks.office import CALLERS, PHONES, Office
from benchmarks.process import processor_seconds
from benchmarks.report import Reach
from tests.live.premises import until
from tests.live.sipp import Sipp, SippError

RATE = 40
CALLS = 200
ROUNDS = 3
WAYS = ("dial", "app_queue", "hotseat")
HOUSES = (House(100, 1, 1), House(1_000, 50, 5))

RATIO = 1.0
P95_MILLISECONDS = 20.0

SCENARIOS = Path(__file__).with_name("scenarios")
LONGEST_SECONDS = CALLS / RATE + 30


@dataclass(frozen=True, slots=True)
class Turn:
    """One way, once. Costs are milliseconds of processor time a call, spans milliseconds."""

    asterisk: float
    server: float
    failed: int
    rung_after: Sequence[float]
    ready_for: Sequence[float]
    """Empty for the ways that have no floor."""

    @property
    def cost(self) -> float:
        """Of all processes."""
        return self.asterisk + self.server


def run() -> list[Reach]:
    """Measure both houses."""
    reach: list[Reach] = []
    failed = 0
    slowest = 0.0
    for house in HOUSES:
        turns = _turns(house)
        _tell(house, turns)
        pairs = zip(turns["hotseat"], turns["app_queue"], strict=True)
        ratio = median(ours.cost / theirs.cost for ours, theirs in pairs)
        reach.append(Reach(f"calls_{house.seats}", ratio, "times app_queue", RATIO, "lower"))
        failed += sum(turn.failed for way in WAYS for turn in turns[way])
        slowest = max(slowest, _percentiles(_all(turns["hotseat"], "ready_for"))[1])
    return [
        *reach,
        Reach("calls_failed", failed, "calls", 0, "lower"),
        Reach("calls_p95", slowest, "ms", P95_MILLISECONDS, "lower"),
    ]


def _turns(house: House) -> Mapping[str, Sequence[Turn]]:
    turns: defaultdict[str, list[Turn]] = defaultdict(list)
    with Office(f"calls-{house.seats}", house) as office:
        office.open()
        with office.crowd(SCENARIOS / "phones.xml", PHONES) as phones:
            office.seat_everybody()
            for turn in range(ROUNDS):
                for place in range(len(WAYS)):
                    way = WAYS[(turn + place) % len(WAYS)]
                    turns[way].append(_turn(office, phones, way, turn))
    office.remove()
    return turns


def _turn(office: Office, phones: Sipp, way: str, turn: int) -> Turn:
    pids = [office.asterisk_pid, *([office.server_pid] if way == "hotseat" else [])]
    rows = [
        (office.house.number(way, call), f"13{turn}{WAYS.index(way)}{call:07}")
        for call in range(CALLS)
    ]
    before = [processor_seconds(pid) for pid in pids]
    with office.crowd(SCENARIOS / "callers.xml", CALLERS, rows, RATE) as callers:
        with suppress(SippError):  # a call failed: it is missing among those that are over
            callers.wait(LONGEST_SECONDS)
        dialled = {said.about: said.at for said in callers.said("dialled")}
        over = len(callers.said("over"))
    until("Asterisk has no channel left", lambda: office.channels() == 0, 30)
    costs = [
        1_000 * (processor_seconds(pid) - start) / CALLS
        for pid, start in zip(pids, before, strict=True)
    ]
    rung = {said.about: said.at for said in phones.said("rung") if said.about in dialled}
    over_there = sum(said.about in dialled for said in phones.said("over"))
    return Turn(
        asterisk=costs[0],
        server=sum(costs[1:]),
        failed=CALLS - min(over, over_there),
        rung_after=[at - dialled[caller] for caller, at in rung.items()],
        ready_for=_ready_for(office, rung) if way == "hotseat" else (),
    )


def _ready_for(office: Office, rung: Mapping[str, float]) -> list[float]:
    """How long caller and seat were both ready when the phone's INVITE came."""
    released: defaultdict[str, list[int]] = defaultdict(list)
    for row in office.journal("released"):
        released[str(row.seat)].append(row.at)
    offered = {str(row.call): row for row in office.journal("offered")}
    spans = []
    for call in office.calls():
        if call.caller is not None and call.caller in rung and call.queued_at is not None:
            offer = offered[call.id]
            ends = released[str(offer.seat)]
            earlier = bisect_right(ends, offer.at)
            ready = max(call.queued_at, ends[earlier - 1] if earlier else 0)
            spans.append(rung[call.caller] - ready)
    return spans


def _all(turns: Sequence[Turn], kind: str) -> list[float]:
    """The spans of all turns."""
    return [span for turn in turns for span in getattr(turn, kind)]


def _percentiles(spans: Sequence[float]) -> tuple[float, float, float]:
    """The 50th, 95th and 99th."""
    cuts = quantiles(spans, n=100)
    return cuts[49], cuts[94], cuts[98]


def _tell(house: House, turns: Mapping[str, Sequence[Turn]]) -> None:
    served = house.seats * house.memberships
    print(f"{house.seats:,} seats, {house.queues} queues, {served:,} memberships; ", end="")
    print(f"medians of {ROUNDS} times {CALLS} calls at {RATE} a second")
    print(f"  {'':<10} {'CPU ms/call':>11} {'Asterisk':>9} {'hotseat':>8} {'failed':>7}", end="")
    print("   call → INVITE p50/p95/p99 ms   ready → INVITE p50/p95/p99 ms")
    for way in WAYS:
        of_way = turns[way]
        print(f"  {way:<10} {median(turn.cost for turn in of_way):>11.2f}", end="")
        print(f" {median(turn.asterisk for turn in of_way):>9.2f}", end="")
        print(f" {median(turn.server for turn in of_way):>8.2f}", end="")
        print(f" {sum(turn.failed for turn in of_way):>7}", end="")
        for kind in ("rung_after", "ready_for"):
            spans = _all(of_way, kind)
            told = " / ".join(f"{span:.1f}" for span in _percentiles(spans)) if spans else "-"
            print(f"   {told:>29}", end="")
        print(flush=True)
