"""From a site file to a `Site` in which every name that is used exists, or to all its problems."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Final, TypeVar

from hotseat.site.calendars import read_hours
from hotseat.site.fields import (
    AGENT,
    LANGUAGE,
    MUSIC,
    NAME,
    NUMBER,
    PHONE,
    SHIFT,
    SiteFields,
    Spelling,
    is_time_zone,
)
from hotseat.site.home_duty import (
    read_duty,
    read_mobile,
    read_number,
    read_outbound,
    tell_wrong_numbers,
)
from hotseat.site.problems import SiteInvalid, problem
from hotseat.site.read import SiteFile
from hotseat.site.records import (
    AgentRecord,
    MenuDocument,
    PhoneRecord,
    QueueRecord,
    Site,
)
from hotseat.site.rosters import (
    check_rosters,
    read_cover,
    read_covers,
    read_policy,
    read_shift,
)
from ivr.menus import check as check_menu
from ivr.menus import check_together, parse
from ivr.menus.fields import Problem as At
from ivr.menus.fields import no_such
from ivr.waiting import WhileWaiting
from words import said

RESERVED_PHONES: Final = frozenset(
    {"trunk", "carrier", "udp", "global", "system", "phone", "phone-login", "phone-place"}
)
"""Sections that Asterisk's own file has; a phone of that name would change them."""

T = TypeVar("T")


def check(file: SiteFile) -> Site:
    """The site that a file describes. Raises SiteInvalid with everything that is wrong."""
    problems: list[At] = []
    site = _site(file.content, problems)
    if problems:
        found = [problem(path, text, file.line(path)) for path, text in problems]
        raise SiteInvalid(sorted(found, key=lambda each: each.line or 0))
    return site


def _site(content: object, problems: list[At]) -> Site:
    whole = SiteFields(content, "", problems)
    head = SiteFields(whole.mapping("site"), "site", problems)
    skills, teams = _titles(whole, "skills"), _titles(whole, "teams")

    def parts(
        section: str, spelling: Spelling, record: Callable[[str, SiteFields], T]
    ) -> dict[str, T]:
        """One record for each well-named entry of a section."""
        records: dict[str, T] = {}
        for name, entry in whole.part(section).items():
            path = f"{section}.{name}"
            if whole.misspelt(name, spelling, path):
                continue
            fields = SiteFields(entry, path, problems)
            records[name] = record(name, fields)
            fields.finish()
        return records

    name, time_zone = head.text("name"), _time_zone(head)
    languages = head.words("languages", LANGUAGE)
    head.finish()
    queues = parts("queues", NAME, _queue)
    agents = parts("agents", AGENT, _agent)
    phones = parts("phones", PHONE, _phone)
    hours = parts("hours", NAME, read_hours)
    shifts = parts("shifts", SHIFT, read_shift)
    covers = read_covers(
        parts("coverage", NAME, read_cover), said=whole.document.get("coverage") is not None
    )
    rules = SiteFields(whole.part("roster"), "roster", problems)
    policy = read_policy(rules)
    rules.finish()
    numbers = parts("numbers", NUMBER, read_number)
    outbound = read_outbound(whole)
    menus = _menus(
        whole,
        problems,
        first={number.menu for number in numbers.values() if number.menu},
        queues=queues,
        skills=skills,
        languages=languages,
        hours=hours,
    )
    whole.finish()
    _check_skills(whole, skills, queues, agents)
    tell_wrong_numbers(whole, numbers, menus=menus, agents=agents, queues=queues)
    site = Site(
        name=name,
        time_zone=time_zone,
        languages=languages,
        skills=skills,
        queues=queues,
        hours=hours,
        teams=teams,
        agents=agents,
        phones=phones,
        shifts=shifts,
        covers=covers,
        roster=policy,
        menus=menus,
        numbers=numbers,
        outbound=outbound,
    )
    check_rosters(whole, site)
    return site


