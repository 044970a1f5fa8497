"""The live floor as a running server draws it, in the middle of the afternoon of T."""

from __future__ import annotations

from typing import Any

from tests.web.conftest import T

MINUTE, HOUR = 60_000, 3_600_000


def a_queue(waiting: int, longest: int | None = None, **today: int) -> dict[str, Any]:
    """One queue; `longest` is the wait in milliseconds."""
    figures = {"answered": 30, "abandoned": 4, "mean_wait_ms": 7_000, "in_time": 24, "due": 30}
    oldest = None if longest is None else T - longest
    return {"waiting": waiting, "oldest": oldest, "today": {**figures, **today}}


def a_seat(state: str, since: int, phone: str, place: str = "desk", **more: Any) -> dict[str, Any]:
    """One seat that does so for `since` milliseconds."""
    rest = {"paused": None, "leaving": False, "call": None, "queue": None, "rests_until": None}
    return {"state": state, "since": T - since, "phone": phone, "place": place, **rest, **more}


def a_duty(word: str, begins: int, came: int | None = None, **more: Any) -> dict[str, Any]:
    """One duty of eight hours."""
    drawn = {"shift": "A", "title": "A班", "place": "office", "mobile": True, "word": word}
    return {**drawn, "begins": begins, "ends": begins + 8 * HOUR, "came": came, **more}


def a_floor() -> dict[str, Any]:
    """Three in line, an agent at home, one who is late, one who is missing, one to come."""
    return {
        "whole": True,
        "now": T,
        "queues": {
            "consult": a_queue(3, 62_000),
            "complaint": a_queue(0, answered=11, in_time=9, due=12),
            "callback": a_queue(0, answered=0, abandoned=0, mean_wait_ms=0, in_time=0, due=0),
        },
        "seats": {
            "1001": a_seat("ready", 9_000, "p101"),
            "1002": a_seat("paused", 0, "mobile:1002", "home", paused="<b>lunch</b>"),
            "1004": a_seat("talking", 95_000, "p104", call="c1", queue="consult"),
            "1005": a_seat("wrap-up", 4_000, "mobile:1005", "mobile"),
        },
        "duties": {
            "1001": [a_duty("late", T - HOUR, T - HOUR + 150_000)],
            "1002": [a_duty("on time", T - HOUR, T - HOUR), a_duty("to come", T + 20 * HOUR)],
            "1003": [a_duty("missing", T - 90_000, shift="C", place="home", mobile=False)],
        },
        "rostered": True,
        "held": ["recovery"],
    }
