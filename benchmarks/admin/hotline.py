"""A large hotline in a database file: filled once for each version of the tables, then at hand.

Its clock stands still, so that a file from yesterday is as good as a new one.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from hashlib import sha256
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, Table, insert, text
from sqlalchemy.orm import Session

from hotseat.db import accounts
from hotseat.db.engine import open_engine, writing
from hotseat.db.migrations import newest_version, upgrade
from hotseat.db.models import Base
from hotseat.db.roster_requests import ask, next_request
from hotseat.db.roster_writes import begin_draft, publish_draft, save_draft
from hotseat.db.snapshot import site_now
from hotseat.roster.requests import ask_leave
from hotseat.roster.shifts import Assignment, dates
from hotseat.site.apply import apply
from hotseat.site.check import check
from hotseat.site.export import written
from hotseat.site.read import SiteFile, read
from hotseat.site.roster_rules import rules_of

ZONE: Final = ZoneInfo("Asia/Shanghai")
TODAY: Final = date(2026, 11, 18)
NOW: Final = int(datetime(2026, 11, 18, 15, 10, tzinfo=ZONE).timestamp() * 1000)
SINCE: Final = date(2026, 10, 1)
"""The roster is published from here on."""
YESTERDAY: Final = TODAY - timedelta(days=1)

BOSS: Final = "boss"
"""The log-in of who may see everything, without a password."""
AGENTS: Final = [str(number) for number in range(2_000, 3_000)]
TEAMS: Final = 50
QUEUES: Final = 20
CALLS: Final = 1_000_000
DAYS: Final = 100
JOURNALLED: Final = 30_000
"""The newest calls, those whose every step is in the journal too."""
DAYS_OF_PRESENCE: Final = 31
PAUSES: Final = ("meal", "break", "training", "meeting")
LEAVES: Final = 150
AUDITED: Final = 20_000
CALLBACKS: Final = 2_000
"""Nobody has worked them off."""
AT_ONCE: Final = 20_000

MINUTE: Final = 60_000
DAY: Final = 1_440 * MINUTE
APART: Final = DAYS * DAY // CALLS

AGENT: Final = AGENTS[5]
CALL: Final = f"{CALLS - 10_000:026d}"
CALLED_BACK: Final = f"{CALLS - 1:026d}"
VERSION: Final = 1
DRAFT: Final = 1

KEPT: Final = Path(__file__).parents[2] / ".hotseat"


def filled() -> Path:
    """The file, made if there is none of these tables and this content yet."""
    content = sha256(Path(__file__).read_bytes()).hexdigest()[:8]
    path = KEPT / f"bench-admin-{newest_version()}-{content}.db"
    if not path.exists():
        began = time.perf_counter()
        for old in KEPT.glob("bench-admin-*"):
            old.unlink()
        half = path.with_suffix(".half")
        _fill(half)
        half.rename(path)
        print(f"filled in {time.perf_counter() - began:.0f} s: {path.name}", flush=True)
    return path


def _fill(path: Path) -> None:
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine)
    with writing(engine) as session:
        _found(session)
    with writing(engine) as session:
        _roster(session)
    _insert(engine, "call", (_call(number) for number in range(CALLS)))
    _insert(engine, "journal", _journal())
    _insert(engine, "audit", (_audit(number) for number in range(AUDITED)))
    _insert(engine, "callback_request", (_callback(number) for number in range(CALLBACKS)))
    with engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    engine.dispose()


def _insert(engine: Engine, table: str, rows: Iterable[dict[str, Any]]) -> None:
    into: Table = Base.metadata.tables[table]
    rows = iter(rows)
    with engine.begin() as connection:
        while batch := list(islice(rows, AT_ONCE)):
            connection.execute(insert(into), batch)


# ---- the site and its people


def _found(session: Session) -> None:
    demo = files("hotseat.site").joinpath("demo.yaml").read_text(encoding="utf-8")
    site = written(check(read(demo)))
    for number in range(TEAMS):
        site["teams"][f"team-{number:02}"] = f"第 {number} 组"
    for place, agent in enumerate(AGENTS):
        site["agents"][agent] = {
            "name": f"客服{agent}",
            "team": f"team-{place % TEAMS:02}",
            "skills": {"consult": place % 10 + 1, "english": 1},
        }
    for number in range(QUEUES):
        site["queues"][f"queue-{number:02}"] = site["queues"]["consult"] | {
            "title": f"队列 {number}"
        }
    for number in range(200):
        site["phones"][f"p{2_000 + number}"] = {"place": f"三楼 {number} 号"}
    site["roster"]["rest_hours"] = 8
    apply(session, check(SiteFile(site, {})), expected=0, now=1)
    boss = accounts.add_user(session, BOSS, "Boss", ["administrator"])
    accounts.link_agent(session, boss, AGENT)
    for agent in AGENTS:
        if agent != AGENT:
            user = accounts.add_user(session, f"u{agent}", f"客服{agent}", ["agent"])
            accounts.link_agent(session, user, agent)


# ---- the roster


def _roster(session: Session) -> None:
    """Three months published, the one after them drafted, and leaves asked for."""
    first, last = SINCE, date(2026, 12, 31)
    site = site_now(session)
    kept = begin_draft(session, first, last, BOSS, NOW - 60 * DAY)
    save_draft(session, kept.id, kept.draft.fill(_turns(first, last), AGENTS), NOW)
    rules = rules_of(site, (), first, last)
    publish_draft(session, kept.id, rules, by=BOSS, now=NOW - 60 * DAY, reason="as agreed")
    first, last = date(2027, 1, 1), date(2027, 1, 31)
    kept = begin_draft(session, first, last, BOSS, NOW)
    save_draft(session, kept.id, kept.draft.fill(_turns(first, last), AGENTS), NOW)
    december = date(2026, 12, 1)
    for place in range(0, 6 * LEAVES, 6):
        # A day off by the turns, so that no stand-in is needed.
        day = december + timedelta(days=(6 - place - (december - SINCE).days) % 7)
        leave = ask_leave(next_request(session), AGENTS[place], day, day, NOW)
        ask(session, leave, rules, NOW)


def _turns(first: date, last: date) -> Iterator[Assignment]:
    """Five days on, two off, everybody beginning on another day; a third in each shift."""
    for day in dates(first, last):
        for place, agent in enumerate(AGENTS):
            if ((day - SINCE).days + place) % 7 < 5:
                yield Assignment(day, "ABC"[place % 3], agent)


# ---- what happened


def _arrived(number: int) -> int:
    return NOW - (CALLS - number) * APART


def _call(number: int) -> dict[str, Any]:
    at = _arrived(number)
    answered = number % 8 > 0
    talk = (30 + number * 7 % 240) * 1_000
    queue = number * 31 % (QUEUES + 3)
    return {
        "id": f"{number:026d}",
        "number": "4008001000",
        "caller": f"138{number * 97 % 100_000_000:08d}",
        "language": "zh",
        "menu": "main",
        "menu_revision": 1,
        "priority": 0,
        "arrived_at": at,
        "queued_at": at + 9_000,
        "answered_at": at + 20_000 if answered else None,
        "talk_ended_at": at + 20_000 + talk if answered else None,
        "wrap_up_ended_at": at + 30_000 + talk if answered else None,
        "ended_at": at + 21_000 + (talk if answered else 0),
        "seat": AGENTS[number * 7 % len(AGENTS)] if answered else None,
        "queue": ("consult", "complaint", "callback")[queue]
        if queue < 3
        else f"queue-{queue - 3:02}",
        "offers": 1,
        "outcome": "answered" if answered else "abandoned",
        "ended_by": "seat" if number % 11 == 0 else "caller",
        "wait_ms": 11_000,
        "talk_ms": talk if answered else None,
        "in_time": number % 5 > 0,
        "estimated": False,
    }


def _journal() -> Iterator[dict[str, Any]]:
    """Rows in the order of their ids, which is that of time."""
    rows = [*_presence(), *(row for n in range(CALLS - JOURNALLED, CALLS) for row in _steps(n))]
    rows.sort(key=lambda row: row["at"])
    for number, row in enumerate(rows):
        yield {"id": number, "call_id": None, "queue": None, "facts": {}, **row}


def _presence() -> Iterator[dict[str, Any]]:
    """On their duty's days everybody comes, a few of them late, and pauses three times."""
    begins = {"A": 9 * 60, "B": 12 * 60, "C": 20 * 60}
    lasts = {"A": 480, "B": 480, "C": 120}
    for turn in _turns(TODAY - timedelta(days=DAYS_OF_PRESENCE), TODAY):
        seat = int(turn.agent)
        midnight = int(datetime(*turn.day.timetuple()[:3], tzinfo=ZONE).timestamp() * 1000)
        began = midnight + begins[turn.shift] * MINUTE
        length = lasts[turn.shift] * MINUTE
        came = began + (seat % 17 - 15) * 7 * MINUTE
        story = [(came, "logged_on", {"phone": f"p{seat}"})]
        for place in range(3):
            at = began + (place + 1) * length // 4
            story.append((at, "paused", {"reason": PAUSES[(seat + place) % len(PAUSES)]}))
            story.append((at + 9 * MINUTE, "pause_over", {}))
        story.append((began + length, "logged_off", {}))
        for at, kind, facts in story:
            if at < NOW:
                yield {"at": at, "kind": kind, "seat": turn.agent, "facts": facts}


