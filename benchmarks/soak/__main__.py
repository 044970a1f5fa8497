"""Run a soak: `python -m benchmarks.soak --minutes 10`; exit code 0 if all bounds are kept."""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from benchmarks.process import descriptors, resident_bytes
from benchmarks.report import Reach, table
from benchmarks.soak.gauges import MIB, Reading, growth, reading
from benchmarks.soak.people import callers
from hotseat.phones import phone_logins
from tests.live.hotline import NUMBER, SITE
from tests.live.premises import Premises, until
from tests.live.sipp import REGISTER, Sipp, SippError

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[1]

RATE = 10.0
SEATS = 28
"""Too few for so many callers: some wait, and some give up."""
READ_SECONDS = 5.0
TELL_SECONDS = 30.0
JUDGED_SECONDS = 300.0
"""Growth is judged over so much of the end: what a server fills once, it has filled by then."""
REST_SECONDS = 60.0
"""By then every caller and every time-out has come to its end."""
STRAY = "Aborting call"
"""What SIPp writes about a call that it gives up."""
TRUNK, PHONES = 10, 20
SIP_PORT = 5060


class Soak(Premises):
    """A hotline with many seats, and what is read of it."""

    def __init__(self, state: Path, root: Path) -> None:
        super().__init__(state, root)
        self._began = time.monotonic()

    def read(self) -> Reading:
        """Everything now."""
        pid = self._running().pid
        asterisk = self._sandbox.pid()
        assert asterisk is not None, "Asterisk does not run any more"
        return reading(
            time.monotonic() - self._began,
            self.status(),
            server=resident_bytes(pid),
            asterisk=resident_bytes(asterisk),
            descriptors=descriptors(pid),
            channels=self.channels(),
        )

    def rest(self) -> Reading:
        """The least of a few looks while nobody calls: a timer or socket may come and go."""
        until("the hotline is at rest", lambda: self.read().at_rest, REST_SECONDS)
        looks = []
        for _ in range(20):
            time.sleep(0.25)
            looks.append(self.read())
        return min(looks, key=lambda look: (look.timers, look.sockets, look.files))

    def seat_everybody(self) -> None:
        """Log on, and come back from the pause after three missed calls."""
        seated = {seat["seat"]: seat for seat in self.status()["seats"]}
        for n in range(SEATS):
            agent = agent_of(n)
            if agent not in seated:
                self.ask("seat-login", agent=agent, phone=phone_of(n))
            elif seated[agent]["state"] == "paused":
                self.ask("seat-ready", agent=agent)


def agent_of(n: int) -> str:
    return f"{2001 + n}"


def phone_of(n: int) -> str:
    return f"p{201 + n}"


def site() -> dict[str, Any]:
    """The site of the live tests with more seats."""
    plan: dict[str, Any] = yaml.safe_load(SITE.read_text(encoding="utf-8"))
    for n in range(SEATS):
        skills = {"consult": 5, "callback": 2} if n % 2 else {"consult": 3, "complaint": 4}
        plan["agents"][agent_of(n)] = {"name": f"群 {n + 1}", "skills": skills}
        plan["phones"][phone_of(n)] = {"place": "三楼"}
    return plan


def soak(hotline: Soak, minutes: float, seed: int, say: Callable[[str], None]) -> list[Reach]:
    """Open, load, rest, judge."""
    folder = hotline.state / "sipp"
    plan = hotline.state / "site.yaml"
    plan.write_text(yaml.safe_dump(site(), allow_unicode=True), encoding="utf-8")
    hotline.install()
    hotline.furnish(plan)
    hotline.start()
    phones = partial(Sipp, address=hotline.address(PHONES), port=SIP_PORT, server=hotline.sip)
    logins = [
        (login.name, f"[authentication username={login.name} password={login.secret}]")
        for login in phone_logins(hotline.settings)
    ]
    with phones(REGISTER, folder=folder, rows=logins) as registration:
        registration.wait()
    with phones(HERE / "phones.xml", folder=folder):
        hotline.seat_everybody()
        before = hotline.rest()
        say(f"at rest: {_told(before)}")
        rows = list(callers(round(RATE * 60 * minutes), random.Random(seed)))
        with Sipp(
            HERE / "callers.xml",
            address=hotline.address(TRUNK),
            port=SIP_PORT,
            server=hotline.sip,
            folder=folder,
            rows=rows,
            number=NUMBER,
            rate=RATE,
        ) as load:
            readings = _watch(hotline, minutes * 60, say)
            try:
                load.wait(REST_SECONDS)
            except SippError:
                say(f"{load.errors.count(STRAY)} callers met what their scenario does not know")
        after = hotline.rest()
        say(f"at rest: {_told(after)}")
    return _judge(hotline, [row[0] for row in rows], readings, before, after, say)


