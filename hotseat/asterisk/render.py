"""Writes Asterisk's configuration: pure, `render(inputs) -> {file name: text}`.

The templates in `conf/` are Asterisk's own files with `@{name}` where a value goes (Asterisk keeps
`${…}` and `%` for itself). Whatever comes from a person is checked against a strict pattern
before it is put between Asterisk's lines: a line break or `;` in a name would be configuration.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from ipaddress import IPv4Address, IPv4Network
from pathlib import PurePosixPath

from hotseat.config import Secrets, Settings
from words import said

PHONE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
SECRET = re.compile(r"[A-Za-z0-9_-]{12,80}")
FOLDER = re.compile(r"/[A-Za-z0-9/._+~@-]+")
ADDRESS = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?")
RESERVED = frozenset({"trunk", "carrier", "udp", "global", "phone", "phone-login", "phone-place"})
"""Section names of pjsip.conf that a phone would change instead of getting its own."""

ROUNDS = 900
"""For so many rounds, of about a second, the dialplan waits for an absent server."""
ROUNDS_ASKING = 30
"""In so many of them it asks each time: a server that crashed is back before they are over."""
ROUNDS_AFTER = 5
"""The same for a caller who has talked already."""
SESSION_SECONDS = 300
"""A party that vanished is hung up so long after it was last heard of, and some 20 s (measured)."""

LAST_RESORT = "hotseat/sorry-hang-up"
"""What a caller hears when no server came back in all that time."""

ACCEPT_TRIES = 6
ACCEPT_SECONDS = 3
"""How often a duty mobile's agent is asked to press a key, and the wait after each time. The offer
ends sooner: see `ring_seconds` of the queue's duty."""

EVENTS = (
    *("FullyBooted", "Shutdown", "Reload"),
    *("DialBegin", "DialEnd", "BridgeEnter", "BridgeLeave"),
    *("HangupRequest", "SoftHangupRequest", "Hangup", "OriginateResponse"),
    *("UserEvent", "DeviceStateChange", "ContactStatus"),
    *("InvalidAccountID", "InvalidPassword", "ChallengeResponseFailed", "FailedACL"),
)
"""The only events the server is sent: at 40 calls a second the others are most of the traffic."""


class RenderError(ValueError):
    """A value cannot stand in Asterisk's configuration; the text names it."""


@dataclass(frozen=True, slots=True)
class PhoneLogin:
    """A phone's SIP name and secret."""

    name: str
    secret: str


@dataclass(frozen=True, slots=True)
class Folders:
    """Folders as Asterisk sees them."""

    instance: str
    home: PurePosixPath
    """Parent of this instance's `etc`, `var`, `run`, `log`, `spool` and `data`."""
    music: PurePosixPath


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that decides what Asterisk's files say."""

    folders: Folders
    net: IPv4Network
    host: IPv4Address
    sip_port: int
    ami_port: int
    http_port: int
    rtp_ports: tuple[int, int]
    fastagi_host: IPv4Address
    fastagi_port: int
    trunk_peers: tuple[IPv4Address, ...]
    carrier: str
    qualify_seconds: int
    secrets: Secrets
    phones: tuple[PhoneLogin, ...] = ()


def inputs_of(
    settings: Settings, secrets: Secrets, folders: Folders, phones: Sequence[PhoneLogin]
) -> Inputs:
    """Take from the settings what Asterisk needs."""
    asterisk = settings.asterisk
    assert asterisk.net is not None
    assert asterisk.host is not None
    assert asterisk.fastagi_host is not None
    return Inputs(
        folders=folders,
        net=asterisk.net,
        host=asterisk.host,
        sip_port=asterisk.sip_port,
        ami_port=asterisk.ami_port,
        http_port=asterisk.http_port,
        rtp_ports=asterisk.rtp_ports,
        fastagi_host=asterisk.fastagi_host,
        fastagi_port=asterisk.fastagi_port,
        trunk_peers=tuple(asterisk.trunk_peers),
        carrier=asterisk.carrier,
        qualify_seconds=asterisk.qualify_seconds,
        secrets=secrets,
        phones=tuple(phones),
    )


