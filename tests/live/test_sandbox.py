"""The sandbox's Asterisk, and what the static dialplan does while the server is away."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hotseat.asterisk.agi import signature
from hotseat.asterisk.install import find
from hotseat.asterisk.instance import instance_of
from hotseat.asterisk.render import EVENTS, PhoneLogin
from hotseat.asterisk.sandbox import Sandbox, SandboxError
from hotseat.config import AsteriskSettings, Settings, load_secrets
from hotseat.softphones.callers import Callers
from hotseat.softphones.phone import Phone, PhoneCall
from tests.live.agi_peer import AgiPeer
from tests.live.ami_peer import AmiPeer
from tests.live.sound import Recording, hears_music

pytestmark = pytest.mark.live

CHECKOUT = Path(__file__).parents[2]
SECRET = "a-secret-for-tests"
CALL = "01JCALLFORTESTS00000000000"
NUMBER = "4008001000"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    root = Path(os.environ.get("HOTSEAT_ASTERISK__ROOT", CHECKOUT / ".hotseat/asterisk/root"))
    if find(root) is None:
        says = "no Asterisk here; run `make asterisk`"
        if os.environ.get("CI"):
            pytest.fail(says)
        pytest.skip(says)
    return Settings(state=tmp_path_factory.mktemp("state"), asterisk=AsteriskSettings(root=root))


@pytest.fixture(scope="module")
def sandbox(settings: Settings) -> Iterator[Sandbox]:
    sandbox = Sandbox(settings, lambda: [PhoneLogin("p101", SECRET)])
    sandbox.up()
    yield sandbox
    sandbox.down()


@pytest.fixture
def callers(settings: Settings, sandbox: Sandbox, tmp_path: Path) -> Iterator[Callers]:
    callers = Callers(
        address=str(settings.asterisk.trunk_peers[0]), server=_sip(settings), folder=tmp_path
    )
    yield callers
    callers.hang_up_all()
    callers.close()
    _eventually(lambda: sandbox.rx("core show channels count").startswith("0 active channels"))


@pytest.fixture
def phone(settings: Settings, sandbox: Sandbox, tmp_path: Path) -> Iterator[Phone]:
    assert settings.asterisk.net is not None
    with Phone(
        "p101", address=str(settings.asterisk.net[101]), server=_sip(settings), folder=tmp_path
    ) as phone:
        phone.register(SECRET)
        yield phone


@pytest.fixture
def server(settings: Settings) -> Callable[[], AgiPeer]:
    return lambda: AgiPeer(str(settings.asterisk.fastagi_host), settings.asterisk.fastagi_port)


def _sip(settings: Settings) -> str:
    return f"{settings.asterisk.host}:{settings.asterisk.sip_port}"


def _eventually(true: Callable[[], object], timeout: float = 5) -> None:
    deadline = time.monotonic() + timeout
    while not true():
        assert time.monotonic() < deadline, "it did not become true in time"
        time.sleep(0.02)


def _ended_in_outage(sandbox: Sandbox) -> int | None:
    """What the dialplan left for a server that comes back, and take it away."""
    name = f"HOTSEAT_ENDED_{CALL}"
    for line in sandbox.rx("dialplan show globals").splitlines():
        variable, _, value = line.strip().partition("=")
        if variable == name:
            sandbox.rx(f'dialplan set global {name} ""')
            return int(value) if value.strip('"') else None
    return None


def _talk(peer: AgiPeer, callers: Callers, phone: Phone) -> PhoneCall:
    """A caller in a talk with the phone, by the server's EXEC Dial."""
    phone.answers(after_ms=0)
    caller = callers.call(NUMBER)
    session = peer.session(timeout=5)
    session.command("ANSWER")
    session.command(f'SET VARIABLE HOTSEAT_TICKET "waiting|{CALL}|rest"')
    begun = time.time() * 1000
    session.begin('EXEC Dial "PJSIP/p101,10,mg"')
    phone.wait("talking", since=begun, timeout=5)
    caller.wait("talking", timeout=5)
    time.sleep(0.3)  # the far end's "talking" comes before Asterisk has bridged the two
    return caller


def _hang_up(phone: Phone) -> None:
    for event in phone.events:
        if event.kind == "talking" and event.call is not None:
            phone.hang_up(event.call)


