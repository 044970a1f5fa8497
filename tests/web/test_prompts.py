"""Prompts: what is missing is seen first, what is uploaded is heard, and nothing else gets in."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from admin.prompts import forms, routes
from hotseat.config import Settings
from hotseat.db.audit import audit_rows
from hotseat.db.engine import reading, writing
from hotseat.db.prompts import takes_of
from hotseat.db.snapshot import site_now
from hotseat.prompts import conversion
from hotseat.prompts.refusals import Refusal
from hotseat.rights import GRANTS, Action, Role, Scope
from hotseat.site.apply import apply
from hotseat.site.check import check
from hotseat.site.export import written
from hotseat.site.read import SiteFile
from ivr.prompts import FOLDER
from tests.unit.prompts.sounds import M4A, MP3, WAV, sound_file
from tests.web.conftest import Browser
from words import said

OURS = (FOLDER / "zh" / "welcome.wav").read_bytes()


@pytest.fixture
def published(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """What was handed to an Asterisk that takes everything."""
    handed: list[Settings] = []
    monkeypatch.setattr(routes, "publish", handed.append)
    return handed


def upload(
    browser: Browser,
    sound: bytes,
    *,
    name: str = "welcome.wav",
    text: str = "新的欢迎词",
    prompt: str = "welcome",
    language: str = "zh",
    **headers: str,
) -> TestResponse:
    """As the form of one language sends it."""
    browser.get("/prompts/prompt/welcome")
    fields = {"text": text, "voice": "王芳", "file": (BytesIO(sound), name)}
    form = {f"{language}-{field}": value for field, value in fields.items()}
    return browser.post(
        f"/prompts/prompt/{prompt}/{language}",
        form,
        content_type="multipart/form-data",
        headers=headers,
    )


def kept(engine: Engine, prompt: str = "welcome") -> list[Any]:
    with reading(engine) as session:
        return takes_of(session, prompt)


def need_another(engine: Engine, prompt: str) -> None:
    """A menu plays what nobody has recorded."""
    with writing(engine) as session:
        now = site_now(session)
        content = written(now.as_written())
        menu = content["menus"]["main"]
        menu["nodes"]["closing"] = {"hang_up": [prompt]}
        menu["nodes"]["welcome"]["next"] = "closing"
        content["menus"] = {
            "main": {**menu, "nodes": {k: menu["nodes"][k] for k in ("welcome", "closing")}}
        }
        menu["start"] = "welcome"
        apply(session, check(SiteFile(content, {})), expected=now.revision, now=1)


def test_all_prompts_of_a_language_with_text_and_where_they_are_heard(admin: Browser) -> None:
    page = admin.get("/prompts/?language=zh").text
    assert "您好，欢迎致电客户服务热线。" in page
    assert "/menus/menu/main#step-welcome" in page
    assert "/prompts/sound/zh/welcome.wav" in page
    assert page.count("<audio") == len(list((FOLDER / "zh").glob("*.wav")))
    assert "Every sentence that callers and agents can come to hear is there" in page
    assert "Hello, and welcome" in admin.get("/prompts/?language=en").text
    unused = admin.get("/prompts/?language=zh&which=unused").text
    assert "正在为您转接，请不要挂机。" in unused
    assert "您好，欢迎致电客户服务热线。" not in unused
    assert page.count("<audio") > admin.get("/prompts/?language=zh&q=位").text.count("<audio") > 0
    assert "No prompt fits" in admin.get("/prompts/?which=uploaded").text


def test_what_is_missing_stands_first(admin: Browser, engine: Engine) -> None:
    need_another(engine, "our-office")
    page = admin.get("/prompts/").text
    missing, filters = page.index("1 prompt is missing"), page.index('class="filters"')
    assert missing < page.index("our-office") < filters
    assert "/menus/menu/main#step-closing" in page[missing:filters]
    one = admin.get("/prompts/prompt/our-office").text
    assert "whoever comes to it hears nothing" in one
    assert 'action="/prompts/prompt/our-office/zh"' in one


@pytest.mark.parametrize("form", [WAV, MP3, M4A], ids=str)
def test_an_upload_is_heard_from_then_on(
    admin: Browser, engine: Engine, published: list[Settings], form: tuple[str, str]
) -> None:
    """Whatever the file is called."""
    sent = upload(admin, sound_file(form), name="../../etc/passwd.exe")
    assert sent.headers["Location"] == "/prompts/prompt/welcome#zh"
    assert "the new recording is heard" in admin.get("/prompts/prompt/welcome").text
    assert len(published) == 1
    (take,) = kept(engine)
    assert (take.text, take.voice, take.login) == ("新的欢迎词", "王芳", "administrator")
    heard = admin.get("/prompts/sound/zh/welcome.wav")
    assert heard.mimetype == "audio/wav"
    assert heard.data != OURS
    assert heard.data == admin.get(f"/prompts/takes/{take.id}.wav").data
    page = admin.get("/prompts/?language=zh").text
    assert "新的欢迎词" in page
    assert "您好，欢迎致电客户服务热线。" not in page
    with reading(engine) as session:
        (row,) = audit_rows(session, limit=1)
    assert (row.login, row.what, row.done) == ("administrator", "prompt zh/welcome", "added")


def test_what_was_heard_before_comes_back(
    admin: Browser, engine: Engine, published: list[Settings]
) -> None:
    for hertz in (500, 900):
        upload(admin, sound_file(hertz=hertz))
    second, first = kept(engine)
    admin.get("/prompts/prompt/welcome")
    admin.post(f"/prompts/takes/{first.id}/use")
    heard = admin.get("/prompts/sound/zh/welcome.wav").data
    assert heard == admin.get(f"/prompts/takes/{first.id}.wav").data
    assert heard != admin.get(f"/prompts/takes/{second.id}.wav").data
    admin.get("/prompts/prompt/welcome")
    admin.post("/prompts/prompt/welcome/zh/drop")
    assert admin.get("/prompts/sound/zh/welcome.wav").data == OURS
    assert [take.in_force for take in kept(engine)] == [False, False]
    assert len(published) == 4
    assert admin.post("/prompts/prompt/welcome/zh/drop").status_code == 404


def test_a_missing_prompt_is_there_after_its_upload(
    admin: Browser, engine: Engine, published: list[Settings]
) -> None:
    need_another(engine, "our-office")
    assert "1 prompt is missing" in admin.get("/menus/").text
    assert upload(admin, sound_file(), prompt="our-office").status_code == 302
    assert "Every sentence" in admin.get("/prompts/").text
    assert "is missing" not in admin.get("/menus/").text
    assert "Nothing takes its place" in admin.get("/prompts/prompt/our-office").text


def test_a_new_prompt_of_the_hotlines_own(
    admin: Browser, engine: Engine, published: list[Settings]
) -> None:
    form = {"name": "our-office", "language": "en", "text": "Our  office\nis closed.", "voice": ""}

    def sent(**changed: str) -> TestResponse:
        admin.get("/prompts/new")
        file = {"file": (BytesIO(sound_file()), "a.wav")}
        return admin.post(
            "/prompts/new", {**form, **changed, **file}, content_type="multipart/form-data"
        )

    for wrong in ({"name": "../up"}, {"name": "welcome"}, {"language": "xx"}, {"text": " \n "}):
        refused = sent(**wrong)
        assert refused.status_code == 200, wrong
        assert 'class="error"' in refused.text, wrong
    assert not kept(engine, "our-office")
    assert sent().headers["Location"] == "/prompts/prompt/our-office#en"
    assert kept(engine, "our-office")[0].text == "Our office is closed."


@pytest.mark.parametrize(
    ("sound", "said"),
    [
        (b"", "this one is empty"),
        (b"<html><script>alert(1)</script>", "no WAV, MP3 or M4A"),
        (b"#EXTM3U\nhttp://127.0.0.1/", "no WAV, MP3 or M4A"),
        (b"RIFF\0\0\0\0WAVE<script>alert(1)</script>", "broken"),
        (sound_file(level=0), "Nothing is to be heard"),
    ],
    ids=range(5),
)
def test_a_bad_file_is_refused_and_changes_nothing(
    admin: Browser, engine: Engine, published: list[Settings], sound: bytes, said: str
) -> None:
    refused = upload(admin, sound, name="welcome.mp3")
    assert refused.status_code == 200
    assert said in refused.text
    assert "新的欢迎词" in refused.text  # what was typed is not lost
    assert kept(engine) == []
    assert published == []
    assert admin.get("/prompts/sound/zh/welcome.wav").data == OURS


def test_a_file_that_is_too_large_is_refused(
    admin: Browser, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for part in (conversion, forms):
        monkeypatch.setattr(part, "LARGEST", 1000)
    assert "larger than 40 MB" in upload(admin, sound_file()).text
    assert kept(engine) == []


def test_a_prompt_that_asterisk_did_not_get_is_told(
    admin: Browser, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "publish", lambda settings: "no Asterisk here")
    upload(admin, sound_file())
    assert "no caller hears it yet: no Asterisk here" in admin.get("/prompts/").text
    assert len(kept(engine)) == 1


def test_why_asterisk_did_not_get_it_is_told_in_the_readers_language(
    admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    why = said("the disk is full; make room, then run `%(command)s`", command="hotseat")
    monkeypatch.setattr(routes, "publish", lambda settings: why)
    upload(admin, sound_file(), **{"Accept-Language": "zh-CN"})
    assert "来电者还听不到： 磁盘已满" in admin.get("/prompts/").text


def test_only_two_recordings_are_converted_at_once(
    admin: Browser,
    engine: Engine,
    published: list[Settings],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The third is told so beside its file; an upload that fails makes room all the same."""
    nested: list[str] = []

    def converted(sound: bytes) -> None:
        nested.append(upload(admin, sound_file()).text)
        raise conversion.UploadRefused(Refusal.BROKEN)

    monkeypatch.setattr(routes, "converted", converted)
    for _ in range(3):
        nested.clear()
        assert "The file is broken" in upload(admin, sound_file()).text
        third, second = nested
        assert "Other recordings are being converted now" in third
        assert "新的欢迎词" in third
        assert "The file is broken" in second
    assert kept(engine) == []


