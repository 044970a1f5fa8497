"""The live floor, with and without a running server."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest

from admin import live
from hotseat.control_client import NotRunning, Refused
from tests.web.conftest import Browser, T
from tests.web.frames import HOUR, a_floor

FLOOR = a_floor()


class Server:
    """Answers as a running one would, or refuses."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.placing: dict[str, Any] = {"place": "p101", "because": "log_on", "desk": "p101"}
        self.refuses: Exception | None = None

    def command(self, name: str, **args: Any) -> dict[str, Any]:
        if self.refuses is not None:
            raise self.refuses
        if name == "floor":
            return FLOOR
        if name == "seat":
            return {"seat": FLOOR["seats"].get(args["agent"])}
        if name == "seat-placing":
            return {"placing": self.placing}
        self.asked.append((name, args))
        return {"pass": "a+b"} if name == "feed-open" else {}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    """In the place of the control socket."""
    found = Server()
    monkeypatch.setattr(live, "command", found.command)
    return found


def test_the_floor_as_it_is_now_also_without_a_script(admin: Browser, server: Server) -> None:
    page = admin.get("/floor/").text
    assert "&lt;b&gt;lunch&lt;/b&gt;" in page
    assert "<b>lunch" not in page
    assert '<dd id="all-oldest">1:02</dd>' in page
    assert '<dd id="all-level">79%</dd>' in page
    assert "<span data-service-level>80%</span>" in page
    shown = page.split('data-held="recovery"')[1].split(">")[0]
    hidden = page.split('data-held="drain"')[1].split(">")[0]
    assert ("hidden" in shown, "hidden" in hidden) == (False, True)