def test_starts_without_an_error(sandbox: Sandbox) -> None:
    log = sandbox.log().read_text("utf-8")
    assert "modules will be loaded" in log
    assert [line for line in log.splitlines() if "ERROR" in line or "WARNING" in line] == []


def test_a_line_brings_its_facts_and_its_signature(
    settings: Settings, callers: Callers, server: Callable[[], AgiPeer]
) -> None:
    with server() as peer:
        caller = callers.call(NUMBER)
        session = peer.session(timeout=5)
        assert session.script == "line"
        assert session.variable("HOTSEAT_NUMBER") == NUMBER
        assert session.environment["agi_arg_1"] == "trunk"
        key, uniqueid = load_secrets(settings).fastagi_key, session.environment["agi_uniqueid"]
        assert session.environment["agi_arg_7"] == signature(key, uniqueid)
        assert key not in str(session.environment)
        session.done()
        caller.wait("ended", timeout=5)


def test_a_caller_is_held_while_the_server_is_away(
    callers: Callers, server: Callable[[], AgiPeer]
) -> None:
    caller = callers.call(NUMBER)
    caller.wait("talking", timeout=5)
    time.sleep(2.5)
    with server() as peer:
        session = peer.session(timeout=3)
        assert int(session.variable("HOTSEAT_LEFT") or 0) in range(894, 899)
    with server() as peer:  # it crashed and came back
        peer.session(timeout=3).done()
    caller.wait("ended", timeout=5)


def test_agent_ends_a_talk_in_an_outage(
    sandbox: Sandbox, callers: Callers, phone: Phone, server: Callable[[], AgiPeer]
) -> None:
    with server() as peer:
        caller = _talk(peer, callers, phone)
    time.sleep(1)
    assert not caller.over
    ended = time.time() * 1000
    _hang_up(phone)
    with server() as peer:
        session = peer.session(timeout=5)
        assert session.variable("HOTSEAT_TICKET") == f"after|{CALL}|rest"
        assert abs(int(session.variable("HOTSEAT_ENDED") or 0) - ended) < 300
        session.done()
    caller.wait("ended", timeout=5)
    assert _ended_in_outage(sandbox) is None


def test_agent_ends_a_talk_and_no_server_comes(
    sandbox: Sandbox, callers: Callers, phone: Phone, server: Callable[[], AgiPeer]
) -> None:
    with server() as peer:
        caller = _talk(peer, callers, phone)
    ended = time.time() * 1000
    _hang_up(phone)
    over = caller.wait("ended", timeout=12).at
    assert 4_000 < over - ended < 7_000
    _eventually(lambda: f"HOTSEAT_ENDED_{CALL}" in sandbox.rx("dialplan show globals"))
    assert abs((_ended_in_outage(sandbox) or 0) - ended) < 300


def _server_seen(sandbox: Sandbox, seconds_ago: int) -> None:
    """The heartbeat that a server leaves in the dialplan while it sees Asterisk."""
    sandbox.rx(f"dialplan set global HOTSEAT_SEEN {int(time.time()) - seconds_ago}")


def test_caller_ends_a_talk_in_an_outage(
    sandbox: Sandbox, callers: Callers, phone: Phone, server: Callable[[], AgiPeer]
) -> None:
    with server() as peer:
        caller = _talk(peer, callers, phone)
    _server_seen(sandbox, seconds_ago=4)
    ended = time.time() * 1000
    caller.hang_up()
    caller.wait("ended", timeout=5)
    _eventually(lambda: f"HOTSEAT_ENDED_{CALL}" in sandbox.rx("dialplan show globals"))
    assert abs((_ended_in_outage(sandbox) or 0) - ended) < 300


def test_caller_ends_a_talk_and_the_server_sees_it(
    sandbox: Sandbox, callers: Callers, phone: Phone, server: Callable[[], AgiPeer]
) -> None:
    with server() as peer:
        caller = _talk(peer, callers, phone)
        _server_seen(sandbox, seconds_ago=1)
        caller.hang_up()
        _eventually(lambda: sandbox.rx("core show channels count").startswith("0 active"))
    assert _ended_in_outage(sandbox) is None


