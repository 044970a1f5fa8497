"""Agents: the matrix of their skills, one agent's sheet with the registered duty mobile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, abort, render_template, request, url_for

from admin.access import allowed, can, require
from admin.agents.forms import AgentForm
from admin.agents.mobiles import silent
from admin.agents.pins import pages as pins
from admin.forms import levels
from admin.instance import instance, site
from admin.site_edit import Answer, Document, form_page, removal_page, section
from admin.teams import owned_by, teams
from admin.words import _
from hotseat.db.engine import reading
from hotseat.db.pins import agents_with_pins
from hotseat.rights import Action, Owned

pages = Blueprint("agents", __name__, url_prefix="/agents")
pages.register_blueprint(pins)

AT_ONCE: Final = 100
"""Rows of the matrix on one page."""


@pages.get("/")
@allowed(Action.SEE_SITE)
def index() -> Answer:
    """Who can do what, and how well."""
    wanted, team = request.args.get("q", "").strip(), request.args.get("team", "")
    skill = request.args.get("skill", "")
    page = max(1, request.args.get("page", 1, type=int))
    found = {
        number: agent
        for number, agent in section("agents").items()
        if wanted.casefold() in f"{number} {agent['name']}".casefold()
        and (not team or agent.get("team") == team)
        and (not skill or skill in agent["skills"])
    }
    shown = list(found.items())[(page - 1) * AT_ONCE : page * AT_ONCE]
    with reading(instance().engine) as db:
        with_pin = agents_with_pins(db)
    return render_template(
        "agents/index.html",
        agents=shown,
        total=len(found),
        any=bool(section("agents")),
        page=page,
        pages=-(-len(found) // AT_ONCE),
        skills=section("skills"),
        teams=teams(),
        wanted=wanted,
        team=team,
        skill=skill,
        with_pin=with_pin,
        editable={
            number
            for number, agent in shown
            if can(Action.EDIT_AGENTS, Owned(number, agent.get("team")))
        },
    )


@pages.route("/new", methods=["GET", "POST"])
@allowed(Action.EDIT_AGENTS)
def new() -> Answer:
    """Somebody else who takes calls."""
    require(Action.EDIT_AGENTS)
    form = AgentForm.sent()
    form.taken = section("agents")
    return _page(form, None, form.name.data or "")


@pages.route("/agent/<number>", methods=["GET", "POST"])
@allowed(Action.EDIT_AGENTS)
def edit(number: str) -> Answer:
    """One agent."""
    entry = section("agents").get(number) or abort(404)
    require(Action.EDIT_AGENTS, owned_by(number))
    form = AgentForm.sent(
        person=entry["name"], team=entry.get("team", ""), mobile=entry.get("mobile", "")
    )
    form.name.data = number
    return _page(form, entry, number)


@pages.route("/agent/<number>/remove", methods=["GET", "POST"])
@allowed(Action.EDIT_AGENTS)
def remove(number: str) -> Answer:
    """Take an agent off the site; history keeps the number."""
    entry = section("agents").get(number) or abort(404)
    require(Action.EDIT_AGENTS)
    return removal_page(
        _("Remove the agent %(name)s", name=f"{number} {entry['name']}"),
        what=f"agent {number}",
        edit=lambda site: site["agents"].pop(number),
        back=url_for(".index"),
    )


def _page(form: Any, entry: Mapping[str, Any] | None, number: str) -> Answer:
    known = section("skills")
    whose = owned_by(number) if entry is not None else Owned()
    # Customers' calls would go there: it takes more than the right to edit an agent.
    registers = can(Action.EDIT_MOBILES, whose)
    wanted, wrong = levels("level-", list(known))
    form.team.choices = [
        ("", _("none")),
        *(
            (team, title)
            for team, title in teams().items()
            # A lead hands nobody over to the team of another.
            if can(Action.EDIT_AGENTS, Owned(number, team))
        ),
    ]

    def edit(wanted_site: Document) -> None:
        agent = wanted_site["agents"].setdefault(number, {})
        agent |= {"name": form.person.data, "skills": wanted}
        if form.team.data:
            agent["team"] = form.team.data
        else:
            agent.pop("team", None)
        if registers and form.mobile.data:
            agent["mobile"] = form.mobile.data
        elif registers:
            agent.pop("mobile", None)

    with reading(instance().engine) as db:
        with_pin = number in agents_with_pins(db)
    return form_page(
        form,
        "agents/edit.html",
        what=f"agent {number}",
        edit=edit,
        path=f"agents.{number}",
        sound=not wrong,
        back=url_for(".index"),
        number=None if entry is None else number,
        skills=known,
        levels=wanted if request.method == "POST" else (entry or {}).get("skills", {}),
        wrong_levels=wrong,
        whose=whose,
        mobile=(entry or {}).get("mobile", ""),
        registers=registers,
        silent=silent(site().outbound),
        with_pin=with_pin,
        own_numbers=[own for own, record in site().numbers.items() if record.agent == number != ""],
    )
