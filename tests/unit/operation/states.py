"""The status of a server in the middle of its day."""

from __future__ import annotations

from typing import Any

CALL = "01JCXW5T0Q3N5D1B8A0K2V7M4"


def a_state(**changes: Any) -> dict[str, Any]:
    """What the command `status` says; `changes` replace its parts."""
    return {
        "site": {
            "name": "阳光家电 Sunshine",
            "time_zone": "Asia/Shanghai",
            "revision": 3,
            "problem": None,
        },
        "now": 1_800_000_000_000,
        "up_ms": 3_723_000,
        "held": [],
        "queues": [
            a_queue("consult", "咨询", waiting=3, longest_wait_ms=62_000, talking=4),
            a_queue("complaint", "投诉", seats_ready=2),
        ],
        "duty": {"rostered": False, "on_duty": [], "missing": []},
        "seats": [a_seat("1001", "李静", state="ready"), a_seat("1002", "王强", state="talking")],
        "calls": [a_call(1), a_call(2, state="offered", seat="1001"), a_call(3, state="talking")],
        "today": {
            "calls": 40,
            "answered": 30,
            "abandoned": 6,
            "lost": 1,
            "menu": 3,
            "refused": 2,
            "mean_wait_ms": 12_000,
            "calls_a_minute": 18,
            "queues": {
                "consult": {
                    "answered": 30,
                    "abandoned": 6,
                    "mean_wait_ms": 12_000,
                    "service_level": 0.83,
                }
            },
        },
        "contacts": 9,
        "draining": None,
        "ami": {"up": True, "lag_ms": 3},
        "agi": {"sessions": 8, "open": True},
        "journal": {"lag_ms": 12, "lost": 0, "trouble": None},
        "strangers": {"fastagi_key": 2},
        **changes,
    }


def a_queue(name: str, title: str = "", **changes: Any) -> dict[str, Any]:
    """One queue at rest."""
    rest = {"waiting": 0, "talking": 0, "longest_wait_ms": 0, "seats_ready": 0}
    return {"name": name, "title": title, **rest, **changes}


def a_seat(seat: str, name: str, **changes: Any) -> dict[str, Any]:
    """One seat."""
    idle = {"state": "ready", "paused": None, "idle_ms": 5_000, "call": None}
    return {"seat": seat, "name": name, "phone": f"p{seat[1:]}", **idle, **changes}


def a_call(number: int, **changes: Any) -> dict[str, Any]:
    """One call on the floor."""
    waits = {"queue": "consult", "state": "waiting", "seat": None, "waited_ms": 62_000, "offers": 1}
    return {"call": f"{CALL}{number}", **waits, **changes}
