"""Changing the site by pages: plan first, all or nothing, written down, and seen by the server."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select

from admin import live
from hotseat.config import Settings
from hotseat.control_client import Refused
from hotseat.db import accounts
from hotseat.db.engine import reading, writing
from hotseat.db.models import Phone
from hotseat.db.snapshot import phone_secrets, site_now
from hotseat.db.web_models import Audit
from hotseat.site.apply import rotate_secret
from hotseat.site.export import export
from hotseat.site.records import SiteNow
from tests.web.conftest import Browser, T

Visit = Callable[[str], Browser]

CONSULT = {
    "title": "咨询台",
    "priority": "0",
    "ring_seconds": "15",
    "wrap_up_seconds": "10",
    "again_seconds": "20",
    "answer_within_seconds": "30",
    "music": "default",
    "every_seconds": "30",
    "position": "y",
    "comfort": "comfort-thanks",
    "level-consult": "2",
}


def now_in(engine: Engine) -> SiteNow:
    """The site in force."""
    with reading(engine) as session:
        return site_now(session)


def audited(engine: Engine) -> Audit:
    """The last row of the audit."""
    with reading(engine) as session:
        row = session.scalars(select(Audit).order_by(Audit.id.desc())).first()
    assert row is not None
    return row


def test_a_queue_is_changed_by_plan_and_apply(admin: Browser, engine: Engine) -> None:
    """Nothing changes before the plan was seen; then all of it, with one row in the audit."""
    before = now_in(engine)
    planned = admin.fill("/queues/queue/consult", CONSULT)
    assert "seconds of ringing: 20 → 15" in planned.text
    assert "title: 咨询 → 咨询台" in planned.text
    assert now_in(engine) == before
    done = admin.put("/queues/queue/consult", CONSULT)
    assert (done.status_code, done.headers["Location"]) == (302, "/queues/")
    after = now_in(engine)
    queue = after.queues["consult"]
    assert (queue.title, queue.ring_ms, queue.requires) == ("咨询台", 15_000, {"consult": 2})
    assert queue.while_waiting is not None
    assert queue.while_waiting.comfort == ("comfort-thanks",)
    assert after.revision == before.revision + 1
    assert {name: after.queues[name] for name in ("complaint", "callback")} == {
        name: before.queues[name] for name in ("complaint", "callback")
    }
    row = audited(engine)
    assert (row.at, row.login, row.what, row.done) == (
        T,
        "administrator",
        "queue consult",
        "changed",
    )
    assert row.before["queues"]["consult"]["title"] == "咨询"
    assert row.after["queues"]["consult"]["title"] == "咨询台"
    assert list(row.after) == ["queues"]
    assert "Revision 2 of the site is in force" in admin.get("/queues/").text


def test_a_running_server_is_told_and_may_complain(
    admin: Browser, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the visitor's name; what is saved stays saved."""
    asked: list[tuple[str, str]] = []

    def refuse(_settings: Settings, command: str, actor: str, /, **_args: object) -> None:
        asked.append((command, actor))
        raise Refused("nothing is changed: a reason")

    monkeypatch.setattr(live, "ask", refuse)
    admin.put("/queues/queue/consult", CONSULT)
    assert ("reload-config", "user:administrator") in asked
    assert "did not take it: nothing is changed: a reason" in admin.get("/queues/").text
    assert now_in(engine).queues["consult"].title == "咨询台"


def test_a_plan_that_is_stale_is_shown_again(admin: Browser, engine: Engine) -> None:
    """Somebody else changed the site between plan and apply."""
    planned = admin.fill("/queues/queue/consult", CONSULT)
    seen = re.findall(r'name="plan_seen" value="([^"]+)"', planned.text)[0]
    with writing(engine) as session:
        rotate_secret(session, "p101", T)
    again = admin.post("/queues/queue/consult", {**CONSULT, "plan_seen": seen})
    assert again.status_code == 200
    assert "has changed since the plan was shown" in again.text
    assert now_in(engine).queues["consult"].title == "咨询"


