"""Prompts: all of them, one of them, and the takes that are uploaded."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from io import BytesIO
from threading import BoundedSemaphore
from typing import Any, Final

import structlog
from flask import Blueprint, abort, flash, g, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from admin.access import allowed, visitor
from admin.instance import instance, site
from admin.logins import author
from admin.prompts.forms import BUSY, REFUSED, NewPromptForm, TakeForm
from admin.shelves import prompts
from admin.site_edit import Answer
from admin.told import sentence
from admin.words import LANGUAGES, N_, _, language
from hotseat.db.engine import reading, writing
from hotseat.db.prompts import NewTake, Take, drop_take, put_take, take_sound, takes_of, use_take
from hotseat.prompts.conversion import UploadRefused, converted
from hotseat.prompts.publishing import publish
from hotseat.prompts.shelf import Shelved
from hotseat.prompts.sounds import sound_of
from hotseat.prompts.uses import Where
from hotseat.rights import Action
from ivr.prompts import LANGUAGE, NAME

log = structlog.get_logger(__name__)

pages = Blueprint("prompts", __name__, url_prefix="/prompts")

MOST: Final = 2**63 - 1
"""No database counts further."""

CONVERTING: Final = BoundedSemaphore(2)
"""Whoever converts takes a processor for seconds: calls and all other pages need theirs."""

PLACES: Final = {
    Where.IN_LINE: N_("while callers wait"),
    Where.NOBODY: N_("when nobody can take the call"),
    Where.MOBILE: N_("to the agent at the duty mobile"),
    Where.EVERY_MOBILE: N_("every call to a duty mobile"),
    Where.OWN_NUMBER: N_("an agent's own number"),
    Where.CHECK_IN: N_("check-in by telephone"),
    Where.EVERY_CALL: N_("a call that nothing else can serve"),
}
"""Where a prompt is heard, but for menus -> how that is called."""


@pages.get("/")
@allowed(Action.SEE_SITE)
def index() -> Answer:
    """What is missing, then all prompts of one language."""
    known = prompts()
    spoken_in = request.args.get("language", "")
    if spoken_in not in _languages():
        spoken_in = language() if language() in _languages() else _languages()[0]
    wanted, which = request.args.get("q", "").strip(), request.args.get("which", "")
    found = [
        prompt
        for prompt in known.values()
        if spoken_in in prompt.spoken
        and wanted.casefold() in f"{prompt.name} {prompt.text(spoken_in)}".casefold()
        and _fits(prompt, spoken_in, which)
    ]
    return render_template(
        "prompts/index.html",
        prompts=found,
        missing=[(prompt, each) for prompt in known.values() for each in prompt.missing],
        language_shown=spoken_in,
        languages=_languages(),
        wanted=wanted,
        which=which,
        called=PLACES,
    )


@pages.get("/prompt/<prompt>")
@allowed(Action.SEE_SITE)
def one(prompt: str) -> Answer:
    """One prompt in every language."""
    _spelt(prompt)
    return _page(prompt)


@pages.route("/new", methods=["GET", "POST"])
@allowed(Action.EDIT_PROMPTS)
def new() -> Answer:
    """A prompt of the hotline's own."""
    form = NewPromptForm.sent(language=language())
    form.language.choices = [(each, LANGUAGES.get(each, each)) for each in _languages()]
    form.taken = prompts()
    name, spoken_in = form.name.data, form.language.data
    if request.method == "POST" and form.validate() and _put(form, spoken_in, name):
        return _back_to(name, spoken_in)
    return render_template("prompts/new.html", form=form)


@pages.post("/prompt/<prompt>/<language>")
@allowed(Action.EDIT_PROMPTS)
def put(prompt: str, language: str) -> Answer:
    """Upload a take, which is heard from now on."""
    _known(prompt, language)
    form = TakeForm.posted(language)
    if form.validate() and _put(form, language, prompt):
        return _back_to(prompt, language)
    return _page(prompt, {language: form})


@pages.post(f"/takes/<int(max={MOST}):take>/use")
@allowed(Action.EDIT_PROMPTS)
def use(take: int) -> Answer:
    """Have an earlier take heard again."""
    with writing(instance().engine) as session:
        try:
            found = use_take(session, take, author(visitor().login), instance().now())
        except LookupError:
            abort(404)
    _publish(_("From the next call on the earlier recording is heard."))
    return _back_to(found.name, found.language)


