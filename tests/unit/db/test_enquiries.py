"""Questions with somebody waiting: answered from the database, or in time with a no."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest
from sqlalchemy import Engine
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from hotseat.callbacks import Callback, IllegalStep, State
from hotseat.db import models
from hotseat.db.accounts import account_of, add_user, user_by_login
from hotseat.db.audit import audit_rows
from hotseat.db.engine import reading, writing
from hotseat.db.pins import keep_pin
from hotseat.db.pool import Database
from hotseat.db.writes import write
from hotseat.enquiries import CALLBACK_SECONDS, PIN_SECONDS, RIGHTS_SECONDS, Enquiries
from hotseat.history import CallbackAsked
from hotseat.pins import pin_hash
from hotseat.rights import Actor, Role
from tests.unit.threads_inline import InlineReactor, InlineThreads

T = TypeVar("T")
NOW = 1_800_000_000_000


@pytest.fixture
def enquiries(database: Database, engine: Engine) -> Enquiries:
    """Of a database with one agent with a PIN, one user, and one who wants to be called back."""
    with writing(engine) as session:
        session.add(models.Agent(number="1001", name="李静"))
        session.flush()
        keep_pin(session, "1001", pin_hash("2468", b"salt"))
        add_user(session, "mei", "Mei", [Role.LEAD.value])
        write(session, [CallbackAsked("C1", NOW, "consult", "+8613800138000", "zh", "")])
    return Enquiries(database, lambda: NOW)


def answer(asked: Coroutine[Any, Any, T]) -> T:
    return SynchronousTestCase().successResultOf(Deferred.fromCoroutine(asked))


@pytest.mark.parametrize(
    ("agent", "pin", "right"),
    [("1001", "2468", True), ("1001", "2469", False), ("1002", "2468", False)],
)
def test_a_pin_is_the_agents_own(enquiries: Enquiries, agent: str, pin: str, right: bool) -> None:
    assert answer(enquiries.is_pin(agent, pin)) is right


def test_who_was_closed_a_moment_ago_has_no_rights(enquiries: Enquiries, engine: Engine) -> None:
    assert answer(enquiries.actor("mei")) == Actor("mei", frozenset({Role.LEAD}))
    assert answer(enquiries.actor("nobody")) is None
    with writing(engine) as session:
        mei = user_by_login(session, "mei")
        assert mei is not None
        account_of(session, mei.id).closed = True
    assert answer(enquiries.actor("mei")) is None


def test_a_call_back_is_taken_in_somebodys_name(enquiries: Enquiries, engine: Engine) -> None:
    answer(enquiries.take_callback("C1", "1001", "mei"))
    taken = answer(enquiries.callback("C1"))
    assert isinstance(taken, Callback)
    assert (taken.state, taken.taken_by) == (State.TAKEN, "1001")
    with reading(engine) as session:
        row = audit_rows(session, limit=1)[0]
    assert (row.at, row.login, row.done) == (NOW, "mei", "taken")
    refused = Deferred.fromCoroutine(enquiries.take_callback("C1", "1002", "mei"))
    SynchronousTestCase().failureResultOf(refused, IllegalStep)
    assert answer(enquiries.callback("C2")) is None


def test_nobody_waits_longer_than_the_deadline(
    enquiries: Enquiries, reactor: InlineReactor, pool: InlineThreads
) -> None:
    """A database that does not answer lets nobody in."""
    pool.idle = True
    for asked, seconds, no in (
        (enquiries.is_pin("1001", "2468"), PIN_SECONDS, False),
        (enquiries.actor("mei"), RIGHTS_SECONDS, None),
        (enquiries.callback("C1"), CALLBACK_SECONDS, None),
    ):
        answers: list[object] = []
        Deferred.fromCoroutine(asked).addCallback(answers.append)  # type: ignore[arg-type]
        reactor.advance(seconds - 0.01)
        assert answers == []
        reactor.advance(0.01)
        assert answers == [no]
    pool.work()
