"""The running server, put together: everything meets here and nowhere else."""

from __future__ import annotations

import gc
from functools import partial
from operator import methodcaller
from typing import Any, cast

import structlog
from twisted.internet import defer
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.interfaces import IListeningPort, IReactorCore
from twisted.internet.task import LoopingCall
from twisted.internet.threads import deferToThread
from ulid import ULID

from acd.events import OffersHeld, OffersResumed
from acd.floor import Floor
from acd.service import Service
from acd.types import Millis
from hotseat.admin_process import AdminProcess
from hotseat.asterisk.agi import FastAgiListener
from hotseat.asterisk.ami import AmiLink
from hotseat.asterisk.node import Node
from hotseat.asterisk.seat_ringer import SeatRinger
from hotseat.authority import Authority
from hotseat.bell import Bell
from hotseat.callbacks import Callback
from hotseat.calls import Calls
from hotseat.check_in import CheckIn
from hotseat.clock import Clock
from hotseat.config import Settings, load_secrets
from hotseat.contacts import Contacts
from hotseat.control import Control, Reply
from hotseat.control_commands import (
    feed_commands,
    floor_commands,
    seat_commands,
    site_commands,
)
from hotseat.db.accounts import user_by_login
from hotseat.db.audit import Author
from hotseat.db.callbacks import callback_of, change_audited
from hotseat.db.engine import open_engine
from hotseat.db.migrations import require_current
from hotseat.db.pins import kept_pin
from hotseat.db.pool import Database
from hotseat.db.queries import ended_since, journal_rows, open_calls
from hotseat.db.rosters import log_steps, logged_on
from hotseat.db.snapshot import kept_seats, last_placed
from hotseat.dial_back import DialBacks
from hotseat.duty import DutyFeed
from hotseat.duty_board import DutyBoard
from hotseat.figures import Figures
from hotseat.guide import guide
from hotseat.invitations import first_run
from hotseat.journal import JournalWriter
from hotseat.last_resort import LastResort
from hotseat.live_config import LiveConfig
from hotseat.live_journal import LiveJournal
from hotseat.live_roster import LiveRoster
from hotseat.log import start_logging
from hotseat.log_ons import KEPT_MS, LogOns
from hotseat.one_server import only_server
from hotseat.operation.drain import Drain
from hotseat.operation.metrics import Metrics
from hotseat.operation.web import Pages
from hotseat.outbound import DAY
from hotseat.outbound_calls import OUTBOUND, OutboundCalls
from hotseat.phones import sandbox_of
from hotseat.pins import is_pin
from hotseat.restart import Restart
from hotseat.rights import NOBODYS, Actor, Owned
from hotseat.roster.attendance import log_ons
from hotseat.seats import Seats
from hotseat.site.records import SiteNow
from hotseat.status import duty_status, floor_status, site_status
from hotseat.terminal import own_name
from softphone_bridge.feed import Feed
from softphone_bridge.frames import Frames

log = structlog.get_logger(__name__)


ORPHANS_SECONDS = 15.0
LOOK_AGAIN_SECONDS = 3.0
PIN_SECONDS = 3.0
MOST_OUTBOUND = 100_000
"""More calls in a day than any cap allows."""
SITE_CHANGES = "the site changes"
CALLBACK_SECONDS = 3.0
"""How long who wants to call back waits for the database."""
RIGHTS_SECONDS = 1.0
"""How long a command of a page waits for the database to say who may give it."""


