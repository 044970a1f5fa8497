"""Who was there: log-ons against the roster. Spans are elapsed time, whatever the clocks did."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from acd.types import Millis
from hotseat.roster.policy import RosterPolicy
from hotseat.roster.shifts import Duty


class Verdict(enum.Enum):
    """What is to be said of a duty. Late and early leave can be true of the same one."""

    ON_TIME = "on time"
    LATE = "late"
    """迟到"""
    LEFT_EARLY = "left early"
    """早退"""
    ABSENT = "absent"
    """缺勤: the duty is over and the agent was never logged on."""
    MISSING = "missing"
    """The duty runs and the agent is not logged on now."""


@dataclass(frozen=True, slots=True)
class LogOn:
    """An agent was logged on from `begins` to just before `ends`; None: still is."""

    agent: str
    begins: Millis
    ends: Millis | None = None


@dataclass(frozen=True, slots=True)
class LogStep:
    """A log-on, or a log-off, as the journal has it."""

    agent: str
    at: Millis
    on: bool


@dataclass(frozen=True, slots=True)
class Attendance:
    """One duty that has begun, and how it was kept."""

    duty: Duty
    verdicts: frozenset[Verdict]
    came: Millis | None
    """When the agent was first there, at the earliest when the duty began; None: not yet."""
    went: Millis | None
    """When the agent was last there, if that is over."""
    late: Millis
    """How long after the begin, until now if not there yet."""
    early: Millis
    """How long before the end; 0 while the duty runs."""
    there: Millis
    """How long in all, up to now."""


def log_ons(steps: Iterable[LogStep], known: Mapping[str, Millis] | None = None) -> list[LogOn]:
    """The spans that log-ons and log-offs in the order of time make.

    A log-on of somebody who is on only moves the seat. `known` are those who are logged on for
    sure, and since when at the latest: whoever has no open log-on in the steps has been since then.
    """
    open_: dict[str, Millis] = {}
    spans: list[LogOn] = []
    for step in steps:
        if step.on:
            open_.setdefault(step.agent, step.at)
        elif (since := open_.pop(step.agent, None)) is not None:
            spans.append(LogOn(step.agent, since, step.at))
    for agent, since in (known or {}).items():
        open_.setdefault(agent, since)
    return [*spans, *(LogOn(agent, since) for agent, since in open_.items())]


def attendance(
    duties: Iterable[Duty], spans: Iterable[LogOn], policy: RosterPolicy, now: Millis
) -> tuple[Attendance, ...]:
    """Every duty that has begun by `now`, in order."""
    by_agent: defaultdict[str, list[LogOn]] = defaultdict(list)
    for span in spans:
        by_agent[span.agent].append(span)
    return tuple(
        _attended(duty, by_agent[duty.agent], policy.late_after * 60_000, now)
        for duty in sorted(duties)
        if duty.begins <= now
    )


def missing(duties: Iterable[Duty], logged_on: Iterable[str], now: Millis) -> tuple[Duty, ...]:
    """The duties that run now and whose agents are not logged on."""
    there = set(logged_on)
    return tuple(duty for duty in sorted(duties) if duty.covers(now) and duty.agent not in there)


def _attended(duty: Duty, spans: Sequence[LogOn], grace: Millis, now: Millis) -> Attendance:
    until = min(duty.ends, now)
    stays = _joined(
        (max(span.begins, duty.begins), min(until if span.ends is None else span.ends, until))
        for span in spans
    )
    over = duty.ends <= now
    here = any(span.begins <= now and (span.ends is None or span.ends > now) for span in spans)
    came = stays[0][0] if stays else now if here and not over else None
    went = stays[-1][1] if stays and (over or not here) else None
    late = (came if came is not None else until) - duty.begins
    early = duty.ends - went if over and went is not None else 0
    verdicts = set()
    if came is None and over:
        verdicts.add(Verdict.ABSENT)
    elif late >= max(grace, 1):
        verdicts.add(Verdict.LATE)
    if over and early >= max(grace, 1):
        verdicts.add(Verdict.LEFT_EARLY)
    if not over and not here:
        verdicts.add(Verdict.MISSING)
    return Attendance(
        duty,
        frozenset(verdicts or {Verdict.ON_TIME}),
        came,
        went,
        late,
        early,
        sum(ends - begins for begins, ends in stays),
    )


def _joined(stays: Iterable[tuple[Millis, Millis]]) -> list[tuple[Millis, Millis]]:
    """Without the empty ones; what touches is one."""
    joined: list[tuple[Millis, Millis]] = []
    for begins, ends in sorted(stay for stay in stays if stay[0] < stay[1]):
        if joined and begins <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(ends, joined[-1][1])
        else:
            joined.append((begins, ends))
    return joined