def _watch(hotline: Soak, seconds: float, say: Callable[[str], None]) -> list[Reading]:
    begun = told = time.monotonic()
    readings = []
    while (now := time.monotonic()) < begun + seconds:
        readings.append(hotline.read())
        if now >= told + TELL_SECONDS:
            told += TELL_SECONDS
            say(f"{(now - begun) / 60:4.1f} min: {_told(readings[-1])}")
            hotline.seat_everybody()
        time.sleep(max(0.0, READ_SECONDS - (time.monotonic() - now)))
    return readings


def _told(look: Reading) -> str:
    return (
        f"{look.contacts} on the line ({look.waiting} waiting, {look.talking} talking), "
        f"server {look.server / MIB:.1f} MiB, Asterisk {look.asterisk / MIB:.1f} MiB, "
        f"{look.sockets} sockets, {look.files} files, {look.timers} timers"
    )


def _judge(
    hotline: Soak,
    dialled: Sequence[str],
    readings: Sequence[Reading],
    before: Reading,
    after: Reading,
    say: Callable[[str], None],
) -> list[Reach]:
    hotline.stop()  # what was to be written is written
    calls = hotline.calls()
    found = Counter(call.caller for call in calls)
    outcomes = Counter(call.outcome.value if call.outcome else "open" for call in calls)
    ends = Counter(row.call for row in hotline.journal("ended"))
    say("outcomes: " + ", ".join(f"{count} {name}" for name, count in outcomes.most_common()))
    asterisk = growth([(look.at, look.asterisk) for look in readings], JUDGED_SECONDS)
    say(f"Asterisk grew by {asterisk:.2f} MiB/min")
    server = growth([(look.at, look.server) for look in readings], JUDGED_SECONDS)

    def none(name: str, count: int, unit: str) -> Reach:
        return Reach(name, count, unit, 0, "lower")

    return [
        Reach("server grows", server, "MiB/min", 1.0, "lower"),
        none("sockets left", after.sockets - before.sockets, "more than at rest"),
        none("files left", after.files - before.files, "more than at rest"),
        none("timers left", after.timers - before.timers, "more than at rest"),
        none("channels left", after.channels, "channels"),
        none("calls not told of", sum(found[caller] != 1 for caller in dialled), "calls"),
        none("calls left open", outcomes["open"], "calls"),
        none("ends not told once", sum(ends[call.id] != 1 for call in calls), "calls"),
    ]


def main() -> int:
    """Print progress and a verdict."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    options.add_argument("--minutes", type=float, default=10.0)
    options.add_argument("--seed", type=int, default=random.randrange(10**6))
    chosen = options.parse_args()
    print(f"{chosen.minutes:g} minutes, {RATE:g} calls a second, seed {chosen.seed}", flush=True)
    shared = CHECKOUT / ".hotseat"
    root = Path(os.environ.get("HOTSEAT_ASTERISK__ROOT", shared / "asterisk" / "root"))
    with ExitStack() as stack:
        hotline = stack.enter_context(Soak(shared / f"soak-{os.getpid()}", root))
        reach = soak(hotline, chosen.minutes, chosen.seed, lambda line: print(line, flush=True))
    print(table(reach))
    kept = all(one.ok for one in reach)
    if kept:
        hotline.remove()
        print("passed")
    else:
        print(f"FAILED; logs and database stay in {hotline.state}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
