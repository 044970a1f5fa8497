"""A house of seats, queues and memberships, told to hotseat and to app_queue in the same way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

RING_SECONDS = 20
CALL = f"PJSIP/${{EXTEN:1}},{RING_SECONDS},m"


@dataclass(frozen=True, slots=True)
class House:
    """`memberships` is the number of queues that one seat serves."""

    seats: int
    queues: int
    memberships: int

    def phone(self, seat: int) -> str:
        """The SIP name of a seat's phone: digits, so that it can be dialled."""
        return f"{1_000 + seat}"

    def agent(self, seat: int) -> str:
        """The agent number of a seat."""
        return f"{10_000 + seat}"

    def served_by(self, seat: int) -> Iterator[int]:
        """The queues of a seat, spread so that every queue has as many seats."""
        step = self.queues // self.memberships
        return ((seat + turn * step) % self.queues for turn in range(self.memberships))

    def number(self, way: str, call: int) -> str:
        """What the call with this number dials to go this way; seats and queues take turns."""
        if way == "dial":
            return f"7{self.phone(call % self.seats)}"
        return f"{'8' if way == 'app_queue' else '9'}{call % self.queues:02}"


def site(house: House) -> dict[str, Any]:
    """The site file: a queue asks for a skill of its own, its menu does nothing but queue."""
    queues = [f"{queue:02}" for queue in range(house.queues)]
    return {
        "site": {"name": "Benchmark", "time_zone": "Asia/Shanghai", "languages": ["zh", "en"]},
        "skills": {f"skill-{queue}": queue for queue in queues},
        "queues": {
            f"queue-{queue}": {
                "title": queue,
                "requires": {f"skill-{queue}": 1},
                "ring_seconds": RING_SECONDS,
                "wrap_up_seconds": 0,
                "music": "default",
                "while_waiting": {"every_seconds": 30, "comfort": ["comfort-thanks"]},
            }
            for queue in queues
        },
        "agents": {
            house.agent(seat): {
                "name": house.agent(seat),
                "skills": {f"skill-{queue:02}": 5 for queue in house.served_by(seat)},
            }
            for seat in range(house.seats)
        },
        "phones": {house.phone(seat): {"place": "-"} for seat in range(house.seats)},
        "menus": {
            f"menu-{queue}": {
                "start": "wait",
                "language": "zh",
                "nodes": {
                    "wait": {"queue": f"queue-{queue}", "next": "end"},
                    "end": {"hang_up": []},
                },
            }
            for queue in queues
        },
        "numbers": {f"9{queue}": {"menu": f"menu-{queue}"} for queue in queues},
    }


def queues_conf(house: House) -> str:
    """app_queue's own file: like the site, the seat that has been idle longest is rung."""
    lines = ["[general]", "persistentmembers = no", "autofill = yes"]
    for queue in range(house.queues):
        lines += [
            f"[queue-{queue:02}]",
            "strategy = leastrecent",
            "musicclass = default",
            "ringinuse = no",
            "joinempty = yes",
            "retry = 1",
            f"timeout = {RING_SECONDS}",
        ]
        lines += [
            f"member = PJSIP/{house.phone(seat)}"
            for seat in range(house.seats)
            if queue in house.served_by(seat)
        ]
    return "\n".join((*lines, ""))


def dialplan() -> list[str]:
    """Commands that give the trunk two more ways: to a phone (7…) and into app_queue (8…)."""
    steps = [
        "_7XXXX,1,Answer()",
        f"_7XXXX,2,Dial({CALL})",
        "_7XXXX,3,Hangup()",
        "_8XX,1,Answer()",
        "_8XX,2,Set(CHANNEL(language)=zh)",
        "_8XX,3,Queue(queue-${EXTEN:1})",
        "_8XX,4,Hangup()",
    ]
    return [f"dialplan add extension {step} into from-trunk" for step in steps]