def _steps(number: int) -> Iterator[dict[str, Any]]:
    call = _call(number)
    found = (
        (call["arrived_at"], "arrived", None),
        (call["queued_at"], "queued", None),
        (call["queued_at"] + 4_000, "offered", call["seat"]),
        (call["answered_at"], "answered", call["seat"]),
        (call["talk_ended_at"], "talk_ended", call["seat"]),
        (call["talk_ended_at"], "wrap_up", call["seat"]),
        (call["wrap_up_ended_at"], "ready", call["seat"]),
        (call["ended_at"], "ended", call["seat"]),
    )
    for at, kind, seat in found:
        if at is not None:
            whose = None if kind == "ready" else call["id"]
            yield {"at": at, "kind": kind, "seat": seat, "call_id": whose, "queue": call["queue"]}


def _callback(number: int) -> dict[str, Any]:
    call = _call(CALLS - 1 - 8 * number)
    return {
        "call": call["id"],
        "asked_at": call["queued_at"],
        "queue": call["queue"],
        "caller": call["caller"],
        "language": "zh",
        "recording": "",
    }


def _audit(number: int) -> dict[str, Any]:
    return {
        "at": NOW - (AUDITED - number) * 7 * MINUTE,
        "login": f"u{AGENTS[number * 13 % len(AGENTS)]}" if number % 3 else BOSS,
        "address": "127.0.0.1",
        "what": f"note on call {number}",
        "done": "written",
        "before": None,
        "after": {"text": "…"},
        "words": "",
    }
