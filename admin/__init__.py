"""The web pages: who works here, what the hotline is made of, what happened.

A process of its own (`hotseat serve` starts it, `hotseat admin` runs it alone), so that a slow
page never touches a call. It reads and writes the database; live things it asks of the running
server over the control socket.

How a page is added, for an area `lamps`:

1. `admin/lamps/__init__.py` (a docstring) and `admin/lamps/routes.py` with
   `pages = Blueprint("lamps", __name__, url_prefix="/lamps")`; forms in `forms.py`, on
   `admin.forms.Form`. List the blueprint in `AREAS` below and its place in `admin/navigation.py`.
2. Every view says who may come, right above its `def`: `@allowed(Action.SEE_SITE)`. What may be
   done, by which role and in which scope, is one table: `hotseat/rights.py`; a new kind of act
   gets a row there. A view without `@allowed` is closed to everybody, and a test fails. For a
   thing of an agent or a team ask again: `require(Action.STEER_SEATS, Owned(agent, team))`, and
   show only what `can(...)` allows.
3. Read through `reading(instance().engine)`, write through `writing(...)` with an `audit.note` in
   the same transaction. The site (queues, agents, menus …) is changed by `admin.site_edit.change`
   alone: it checks, shows the plan, applies. Live commands go through `admin.live.command`, and
   `hotseat/control.py` checks the right of the visitor again: give the command its action there.
4. Templates in `templates/lamps/`, extending `base.html`, with the macros of `macros.html`
   (`field`, `skill_levels`, `state`, `empty`, `plan_box` …), a list with those of `lists.html`
   (`filters`, `listing`, `pager`). Every form has `{{ csrf() }}` (macro) and posts; GET changes
   nothing. No `<style>`, no `style=`, no inline script, no other origin: the
   Content-Security-Policy refuses them. Scripts are files in `static/`, loaded by
   `{% block scripts %}`; without script the page must still work.
5. Texts in English inside `_("…")`, their Chinese in `catalogs/zh/lamps.toml`.
6. Tests in `tests/web/`: the route × role matrix visits the new pages by itself; a path with a
   variable gets a sample in `SAMPLES` of `test_roles.py`. Add the page to `PAGES` of
   `test_browser.py` for screenshots and axe.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from argon2 import PasswordHasher
from flask import Blueprint, Flask
from flask_wtf.csrf import CSRFProtect

from acd.types import Millis
from admin import access, errors, headers, logins, navigation, shown, told, words
from admin.account.routes import pages as account
from admin.agents.routes import pages as agents
from admin.audit.routes import pages as audit
from admin.callbacks.routes import pages as callbacks
from admin.calls.routes import pages as calls
from admin.desk.routes import pages as desk
from admin.figures.routes import pages as figures
from admin.floor.routes import pages as floor
from admin.health.doctor import Findings, examine
from admin.health.routes import pages as health
from admin.home.routes import pages as home
from admin.instance import NAME, Instance, site
from admin.menus.routes import pages as menus
from admin.numbers.routes import pages as numbers
from admin.passwords import Passwords
from admin.phones.routes import pages as phones
from admin.prompts.routes import pages as prompts
from admin.queues.routes import pages as queues
from admin.roster.routes import pages as roster
from admin.sitefile.routes import pages as sitefile
from admin.users.routes import pages as users
from hotseat.config import Settings, load_secrets
from hotseat.db.engine import open_engine
from hotseat.rights import Action, Owned, Role

AREAS: Final[tuple[Blueprint, ...]] = (
    account,
    agents,
    audit,
    callbacks,
    calls,
    figures,
    desk,
    floor,
    health,
    home,
    menus,
    numbers,
    phones,
    prompts,
    queues,
    roster,
    sitefile,
    users,
)

MAX_FORM = 5_000_000
"""A site file, pasted."""


def wall_clock() -> Millis:
    """UTC milliseconds."""
    return time.time_ns() // 1_000_000


def create_app(
    settings: Settings,
    *,
    now: Callable[[], Millis] = wall_clock,
    hasher: PasswordHasher | None = None,
    examine: Callable[[Settings], Findings | None] = examine,
) -> Flask:
    """The admin of one instance. Raises ConfigError if its secrets cannot be read."""
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=load_secrets(settings).web_key,
        TRUSTED_HOSTS=settings.admin_hosts,
        # Flask's own session holds no log-in: the CSRF token and what is said on the next page.
        SESSION_COOKIE_NAME="hotseat_form",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.admin_url.startswith("https:"),
        MAX_FORM_MEMORY_SIZE=MAX_FORM,
        MAX_FORM_PARTS=20_000,
        WTF_CSRF_TIME_LIMIT=None,  # a form may stay open over lunch; a log-in gets a new token
        PERMANENT_SESSION_LIFETIME=timedelta(hours=14),
    )
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.extensions[NAME] = Instance(
        settings, open_engine(settings.database), now, Passwords(hasher), examine
    )
    csp = headers.policy([settings.feed_address])
    app.before_request(access.gate)
    CSRFProtect(app)
    app.after_request(logins.send_cookie)
    app.after_request(lambda response: headers.protect(response, csp))
    app.jinja_env.globals.update(
        _=words._,
        counted=words.counted,
        language=words.language,
        LANGUAGES=words.LANGUAGES,
        TAGS=words.TAGS,
        places=navigation.places,
        can=access.can,
        Action=Action,
        Owned=Owned,
        Role=Role,
        asset=shown.asset,
        icon=shown.icon,
        here_with=shown.here_with,
        told=told,
        site=site,
    )
    app.jinja_env.filters.update(
        moment=shown.moment,
        minute=shown.minute,
        clock_time=shown.clock_time,
        clock_minute=shown.clock_minute,
        span=shown.span,
        masked=shown.masked,
        yaml=shown.as_yaml,
    )
    errors.install(app)
    for area in AREAS:
        app.register_blueprint(area)
    return app
