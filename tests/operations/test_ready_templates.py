"""Templates of pages are compiled once, for all processes."""

from dataclasses import replace

import jinja2
import pytest
from flask import Flask

from eventflow import create_app, ready_templates
from eventflow.messages import composing


@pytest.fixture
def build(settings, tmp_path):
    """A process that starts anew, on the same disk each time."""
    return lambda: create_app(replace(settings, EVENTFLOW_VAR=tmp_path))


@pytest.fixture
def compiled(monkeypatch) -> list[str]:
    """The names of templates that were compiled, in order."""
    names: list[str] = []
    really = jinja2.Environment.compile

    def note(environment, source, name=None, filename=None, **rest):
        names.append(name)
        return really(environment, source, name, filename, **rest)

    monkeypatch.setattr(jinja2.Environment, "compile", note)
    return names


def compile_all(app: Flask) -> str:
    answer = app.test_cli_runner().invoke(args=["templates", "compile"])
    assert answer.exit_code == 0, answer.output
    return answer.output


def test_a_process_that_starts_later_compiles_none(build, compiled):
    assert compile_all(build()) == f"{len(set(compiled))} templates compiled\n"
    assert len(compiled) > 100
    del compiled[:]

    app = build()
    for name in app.jinja_env.list_templates(extensions=["html", "xml"]):
        app.jinja_env.get_template(name)

    assert compiled == []


def test_what_has_changed_since_is_compiled_again(build, compiled, tmp_path):
    pages = tmp_path / "pages"
    pages.mkdir()
    page = pages / "page.html"

    def shown(text: str) -> str:
        page.write_text(text)
        environment = build().jinja_env
        environment.loader = jinja2.FileSystemLoader(pages)
        return environment.get_template("page.html").render()

    assert shown("one") == "one"
    assert shown("one") == "one"
    assert shown("two") == "two"
    assert compiled == ["page.html", "page.html"]


def test_another_way_of_compiling_has_files_of_its_own(build):
    ours = build().jinja_env
    assert ours.bytecode_cache.directory.endswith(ready_templates._compiler(ours))
    for other in ({"trim_blocks": False}, {"lstrip_blocks": False}, {"autoescape": False}):
        assert ready_templates._compiler(ours.overlay(**other)) != ready_templates._compiler(ours)


def test_a_disk_that_takes_nothing_costs_no_page(build, monkeypatch):
    app = build()

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("jinja2.bccache.tempfile.NamedTemporaryFile", full)
    assert app.jinja_env.get_template("layouts/base.html")


def test_a_folder_that_cannot_be_made_costs_no_page(settings, tmp_path):
    (tmp_path / "templates").write_text("in the way")
    app = create_app(replace(settings, EVENTFLOW_VAR=tmp_path))
    assert app.jinja_env.get_template("layouts/base.html")


def test_a_mail_never_takes_what_was_compiled_for_pages(build, tmp_path):
    pages = build().jinja_env
    pages.loader = jinja2.FileSystemLoader(tmp_path)
    (tmp_path / "mail.mjml").write_text("{{ name }}")
    assert pages.get_template("mail.mjml").render(name="<b>") == "<b>"

    mails = composing._environment(pages)

    assert mails.get_template("mail.mjml").render(name="<b>") == "&lt;b&gt;"