class Server:
    """One instance: AMI link, FastAGI listener, floor, journal, control socket."""

    def __init__(self, settings: Settings, clock: Clock, reactor: Any) -> None:
        secrets = load_secrets(settings)
        asterisk = settings.asterisk
        self._settings = settings
        self._reactor = reactor
        self._clock = clock
        self._started = clock.now()
        self._database = Database(settings.database, reactor)
        self._writer = JournalWriter(self._database, reactor, settings.state)
        self._journal = LiveJournal(self._writer)
        self._log_ons = LogOns()
        self._figures = Figures(clock.now)
        self._journal.listen(self._log_ons.hears())
        self._journal.listen(self._figures.hears())
        self._feed = Feed(
            listen=self._journal.listen,
            queues=lambda: self.site.queues,
            clock=reactor,
            now=clock.now,
        )
        self._config = LiveConfig(self._database, reactor)
        self._link = AmiLink(
            reactor,
            # From our own address: manager.conf takes nobody from outside the instance's net.
            TCP4ClientEndpoint(
                reactor,
                str(asterisk.host),
                asterisk.ami_port,
                timeout=5,
                bindAddress=(str(asterisk.fastagi_host), 0),
            ),
            user="hotseat",
            secret=secrets.ami_events,
        )
        self._node = Node(self._link, clock, reactor)
        self._contacts = Contacts(
            config=self._config, switch=self._node, journal=self._journal, clock=clock
        )
        self._outbound = OutboundCalls(config=self._config, journal=self._journal, clock=clock)
        self._last_resort = LastResort(
            config=self._config,
            journal=self._journal,
            keep=self._writer.keep_callback,
            clock=clock,
            escalation=lambda requires: self._roster.now.escalation(dict(requires)),
        )
        self._check_in = CheckIn(
            config=self._config, journal=self._journal, clock=clock, is_pin=self._is_pin
        )
        bell = Bell(self._config, self._outbound)
        self._ringer = SeatRinger(self._link, reactor)
        self._dial_backs = DialBacks(
            config=self._config,
            journal=self._journal,
            clock=clock,
            reactor=reactor,
            ringer=self._ringer,
            outbound=self._outbound,
            bell=bell,
            new_id=lambda: str(ULID()),
            find=self._find_callback,
            take=self._take_callback,
            keep=self._writer.keep_callback,
            on_line=lambda call: self._contacts.get(call) is not None,
            closed=self._why_no_calls,
        )
        self._calls = Calls(
            contacts=self._contacts,
            config=self._config,
            switch=self._node,
            clock=clock,
            reactor=reactor,
            new_id=lambda: str(ULID()),
            bell=bell,
            last_resort=self._last_resort,
            check_in=self._check_in,
            dial_backs=self._dial_backs,
        )
        self._service = Service(
            Floor(), lines=self._calls, journal=self._journal, clock=reactor, now=clock.now
        )
        self._seats = Seats(self._service)
        self._roster = LiveRoster(self._database, self._config, reactor, clock.now)
        duties = DutyBoard(lambda: self._roster.now, lambda: self.site, self._log_ons.of)
        self._feed.show(Frames(self._service.floor, self._figures.today_of, duties))
        self._duty = DutyFeed(
            self._roster,
            service=self._service,
            seats=self._seats,
            clock=reactor,
            now=clock.now,
            site=lambda: self.site,
            changed=self._feed.show_anew,
        )
        self._contacts.staff(self._service, self._seats)
        self._calls.staff(self._service)
        self._last_resort.staff(self._service, self._seats)
        self._check_in.staff(self._seats)
        self._dial_backs.staff(self._service, self._seats)
        self._looking_again = LoopingCall(self._calls.look_again)
        self._looking_again.clock = reactor
        self._orphans = LoopingCall(
            lambda: Deferred.fromCoroutine(self._contacts.look_for_orphans())
        )
        self._orphans.clock = reactor
        self._listener = FastAgiListener(
            reactor,
            key=secrets.fastagi_key,
            allowed=asterisk_addresses(settings),
            on_line=self._calls.on_line,
        )
        self._drain = Drain(
            contacts=self._contacts,
            dial_backs=self._dial_backs,
            service=self._service,
            close_door=self._listener.close_door,
            clock=reactor,
            drained=reactor.stop,
        )
        self._control = Control(
            self._commands(),
            Authority(self._find_actor, self._whose),
            lambda: self.site.revision,
            reactor,
        )
        self._ports: list[IListeningPort] = []
        self._restart: Restart | None = None

    async def start(self) -> None:
        """Load, recover, and open the doors in this order. Raises what the site lacks."""
        await self._writer.start()
        await self._config.start()
        self._config.on_change(self._site_changed)
        await self._roster.start()
        self._duty.start()
        await self._recall_today()
        await self._recall_log_ons()
        await self._recall_outbound()
        self._restart = restart = await self._recover()
        self._contacts.recover_by(restart)
        self._node.watch(self._contacts)
        self._ringer.watch()
        await self._listener.start(
            str(self._settings.asterisk.fastagi_host), self._settings.asterisk.fastagi_port
        )
        self._link.start()
        self._orphans.start(ORPHANS_SECONDS, now=False)
        self._looking_again.start(LOOK_AGAIN_SECONDS, now=False)
        self._ports.append(self._control.listen(self._reactor, self._settings.control_socket))
        self._ports.append(
            self._reactor.listenTCP(
                self._settings.feed_port, self._feed.site(), interface=str(self._settings.web_host)
            )
        )
        if self._settings.metrics_port is not None:
            status = partial(self._status, most_calls=0)
            pages = Pages(Metrics(self._figures, status), status)
            self._ports.append(
                self._reactor.listenTCP(
                    self._settings.metrics_port,
                    pages.site(self._reactor),
                    interface=self._settings.metrics_host,
                )
            )

    async def stop(self) -> None:
        """Close the lines (their dialplan keeps them on music) and write what is unwritten."""
        for port in self._ports:
            port.stopListening()
        self._feed.stop()
        self._drain.stop()
        if self._restart is not None:
            self._restart.stop()
        for loop in (self._orphans, self._looking_again):
            if loop.running:
                loop.stop()
        await self._listener.stop()
        await self._link.stop()
        self._duty.stop()
        self._roster.stop()
        self._dial_backs.stop()
        self._service.stop()
        self._config.stop()
        await self._writer.stop()
        await self._database.stop()
        if self._ports:
            self._settings.control_socket.unlink(missing_ok=True)

    def first_run(self) -> Deferred[str | None]:
        """A link that makes the first administrator of the pages; None if there is one."""
        invite = partial(first_run, address=self._settings.admin_address, now=self._clock.now())
        return Deferred.fromCoroutine(self._database.write(invite))

    @property
    def site(self) -> SiteNow:
        """The site in force."""
        return self._config.now

    async def _recover(self) -> Restart:
        unfinished = await self._database.run(open_calls)
        last = await self._database.run(lambda session: journal_rows(session, limit=1))
        seen = await self._database.run(
            lambda session: journal_rows(session, limit=1, kinds=["switch_up"])
        )
        last_seen = last[0].at if last else self._started
        restart = Restart(
            contacts=self._contacts,
            seats=self._seats,
            service=self._service,
            clock=self._reactor,
            open_calls=unfinished,
            last_seen=last_seen,
            last_switch_started=str(seen[0].facts["started"]) if seen else None,
        )
        self._seats.restore(
            self.site,
            await self._database.run(kept_seats),
            await self._database.run(last_placed),
        )
        self._duty.catch_up(last_seen)
        return restart

    async def _recall_today(self) -> None:
        """The figures of the present day on the site's clocks, from the calls that have ended.

        Those that end meanwhile count themselves.
        """
        day, until = self._figures.in_zone(self.site.time_zone), self._clock.now()
        await self._writer.flush()
        find = partial(ended_since, since=day.began, until=until)
        self._figures.recall(day, await self._database.run(find))

    async def _recall_log_ons(self) -> None:
        """Who has been logged on since when; a seat that is kept is still taken."""
        until = self._clock.now()
        since = until - KEPT_MS
        steps = await self._database.run(partial(log_steps, since=since, until=until))
        seated = await self._database.run(logged_on)
        self._log_ons.recall(log_ons(steps, dict.fromkeys(seated, since)))

    async def _is_pin(self, agent: str, pin: str) -> bool:
        """Compared in a thread beside the reactor; a database that is away lets nobody in."""
        return await self._database.within(
            PIN_SECONDS, lambda session: is_pin(pin, kept_pin(session, agent)), False
        )

    async def _recall_outbound(self) -> None:
        since = self._clock.now() - DAY
        rows = await self._database.run(
            lambda session: journal_rows(
                session, limit=MOST_OUTBOUND, since=since, kinds=[OUTBOUND]
            )
        )
        self._outbound.recall(rows)

    def _site_changed(self, old: SiteNow, new: SiteNow) -> None:
        # Nobody is offered to anybody by a site of which half is told.
        self._service.tell(OffersHeld(SITE_CHANGES))
        self._seats.site_changed(old, new)
        self._calls.site_changed(old, new)
        self._service.tell(OffersResumed(SITE_CHANGES))
        if old.time_zone != new.time_zone:
            Deferred.fromCoroutine(self._recall_today())
        self._feed.show_anew()
        log.info("site_changed", revision=new.revision)
        # Also when no phone came or went: a secret may have been rotated. Asterisk reads them
        # anew only if something differs.
        reloading = deferToThread(sandbox_of(self._settings).reload_phones)
        reloading.addCallbacks(
            lambda files: log.info("asterisk_files_written", changed=files),
            lambda failure: log.error(
                "asterisk_files_not_written",
                reason=failure.getErrorMessage(),
                fix="hotseat asterisk render; hotseat asterisk cli module reload res_pjsip.so",
            ),
        )

    def _commands(self) -> dict[str, Any]:
        return {
            **seat_commands(self._seats, self._config),
            **feed_commands(self._feed),
            **floor_commands(self._service.floor),
            **site_commands(self._config, self._roster),
            "callback-dial": self._dial_backs.begin,
            "status": self._status,
            "drain": self._drain.begin,
        }

    async def _find_actor(self, login: str) -> Actor | None:
        user = await self._database.within(
            RIGHTS_SECONDS, partial(user_by_login, login=login), None
        )
        return None if user is None or user.closed else user.actor

    async def _find_callback(self, call: str) -> Callback | None:
        return await self._database.within(
            CALLBACK_SECONDS, lambda session: callback_of(session, call), None
        )

    async def _take_callback(self, call: str, agent: str, by: str) -> None:
        author, now = Author(by, ""), self._clock.now()
        take = methodcaller("take", agent)
        await self._database.write(
            partial(change_audited, call=call, step=take, by=author, now=now, done="taken")
        )

    def _why_no_calls(self) -> str | None:
        return ", ".join(sorted(self._service.floor.held())) or None

    def _whose(self, agent: str) -> Owned:
        known = self.site.agents.get(agent)
        return NOBODYS if known is None else Owned(agent, known.team or None)

    def _status(self, most_calls: int | None = None) -> Reply:
        now: Millis = self._clock.now()
        picture = self._service.floor.picture()
        return {
            "site": site_status(self.site, self._config.problem),
            "now": now,
            "up_ms": now - self._started,
            **floor_status(picture, self.site, now, most_calls),
            "duty": duty_status(self._roster.now, picture, self.site, now),
            "today": self._figures.today(),
            "contacts": len(self._contacts),
            "viewers": self._feed.viewers,
            "draining": self._drain.left,
            "ami": {"up": self._node.up, "lag_ms": self._link.lag_ms},
            "agi": {"sessions": self._listener.sessions, "open": self._listener.open},
            "journal": {
                "lag_ms": self._writer.lag,
                "lost": self._writer.lost,
                "trouble": self._writer.trouble,
            },
            "timers": len(self._reactor.getDelayedCalls()),
            "strangers": {
                **self._contacts.strangers,
                **{f"fastagi_{why}": n for why, n in self._listener.refused.items()},
            },
        }


