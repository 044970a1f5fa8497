"""What stands in Asterisk's files, and what never may."""

from __future__ import annotations

import dataclasses
import re
from ipaddress import IPv4Address, IPv4Network
from pathlib import PurePosixPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hotseat.asterisk.render import (
    EVENTS,
    RESERVED,
    Folders,
    Inputs,
    PhoneLogin,
    RenderError,
    render,
)
from hotseat.config import Secrets

INPUTS = Inputs(
    folders=Folders("f00", PurePosixPath("/srv/hotseat/f00"), PurePosixPath("/usr/share/moh")),
    net=IPv4Network("127.1.2.0/24"),
    host=IPv4Address("127.1.2.1"),
    sip_port=5060,
    ami_port=5038,
    http_port=8088,
    rtp_ports=(10_000, 19_999),
    fastagi_host=IPv4Address("127.1.2.2"),
    fastagi_port=4573,
    trunk_peers=(IPv4Address("127.1.2.10"), IPv4Address("127.1.2.11")),
    carrier="127.1.2.11:5060",
    qualify_seconds=20,
    secrets=Secrets(ami_events="e" * 32, ami_guest="g" * 32, fastagi_key="k" * 32),
    phones=(PhoneLogin("p102", "b" * 24), PhoneLogin("p101", "a" * 24)),
)

BUILT_IN = {"Answer", "Goto", "GotoIf", "Hangup", "MSet", "NoOp", "Set", "Wait"}
"""Applications and functions of Asterisk's core; the others come from the modules below."""
MODULE_OF = {
    "CALLERID": "func_callerid",
    "AGI": "res_agi",
    "U": "app_dial",
    "CHANNEL": "func_channel",
    "CUT": "func_cut",
    "Dial": "app_dial",
    "FILTER": "func_strings",
    "GLOBAL": "func_global",
    "IF": "func_logic",
    "Playback": "app_playback",
    "Read": "app_read",
    "Return": "app_stack",
    "UserEvent": "app_userevent",
    "SHA1": "func_sha1",
    "STRFTIME": "func_strings",
    "StartMusicOnHold": "res_musiconhold",
}

Section = tuple[str, dict[str, list[str]]]


def sections(text: str) -> list[Section]:
    """Asterisk's file format, as far as we use it: `[name](template)` and `key = value`."""
    found: list[Section] = []
    for line in (raw.split(";")[0].strip() for raw in text.splitlines()):
        if line.startswith("["):
            found.append((line, {}))
        elif line:
            key, _, value = line.partition("=")
            found[-1][1].setdefault(key.strip(), []).append(value.lstrip("> ").strip())
    return found


def section(file: str, head: str) -> dict[str, list[str]]:
    (only,) = [values for name, values in sections(render(INPUTS)[file]) if name == head]
    return only


def modules() -> set[str]:
    return {name.removesuffix(".so") for name in section("modules.conf", "[modules]")["load"]}


def test_every_phone_has_its_own_three_sections() -> None:
    text = render(INPUTS)["pjsip.conf"]
    heads = [head for head, _ in sections(text) if head.startswith("[p1")]
    kinds = ("(phone)", "(phone-login)", "(phone-place)")
    assert heads == [f"[{name}]{kind}" for name in ("p101", "p102") for kind in kinds]
    assert section("pjsip.conf", "[p101](phone-login)") == {
        "username": ["p101"],
        "password": ["a" * 24],
    }


def test_the_order_of_the_phones_changes_nothing() -> None:
    turned = dataclasses.replace(INPUTS, phones=INPUTS.phones[::-1])
    assert render(turned) == render(INPUTS)


def test_the_trunk_is_known_by_its_addresses() -> None:
    identify = [
        values for head, values in sections(render(INPUTS)["pjsip.conf"]) if "match" in values
    ]
    assert identify == [
        {"type": ["identify"], "endpoint": ["trunk"], "match": ["127.1.2.10", "127.1.2.11"]}
    ]


def test_no_value_is_left_open() -> None:
    for name, text in render(INPUTS).items():
        assert "@{" not in text, name


