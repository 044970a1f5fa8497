"""The server, put together: everything meets here and nowhere else; in what order it starts."""

from __future__ import annotations

from functools import partial
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.task import LoopingCall
from twisted.internet.threads import deferToThread
from ulid import ULID

from acd.floor import Floor
from acd.service import Service
from hotseat.asterisk.agi import FastAgiListener
from hotseat.asterisk.ami import AmiLink
from hotseat.asterisk.node import Node
from hotseat.asterisk.seat_ringer import SeatRinger
from hotseat.authority import Authority, owned_by
from hotseat.bell import Bell
from hotseat.calls import Calls
from hotseat.check_in import CheckIn
from hotseat.clock import Clock
from hotseat.config import Settings, load_secrets
from hotseat.contacts import Contacts
from hotseat.control import Control
from hotseat.control_commands import feed_commands, floor_commands, seat_commands, site_commands
from hotseat.db.pool import Database
from hotseat.dial_back import DialBacks
from hotseat.doors import Doors
from hotseat.duty import DutyFeed
from hotseat.duty_board import DutyBoard
from hotseat.enquiries import Enquiries
from hotseat.figures import Figures
from hotseat.invitations import first_run
from hotseat.journal import JournalWriter
from hotseat.last_resort import LastResort
from hotseat.live_config import LiveConfig
from hotseat.live_journal import LiveJournal
from hotseat.live_roster import LiveRoster
from hotseat.live_status import LiveStatus
from hotseat.log_ons import LogOns
from hotseat.operation.drain import Drain
from hotseat.operation.metrics import Metrics
from hotseat.operation.web import Pages
from hotseat.outbound_calls import OutboundCalls
from hotseat.phones import sandbox_of
from hotseat.recall import Recall
from hotseat.restart import Restart
from hotseat.seats import Seats
from hotseat.site.records import SiteNow
from hotseat.site_changes import SiteChanges
from softphone_bridge.feed import Feed
from softphone_bridge.frames import Frames

