"""The prompts of the hotline as every page knows them, read once for each request."""

from __future__ import annotations

from typing import cast

from flask import g

from admin.instance import instance, site
from hotseat.db.engine import reading
from hotseat.db.prompts import takes_in_force
from hotseat.prompts.shelf import Shelved, shelf


def prompts() -> dict[str, Shelved]:
    """Name -> prompt, our own first."""
    if "prompts" not in g:
        with reading(instance().engine) as session:
            takes = takes_in_force(session)
        g.prompts = shelf(site(), takes)
    return cast(dict[str, Shelved], g.prompts)