def test_a_part_of_a_sound_is_sent_if_only_that_is_asked_for(admin: Browser) -> None:
    part = admin.get("/prompts/sound/zh/welcome.wav", Range="bytes=44-143")
    assert (part.status_code, part.data) == (206, OURS[44:144])
    assert part.headers["Content-Range"] == f"bytes 44-143/{len(OURS)}"
    assert admin.get("/prompts/sound/zh/welcome.wav", Range="bytes=999999999-").status_code == 416
    whole = admin.get("/prompts/sound/zh/welcome.wav")
    assert (whole.data, whole.headers["Accept-Ranges"]) == (OURS, "bytes")
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'self'" in whole.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    [
        "sound/zh/../zh/welcome.wav",
        "sound/zh/..%2f..%2f..%2f..%2fetc%2fpasswd.wav",
        "sound/..%2fzh/welcome.wav",
        "sound/../manifest.json.wav",
        "sound/zh%00/welcome.wav",
        "sound/zh/%2e%2e%2fmanifest.json",
        "sound/fr/welcome.wav",
        "sound/zh/welcome%00.wav",
        "prompt/welcome%00",
        "takes/0.wav",
        "takes/99999999999999999999.wav",
        "takes/-1.wav",
        "takes/..%2f1.wav",
        "prompt/..%2f..%2fetc%2fpasswd",
        "prompt/no-such-prompt",
    ],
)
def test_no_address_leads_out_of_the_prompts(admin: Browser, path: str) -> None:
    found = admin.get(f"/prompts/{path}")
    assert found.status_code in (404, 200)
    if found.status_code == 200:  # the browser's own tidying of dots: the prompt itself
        assert found.data == OURS
    assert b"root:" not in found.data