def test_everything_listens_on_the_instances_own_address() -> None:
    texts = "\n".join(render(INPUTS).values())
    binds = re.findall(r"(?m)^bind(?:addr)?\s*=\s*(\S+)", texts)
    assert sorted(binds) == ["127.1.2.1", "127.1.2.1", "127.1.2.1:5060"]


@pytest.mark.parametrize(
    "name", ["app_system", "app_externalivr", "func_shell", "func_curl", "func_env", "app_queue"]
)
def test_modules_that_reach_the_machine_stay_out(name: str) -> None:
    assert section("modules.conf", "[modules]")["autoload"] == ["no"]
    assert name not in modules()


def test_the_dialplan_uses_only_what_is_loaded() -> None:
    """Asterisk hangs up at an application that it does not know, and says so only then."""
    text = re.sub(r"(?m);.*$", "", render(INPUTS)["extensions.conf"])
    used = set(re.findall(r"\b([A-Za-z]+)\(", re.sub(r"\bn\([a-z-]+\)", "n", text)))
    unknown = used - BUILT_IN - set(MODULE_OF)
    assert unknown == set()
    assert {MODULE_OF[name] for name in used - BUILT_IN} <= modules()


def test_what_the_server_listens_to_is_told() -> None:
    told = {
        *("ast_channel_snapshot_type", "ast_channel_dial_type", "ast_channel_hangup_request_type"),
        *("ast_channel_entered_bridge_type", "ast_channel_left_bridge_type"),
        *("ast_channel_dtmf_end_type", "ast_multi_user_event_type", "ast_security_event_type"),
        *("ast_device_state_message_type", "ast_endpoint_state_type"),
    }
    assert not told & set(section("stasis.conf", "[declined_message_types]")["decline"])


def test_the_dialplan_reaches_nobody() -> None:
    text = re.sub(r"(?m);.*$", "", render(INPUTS)["extensions.conf"])
    assert not re.search(r"\b(Originate|System|Queue|Page|FollowMe)\b", text)
    assert set(re.findall(r"\binclude\b.*", text)) == {"include => line"}
    # A Local channel that the server dials is the one way into [accept], where the one Dial is.
    ways, accept = text.split("[accept]")
    assert not re.search(r"\b(Dial|accept)\b", ways)
    assert re.findall(r"\bDial\(.*", accept) == [
        "Dial(PJSIP/${CUT(HOTSEAT_TERMS,|,1)}@carrier,,U(hotseat-accept))"
    ]


@pytest.mark.parametrize(
    ("arrived", "done", "ended", "seen", "goes_on"),
    [
        ("1", "16", "", "100", False),
        ("1", "", "", "100", False),
        ("1", "", "", "97", True),
        ("1", "", "", "", True),
        ("1", "", "5", "100", True),
        ("1", "16", "5", "90", False),
        ("", "", "", "100", True),
        ("", "16", "", "100", True),
    ],
)
def test_a_hang_up_is_one_step_unless_nobody_saw_it_or_h_itself_was_dialled(
    arrived: str, done: str, ended: str, seen: str, goes_on: bool
) -> None:
    text = re.sub(r"(?m)^ *;.*\n", "", render(INPUTS)["extensions.conf"])
    (steps,) = re.findall(r"(?m)^exten => h,.*\n(?:(?! *exten|\[).+\n)*", text)
    (asked,) = re.findall(r"^exten => h,1,GotoIf\(\$\[(.*)\]\?unseen,s,1\)\n*$", steps)
    values = {"ARRIVED": arrived, "DONE": done, "ENDED": ended, "SEEN": seen}
    for name, value in values.items():
        asked = asked.replace(f"${{HOTSEAT_{name}}}", value)
    asked = re.sub(r"\b0+(?=\d)", "", asked.replace("${EPOCH}", "100"))
    spelt = asked.replace(" = ", " == ").replace("|", "or").replace("&", "and")
    assert bool(eval(spelt, {})) is goes_on


def test_who_dials_h_is_refused_before_anything_is_kept() -> None:
    unseen = render(INPUTS)["extensions.conf"].split("[unseen]")[1].split("\n[")[0]
    first, *_ = re.findall(r"exten => s,1,(.*)", unseen)
    assert first == 'GotoIf($["${HOTSEAT_ARRIVED}" = ""]?stranger,1)'
    assert "\nexten => stranger,1,Hangup(1)\n" in unseen


