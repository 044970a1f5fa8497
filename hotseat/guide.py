"""What a newcomer needs to hear from a running server: what to dial and with what."""

from __future__ import annotations

from hotseat.config import Settings
from hotseat.site.records import SiteNow


def guide(settings: Settings, site: SiteNow, command: str, invitation: str | None) -> str:
    """A short text; the commands in it, which begin with `command`, can be pasted.

    `invitation` makes the first administrator of the web pages; None if there is one, or no pages.
    """
    asterisk = settings.asterisk
    numbers = sorted(site.numbers)
    phones = sorted(site.phones)
    agents = sorted(site.agents)
    if not (numbers and phones and agents):
        return f"The site has no numbers, phones or agents yet: {command} site apply FILE"
    caller, desk, agent = phones[-1], phones[0], agents[0]
    return f"""
  {site.name} is open.

  1. Connect a softphone (Linphone, Zoiper, baresip …) on this machine:
       server   {asterisk.host}:{asterisk.sip_port} (UDP)      user  {desk}
       secret   {command} phone secret {desk} --show
  2. Seat an agent there:
       {command} seat login {agent} --phone {desk}
  3. From a second softphone ({caller}, secret likewise) dial the hotline: {numbers[0]}
     Press 1 for consult 咨询, 2 for complaint 投诉, 9 for English. The first phone rings.

{_pages(settings, command, invitation)}
  Watch it:  {command} top (or calls, journal, --help)
  In a checkout, make demo in another terminal brings simulated callers and agents, who also
  answer their duty mobiles; make demo EVENING=1 shows how the shift at home begins at 20:00.
  Carriers reach the hotline from {", ".join(map(str, asterisk.trunk_peers))}.
  Ctrl-C stops the server; callers on the line hear music until it is back.
"""


def _pages(settings: Settings, command: str, invitation: str | None) -> str:
    if invitation is None:
        return (
            f"  Web pages: {settings.admin_address}\n"
            f"       (a link to get in, if a password is forgotten: {command} user invite LOGIN)\n"
        )
    return (
        "  Web pages: open this link in a browser on this machine. It works once and makes you\n"
        f"  the administrator:\n       {invitation}\n"
    )