ORPHANS_SECONDS = 15.0
LOOK_AGAIN_SECONDS = 3.0


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
        journal = LiveJournal(self._writer)
        self._recall = Recall(self._database, self._writer, clock.now)
        enquiries = Enquiries(self._database, clock.now)
        self._log_ons = LogOns()
        self._figures = Figures(clock.now)
        journal.listen(self._log_ons.hears())
        journal.listen(self._figures.hears())
        self._feed = Feed(
            listen=journal.listen,
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
            config=self._config, switch=self._node, journal=journal, clock=clock
        )
        self._outbound = OutboundCalls(config=self._config, journal=journal, clock=clock)
        last_resort = LastResort(
            config=self._config,
            journal=journal,
            keep=self._writer.keep_callback,
            clock=clock,
            escalation=lambda requires: self._roster.now.escalation(dict(requires)),
        )
        check_in = CheckIn(
            config=self._config, journal=journal, clock=clock, is_pin=enquiries.is_pin
        )
        bell = Bell(self._config, self._outbound)
        self._ringer = SeatRinger(self._link, reactor)
        self._dial_backs = DialBacks(
            config=self._config,
            journal=journal,
            clock=clock,
            reactor=reactor,
            ringer=self._ringer,
            outbound=self._outbound,
            bell=bell,
            new_id=lambda: str(ULID()),
            find=enquiries.callback,
            take=enquiries.take_callback,
            keep=self._writer.keep_callback,
            on_line=lambda call: self._contacts.get(call) is not None,
            closed=lambda: ", ".join(sorted(self._service.floor.held())) or None,
        )
        calls = Calls(
            contacts=self._contacts,
            config=self._config,
            switch=self._node,
            clock=clock,
            reactor=reactor,
            new_id=lambda: str(ULID()),
            bell=bell,
            last_resort=last_resort,
            check_in=check_in,
            dial_backs=self._dial_backs,
        )
        self._service = Service(Floor(), lines=calls, journal=journal, clock=reactor, now=clock.now)
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
        calls.staff(self._service)
        last_resort.staff(self._service, self._seats)
        check_in.staff(self._seats)
        self._dial_backs.staff(self._service, self._seats)
        self._site_changes = SiteChanges(
            service=self._service,
            seats=self._seats,
            calls=calls,
            recall_today=partial(self._recall.today, self._figures),
            show_anew=self._feed.show_anew,
            reload_phones=lambda: deferToThread(sandbox_of(settings).reload_phones),
        )
        self._looking_again = LoopingCall(calls.look_again)
        self._looking_again.clock = reactor
        self._orphans = LoopingCall(
            lambda: Deferred.fromCoroutine(self._contacts.look_for_orphans())
        )
        self._orphans.clock = reactor
        self._listener = FastAgiListener(
            reactor,
            key=secrets.fastagi_key,
            allowed=asterisk.fastagi_peers,
            on_line=calls.on_line,
        )
        self._drain = Drain(
            contacts=self._contacts,
            dial_backs=self._dial_backs,
            service=self._service,
            close_door=self._listener.close_door,
            clock=reactor,
            drained=reactor.stop,
        )
        status = LiveStatus(
            config=self._config,
            roster=self._roster,
            floor=self._service.floor,
            figures=self._figures,
            contacts=self._contacts,
            feed=self._feed,
            drain=self._drain,
            link=self._link,
            node=self._node,
            listener=self._listener,
            writer=self._writer,
            clock=clock,
            reactor=reactor,
            started=self._started,
        )
        control = Control(
            {
                **seat_commands(self._seats, self._config),
                **feed_commands(self._feed),
                **floor_commands(self._service.floor),
                **site_commands(self._config, self._roster),
                "callback-dial": self._dial_backs.begin,
                "drain": self._drain.begin,
                "status": status.tell,
            },
            Authority(enquiries.actor, lambda agent: owned_by(self.site, agent)),
            lambda: self.site.revision,
            reactor,
        )
        few = partial(status.tell, most_calls=0)
        pages = Pages(Metrics(self._figures, few), few)
        self._doors = Doors(settings, reactor, control=control, feed=self._feed, pages=pages)
        self._restart: Restart | None = None

    async def start(self) -> None:
        """Load, recover, and open the doors in this order. Raises what the site lacks."""
        await self._writer.start()
        await self._config.start()
        self._config.on_change(self._site_changes.tell)
        await self._roster.start()
        self._duty.start()
        await self._recall.today(self._figures, self.site.time_zone)
        await self._recall.log_ons(self._log_ons)
        await self._recall.outbound(self._outbound)
        await self._take_over()
        self._node.watch(self._contacts)
        self._ringer.watch()
        await self._listener.start(
            str(self._settings.asterisk.fastagi_host), self._settings.asterisk.fastagi_port
        )
        self._link.start()
        self._orphans.start(ORPHANS_SECONDS, now=False)
        self._looking_again.start(LOOK_AGAIN_SECONDS, now=False)
        self._doors.open()

    async def stop(self) -> None:
        """Close the lines (their dialplan keeps them on music) and write what is unwritten."""
        self._doors.close()
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

    def first_run(self) -> Deferred[str | None]:
        """A link that makes the first administrator of the pages; None if there is one."""
        invite = partial(first_run, address=self._settings.admin_address, now=self._clock.now())
        return Deferred.fromCoroutine(self._database.write(invite))

    @property
    def site(self) -> SiteNow:
        """The site in force."""
        return self._config.now

    async def _take_over(self) -> None:
        """Go on with the calls and seats of the server before."""
        left = await self._recall.left_behind()
        last_seen = self._started if left.last_seen is None else left.last_seen
        self._restart = Restart(
            contacts=self._contacts,
            seats=self._seats,
            service=self._service,
            clock=self._reactor,
            open_calls=left.open_calls,
            last_seen=last_seen,
            last_switch_started=left.switch_started,
        )
        await self._recall.seats(self._seats, self.site)
        self._duty.catch_up(last_seen)
        self._contacts.recover_by(self._restart)