def render(inputs: Inputs) -> dict[str, str]:
    """All files of Asterisk's etc folder. Raises RenderError, naming the value."""
    values = _values(inputs)
    return {
        name: _fill(name, text, values)
        for name, text in _templates().items()
        if name.endswith(".conf")
    }


def _values(inputs: Inputs) -> dict[str, str]:
    folders, secrets = inputs.folders, inputs.secrets
    home = _checked("folder", str(folders.home), FOLDER)
    phones = sorted(inputs.phones, key=lambda phone: phone.name)
    return {
        **{name: f"{home}/{name}" for name in ("etc", "var", "run", "log", "spool", "data")},
        "instance": folders.instance,
        "music": _checked("folder", str(folders.music), FOLDER),
        "net": f"{inputs.net.network_address}/{inputs.net.netmask}",
        "host": str(inputs.host),
        "sip_port": str(inputs.sip_port),
        "ami_port": str(inputs.ami_port),
        "http_port": str(inputs.http_port),
        "rtp_first": str(inputs.rtp_ports[0]),
        "rtp_last": str(inputs.rtp_ports[1]),
        "fastagi_host": str(inputs.fastagi_host),
        "fastagi_port": str(inputs.fastagi_port),
        "fastagi_key": _checked("secret", secrets.fastagi_key, SECRET),
        "ami_events": _checked("secret", secrets.ami_events, SECRET),
        "ami_guest": _checked("secret", secrets.ami_guest, SECRET),
        "event_filters": "\n".join(
            f"eventfilter(action(include),name({event})) =" for event in EVENTS
        ),
        "trunk_matches": "\n".join(f"match = {peer}" for peer in inputs.trunk_peers),
        "carrier": _checked("carrier", inputs.carrier, ADDRESS),
        "accept_tries": str(ACCEPT_TRIES),
        "accept_seconds": str(ACCEPT_SECONDS),
        "qualify_seconds": str(inputs.qualify_seconds),
        "phones": "".join(_phone(phone) for phone in phones),
        "session_seconds": str(SESSION_SECONDS),
        "rounds": str(ROUNDS),
        "rounds_calm": str(ROUNDS - ROUNDS_ASKING),
        "rounds_after": str(ROUNDS_AFTER),
        "last_resort": LAST_RESORT,
    }


def _phone(phone: PhoneLogin) -> str:
    name = _checked("phone", phone.name, PHONE_NAME)
    if name in RESERVED:
        raise RenderError(
            said(
                "phone: %(name)s is a name that Asterisk's files use; choose another",
                name=repr(name),
            )
        )
    if not SECRET.fullmatch(phone.secret):
        raise RenderError(
            said(
                "phone %(name)s: its secret does not match %(pattern)s; run `%(command)s`",
                name=name,
                pattern=SECRET.pattern,
                command=f"hotseat phone secret {name} --rotate",
            )
        )
    return _fill("phone.part", _templates()["phone.part"], {"name": name, "secret": phone.secret})


def _checked(kind: str, text: str, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(text):
        raise RenderError(
            said(
                "%(what)s: %(value)s does not match %(pattern)s",
                what=kind,
                value=said("its value") if kind == "secret" else repr(text),
                pattern=pattern.pattern,
            )
        )
    return text


def _fill(name: str, text: str, values: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        try:
            return values[found[1]]
        except KeyError:
            raise RenderError(
                said("%(file)s: no value called %(name)s", file=name, name=repr(found[1]))
            ) from None

    return re.sub(r"@\{(\w+)\}", value, text)


@cache
def _templates() -> dict[str, str]:
    folder = files(__package__) / "conf"
    return {file.name: file.read_text("utf-8") for file in sorted(folder.iterdir(), key=str)}
