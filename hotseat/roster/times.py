"""How long agents were there, and how long they paused, in stretches of time. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from acd.types import Millis
from hotseat.roster.attendance import LogOn


@dataclass(frozen=True, slots=True)
class PauseStep:
    """A pause begins to keep calls away, for this reason; or none does any more."""

    agent: str
    at: Millis
    reason: str | None


@dataclass(frozen=True, slots=True)
class Pause:
    """No calls for the agent from `begins` to just before `ends`; None: still so."""

    agent: str
    reason: str
    begins: Millis
    ends: Millis | None = None


@dataclass(slots=True)
class Times:
    """Of one agent, or of all together, in one stretch."""

    there: Millis = 0
    """Logged on."""
    paused: Counter[str] = field(default_factory=Counter)
    """Reason -> how long of that."""

    @property
    def pause(self) -> Millis:
        """For all reasons."""
        return self.paused.total()

    @property
    def at_work(self) -> Millis:
        """Logged on without a pause."""
        return self.there - self.pause


def pauses(steps: Iterable[PauseStep], log_ons: Iterable[LogOn]) -> list[Pause]:
    """The pauses that steps in the order of time make; none lasts longer than its log-on.

    A pause that is told again while its agent stays logged on, as after a restart, goes on; for
    another reason, or after another log-on, a new one begins.
    """
    spans: defaultdict[str, list[LogOn]] = defaultdict(list)
    for span in log_ons:
        spans[span.agent].append(span)
    open_: dict[str, PauseStep] = {}
    found: list[Pause] = []

    def stay(step: PauseStep) -> LogOn | None:
        for span in spans[step.agent]:
            if span.begins <= step.at and (span.ends is None or step.at < span.ends):
                return span
        return None

    def close(began: PauseStep, at: Millis | None) -> None:
        if (span := stay(began)) is not None:
            until = span.ends if at is None or (span.ends or at) < at else at
            found.append(Pause(began.agent, str(began.reason), began.at, until))

    for step in steps:
        began = open_.get(step.agent)
        if began is not None and began.reason == step.reason and stay(began) is stay(step):
            continue
        if began is not None:
            close(open_.pop(step.agent), step.at)
        if step.reason is not None:
            open_[step.agent] = step
    for began in open_.values():
        close(began, None)
    return found


def times_by_agent(
    log_ons: Iterable[LogOn], pauses: Iterable[Pause], since: Millis, until: Millis
) -> dict[str, Times]:
    """agent -> the times from `since` until before `until`; only those who were there."""
    found: defaultdict[str, Times] = defaultdict(Times)
    for stay in log_ons:
        if length := _within(stay, since, until):
            found[stay.agent].there += length
    for pause in pauses:
        if length := _within(pause, since, until):
            found[pause.agent].paused[pause.reason] += length
    return dict(found)


def times_by_stretch(
    log_ons: Iterable[LogOn],
    pauses: Iterable[Pause],
    since: Millis,
    until: Millis,
    stretch: Millis,
) -> Sequence[Times]:
    """All agents together in each stretch from `since` on; the last may be cut by `until`."""
    found = [Times() for _ in range(since, until, stretch)]
    for stay in log_ons:
        for number, length in _parts(stay, since, until, stretch):
            found[number].there += length
    for pause in pauses:
        for number, length in _parts(pause, since, until, stretch):
            found[number].paused[pause.reason] += length
    return found


def _parts(
    span: LogOn | Pause, since: Millis, until: Millis, stretch: Millis
) -> Iterable[tuple[int, Millis]]:
    begins = max(span.begins, since)
    ends = until if span.ends is None else min(span.ends, until)
    while begins < ends:
        number = (begins - since) // stretch
        cut = min(ends, since + (number + 1) * stretch)
        yield number, cut - begins
        begins = cut


def _within(span: LogOn | Pause, since: Millis, until: Millis) -> Millis:
    ends = until if span.ends is None else min(span.ends, until)
    return max(0, ends - max(span.begins, since))
