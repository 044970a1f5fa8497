"""Agents on the line: they check in, pause and check out by star codes or a call to a number.

A star code acts on who sits at the phone. Everything else needs agent number and PIN. A call to the
check-in number brings an agent on duty at the registered mobile and nowhere else, so a forged
caller's number gains nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog

from acd.effects import Note
from acd.floor import SeatRefused
from acd.ports import Journal
from hotseat.clock import Clock
from hotseat.live_config import LiveConfig
from hotseat.numbering import normal_form
from hotseat.pins import Tries
from hotseat.seats import SeatError, Seats
from ivr.ports import Line, LineFacts, LineFailed
from ivr.prompts import sound_paths
from softphone_bridge.codes import Code, star_code
from softphone_bridge.devices import phone_of
from softphone_bridge.mobiles import is_mobile

log = structlog.get_logger(__name__)

AGENT_DIGITS, PIN_DIGITS = 8, 10
WAIT_MS = 6_000
PAUSE_REASON = "star code"

PinCheck = Callable[[str, str], Awaitable[bool]]
"""(agent, PIN) -> is it the agent's; never blocks."""


class CheckIn:
    """Serves lines of agents who call about themselves."""

    def __init__(
        self,
        *,
        config: LiveConfig,
        journal: Journal,
        clock: Clock,
        is_pin: PinCheck,
    ) -> None:
        self._config = config
        self._journal = journal
        self._now = clock.now
        self._is_pin = is_pin
        self._tries = Tries()
        self._seats: Seats

    def staff(self, seats: Seats) -> None:
        """Meet the seats; comes before the first line."""
        self._seats = seats

    def wants(self, facts: LineFacts) -> bool:
        """Does this line call about itself? Star codes are for the site's own phones alone."""
        if facts.context == "phone" and star_code(facts.dialled) is not None:
            return True
        number = self._config.now.numbers.get(facts.dialled)
        return number is not None and number.check_in

    async def serve(self, line: Line) -> None:
        """From the greeting to the hang-up. Raises LineGone."""
        site, facts = self._config.now, line.facts
        await line.answer()
        line.speak_language(site.languages[0])
        dialled = star_code(facts.dialled) if facts.context == "phone" else None
        phone = phone_of(facts.channel) if facts.context == "phone" else ""
        agent: str | None = None
        if dialled is not None and not dialled.agent:
            agent = self._seats.seat_at(phone)
        if agent is None or (dialled is not None and dialled.code is Code.CHECK_IN):
            agent = await self._identify(line, dialled.agent if dialled else self._caller(facts))
        if agent is not None:
            code = dialled.code if dialled is not None else await self._choose(line)
            if code is not None:
                await self._say(line, self._carry_out(code, agent, phone))
        await line.hang_up()

    def _caller(self, facts: LineFacts) -> str:
        """The agent whose registered mobile seems to call: saves typing, and proves nothing."""
        site = self._config.now
        country = site.outbound.country if site.outbound is not None else "ZZ"
        number = normal_form(facts.caller_number, country)
        found = [agent.number for agent in site.agents.values() if agent.mobile == number]
        return found[0] if number and len(found) == 1 else ""

    async def _identify(self, line: Line, agent: str) -> str | None:
        """The agent who proves to be one; None, and it was said why not."""
        if not agent:
            agent = await self._digits(line, "enter-agent", AGENT_DIGITS)
        subjects = (f"agent {agent}", f"phone {line.facts.caller_number or line.facts.channel}")
        # Before the PIN is asked for: who is locked out learns nothing from a right one.
        if any(self._tries.locked(subject, self._now()) for subject in subjects):
            self._refuse(agent, "locked")
            await self._say(line, "pin-locked")
            return None
        pin = await self._digits(line, "enter-pin", PIN_DIGITS)
        known = agent in self._config.now.agents
        if await self._is_pin(agent, pin) and known:
            for subject in subjects:
                self._tries.passed(subject)
            return agent
        for subject in subjects:
            self._tries.failed(subject, self._now())
        self._refuse(agent, "wrong")
        await self._say(line, "wrong-pin")
        return None

    def _refuse(self, agent: str, why: str) -> None:
        log.warning("check_in_refused", agent=agent, why=why)
        facts = {"agent": agent, "why": why}
        self._journal.note(self._now(), Note("check_in_refused", facts=facts))

    async def _choose(self, line: Line) -> Code | None:
        key = await line.collect(
            sound_paths(("check-in-menu",)), digits=1, timeout_ms=WAIT_MS, keys="12345"
        )
        return Code(key) if key and key in "12345" else None

    def _carry_out(self, code: Code, agent: str, phone: str) -> str:
        """Do it; the sentence that says what became of it."""
        site = self._config.now
        try:
            match code:
                case Code.CHECK_IN if phone:
                    self._seats.log_on(site, agent, phone)
                case Code.CHECK_IN:
                    self._seats.log_on_mobile(site, agent)
                case Code.OUT:
                    self._seats.log_off(agent)
                    return "checked-out"
                case Code.PAUSE:
                    self._seats.pause(agent, PAUSE_REASON)
                    return "paused"
                case Code.READY:
                    self._seats.ready(agent)
                    return "ready"
                case Code.WHERE:
                    pass
        except (SeatError, SeatRefused) as error:
            log.info("check_in_impossible", agent=agent, code=code.name, why=str(error))
            return "not-possible"
        return self._where(agent, phone)

    def _where(self, agent: str, phone: str) -> str:
        place = self._seats.place_of(agent)
        if place is None:
            return "not-checked-in"
        if is_mobile(place):
            return "at-your-mobile"
        return "at-this-phone" if place == phone else "at-another-phone"

    async def _digits(self, line: Line, prompt: str, most: int) -> str:
        return await line.collect(sound_paths((prompt,)), digits=most, timeout_ms=WAIT_MS)

    async def _say(self, line: Line, prompt: str) -> None:
        try:
            await line.play(sound_paths((prompt,)))
        except LineFailed as error:
            log.warning("prompt_missing", prompt=prompt, error=str(error))
