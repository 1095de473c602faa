"""Jobs are named by string, so a test resolves every such name."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import jobs
from eventflow import queue
from jobs.schedule import SCHEDULE

ROOT = Path(__file__).parents[2]
PRODUCT = ("eventflow", "jobs")


def promised() -> Iterator[str]:
    """Each name given to enqueue() in the product; the code itself where it is no plain word."""
    for path in sorted(path for part in PRODUCT for path in (ROOT / part).rglob("*.py")):
        # RQ's own method of that name is called in these two.
        if path.name in ("queue.py", "scheduler.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _called(node) == "enqueue":
                name = node.args[0]
                is_word = isinstance(name, ast.Constant)
                yield str(name.value) if is_word else f"{path.name}: {ast.unparse(node)}"


def _called(node: ast.Call) -> str:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func
    return name if isinstance(name, str) else getattr(name, "id", "")


NAMES = sorted(set(promised()))


@pytest.mark.parametrize("name", NAMES)
def test_every_promised_job_exists(name):
    assert callable(jobs.find(name))


def test_there_are_promises_to_check():
    assert "messages.send" in NAMES
    assert len(NAMES) > 5


@pytest.mark.parametrize("line", SCHEDULE, ids=lambda line: line.work)
def test_everything_on_the_schedule_exists(line):
    module, _dot, name = line.work.partition(".")

    assert callable(getattr(import_module(f"jobs.{module}"), name))
    assert line.queue in queue.QUEUES


def test_an_unknown_name_is_refused():
    with pytest.raises(jobs.UnknownJob):
        jobs.find("sales.no_such_job")
    with pytest.raises(jobs.UnknownJob):
        jobs.find("no_such_module.no_such_job")
