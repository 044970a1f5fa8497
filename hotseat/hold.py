"""What a waiting caller hears: a sentence first, then music and now and then an announcement.

Everything said here is played so that an offer cuts it; whether one rings is told by `rest`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from structlog.typing import FilteringBoundLogger
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from acd.lines import Outlook
from acd.types import Millis
from hotseat.site.records import QueueRecord
from ivr.ports import Line, LineFailed, LineGone
from ivr.prompts import sound_paths
from ivr.waiting import Told, WhileWaiting, announce, stand


class Hold:
    """One caller's wait on one line, with one timer while there is music."""

    def __init__(
        self,
        line: Line,
        clock: IReactorTime,
        *,
        queue: Callable[[], QueueRecord],
        outlook: Callable[[], Outlook | None],
        told: Told,
        tell: Callable[[Told], Awaitable[None]],
        log: FilteringBoundLogger,
    ) -> None:
        self._line = line
        self._clock = clock
        self._queue = queue
        self._outlook = outlook
        self._told = told
        self._tell = tell
        self._log = log
        self._turn: IDelayedCall | None = None
        self._playing: QueueRecord | None = None
        """By which record of the queue there is music; None while an offer rings or one speaks."""
        self._spell = 0
        """Counts the spells without an offer; what began in an earlier one says nothing more."""

    def begin(self, sounds: Sequence[str]) -> None:
        """The wait begins: say these sounds and where the caller stands, then music."""
        said: tuple[str, ...] = ()
        told = self._told
        options, outlook = self._queue().while_waiting, self._outlook()
        if options is not None and outlook is not None:
            said, told = stand(options, outlook.place, outlook.expected, told)
        self._start(self._say((*sounds, *sound_paths(said)), told))

    def come_back(self) -> None:
        """The wait goes on after the line was lost: nothing is said again, music comes back."""
        self._start(self.go_on())

    def rest(self) -> None:
        """An offer rings, or the wait is over: nothing more is said."""
        self._spell += 1
        self._playing = None
        self._set_turn(None)

    async def go_on(self) -> None:
        """No offer rings: music, and an announcement when its time comes. Raises LineGone."""
        spell = self._spell
        queue = self._queue()
        await self._line.music(queue.music)
        if spell == self._spell:
            self._playing = queue
            self._set_turn(queue.while_waiting)

    def queue_changed(self) -> None:
        """The site was edited: other music and announcements begin now, or end."""
        was, queue = self._playing, self._queue()
        if was is None:
            return  # the queue is looked up anew when the music comes back
        if queue.music != was.music:
            self._start(self.go_on())
        elif _pace(queue) != _pace(was):
            self._set_turn(queue.while_waiting)
        self._playing = queue

    def _set_turn(self, options: WhileWaiting | None) -> None:
        """The next announcement, so long from now."""
        if self._turn is not None:
            self._turn.cancel()
        self._turn = None
        if options is not None:
            self._turn = self._clock.callLater(options.every_ms / 1000, self._speak)

    def _speak(self) -> None:
        self._turn = self._playing = None
        options, outlook = self._queue().while_waiting, self._outlook()
        if options is None or outlook is None:
            return
        said, told = announce(options, outlook.place, outlook.expected, self._told)
        self._start(self._say(sound_paths(said), told))

    async def _say(self, sounds: Sequence[str], told: Told) -> None:
        spell = self._spell
        if told.place != self._told.place:
            await self._tell(told)
        self._told = told
        if sounds and spell == self._spell:
            try:
                await self._line.play(sounds)
            except LineFailed as error:
                self._log.warning("announcement_failed", error=str(error))
        if spell == self._spell:
            await self.go_on()

    def _start(self, what: Awaitable[None]) -> None:
        async def until_gone() -> None:
            try:
                with suppress(LineGone):  # told by the line itself
                    await what
            except LineFailed as error:
                self._log.warning("music_failed", music=self._queue().music, error=str(error))

        Deferred.fromCoroutine(until_gone())


def _pace(queue: QueueRecord) -> Millis | None:
    return None if queue.while_waiting is None else queue.while_waiting.every_ms
