"""The live feed: what happens on the floor, pushed to desks and wallboards as server-sent events.

A viewer comes with a pass, which says what may be seen: a secret made for one log-in, asked for by
the admin over the control socket and taken back when that log-in ends. So this listener knows no
users, no cookies and no database. What changed is sent at most once in FLUSH_SECONDS and written
once for all who may see the same. Whoever cannot read as fast is skipped and later told the whole.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from twisted.internet.interfaces import IDelayedCall, IPushProducer, IReactorTime
from twisted.internet.task import LoopingCall
from twisted.python.failure import Failure
from twisted.web.http import Request
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Site
from zope.interface import implementer

from acd.effects import Note
from acd.listener import Listener
from acd.types import Millis, SeatId
from softphone_bridge.frames import Frame, Frames, Touched, View

FLUSH_SECONDS = 0.25
ALIVE_SECONDS = 15.0
"""So often something is written to every viewer: proxies cut what is silent, and a viewer whose
network went away is found out."""
PASS_SECONDS = 60.0
"""A pass that nobody comes with for so long is void."""
MOST_VIEWERS = 2_000
PATH = b"/feed"


@dataclass(slots=True)
class Pass:
    """What one log-in may see, and from which web page."""

    login: str
    view: View
    origin: str
    expires: IDelayedCall | None = None


class Feed(Resource):
    """Tells those who watch; hears the journal so long as somebody does."""

    isLeaf = True

    def __init__(
        self,
        *,
        listen: Callable[[Listener], Callable[[], None]],
        queues: Callable[[], Iterable[str]],
        clock: IReactorTime,
        now: Callable[[], Millis],
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._listen = listen
        """Lets a listener hear the journal, until what comes back is called."""
        self._leave: Callable[[], None] | None = None
        self._queues = queues
        self._clock = clock
        self._now = now
        self._frames: Frames | None = None
        self._touched = Touched()
        self._flushing: IDelayedCall | None = None
        self._passes: dict[str, Pass] = {}
        self._viewers: dict[Request, Viewer] = {}
        self._alive = LoopingCall(self._keep_alive)
        self._alive.clock = clock

    def show(self, frames: Frames) -> None:
        """Whose floor it is. Until then nobody watches."""
        self._frames = frames

    def site(self) -> Site:
        """What listens."""
        return _Unlogged(self, reactor=self._clock)  # type: ignore[no-untyped-call]

    def stop(self) -> None:
        """Send everybody away; their pages come back by themselves."""
        for request in list(self._viewers):
            request.loseConnection()
        for granted in self._passes.values():
            _cancel(granted.expires)
        self._passes.clear()
        _cancel(self._flushing)
        self._flushing = None

    @property
    def viewers(self) -> int:
        """How many watch now."""
        return len(self._viewers)

    def seat(self, seat: SeatId) -> Frame | None:
        """One seat as it is now, for who does not watch."""
        return None if self._frames is None else self._frames.seat(seat, self._now())

    def whole(self) -> Frame:
        """Everything as it is now, as a viewer is told it who comes at this moment."""
        assert self._frames is not None  # nobody asks before the server is put together
        return self._frames.whole(View(), self._queues(), self._now())

    # ---- passes

    def grant(self, login: str, view: View, origin: str) -> str:
        """A pass for a log-in whose page comes from `origin`: goes into the address of the feed."""
        token = secrets.token_urlsafe(24)
        granted = self._passes[token] = Pass(login, view, origin)
        self._expire(token, granted)
        return token

    def revoke(self, login: str) -> None:
        """The log-in is over: its passes are void and its viewers are cut."""
        for token, granted in list(self._passes.items()):
            if granted.login == login:
                _cancel(granted.expires)
                del self._passes[token]
        for request, viewer in list(self._viewers.items()):
            if viewer.granted.login == login:
                request.loseConnection()

    def _expire(self, token: str, granted: Pass) -> None:
        _cancel(granted.expires)
        granted.expires = self._clock.callLater(PASS_SECONDS, self._passes.pop, token, None)

    # ---- viewers

    def render_GET(self, request: Request) -> object:
        """The stream, for who has a pass."""
        token = b"".join(request.args.get(b"pass", [])).decode("latin-1")
        granted = self._passes.get(token)
        if request.path != PATH or granted is None or self._frames is None:
            request.setResponseCode(404 if request.path != PATH else 403)
            return b""
        if len(self._viewers) >= MOST_VIEWERS:
            request.setResponseCode(503)
            return b""
        # A page comes back with the same pass after a pause of the network.
        _cancel(granted.expires)
        granted.expires = None
        request.setHeader(b"content-type", b"text/event-stream; charset=utf-8")
        request.setHeader(b"cache-control", b"no-store")
        request.setHeader(b"x-accel-buffering", b"no")  # nginx would collect the events
        request.setHeader(b"access-control-allow-origin", granted.origin.encode("latin-1"))
        if not self._viewers:
            self._leave = self._listen(self._hears())
        viewer = self._viewers[request] = Viewer(request, granted, self._soon)
        request.registerProducer(viewer, True)
        request.notifyFinish().addBoth(self._left, request, token)
        if not self._alive.running:
            self._alive.start(ALIVE_SECONDS, now=False)
        viewer.write(self._whole(granted.view))
        return NOT_DONE_YET

    def _left(self, _: Failure | None, request: Request, token: str) -> None:
        granted = self._viewers.pop(request).granted
        if token in self._passes and all(v.granted is not granted for v in self._viewers.values()):
            self._expire(token, granted)
        if not self._viewers:
            assert self._leave is not None  # somebody watched
            self._leave()
            self._alive.stop()

    def _keep_alive(self) -> None:
        for viewer in self._viewers.values():
            viewer.write(b":\n\n")

    # ---- what happens

    def _hears(self) -> Listener:
        return Listener(
            every_note=self._touch, call_ended=self._touch_figures, seat_changed=self._touch_seat
        )

    def show_anew(self) -> None:
        """The site or the duties are other ones: everybody is told the whole."""
        for viewer in self._viewers.values():
            viewer.late = True
        self._soon()

    def _touch(self, _: Millis, note: Note) -> None:
        if note.seat is not None:
            self._touched.seats.add(note.seat)
            if note.kind in ("logged_on", "logged_off"):
                self._touched.duties.add(note.seat)
        if note.queue is not None:
            self._touched.queues.add(note.queue)
        if note.kind in ("held", "resumed"):
            self._touched.offers = True
        self._soon()

    def _touch_seat(self, _: Millis, seat: SeatId) -> None:
        self._touched.seats.add(seat)
        self._soon()

    def _touch_figures(self, _: Millis, fields: Mapping[str, object]) -> None:
        if (queue := fields.get("queue")) is not None:
            self._touched.queues.add(str(queue))
            self._soon()

    def _soon(self) -> None:
        if self._flushing is None and self._viewers:
            self._flushing = self._clock.callLater(FLUSH_SECONDS, self._flush)

    def _flush(self) -> None:
        self._flushing = None
        touched, self._touched = self._touched, Touched()
        assert self._frames is not None  # nobody watches before
        now = self._now()
        news: dict[View, bytes] = {}
        wholes: dict[View, bytes] = {}
        for viewer in self._viewers.values():
            view = viewer.granted.view
            if viewer.late and not viewer.paused:
                if view not in wholes:
                    wholes[view] = self._whole(view)
                viewer.late = False
                viewer.write(wholes[view])
                continue
            if view not in news:
                news[view] = _event(self._frames.changed(touched, view, now))
            if news[view]:
                viewer.write(news[view])

    def _whole(self, view: View) -> bytes:
        assert self._frames is not None  # nobody watches before
        return _event(self._frames.whole(view, self._queues(), self._now()))


class _Unlogged(Site):
    """Tells nobody who came: the pass stands in the address, and may be used again."""

    noisy = False

    def log(self, request: Request) -> None:
        """No line in Twisted's log."""


@implementer(IPushProducer)
class Viewer:
    """One open stream."""

    def __init__(self, request: Request, granted: Pass, soon: Callable[[], None]) -> None:
        self._request = request
        self._soon = soon
        self.granted = granted
        self.paused = False
        """It reads slower than we write."""
        self.late = False
        """It missed something and needs the whole."""

    def write(self, event: bytes) -> None:
        """Send it, or remember that it was missed."""
        if self.paused:
            self.late = True
        else:
            self._request.write(event)

    def pauseProducing(self) -> None:
        """The transport's buffer is full."""
        self.paused = True

    def resumeProducing(self) -> None:
        """It is empty again."""
        self.paused = False
        if self.late:
            self._soon()

    def stopProducing(self) -> None:
        """The connection is lost; the request tells."""
        self.paused = True


def _event(frame: Frame | None) -> bytes:
    if frame is None:
        return b""
    return f"data: {json.dumps(frame, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()


def _cancel(timer: IDelayedCall | None) -> None:
    if timer is not None and timer.active():
        timer.cancel()