def test_a_form_that_was_edited_after_its_plan_is_planned_again(
    admin: Browser, engine: Engine
) -> None:
    """What is applied is what was shown."""
    planned = admin.fill("/queues/queue/consult", CONSULT)
    seen = re.findall(r'name="plan_seen" value="([^"]+)"', planned.text)[0]
    other = {**CONSULT, "ring_seconds": "99", "plan_seen": seen}
    again = admin.post("/queues/queue/consult", other)
    assert "seconds of ringing: 20 → 99" in again.text
    assert now_in(engine).queues["consult"].ring_ms == 20_000


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", "", "This field is required"),
        ("title", "a" * 101, "longer than 100"),
        ("title", " two\nlines", "one line"),
        ("priority", "10", "between 0 and 9"),
        ("ring_seconds", "ten", "Not a valid integer"),
        ("music", "../etc", "Use letters, digits"),
        ("level-consult", "11", "A level is a number from 1 to 10"),
        ("level-consult", "x", "A level is a number from 1 to 10"),
        ("comfort", "Rude Words", "Write names of prompts"),
    ],
)
def test_mistakes_stand_beside_their_fields(
    field: str, value: str, said: str, admin: Browser, engine: Engine
) -> None:
    """And nothing is planned, changed or lost."""
    answer = admin.fill("/queues/queue/consult", {**CONSULT, field: value})
    assert said in answer.text
    assert 'name="plan_seen"' not in answer.text
    assert now_in(engine).revision == 1
    if field != "title":
        assert "咨询台" in answer.text


def test_mistakes_are_told_in_chinese(admin: Browser) -> None:
    """To who asks for it."""
    admin.get("/queues/queue/consult")
    answer = admin.post(
        "/queues/queue/consult", {**CONSULT, "priority": "10"}, headers={"Accept-Language": "zh-CN"}
    )
    assert "请输入 0 到 9 之间的数" in answer.text
    assert '<html lang="zh-CN"' in answer.text


def test_plans_are_told_in_chinese(admin: Browser) -> None:
    """With the words of the forms; what somebody wrote stays as it is."""
    fields = {**CONSULT, "title": "title name", "level-english": "3", "level-consult": ""}
    admin.get("/queues/queue/consult")
    page = admin.post("/queues/queue/consult", fields, headers={"Accept-Language": "zh-CN"}).text
    said = re.sub(r"\s+", " ", re.sub("<[^>]*>", "", page))
    for line in (
        "队列 consult 名称: 咨询 → title name",
        "队列 consult 振铃秒数: 20 → 15",
        "队列 consult 新增：要求的技能 english: 3",
        "队列 consult 取消：要求的技能 consult",
    ):
        assert line in said


def test_a_new_queue_and_skill(admin: Browser, engine: Engine) -> None:
    """A name that is taken is refused."""
    admin.put("/queues/skills/new", {"name": "vip", "title": "贵宾"})
    taken = admin.fill("/queues/new", {**CONSULT, "name": "consult"})
    assert "one of this name already" in taken.text
    new = {**CONSULT, "name": "vip", "title": "贵宾", "level-vip": "7", "level-consult": ""}
    assert admin.put("/queues/new", new).status_code == 302
    assert now_in(engine).queues["vip"].requires == {"vip": 7}
    assert "贵宾" in admin.get("/queues/").text


def test_what_is_needed_cannot_be_removed(admin: Browser, engine: Engine) -> None:
    """A menu sends callers there; the page names the place."""
    answer = admin.get("/queues/queue/consult/remove")
    assert "cannot be removed" in answer.text
    assert "menus.main.nodes.consult" in answer.text
    admin.put("/queues/queue/callback/remove", {})
    assert "callback" not in now_in(engine).queues


def test_problems_are_told_in_chinese(admin: Browser) -> None:
    """Those of the site's check as well; what it says otherwise is shown as it is."""
    chinese = {"Accept-Language": "zh-CN"}
    page = html.unescape(admin.get("/queues/queue/callback/remove", **chinese).text)
    assert "将更改" in page
    page = html.unescape(admin.get("/queues/queue/consult/remove", **chinese).text)
    assert "没有队列“consult”" in page
    text = "site: {name: x, time_zone: Mars, languages: [zh]}\nqueues: {a: {priority: 99}}"
    admin.get("/site-file/")
    answer = admin.post("/site-file/", {"text": text}, headers=chinese)
    page = html.unescape(re.sub("<[^>]*>", "", answer.text))
    assert "“Mars”不是有效的时区；请写成 Asia/Shanghai 这样" in page
    assert "queues.a.title 缺少" in page
    assert "必须是 0 到 9 之间的整数" in page


