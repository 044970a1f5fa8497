"""Everybody of the demo: callers from the trunk, agents at the phones that nobody else uses."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from hotseat.config import Settings
from hotseat.control_client import NotRunning, Refused, ask
from hotseat.demo.desk import Desk
from hotseat.demo.mobile import Mobile
from hotseat.demo.people import Caller, arrivals, callers, turns
from hotseat.demo.scenes import House, OnTheLine, Visit
from hotseat.demo.stage import Scene, Stage
from hotseat.operation.terms import term
from hotseat.softphones.callers import Callers
from hotseat.softphones.phone import NotHeard, Phone, PhoneError
from ivr.prompts import FOLDER
from words import Message, said

MOST_CALLERS = 30
"""At the same time: each two of them are a process."""
BETWEEN_AGENTS_SECONDS = 1.5
SHIFTS_SECONDS = 1.0
FIRST_DESK = 101
"""Softphone n of the demo has the address `.100 + n` of the instance's net."""

AGENT_WORDS = FOLDER / "zh" / "comfort-prepare.wav"
CALLER_WORDS = FOLDER / "zh" / "comfort-thanks.wav"


@dataclass(frozen=True, slots=True)
class Place:
    """An agent, and the phone at which to sit."""

    agent: str
    title: str
    phone: str
    secret: str
    """Of the phone."""


@dataclass(frozen=True, slots=True)
class Home:
    """An agent with a duty mobile."""

    agent: str
    title: str
    mobile: str
    on_duty: bool
    """Checks in there; others stay at the desk until somebody says that they are rung at home."""


class Crowd:
    """Plays the demo in a thread of its own, from `start` to `leave`."""

    def __init__(
        self,
        settings: Settings,
        *,
        places: Sequence[Place],
        homes: Sequence[Home],
        caller_of: Callable[[str], str | None],
        number: str,
        rate: float,
        seed: int,
        folder: Path,
        tell: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._places = places
        self._homes = homes
        self._caller_of = caller_of
        self._number = number
        self._rate = rate
        self._seed = seed
        self._folder = folder
        self._stage = Stage(time.monotonic)
        self._visits: dict[str, Visit] = {}
        self._house = House(self._stage, tell, self._visits)
        self._tell = tell
        self._callers = Callers(
            address=str(settings.asterisk.trunk_peers[0]),
            server=self._server,
            folder=folder,
            records=False,
        )
        self._desks: list[Desk] = []
        self._mobiles: list[Mobile] = []
        self._carrier: Phone | None = None
        self._over = threading.Event()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._play, name="demo")

    def start(self) -> None:
        """Begin."""
        self._stage.enter(self._agents_come())
        self._stage.enter(self._callers_come())
        if any(home.on_duty for home in self._homes):
            self._stage.enter(self._shifts_change())
        self._thread.start()

    def leave(self) -> None:
        """Everybody hangs up, logs off and unregisters."""
        self._over.set()
        self._thread.join()
        try:
            self._callers.hang_up_all()
        except NotHeard as error:
            self._tell(str(error))
        for desk in self._desks:
            desk.leave()
        for mobile in self._mobiles:
            mobile.leave()
        if self._carrier is not None:
            self._carrier.close()
        self._callers.close()

    def check(self) -> None:
        """Raises what the play has ended by, if it has."""
        if self._failure is not None:
            raise self._failure

    def _play(self) -> None:
        try:
            while not self._over.wait(self._stage.play()):
                pass
        except Exception as error:
            self._failure = error

    def _agents_come(self) -> Scene:
        for n, place in enumerate(self._places):
            desk = self._desk(place, self._address(FIRST_DESK + n))
            self._desks.append(desk)
            comes = said("%(who)s sits down", who=desk.name)
            self._stage.enter(self._house.work(desk, comes))
            yield BETWEEN_AGENTS_SECONDS
        try:
            self._carrier = carrier = self._carriers_phone()
        except (PhoneError, NotHeard):
            where = self._settings.asterisk.carrier
            self._tell(
                said("duty mobiles are not answered: %(where)s is somebody else's", where=where)
            )
            return
        for home in self._homes:
            mobile = self._mobile(home, carrier)
            self._mobiles.append(mobile)
            there = said("%(who)s is at the mobile", who=mobile.name)
            self._stage.enter(self._house.work(mobile, there if home.on_duty else ""))

    def _carriers_phone(self) -> Phone:
        """All duty mobiles ring there."""
        host, _colon, port = self._settings.asterisk.carrier.partition(":")
        phone = Phone(
            "carrier",
            address=host,
            port=int(port or 5060),
            server=self._server,
            folder=self._folder,
            records=False,
        )
        phone.says(AGENT_WORDS)
        return phone

    def _mobile(self, home: Home, carrier: Phone) -> Mobile:
        return Mobile(
            self._settings,
            agent=home.agent,
            title=home.title,
            number=home.mobile,
            carrier=carrier,
            on_duty=home.on_duty,
            caller_of=self._caller_of,
            turns=turns(self._chance(f"{home.agent} at home")),
            tell=self._tell,
        )

    def _shifts_change(self) -> Scene:
        """The audience hears who comes on duty and who goes."""
        before: dict[str, Message] | None = None
        while True:
            with suppress(NotRunning, Refused):
                now = {
                    f"{duty['agent']} {duty['name']}": said(
                        "%(shift)s (%(place)s)", shift=duty["shift"], place=term(duty["place"])
                    )
                    for duty in ask(self._settings, "status")["duty"]["on_duty"]
                }
                if before is not None:
                    for who in sorted(now.keys() - before):
                        begins = said(
                            "shift %(shift)s begins: %(who)s is on duty", shift=now[who], who=who
                        )
                        self._tell(begins)
                    for who in sorted(before.keys() - now):
                        over = said(
                            "shift %(shift)s is over: %(who)s goes home", shift=before[who], who=who
                        )
                        self._tell(over)
                before = now
            yield SHIFTS_SECONDS

    def _desk(self, place: Place, address: str) -> Desk:
        phone = Phone(
            place.phone, address=address, server=self._server, folder=self._folder, records=False
        )
        return Desk(
            self._settings,
            agent=place.agent,
            title=place.title,
            phone=phone,
            secret=place.secret,
            words=AGENT_WORDS,
            turns=turns(self._chance(place.agent)),
            tell=self._tell,
        )

    def _callers_come(self) -> Scene:
        before = 0.0
        plans = callers(self._chance("callers"))
        for at in arrivals(self._rate, self._chance("arrivals")):
            yield at - before
            before = at
            plan = next(plans)
            if len(self._visits) < MOST_CALLERS:
                self._stage.enter(self._house.visit(plan, self._dial))
            else:
                self._tell(
                    said("%(n)s callers are on the line; this one is left out", n=MOST_CALLERS)
                )

    def _dial(self, plan: Caller) -> OnTheLine:
        return self._callers.call(self._number, caller=plan.number, words=CALLER_WORDS)

    def _chance(self, whose: str) -> Random:
        """Everybody's own dice: what one does must not change what another one will do."""
        return Random(f"{self._seed} {whose}")

    def _address(self, host: int) -> str:
        assert self._settings.asterisk.net is not None  # filled in by Settings
        return str(self._settings.asterisk.net[host])

    @property
    def _server(self) -> str:
        return f"{self._settings.asterisk.host}:{self._settings.asterisk.sip_port}"