class Words(HTMLParser):
    """What can be read of a piece of a page, without what is hidden."""

    def __init__(self, piece: str) -> None:
        super().__init__()
        self.open: list[bool] = []
        self.said: list[str] = []
        self.feed(piece)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append("hidden" in dict(attrs))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Holds no words."""

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if not any(self.open):
            self.said += data.split()


def piece(page: str, mark: str) -> str:
    """The words of the list entry with this mark."""
    begin = page.rindex("<li", 0, page.index(mark))
    return " ".join(Words(page[begin : page.index("</li>", begin)] + "</li>").said)


def test_each_seat_is_told_with_its_place(admin: Browser, server: Server) -> None:
    page = admin.get("/floor/").text
    assert "at a desk p101" in piece(page, 'data-seat="1001"')
    assert "at home <b>lunch</b>" in piece(page, 'data-seat="1002"')


def test_duties_are_told_with_who_is_missing_first(admin: Browser, server: Server) -> None:
    page = admin.get("/floor/").text
    order = re.findall(r'data-duty="(\d+)" data-begins="\d+" class="([a-z-]+)"', page)
    assert order == [
        ("1003", "missing"), ("1001", "late"), ("1002", "on-time"), ("1002", "to-come")
    ]  # fmt: skip
    absent = piece(page, 'data-duty="1003"')
    assert absent.startswith("C ")
    assert "missing 1 min 15:58–23:58 at home no mobile registered" in absent
    assert "late 2 min 15:00–23:00 office" in piece(page, 'data-duty="1001"')
    assert "20 h 0 min 01-16 12:00–20:00" in piece(
        page, f'data-duty="1002" data-begins="{T + 20 * HOUR}"'
    )
    assert '<dd id="all-missing">1</dd>' in page


def test_without_a_server_the_page_says_so(admin: Browser) -> None:
    page = admin.get("/floor/")
    assert page.status_code == 200
    assert "The server does not answer" in page.text
    assert admin.post("/floor/pass").status_code == 503


def test_a_pass_is_made_for_the_page_of_this_visitor(admin: Browser, server: Server) -> None:
    admin.get("/floor/")
    answer = admin.post("/floor/pass")
    assert answer.json is not None
    assert answer.json["feed"].endswith("/feed?pass=a%2Bb")
    (name, args) = server.asked[0]
    assert (name, args["login"]) == ("feed-open", "administrator")
    assert args["origin"] == admin.base
    assert args["origin"] not in answer.json["feed"]  # another port
    assert answer.json["feed"].split("/feed")[0] in answer.headers["Content-Security-Policy"]


def test_a_pass_needs_the_token_of_the_page(admin: Browser, server: Server) -> None:
    admin.get("/floor/")
    assert admin.client.post("/floor/pass", base_url=admin.base).status_code == 400
    assert server.asked == []


def test_names_come_apart_from_the_feed(admin: Browser) -> None:
    answer = admin.get("/floor/names").json
    assert answer is not None
    assert answer["queues"]["complaint"] == "投诉"
    assert answer["agents"]["1001"]


@pytest.mark.parametrize(
    ("step", "form", "told"),
    [
        ("seat-ready", {}, {"agent": "1002"}),
        ("seat-logout", {}, {"agent": "1002"}),
        ("seat-pause", {"reason": " tea "}, {"agent": "1002", "reason": "tea"}),
    ],
)
def test_a_seat_is_steered(
    admin: Browser, server: Server, step: str, form: dict[str, str], told: dict[str, str]
) -> None:
    admin.get("/floor/seats/1002")
    answer = admin.post(f"/floor/seats/1002/{step}", form)
    assert answer.status_code == 302
    assert server.asked == [(step, told)]


@pytest.mark.parametrize(
    ("refuses", "said"),
    [(NotRunning("no socket"), "nothing was done"), (Refused("no such seat"), "no such seat")],
)
def test_what_was_not_done_is_said(
    admin: Browser, server: Server, refuses: Exception, said: str
) -> None:
    admin.get("/floor/seats/1002")
    server.refuses = refuses
    admin.post("/floor/seats/1002/seat-ready")
    server.refuses = None
    assert said in admin.get("/floor/seats/1002").text


def test_a_pause_has_a_reason(admin: Browser, server: Server) -> None:
    admin.get("/floor/seats/1001")
    admin.post("/floor/seats/1001/seat-pause", {"reason": "  "})
    assert server.asked == []
    assert "Say why" in admin.get("/floor/seats/1001").text


@pytest.mark.parametrize("path", ["/floor/seats/9999/seat-ready", "/floor/seats/1001/drain"])
def test_nothing_else_can_be_asked_for(admin: Browser, server: Server, path: str) -> None:
    admin.get("/floor/seats/1001")
    assert admin.post(path).status_code == 404
    assert server.asked == []


def test_an_agent_steers_only_the_own_seat(visit: Callable[[str], Browser], server: Server) -> None:
    agent = visit("agent")
    assert agent.post("/floor/seats/1001/seat-ready").status_code == 302
    assert agent.post("/floor/seats/1002/seat-ready").status_code == 403
    assert agent.get("/floor/seats/1002").status_code == 403
    assert server.asked == [("seat-ready", {"agent": "1001"})]


def test_a_supervisor_says_where_an_agent_is_rung(
    visit: Callable[[str], Browser], server: Server
) -> None:
    """What can be said, who said what, and that it can be taken back."""
    server.placing |= {"mobile": True, "roster": "desk"}
    supervisor = visit("supervisor")
    page = supervisor.get("/floor/seats/1001").text
    assert 'value="desk"' in page
    assert 'value="mobile"' in page
    assert "Take the word back" not in page
    assert supervisor.post("/floor/seats/1001/place", {"where": "mobile"}).status_code == 302
    server.placing |= {"override": "mobile", "place": "mobile:1001", "because": "override"}
    page = supervisor.get("/floor/seats/1001").text
    assert "by a supervisor&#39;s word" in page
    assert 'value="mobile"' not in page
    supervisor.post("/floor/seats/1001/place", {"where": "roster"})
    assert server.asked == [
        ("seat-override", {"agent": "1001", "where": where}) for where in ("mobile", "roster")
    ]
    assert supervisor.post("/floor/seats/9999/place", {"where": "desk"}).status_code == 404


def test_no_agent_outweighs_a_supervisor(visit: Callable[[str], Browser], server: Server) -> None:
    """Not even at the own seat; a lead in the own team alone."""
    for login, number in (("agent", "1001"), ("lead", "1006")):
        visitor = visit(login)
        assert visitor.post(f"/floor/seats/{number}/place", {"where": "desk"}).status_code == 403
    assert "/place" not in visit("agent").get("/floor/seats/1001").text
    assert server.asked == []
