"""What another site in force means for the parts of a running server, told in one order."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import structlog
from twisted.internet.defer import Deferred

from acd.events import OffersHeld, OffersResumed
from acd.service import Service
from hotseat.calls import Calls
from hotseat.seats import Seats
from hotseat.site.records import SiteNow

log = structlog.get_logger(__name__)

SITE_CHANGES = "the site changes"


class SiteChanges:
    """Hears of each change after it was made (`LiveConfig.on_change`)."""

    def __init__(
        self,
        *,
        service: Service,
        seats: Seats,
        calls: Calls,
        recall_today: Callable[[str], Coroutine[Deferred[Any], Any, None]],
        show_anew: Callable[[], None],
        reload_phones: Callable[[], Deferred[Sequence[str]]],
    ) -> None:
        self._service = service
        self._seats = seats
        self._calls = calls
        self._recall_today = recall_today
        """Counts the figures of the day again, on the clocks of this zone."""
        self._show_anew = show_anew
        """Draws the live floor for who watches it."""
        self._reload_phones = reload_phones
        """Writes Asterisk's files; they are read anew if something differs. Gives what did."""

    def tell(self, old: SiteNow, new: SiteNow) -> None:
        """`new` is in force instead of `old`."""
        # Nobody is offered to anybody by a site of which half is told.
        self._service.tell(OffersHeld(SITE_CHANGES))
        self._seats.site_changed(old, new)
        self._calls.site_changed(old, new)
        self._service.tell(OffersResumed(SITE_CHANGES))
        if old.time_zone != new.time_zone:
            Deferred.fromCoroutine(self._recall_today(new.time_zone))
        self._show_anew()
        log.info("site_changed", revision=new.revision)
        # Also when no phone came or went: a secret may have been rotated.
        self._reload_phones().addCallbacks(
            lambda files: log.info("asterisk_files_written", changed=files),
            lambda failure: log.error(
                "asterisk_files_not_written",
                reason=failure.getErrorMessage(),
                fix="hotseat asterisk render; hotseat asterisk cli module reload res_pjsip.so",
            ),
        )