def test_nobody_comes_back_at_all(
    sandbox: Sandbox, callers: Callers, server: Callable[[], AgiPeer]
) -> None:
    caller = callers.call(NUMBER)
    caller.wait("talking", timeout=5)
    (channel,) = [
        line.split("!")[0] for line in sandbox.rx("core show channels concise").splitlines()
    ]
    left = sandbox.log().stat().st_size
    begun = time.time() * 1000
    sandbox.rx(f"dialplan set chanvar {channel} HOTSEAT_LEFT 1")
    assert caller.wait("ended", timeout=15).at - begun > 3_000, "no announcement was heard"
    assert "does not exist in any format" not in sandbox.log().read_text("utf-8")[left:]


def test_a_held_caller_hears_music(callers: Callers) -> None:
    caller = callers.call(NUMBER)
    talking = caller.wait("talking", timeout=5)
    time.sleep(4)
    caller.hang_up()
    ended = caller.wait("ended", timeout=5)
    path = Path(caller.wait("recorded", timeout=5).facts["recording"])
    heard = Recording.read(path, caller.wait("sound").at)
    assert hears_music(heard.between(talking.at + 700, ended.at - 300))


def test_a_phone_can_be_added_while_calls_run(
    settings: Settings, sandbox: Sandbox, callers: Callers, tmp_path: Path
) -> None:
    assert settings.asterisk.net is not None
    caller = callers.call(NUMBER)
    caller.wait("talking", timeout=5)
    more = Sandbox(settings, lambda: [PhoneLogin("p101", SECRET), PhoneLogin("p102", SECRET)])
    assert more.reload_phones() == ["pjsip.conf"]
    with Phone(
        "p102", address=str(settings.asterisk.net[102]), server=_sip(settings), folder=tmp_path
    ) as phone:
        phone.register(SECRET)
        running = sandbox.status().running
        assert running is not None
        assert "p102" in running.registered
    assert not caller.over
    assert sandbox.reload_phones() == ["pjsip.conf"]


def test_a_module_that_is_new_is_loaded_while_asterisk_runs(
    settings: Settings, sandbox: Sandbox
) -> None:
    installation = find(settings.asterisk.root)
    assert installation is not None
    modules = instance_of(settings, installation).outside / "etc" / "modules.conf"
    modules.write_text(modules.read_text().replace("load = func_sha1.so\n", ""))
    sandbox.rx("module unload func_sha1.so")
    assert "0 modules loaded" in sandbox.rx("module show like func_sha1")
    assert sandbox.reload() == ["modules.conf"]
    assert "1 modules loaded" in sandbox.rx("module show like func_sha1")
    assert sandbox.reload() == []


def test_a_module_that_does_not_load_is_told_by_name(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxError, match=r"does not load func_nothing\.so"):
        sandbox.load("func_nothing.so")


def test_sound_goes_before_everything_else_on_the_machine(sandbox: Sandbox) -> None:
    mine = os.sched_getscheduler(0)
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except PermissionError:
        pytest.skip("needs the right to real-time scheduling")
    os.sched_setscheduler(0, mine, os.sched_param(0))
    pid = sandbox.pid()
    assert pid is not None
    threads = [int(thread.name) for thread in Path(f"/proc/{pid}/task").iterdir()]
    assert {os.sched_getscheduler(thread) for thread in threads} == {os.SCHED_RR}


def test_neighbours_do_not_disturb_each_other(
    settings: Settings, sandbox: Sandbox, tmp_path: Path
) -> None:
    other = Sandbox(
        Settings(state=tmp_path, asterisk=AsteriskSettings(root=settings.asterisk.root))
    )
    theirs, ours = other.up(), sandbox.pid()
    try:
        assert theirs != ours
        assert other.up() == theirs, "a second start must change nothing"
    finally:
        assert other.down()
    assert not other.down()
    assert sandbox.pid() == ours
    assert "System uptime" in sandbox.rx("core show uptime seconds")


def test_an_address_that_is_taken_is_told(
    settings: Settings, sandbox: Sandbox, tmp_path: Path
) -> None:
    asterisk = AsteriskSettings(root=settings.asterisk.root, net=settings.asterisk.net)
    twin = Sandbox(Settings(state=tmp_path, asterisk=asterisk))
    with pytest.raises(SandboxError, match="Unable to bind AMI server"):
        twin.up()
    assert not twin.running()
    assert sandbox.running()