def asterisk_addresses(settings: Settings) -> list[str]:
    """Where our Asterisk's FastAGI connections come from.

    Linux gives a connection to any 127.x.y.z the source 127.0.0.1, unless the program binds one
    (res_agi does not). The key tells our Asterisk from others on this machine.
    """
    host, door = settings.asterisk.host, settings.asterisk.fastagi_host
    assert host is not None  # filled in by Settings
    assert door is not None
    return [str(host), *(["127.0.0.1"] if door.is_loopback else [])]


def serve(
    settings: Settings, *, clock_offset: int = 0, show_guide: bool = False, admin: bool = True
) -> int:
    """Run until stopped. Returns the exit code. Raises AlreadyServed, DatabaseNotReady."""
    engine = open_engine(settings.database)
    require_current(engine)
    engine.dispose()
    with only_server(settings.state):
        return _serve(settings, clock_offset, show_guide, admin)


def _serve(settings: Settings, clock_offset: int, show_guide: bool, admin: bool) -> int:
    from twisted.internet import reactor

    core = cast(IReactorCore, reactor)
    start_logging(settings.log_level, settings.log_format)
    server = Server(settings, Clock(clock_offset), reactor)
    pages = AdminProcess(reactor)
    outcome = 0

    def failed(failure: Any) -> None:
        nonlocal outcome
        outcome = 1
        log.error("start_failed", reason=failure.getErrorMessage(), trace=failure.getTraceback())
        if core.running:  # a second Ctrl-C during the start has stopped it already
            core.stop()

    def started(_: None) -> None:
        log.info(
            "serving",
            site=server.site.name,
            fastagi=f"{settings.asterisk.fastagi_host}:{settings.asterisk.fastagi_port}",
            control=str(settings.control_socket),
        )
        # What was made so far lives as long as the server: the collector need not walk it again.
        gc.collect()
        gc.freeze()
        if show_guide:
            invitation = server.first_run() if admin else defer.succeed(None)
            invitation.addCallback(tell)
        if admin:
            pages.start()

    def tell(invitation: str | None) -> None:
        print(guide(settings, server.site, own_name(), invitation), flush=True)

    def begin() -> None:
        Deferred.fromCoroutine(server.start()).addCallbacks(started, failed)

    core.addSystemEventTrigger("before", "shutdown", pages.stop)
    core.addSystemEventTrigger("before", "shutdown", lambda: Deferred.fromCoroutine(server.stop()))
    core.callWhenRunning(begin)
    core.run()
    return outcome