@pages.post("/prompt/<prompt>/<language>/drop")
@allowed(Action.EDIT_PROMPTS)
def drop(prompt: str, language: str) -> Answer:
    """Have what comes with hotseat heard again."""
    _spelt(prompt, language)
    with writing(instance().engine) as session:
        try:
            drop_take(session, language, prompt, author(visitor().login), instance().now())
        except LookupError:
            abort(404)
    _publish(_("From the next call on the uploaded recording is not heard any more."))
    return _back_to(prompt, language)


@pages.get("/sound/<language>/<prompt>.wav")
@allowed(Action.SEE_SITE)
def sound(language: str, prompt: str) -> Answer:
    """What callers hear."""
    _spelt(prompt, language)
    with reading(instance().engine) as session:
        return _wav(sound_of(session, language, prompt))


@pages.get(f"/takes/<int(max={MOST}):take>.wav")
@allowed(Action.SEE_SITE)
def take(take: int) -> Answer:
    """A take, heard by callers or not."""
    with reading(instance().engine) as session:
        return _wav(take_sound(session, take))


def _wav(found: bytes | None) -> Response:
    """The sound, whole or the part that is asked for."""
    if found is None:
        abort(404)
    etag = sha256(found).hexdigest()[:16]
    return send_file(BytesIO(found), mimetype="audio/wav", etag=etag, conditional=True)


def _put(form: Any, language: str, name: str) -> bool:
    """Convert and keep what was uploaded; False, and it is said beside the file why not."""
    if not CONVERTING.acquire(blocking=False):
        form.refuse(BUSY)
        return False
    try:
        made = converted(form.upload)
    except UploadRefused as error:
        if error.detail:
            log.warning("prompt_not_converted", prompt=f"{language}/{name}", why=error.detail)
        form.refuse(REFUSED[error.refusal])
        return False
    finally:
        CONVERTING.release()
    take = NewTake(language, name, form.text.data, form.voice.data, made.sound, made.length_ms)
    with writing(instance().engine) as session:
        put_take(session, take, author(visitor().login), instance().now())
    _publish(_("From the next call on the new recording is heard."))
    return True


def _publish(done: str) -> None:
    """Hand the sounds to Asterisk, and say on the next page what became of it."""
    g.pop("prompts", None)
    complaint = publish(instance().settings)
    if complaint is None:
        flash(done, "done")
    else:
        flash(_("It is kept, but no caller hears it yet:") + " " + sentence(complaint), "error")


def _page(prompt: str, forms: dict[str, Any] | None = None) -> Answer:
    """`forms`: language -> what was posted and is not taken."""
    found = prompts().get(prompt)
    with reading(instance().engine) as session:
        takes = takes_of(session, prompt)
    if found is None and not takes:
        abort(404)
    shown = found or Shelved(prompt, {}, {}, (), ())
    languages = _of(shown, takes)
    blank = {each: TakeForm(data=_values(shown, each), prefix=each) for each in languages}
    return render_template(
        "prompts/one.html",
        prompt=shown,
        languages=languages,
        takes={each: [take for take in takes if take.language == each] for each in languages},
        forms=blank | (forms or {}),
        refused=set(forms or {}),
        called=PLACES,
    )


def _values(prompt: Shelved, language: str) -> dict[str, str]:
    """The words that are there already need not be typed again."""
    spoken = prompt.spoken.get(language)
    return {"text": "" if spoken is None else spoken.text}


def _of(prompt: Shelved, takes: Iterable[Take]) -> list[str]:
    """The languages of one prompt: those of the site, then others that it has."""
    return _ordered({*prompt.spoken, *(take.language for take in takes)})


def _languages() -> list[str]:
    """Those of the site, then others that have prompts."""
    return _ordered({each for prompt in prompts().values() for each in prompt.spoken})


def _ordered(languages: set[str]) -> list[str]:
    return [*site().languages, *sorted(languages - {*site().languages})]


def _known(prompt: str, language: str) -> None:
    """Only a prompt that there is, or that is asked for, in a language of the hotline."""
    _spelt(prompt, language)
    with reading(instance().engine) as session:
        if prompt not in prompts() and not takes_of(session, prompt):
            abort(404)
    if language not in _languages():
        abort(404)


def _spelt(prompt: str, language: str = "zh") -> None:
    """Whatever else stands in an address is the name of nothing, and not asked of a database."""
    if not (NAME.fullmatch(prompt) and LANGUAGE.fullmatch(language)):
        abort(404)


def _fits(prompt: Shelved, language: str, which: str) -> bool:
    match which:
        case "used":
            return bool(prompt.uses)
        case "unused":
            return not prompt.uses
        case "uploaded":
            return prompt.spoken[language].take is not None
        case _:
            return True


def _back_to(prompt: str, language: str) -> Response:
    return redirect(url_for(".one", prompt=prompt, _anchor=language))