def test_nothing_is_an_answer_of_a_mobile_before_its_key() -> None:
    """A mobile that hangs up in the middle would count as connected."""
    text = render(INPUTS)["extensions.conf"].split("[hotseat-accept]")[1]
    first, *_ = re.findall(r"exten => s,1,(.*)", text)
    assert first == "Set(GOSUB_RESULT=BUSY)"
    assert text.count("Set(GOSUB_RESULT=)") == 1
    assert re.search(r"n\(take\),[^\n]*\n same => n,Set\(GOSUB_RESULT=\)", text)


def test_nobody_comes_in_as_the_carrier() -> None:
    text = render(INPUTS)["pjsip.conf"]
    assert re.search(r"\[carrier\]\ntype = endpoint\n[^\[]*\nidentify_by = ip\n", text)
    assert "endpoint = carrier" not in text


def test_ami_users_can_do_no_more_than_they_need() -> None:
    server = section("manager.conf", "[hotseat](login)")
    guest = section("manager.conf", "[hotseat-look](login)")
    assert server["write"] == ["call,originate,reporting"]
    assert guest["write"] == [""]
    assert guest["read"] == [""]
    assert section("manager.conf", "[login](!)")["permit"] == ["127.1.2.0/255.255.255.0"]
    assert set(server) >= {f"eventfilter(action(include),name({event}))" for event in EVENTS}


def test_who_vanishes_without_a_bye_is_noticed() -> None:
    found = sections(render(INPUTS)["pjsip.conf"])
    endpoints = [keys for _, keys in found if keys.get("type") == ["endpoint"]]
    assert len(endpoints) == 3, "both ways of the trunk, and what all phones have in common"
    for endpoint in endpoints:
        assert endpoint["timers"] == ["always"]
        assert 90 <= int(endpoint["timers_sess_expires"][0]) <= 600
        assert "rtp_timeout" not in endpoint, "a muted phone may send nothing at all"


def test_keys_that_callers_type_are_not_logged() -> None:
    assert not any("dtmf" in level for level in section("logger.conf", "[logfiles]").values())


@given(
    st.from_regex(r"[a-z0-9][a-z0-9-]{0,30}", fullmatch=True).filter(
        lambda name: name not in RESERVED
    )
)
def test_a_plain_phone_name_becomes_a_section(name: str) -> None:
    inputs = dataclasses.replace(INPUTS, phones=(PhoneLogin(name, "s" * 24),))
    assert f"\n[{name}](phone)\n" in render(inputs)["pjsip.conf"]


@given(st.text(max_size=40).filter(lambda name: not re.fullmatch(r"[a-z0-9-]*", name)))
@example("p1]\ntype = endpoint\n[x")
@example("p1;")
@example("p1\n")
@example("-")
def test_any_other_phone_name_is_refused(name: str) -> None:
    inputs = dataclasses.replace(INPUTS, phones=(PhoneLogin(name, "s" * 24),))
    with pytest.raises(RenderError) as refused:
        render(inputs)
    assert repr(name) in str(refused.value)


@pytest.mark.parametrize("name", ["trunk", "udp", "global", "phone"])
def test_a_phone_cannot_take_the_name_of_another_section(name: str) -> None:
    with pytest.raises(RenderError, match=name):
        render(dataclasses.replace(INPUTS, phones=(PhoneLogin(name, "s" * 24),)))


@pytest.mark.parametrize("secret", ["", "short", "x" * 24 + "\n[evil]", "a;b" * 8, "ü" * 20])
def test_a_secret_is_plain_or_refused_without_being_shown(secret: str) -> None:
    with pytest.raises(RenderError, match="phone p101") as refused:
        render(dataclasses.replace(INPUTS, phones=(PhoneLogin("p101", secret),)))
    assert not secret or secret not in str(refused.value)


def test_a_server_secret_is_not_shown_either() -> None:
    secrets = Secrets(ami_events="bad secret; really", ami_guest="g" * 32, fastagi_key="k" * 32)
    with pytest.raises(RenderError) as refused:
        render(dataclasses.replace(INPUTS, secrets=secrets))
    assert "bad secret" not in str(refused.value)
