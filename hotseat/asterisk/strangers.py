"""Whom Asterisk refuses, by its security events."""

from __future__ import annotations

from acd.ports import SwitchWatcher
from hotseat.asterisk.ami import AmiLink
from hotseat.asterisk.ami_wire import Message

SECURITY_EVENTS = {
    "InvalidAccountID": "unknown_user",
    "InvalidPassword": "wrong_secret",
    "ChallengeResponseFailed": "wrong_secret",
    "FailedACL": "wrong_address",
}


def tell_strangers(link: AmiLink, watcher: SwitchWatcher) -> None:
    """Tell `watcher` of everybody refused from now on, by service and fault: `pjsip_wrong_secret`.

    Once, before the link starts.
    """

    def refused(event: Message) -> None:
        fault = SECURITY_EVENTS[event.get("Event") or ""]
        service = (event.get("Service") or "?").lower()
        watcher.stranger(f"{service}_{fault}")

    for name in SECURITY_EVENTS:
        link.subscribe(name, refused)
