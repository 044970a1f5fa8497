"""The admin as a process: waitress on the instance's own loopback address."""

from __future__ import annotations

import gc
import os
import threading
from typing import Any, Final

import waitress

from admin import create_app
from hotseat.config import Settings

THREADS = 8
MAX_BODY = 64 * 1024 * 1024
"""A recording to upload."""

_BEHIND_PROXY: Final[dict[str, Any]] = {
    # Whoever reaches a loopback address is on this machine: the proxy.
    "trusted_proxy": "*",
    "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
}


def serve(settings: Settings, *, with_parent: bool) -> None:
    """Answer until the process is ended. Raises OSError if the address is taken."""
    if with_parent:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    app = create_app(settings)
    calm_collector()
    waitress.serve(
        app,
        host=settings.admin_host,
        port=settings.admin_port,
        threads=THREADS,
        ident="",
        max_request_body_size=MAX_BODY,
        clear_untrusted_proxy_headers=True,
        _quiet=True,
        **(_BEHIND_PROXY if settings.admin_url else {}),
    )


def calm_collector() -> None:
    """Look for cyclic garbage seldom: a page leaves next to none, and a look over all that lives,
    with a roster of thousands in memory, takes longer than the page itself.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _end_with_parent() -> None:
    """Standard input is a pipe from the server: it is closed however the server ends."""
    # Not sys.stdin: the interpreter could not end while we hold it.
    while os.read(0, 1024):
        pass
    os._exit(0)
