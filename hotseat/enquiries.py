"""What is asked of the database while somebody waits: on the line, at a desk, before a page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from operator import methodcaller

from acd.types import Millis
from hotseat.callbacks import Callback
from hotseat.db.accounts import user_by_login
from hotseat.db.audit import Author
from hotseat.db.callbacks import callback_of, change_audited
from hotseat.db.pins import kept_pin
from hotseat.db.pool import Database
from hotseat.pins import is_pin
from hotseat.rights import Actor

PIN_SECONDS = 3.0
CALLBACK_SECONDS = 3.0
"""How long who wants to call back waits for the database."""
RIGHTS_SECONDS = 1.0
"""How long a command of a page waits for the database to say who may give it."""


class Enquiries:
    """Every question has a deadline; a database that is late or away says no."""

    def __init__(self, database: Database, now: Callable[[], Millis]) -> None:
        self._database = database
        self._now = now

    async def is_pin(self, agent: str, pin: str) -> bool:
        """Is this the agent's PIN? Compared in a thread beside the reactor."""
        return await self._database.within(
            PIN_SECONDS, lambda session: is_pin(pin, kept_pin(session, agent)), False
        )

    async def actor(self, login: str) -> Actor | None:
        """The user with the rights of this moment; None if there is none who may log in."""
        user = await self._database.within(
            RIGHTS_SECONDS, partial(user_by_login, login=login), None
        )
        return None if user is None or user.closed else user.actor

    async def callback(self, call: str) -> Callback | None:
        """The call-back that was asked for in this call."""
        return await self._database.within(CALLBACK_SECONDS, partial(callback_of, call=call), None)

    async def take_callback(self, call: str, agent: str, by: str) -> None:
        """Make the call-back the agent's, in the name of `by`.

        Raises IllegalStep, NoSuchCallback, and SQLAlchemyError if it cannot be written.
        """
        await self._database.write(
            partial(
                change_audited,
                call=call,
                step=methodcaller("take", agent),
                by=Author(by, ""),
                now=self._now(),
                done="taken",
            )
        )
