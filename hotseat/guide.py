"""What a newcomer needs to hear from a running server: what to dial and with what."""

from __future__ import annotations

from hotseat.config import Settings
from hotseat.site.records import SiteNow
from words import said, told


def guide(
    settings: Settings, site: SiteNow, command: str, invitation: str | None, language: str
) -> str:
    """A short text; the commands in it, which begin with `command`, can be pasted.

    `invitation` makes the first administrator of the web pages; None if there is one, or no pages.
    """
    asterisk = settings.asterisk
    numbers = sorted(site.numbers)
    phones = sorted(site.phones)
    agents = sorted(site.agents)
    if not (numbers and phones and agents):
        nothing = said(
            "The site has no numbers, phones or agents yet: %(command)s",
            command=f"{command} site apply FILE",
        )
        return told(nothing, language)
    caller, desk, agent = phones[-1], phones[0], agents[0]
    lines: tuple[str, ...] = (
        "",
        said("  %(site)s is open.", site=site.name),
        "",
        said("  1. Connect a softphone (Linphone, Zoiper, baresip …) on this machine:"),
        said(
            "       server   %(address)s (UDP)      user  %(user)s",
            address=f"{asterisk.host}:{asterisk.sip_port}",
            user=desk,
        ),
        said("       secret   %(command)s", command=f"{command} phone secret {desk} --show"),
        said("  2. Seat an agent there:"),
        f"       {command} seat login {agent} --phone {desk}",
        said(
            "  3. From a second softphone (%(user)s, secret likewise) dial the hotline: %(number)s",
            user=caller,
            number=numbers[0],
        ),
        said(
            "     Press 1 for consult 咨询, 2 for complaint 投诉, 9 for English."
            " The first phone rings."
        ),
        "",
        *_pages(settings, command, invitation),
        "",
        said("  Watch it:  %(command)s (or calls, journal, --help)", command=f"{command} top"),
        said(
            "  In a checkout, make demo in another terminal brings simulated callers and agents,"
            " who also\n  answer their duty mobiles; make demo EVENING=1 shows how the shift at"
            " home begins at 20:00."
        ),
        said(
            "  Carriers reach the hotline from %(peers)s.",
            peers=", ".join(map(str, asterisk.trunk_peers)),
        ),
        said("  Ctrl-C stops the server; callers on the line hear music until it is back."),
        "",
    )
    return "\n".join(told(line, language) for line in lines)


def _pages(settings: Settings, command: str, invitation: str | None) -> tuple[str, ...]:
    if invitation is None:
        return (
            said("  Web pages: %(address)s", address=settings.admin_address),
            said(
                "       (a link to get in, if a password is forgotten: %(command)s)",
                command=f"{command} user invite LOGIN",
            ),
        )
    return (
        said(
            "  Web pages: open this link in a browser on this machine. It works once and makes you"
            "\n  the administrator:"
        ),
        f"       {invitation}",
    )