@pytest.mark.parametrize("where", ["..%2fup/zh", "UP/zh", "welcome/..%2fzh", "welcome/xx", "no/zh"])
def test_nothing_is_uploaded_beside_the_prompts(
    admin: Browser, engine: Engine, published: list[Settings], where: str
) -> None:
    prompt, language = where.split("/")
    assert upload(admin, sound_file(), prompt=prompt, language=language).status_code == 404
    with reading(engine) as session:
        assert audit_rows(session, limit=1, what="prompt ") == []


def test_words_of_an_upload_are_words(admin: Browser, published: list[Settings]) -> None:
    upload(admin, sound_file(), text='<script>alert("x")</script>')
    for path in ("/prompts/?language=zh", "/prompts/prompt/welcome", "/menus/menu/main", "/audit/"):
        assert "<script>alert" not in admin.get(path).text


@pytest.mark.parametrize("role", Role)
def test_only_who_may_upload_sees_how(
    role: Role, visit: Callable[[str], Browser], engine: Engine, published: list[Settings]
) -> None:
    """And is served; the route × role matrix posts no file."""
    visitor = visit(role.value)
    may = GRANTS[Action.EDIT_PROMPTS][role] is Scope.ALL
    page = visitor.get("/prompts/prompt/welcome")
    assert (page.status_code == 200) == (role is not Role.AGENT)
    assert bool(re.search(r'type="file"', page.text)) == may
    visitor.get("/profile/")
    form = {"zh-text": "x", "zh-file": (BytesIO(sound_file()), "x.wav")}
    sent = visitor.post("/prompts/prompt/welcome/zh", form, content_type="multipart/form-data")
    assert sent.status_code == (302 if may else 403)
    assert bool(kept(engine)) == may


def test_an_upload_without_its_token_is_refused(admin: Browser, engine: Engine) -> None:
    admin.page = ""
    form = {"zh-text": "x", "zh-file": (BytesIO(sound_file()), "x.wav")}
    sent = admin.post("/prompts/prompt/welcome/zh", form, content_type="multipart/form-data")
    assert sent.status_code == 400
    assert kept(engine) == []
