"""A site as its file would be written: plain values, and the text."""

from __future__ import annotations

from typing import Any

import yaml

from hotseat.site.calendars import written_hours
from hotseat.site.home_duty import written_duty, written_mobile, written_number, written_outbound
from hotseat.site.records import AgentRecord, QueueRecord, Site
from hotseat.site.rosters import written_cover, written_policy, written_shift


def written(site: Site) -> dict[str, Any]:
    """The content of a site file, with every field spelt out; secrets are no part of a site."""
    return {
        "site": {
            "name": site.name,
            "time_zone": site.time_zone,
            "languages": list(site.languages),
        },
        "skills": dict(site.skills),
        "queues": {
            queue.name: {
                "title": queue.title,
                "requires": dict(queue.requires),
                "priority": queue.priority,
                "ring_seconds": queue.ring_ms // 1000,
                "wrap_up_seconds": queue.wrap_up_ms // 1000,
                "again_seconds": queue.again_ms // 1000,
                "answer_within_seconds": queue.answer_within_ms // 1000,
                "music": queue.music,
                "volunteers": queue.volunteers,
                **_while_waiting(queue),
                **written_duty(queue.duty),
            }
            for queue in site.queues.values()
        },
        "hours": {hours.name: written_hours(hours) for hours in site.hours.values()},
        "teams": dict(site.teams),
        "agents": {agent.number: _agent(agent) for agent in site.agents.values()},
        "phones": {phone.name: {"place": phone.place} for phone in site.phones.values()},
        "shifts": {shift.name: written_shift(shift) for shift in site.shifts.values()},
        "coverage": {cover.name: written_cover(cover) for cover in site.covers.values()},
        "roster": written_policy(site.roster),
        "menus": dict(site.menus),
        "numbers": {number.number: written_number(number) for number in site.numbers.values()},
        **written_outbound(site.outbound),
    }


def _agent(agent: AgentRecord) -> dict[str, Any]:
    team = {"team": agent.team} if agent.team else {}
    return {"name": agent.name, **team, "skills": dict(agent.skills), **written_mobile(agent)}


def _while_waiting(queue: QueueRecord) -> dict[str, Any]:
    options = queue.while_waiting
    if options is None:
        return {}
    return {
        "while_waiting": {
            "every_seconds": options.every_ms // 1000,
            "position": options.position,
            "expected_wait": options.expected_wait,
            "comfort": list(options.comfort),
        }
    }


def export(site: Site) -> str:
    """The text of a site file; reading it gives the same site."""
    return as_text(written(site))


def as_text(content: object) -> str:
    """Plain values as a site file has them, such as one menu of it."""
    return yaml.dump(
        content,
        Dumper=_Dumper,
        allow_unicode=True,
        default_flow_style=None,
        sort_keys=False,
        width=100,
    )


class _Dumper(yaml.SafeDumper):
    """Writes an object that stands in two places twice: a site file has no aliases."""

    def ignore_aliases(self, data: object) -> bool:
        return True
