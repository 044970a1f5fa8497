"""Queues and skills: look, edit, add, remove."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, abort, render_template, request, url_for

from admin.access import allowed
from admin.forms import levels
from admin.queues.forms import QueueForm, SkillForm
from admin.site_edit import Answer, Document, form_page, removal_page, section
from admin.words import _
from hotseat.rights import Action

pages = Blueprint("queues", __name__, url_prefix="/queues")

PLAIN: Final = (
    *("title", "priority", "ring_seconds", "wrap_up_seconds", "again_seconds"),
    *("answer_within_seconds", "volunteers", "music"),
)
SAID: Final = ("every_seconds", "position", "expected_wait")
NEW: Final[Mapping[str, Any]] = {
    "priority": 0,
    "ring_seconds": 20,
    "wrap_up_seconds": 10,
    "again_seconds": 20,
    "answer_within_seconds": 20,
    "music": "default",
    "every_seconds": 30,
}


@pages.get("/")
@allowed(Action.SEE_SITE)
def index() -> Answer:
    """Both lists."""
    queues, agents = section("queues"), section("agents")
    return render_template(
        "queues/index.html",
        queues=queues,
        skills=section("skills"),
        able={name: _able(queue, agents) for name, queue in queues.items()},
        skilled={
            skill: sum(skill in agent["skills"] for agent in agents.values())
            for skill in section("skills")
        },
        used={
            skill: [queue["title"] for queue in queues.values() if skill in queue["requires"]]
            for skill in section("skills")
        },
    )


@pages.route("/new", methods=["GET", "POST"])
@allowed(Action.EDIT_QUEUES)
def new() -> Answer:
    """Another queue."""
    form = QueueForm.sent(**NEW)
    form.taken = section("queues")
    return _queue_page(form, None, form.name.data or "")


@pages.route("/queue/<name>", methods=["GET", "POST"])
@allowed(Action.EDIT_QUEUES)
def edit(name: str) -> Answer:
    """One queue."""
    entry = section("queues").get(name) or abort(404)
    said = entry.get("while_waiting", {})
    values = {
        **NEW,
        **{field: entry[field] for field in PLAIN if field in entry},
        **{field: said[field] for field in SAID if field in said},
        "comfort": " ".join(said.get("comfort", ())),
    }
    form = QueueForm.sent(**values)
    form.name.data = name
    return _queue_page(form, entry, name)


@pages.route("/queue/<name>/remove", methods=["GET", "POST"])
@allowed(Action.EDIT_QUEUES)
def remove(name: str) -> Answer:
    """Take a queue off the site."""
    if name not in section("queues"):
        abort(404)
    return removal_page(
        _("Remove the queue %(name)s", name=name),
        what=f"queue {name}",
        edit=lambda site: site["queues"].pop(name),
        back=url_for(".index"),
    )


@pages.route("/skills/new", methods=["GET", "POST"])
@allowed(Action.EDIT_QUEUES)
def new_skill() -> Answer:
    """Another skill."""
    form = SkillForm.sent()
    form.taken = section("skills")
    return _skill_page(form, None, form.name.data or "")


@pages.route("/skills/<name>", methods=["GET", "POST"])
@allowed(Action.EDIT_QUEUES)
def edit_skill(name: str) -> Answer:
    """The title of a skill."""
    title = section("skills").get(name) or abort(404)
    form = SkillForm.sent(name=name, title=title)
    form.name.data = name
    return _skill_page(form, title, name)


@pages.route("/skills/<name>/remove", methods=["GET", "POST"])
@allowed(Action.EDIT_QUEUES)
def remove_skill(name: str) -> Answer:
    """Take a skill off the site, and from everybody who has it."""
    if name not in section("skills"):
        abort(404)

    def edit(site: Document) -> None:
        del site["skills"][name]
        for agent in site["agents"].values():
            agent["skills"].pop(name, None)

    return removal_page(
        _("Remove the skill %(name)s", name=name),
        what=f"skill {name}",
        edit=edit,
        back=url_for(".index"),
    )


def _queue_page(form: Any, entry: Mapping[str, Any] | None, name: str) -> Answer:
    posted = request.method == "POST"
    wanted, wrong = levels("level-", list(section("skills")))

    def edit(site: Document) -> None:
        queue = site["queues"].setdefault(name, {})
        queue |= {field: form[field].data for field in PLAIN}
        queue["requires"] = wanted
        queue.pop("while_waiting", None)
        said = {field: form[field].data for field in SAID} | {"comfort": form.comfort.data.split()}
        if said["position"] or said["expected_wait"] or said["comfort"]:
            queue["while_waiting"] = {k: v for k, v in said.items() if v is not None}

    return form_page(
        form,
        "queues/edit.html",
        what=f"queue {name}",
        edit=edit,
        path=f"queues.{name}",
        sound=not wrong,
        back=url_for(".index"),
        name=name if entry is not None else None,
        skills=section("skills"),
        levels=wanted if posted else (entry or {}).get("requires", {}),
        wrong_levels=wrong,
        able=None if entry is None else _able(entry, section("agents")),
    )


def _skill_page(form: Any, title: str | None, name: str) -> Answer:
    def edit(site: Document) -> None:
        site["skills"][name] = form.title.data

    return form_page(
        form,
        "queues/skill.html",
        what=f"skill {name}",
        edit=edit,
        path="skills",
        back=url_for(".index"),
        name=name if title is not None else None,
    )


def _able(queue: Mapping[str, Any], agents: Mapping[str, Any]) -> list[str]:
    """The agents who have what the queue requires."""
    return [
        agent["name"]
        for agent in agents.values()
        if all(agent["skills"].get(skill, 0) >= level for skill, level in queue["requires"].items())
    ]