def test_a_skill_goes_with_all_who_have_it(admin: Browser, engine: Engine) -> None:
    """Removed from agents; refused while a queue or a menu asks for it."""
    assert "cannot be removed" in admin.get("/queues/skills/english/remove").text
    admin.put("/queues/queue/callback/remove", {})
    admin.put("/queues/skills/callback/remove", {})
    site = now_in(engine)
    assert "callback" not in site.skills
    assert all("callback" not in agent.skills for agent in site.agents.values())


def test_agents_are_changed_added_and_removed(admin: Browser, engine: Engine) -> None:
    """With their skills."""
    admin.put("/agents/agent/1001", {"person": "王芳芳", "team": "", "level-english": "9"})
    agent = now_in(engine).agents["1001"]
    assert (agent.name, agent.skills) == ("王芳芳", {"english": 9})
    new = {"name": "2001", "person": "赵敏", "team": "", "level-consult": "1"}
    admin.put("/agents/new", new)
    assert now_in(engine).agents["2001"].skills == {"consult": 1}
    assert "one of this name already" in admin.fill("/agents/new", new).text
    assert "Use 2 to 8 digits" in admin.fill("/agents/new", {**new, "name": "1e3"}).text
    admin.put("/agents/agent/2001/remove", {})
    assert "2001" not in now_in(engine).agents


def test_an_agent_keeps_its_user_through_changes(admin: Browser, engine: Engine) -> None:
    """The link is no part of the site."""
    admin.put("/agents/agent/1001", {"person": "王芳芳", "team": "", "level-english": "9"})
    with reading(engine) as session:
        user = accounts.user_by_login(session, "agent")
    assert user is not None
    assert user.agent == "1001"


def test_a_secret_is_shown_once(admin: Browser, engine: Engine) -> None:
    """When it is made, and on no page after that; never in the audit."""
    admin.get("/phones/new")
    fields = {"name": "p200", "place": "前台"}
    planned = admin.post("/phones/new", fields)
    seen = re.findall(r'name="plan_seen" value="([^"]+)"', planned.text)[0]
    shown = admin.post("/phones/new", {**fields, "plan_seen": seen})
    with reading(engine) as session:
        secrets = dict(phone_secrets(session))
    assert secrets["p200"] in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    admin.get("/phones/phone/p200")
    rotated = admin.post("/phones/phone/p200/secret")
    with reading(engine) as session:
        new = dict(phone_secrets(session))["p200"]
        rows = str([(row.before, row.after, row.words) for row in session.scalars(select(Audit))])
    assert new != secrets["p200"]
    assert new in rotated.text
    for path in ("/phones/", "/phones/phone/p200", "/audit/", "/site-file/"):
        page = admin.get(path).text
        assert not any(secret in page for secret in (*secrets.values(), new)), path
    assert new not in rows
    assert secrets["p200"] not in rows
    admin.get("/site-file/")
    exported = admin.post("/site-file/export").text
    assert not any(secret in exported for secret in (*secrets.values(), new))


def test_a_phone_that_is_there_cannot_be_made_again(admin: Browser, engine: Engine) -> None:
    """Its secret would be shown."""
    with reading(engine) as session:
        secret = session.get(Phone, "p101").secret  # type: ignore[union-attr]
    answer = admin.fill("/phones/new", {"name": "p101", "place": "x"})
    assert "one of this name already" in answer.text
    assert secret not in answer.text


def test_numbers(admin: Browser, engine: Engine) -> None:
    """Another number for the same menu; not for a menu that is not there."""
    admin.put("/numbers/new", {"name": "+8621000", "answered": "menu", "menu": "main"})
    assert now_in(engine).numbers["+8621000"].menu == "main"
    wrong = admin.fill("/numbers/number/+8621000", {"answered": "menu", "menu": "nothing"})
    assert "Not a valid choice" in wrong.text
    admin.put("/numbers/number/+8621000/remove", {})
    assert "+8621000" not in now_in(engine).numbers


