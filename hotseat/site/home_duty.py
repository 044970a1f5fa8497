"""What a site file says about home duty: mobiles, own numbers, and what may be dialled."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from hotseat.numbering import country_prefix, is_mobile, normal_form
from hotseat.outbound import OutboundRules
from hotseat.site.fields import AGENT, COUNTRY, NUMBER, SiteFields, Spelling
from hotseat.site.records import AfterHours, AgentRecord, DutyTerms, NumberRecord
from ivr.menus.fields import no_such
from words import said

POLICIES: Final = {policy.value: policy for policy in AfterHours}
POLICY: Final = Spelling(
    said("policy"), "|".join(POLICIES), said("it is one of %(known)s", known=", ".join(POLICIES))
)
PREFIX: Final = Spelling(
    said("prefix of numbers"),
    r"\+[1-9][0-9]{0,14}|95[0-9]{0,6}|400[0-9]{0,7}",
    said("write it like %(like)s", like="+86"),
)
_DEFAULTS: Final = OutboundRules(country="", allow=())


def read_mobile(agent: SiteFields) -> str:
    """The agent's registered duty mobile in E.164, "" if there is none."""
    value = agent.line("mobile")
    if value is None:
        return ""
    number = normal_form(value, "ZZ") if value.startswith("+") else None
    if number is None or not is_mobile(number):
        agent.wrong(
            "mobile",
            said(
                '"%(value)s" is no mobile; write it whole, like "%(like)s"',
                value=value,
                like="+8613800138000",
            ),
        )
        return ""
    return number


def read_duty(queue: SiteFields) -> DutyTerms:
    """How the queue is served by agents at their mobiles."""
    fields = queue.inside("duty", queue.part("duty"))
    default = DutyTerms()
    terms = DutyTerms(
        ring_ms=1000 * fields.whole("ring_seconds", 10, 120, default=default.ring_ms // 1000),
        together=fields.whole("together", 1, 10, default=default.together),
        after_hours=POLICIES[
            fields.spelt("after_hours", POLICY, default=default.after_hours.value)
        ],
        announce=fields.sounds("announce", default=default.announce),
    )
    fields.finish()
    return terms


def read_number(number: str, fields: SiteFields) -> NumberRecord:
    """What answers a number: a menu, an agent, or the check-in."""
    agent = fields.spelt("agent", AGENT, default="")
    check_in = fields.flag("check_in")
    if agent or check_in:
        if fields.line("menu") is not None or (agent and check_in):
            fields.note(said("is answered by one of menu, agent and check_in, not by two"))
        return NumberRecord(
            number, agent=agent, queue=fields.name("queue") if agent else "", check_in=check_in
        )
    return NumberRecord(number, fields.name("menu"))


def tell_wrong_numbers(
    whole: SiteFields,
    numbers: Mapping[str, NumberRecord],
    *,
    menus: Collection[str],
    agents: Collection[str],
    queues: Collection[str],
) -> None:
    """Note the numbers that are answered by what is not there."""
    for record in numbers.values():
        for what, name, known in (
            (said("menu"), record.menu, menus),
            (said("agent"), record.agent, agents),
            (said("queue"), record.queue, queues),
        ):
            if name and name not in known:
                whole.wrong(f"numbers.{record.number}.{what}", no_such(what, name, known))


def read_outbound(whole: SiteFields) -> OutboundRules | None:
    """What may be dialled; None if the file does not say."""
    entry = whole.part("outbound")
    if not entry:
        return None
    fields = whole.inside("outbound", entry)
    country = fields.spelt("country", COUNTRY, default="")
    prefix = country_prefix(country)
    if not prefix:
        fields.wrong("country", said("must be the country whose numbers may be dialled, like CN"))
    allow = fields.words("allow", PREFIX) if "allow" in entry else (prefix,)
    rules = OutboundRules(
        country=country,
        allow=allow,
        caller_id=fields.spelt("caller_id", NUMBER, default=""),
        per_number_a_day=fields.whole(
            "per_number_a_day", 0, 10_000, default=_DEFAULTS.per_number_a_day
        ),
        per_hour=fields.whole("per_hour", 0, 100_000, default=_DEFAULTS.per_hour),
        per_day=fields.whole("per_day", 0, 1_000_000, default=_DEFAULTS.per_day),
        stopped=fields.flag("stopped"),
    )
    fields.finish()
    return rules


def written_mobile(agent: AgentRecord) -> dict[str, Any]:
    """The agent's field, left out if there is none."""
    return {"mobile": agent.mobile} if agent.mobile else {}


def written_duty(duty: DutyTerms) -> dict[str, Any]:
    """The queue's field, left out where all is as by default."""
    if duty == DutyTerms():
        return {}
    return {
        "duty": {
            "ring_seconds": duty.ring_ms // 1000,
            "together": duty.together,
            "after_hours": duty.after_hours.value,
            "announce": list(duty.announce),
        }
    }


def written_number(number: NumberRecord) -> dict[str, Any]:
    """What answers the number."""
    if number.check_in:
        return {"check_in": True}
    if number.agent:
        return {"agent": number.agent, "queue": number.queue}
    return {"menu": number.menu}


def written_outbound(rules: OutboundRules | None) -> dict[str, Any]:
    """The section, left out if there is none."""
    if rules is None:
        return {}
    return {
        "outbound": {
            "country": rules.country,
            "allow": list(rules.allow),
            **({"caller_id": rules.caller_id} if rules.caller_id else {}),
            "per_number_a_day": rules.per_number_a_day,
            "per_hour": rules.per_hour,
            "per_day": rules.per_day,
            "stopped": rules.stopped,
        }
    }