def _ami(settings: Settings, source: int = 2) -> AmiPeer:
    assert settings.asterisk.net is not None
    return AmiPeer(
        str(settings.asterisk.host),
        settings.asterisk.ami_port,
        source=str(settings.asterisk.net[source]),
    )


@pytest.mark.parametrize(
    ("action", "headers"),
    [
        ("Command", {"Command": "core show version"}),
        ("ModuleLoad", {"Module": "app_system.so", "LoadType": "load"}),
        ("Reload", {}),
        ("GetConfig", {"Filename": "manager.conf"}),
        ("UpdateConfig", {"SrcFilename": "manager.conf", "DstFilename": "manager.conf"}),
        ("DBPut", {"Family": "a", "Key": "b", "Val": "c"}),
        ("DialplanExtensionAdd", {"Context": "line", "Extension": "1", "Priority": "1"}),
    ],
)
def test_the_server_cannot_reach_the_machine_by_ami(
    settings: Settings, sandbox: Sandbox, action: str, headers: dict[str, str]
) -> None:
    with _ami(settings) as ami:
        assert ami.login("hotseat", load_secrets(settings).ami_events)["Response"] == "Success"
        answer = ami.action(action, **headers)
    assert (answer["Response"], answer["Message"]) == ("Error", "Permission denied")


def test_the_server_can_do_what_it_needs_by_ami(
    settings: Settings, callers: Callers, server: Callable[[], AgiPeer]
) -> None:
    with server() as peer, _ami(settings) as ami:
        ami.login("hotseat", load_secrets(settings).ami_events)
        callers.call(NUMBER)
        session = peer.session(timeout=5)
        channel = session.environment["agi_channel"]
        assert ami.action("Setvar", Channel=channel, Variable="X", Value="y")["Response"] == (
            "Success"
        )
        assert session.variable("X") == "y"
        assert ami.action("Setvar", Variable="HOTSEAT_X", Value="z")["Response"] == "Success"
        assert ami.action("Getvar", Variable="HOTSEAT_X")["Value"] == "z"
        assert [row["Channel"] for row in ami.listing("Status")] == [channel]
        assert "PJSIP/p101" in [row["Device"] for row in ami.listing("DeviceStateList")]
        assert [row["Channel"] for row in ami.listing("CoreShowChannels")] == [channel]
        assert ami.action("CoreStatus")["Response"] == "Success"
        asked = {"Channel": channel, "Context": "from-trunk", "Exten": NUMBER, "Priority": "1"}
        assert ami.action("Redirect", **asked)["Response"] == "Success"
        peer.session(timeout=5).command("ANSWER")
        assert ami.action("Hangup", Channel=channel)["Response"] == "Success"
        _eventually(lambda: ami.action("Ping") and "Hangup" in [e["Event"] for e in ami.events])
    assert {event["Event"] for event in ami.events} <= set(EVENTS)


def test_the_guest_may_log_in_and_no_more(
    settings: Settings, callers: Callers, server: Callable[[], AgiPeer]
) -> None:
    with server() as peer, _ami(settings) as ami:
        ami.login("hotseat-look", load_secrets(settings).ami_guest)
        callers.call(NUMBER)
        channel = peer.session(timeout=5).environment["agi_channel"]
        assert ami.action("Ping")["Response"] == "Success"
        for action in ("Hangup", "Setvar", "Redirect", "Originate", "Command", "Status"):
            refused = ami.action(action, Channel=channel, Variable="X", Value="y")
            assert refused["Message"] == "Permission denied", action
        for where in ({}, {"Channel": channel}):
            refused = ami.action("Getvar", Variable="HOTSEAT_KEY", **where)
            assert refused["Message"] == "Permission denied"
        assert ami.events == []


def test_ami_is_closed_to_other_addresses(settings: Settings, sandbox: Sandbox) -> None:
    host, port = str(settings.asterisk.host), settings.asterisk.ami_port
    with AmiPeer(host, port, source="127.0.0.1") as stranger:
        answer = stranger.login("hotseat", load_secrets(settings).ami_events)
    assert (answer["Response"], answer["Message"]) == ("Error", "Authentication failed")