def test_a_number_of_ones_own_and_one_to_check_in(admin: Browser, engine: Engine) -> None:
    """Each kind is kept whole, shown, and can become another."""
    own = {"answered": "agent", "agent": "1001", "queue": "consult"}
    admin.put("/numbers/new", {"name": "8002", **own})
    admin.put("/numbers/new", {"name": "8098", "answered": "check_in"})
    numbers = now_in(engine).numbers
    assert (numbers["8002"].agent, numbers["8002"].queue) == ("1001", "consult")
    assert numbers["8098"].check_in
    page = admin.get("/numbers/").text
    assert "own number of 1001 王芳" in page
    assert "check-in of agents" in page
    assert "8002" in admin.get("/agents/agent/1001").text
    wrong = admin.fill("/numbers/number/8002", {**own, "agent": "9999"})
    assert "Not a valid choice" in wrong.text
    admin.put("/numbers/number/8002", {"answered": "menu", "menu": "main"})
    assert now_in(engine).numbers["8002"].menu == "main"
    assert not now_in(engine).numbers["8002"].agent


# --- the whole site ---------------------------------------------------------------------------


def test_the_site_file_goes_out_and_comes_in(admin: Browser, engine: Engine) -> None:
    """The export is the file; an edited one is planned and applied."""
    admin.get("/site-file/")
    answer = admin.post("/site-file/export")
    text = export(now_in(engine).as_written())
    assert answer.text == text
    assert "attachment" in answer.headers["Content-Disposition"]
    assert audited(engine).done == "exported"
    edited = text.replace("一楼 1 号", "门口")
    done = admin.put("/site-file/", {"text": edited})
    assert done.status_code == 302
    assert now_in(engine).phones["p101"].place == "门口"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("site: {name: x", "not YAML"),
        ("a: &x 1\nb: *x", "aliases"),
        ("!!python/object/apply:os.system ['id']", "the tag"),
        ("site: {name: x, time_zone: Nowhere, languages: [zh]}", "no time zone"),
    ],
)
def test_a_bad_file_changes_nothing(text: str, said: str, admin: Browser, engine: Engine) -> None:
    """It is told with its lines, and stays in the field."""
    answer = admin.fill("/site-file/", {"text": text})
    assert answer.status_code == 200
    assert said in answer.text
    assert now_in(engine).revision == 1


def test_a_file_that_is_no_text(admin: Browser) -> None:
    """Is told so."""
    from io import BytesIO

    admin.get("/site-file/")
    answer = admin.post("/site-file/", {"file": (BytesIO(b"\xff\xfe\x00"), "site.yaml")})
    assert "not UTF-8" in answer.text


# --- whose agents -----------------------------------------------------------------------------


def test_a_lead_edits_the_own_team_alone(admin: Browser, visit: Visit, engine: Engine) -> None:
    """Neither others', nor into others', nor new ones, nor away (IDOR)."""
    teams = {number: agent.team for number, agent in now_in(engine).agents.items()}
    own, other = teams["1002"], next(team for team in teams.values() if team != teams["1002"])
    mate = next(n for n, team in teams.items() if team == own and n != "1002")
    stranger = next(n for n, team in teams.items() if team == other)
    lead_id = re.findall(r'/users/(\d+)">Lead', admin.get("/users/").text)[0]
    admin.fill(
        f"/users/{lead_id}", {"name": "Lead", "roles": "lead", "agent": "1002", "leads": own}
    )
    lead = visit("lead")
    page = lead.get("/agents/").text
    assert f"/agents/agent/{mate}" in page
    assert f"/agents/agent/{stranger}" not in page
    for path in (f"/agents/agent/{stranger}", "/agents/new"):
        assert lead.get(path).status_code == 403
        assert lead.post(path, {"person": "X", "team": ""}).status_code == 403
    assert lead.get(f"/agents/agent/{mate}/remove").status_code == 403
    assert lead.get(f"/agents/agent/{mate}").status_code == 200
    away = lead.fill(f"/agents/agent/{mate}", {"person": "张伟", "team": other})
    assert "Not a valid choice" in away.text
    changed = {"person": "张大伟", "team": own, "level-complaint": "6"}
    lead.put(f"/agents/agent/{mate}", changed)
    agent = now_in(engine).agents[mate]
    assert (agent.name, agent.skills, agent.team) == ("张大伟", {"complaint": 6}, own)