def _titles(whole: SiteFields, section: str) -> dict[str, str]:
    """A section of names with nothing but a title."""
    return {
        name: whole.a_text(title, f"{section}.{name}")
        for name, title in whole.part(section).items()
        if not whole.misspelt(name, NAME, f"{section}.{name}")
    }


def _time_zone(head: SiteFields) -> str:
    name = head.text("time_zone")
    if name and not is_time_zone(name):
        head.wrong(
            "time_zone",
            said(
                'no time zone "%(name)s"; write it like %(like)s', name=name, like="Asia/Shanghai"
            ),
        )
    return name


def _queue(name: str, fields: SiteFields) -> QueueRecord:
    return QueueRecord(
        name=name,
        title=fields.text("title"),
        requires=fields.levels("requires"),
        priority=fields.whole("priority", 0, 9, default=0),
        ring_ms=1000 * fields.whole("ring_seconds", 5, 120, default=20),
        wrap_up_ms=1000 * fields.whole("wrap_up_seconds", 0, 3600, default=10),
        again_ms=1000 * fields.whole("again_seconds", 0, 3600, default=20),
        answer_within_ms=1000 * fields.whole("answer_within_seconds", 1, 3600, default=20),
        music=fields.spelt("music", MUSIC, default="default"),
        while_waiting=_while_waiting(fields),
        volunteers=fields.flag("volunteers"),
        duty=read_duty(fields),
    )


def _while_waiting(queue: SiteFields) -> WhileWaiting | None:
    entry = queue.part("while_waiting")
    if not entry:
        return None
    fields = queue.inside("while_waiting", entry)
    options = WhileWaiting(
        every_ms=1000 * fields.whole("every_seconds", 10, 600, default=30),
        position=fields.flag("position"),
        expected_wait=fields.flag("expected_wait"),
        comfort=fields.sounds("comfort", default=()),
    )
    fields.finish()
    if not (options.position or options.expected_wait or options.comfort):
        fields.note(said("says nothing; set position, expected_wait or comfort"))
    return options


def _agent(number: str, fields: SiteFields) -> AgentRecord:
    return AgentRecord(
        number,
        fields.text("name"),
        fields.levels("skills"),
        mobile=read_mobile(fields),
        team=fields.spelt("team", NAME, default=""),
    )


def _phone(name: str, fields: SiteFields) -> PhoneRecord:
    if name in RESERVED_PHONES:
        fields.note(said("this name is Asterisk's own; take another, such as p101"))
    return PhoneRecord(name, fields.text("place"))


def _menus(
    whole: SiteFields,
    problems: list[At],
    *,
    first: Collection[str],
    queues: Collection[str],
    skills: Collection[str],
    languages: Collection[str],
    hours: Collection[str],
) -> dict[str, MenuDocument]:
    menus: dict[str, MenuDocument] = {}
    documents = whole.part("menus")
    sound = True
    for name, document in documents.items():
        path = f"menus.{name}"
        if whole.misspelt(name, NAME, path):
            continue
        if not isinstance(document, Mapping):
            whole.wrong(path, said("must be a mapping of fields"))
            continue
        found = check_menu(
            document,
            queues=queues,
            skills=skills,
            languages=languages,
            hours=hours,
            menus=documents,
        )
        problems += [(f"{path}.{at}" if at else path, text) for at, text in found]
        sound = sound and not found
        menus[name] = document
    if sound:
        trees = {name: parse(document, name) for name, document in menus.items()}
        problems += [(f"menus.{at}", text) for at, text in check_together(trees, first)]
    return menus


def _check_skills(
    whole: SiteFields,
    skills: Mapping[str, str],
    queues: Mapping[str, QueueRecord],
    agents: Mapping[str, AgentRecord],
) -> None:
    used = [(f"queues.{queue.name}.requires", queue.requires) for queue in queues.values()]
    used += [(f"agents.{agent.number}.skills", agent.skills) for agent in agents.values()]
    for path, levels in used:
        for skill in levels:
            if skill not in skills:
                whole.wrong(f"{path}.{skill}", no_such(said("skill"), skill, skills))
