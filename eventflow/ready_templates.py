"""Templates of pages, compiled once and kept as files, instead of by each process for itself.

A process that compiles them is slower to give its first pages, and the memory that the compiler
took stays with it. `flask templates compile` does it for all, best before the web starts; what was
not compiled then, or has changed since, the first process that needs it compiles and keeps.
"""

import contextlib
import hashlib
import sys

import click
import jinja2
from flask import Flask, current_app
from flask.cli import with_appcontext
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

FOLDER = "templates"
"""Below EVENTFLOW_VAR."""


class _Files(FileSystemBytecodeCache):
    """A disk that is full or may not be written to costs time, and no page."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        with contextlib.suppress(OSError):
            super().dump_bytecode(bucket)


def init_app(app: Flask) -> None:
    """Call when the environment of templates is as it stays: it is part of what they become."""
    with contextlib.suppress(OSError):
        folder = app.config["EVENTFLOW_VAR"] / FOLDER / _compiler(app.jinja_env)
        folder.mkdir(parents=True, exist_ok=True)
        app.jinja_env.bytecode_cache = _Files(str(folder), "%s")
    app.cli.add_command(templates)


@click.group()
def templates() -> None:
    """What pages are made of."""


@templates.command("compile")
@with_appcontext
def compile_all() -> None:
    """Compile the template of every page, so that no web process has to."""
    environment = current_app.jinja_env
    names = environment.list_templates(extensions=["html", "xml"])
    for name in names:
        environment.get_template(name)
    click.echo(f"{len(names)} templates compiled")


def _compiler(environment: jinja2.Environment) -> str:
    """Names all that decides what a template becomes, but for its text."""
    chosen = (
        jinja2.__version__,
        sys.implementation.cache_tag,
        environment.trim_blocks,
        environment.lstrip_blocks,
        environment.autoescape if isinstance(environment.autoescape, bool) else "by name",
        sorted(environment.extensions),
    )
    return hashlib.sha256(repr(chosen).encode()).hexdigest()[:12]
