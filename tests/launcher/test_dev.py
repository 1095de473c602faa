"""bin/dev as a person meets it: the whole product, started, hurt, and stopped."""

import os
import signal
from collections.abc import Iterator

import pytest
from local import postgres

from tests.launcher import running

OWNER = ("--name", "The hall", "--owner", "olivia@example.org", "--password", "a long walk home")


@pytest.fixture
def dev() -> Iterator[running.Dev]:
    with running.copy() as copy:
        yield copy


def test_what_dies_comes_back_and_what_is_stopped_leaves_nothing(dev):
    dev.start()
    assert dev.command("flask", "tenant", "create", "hall", *OWNER).returncode == 0

    # A kill of any of them, and it is back.
    (web, *_) = sorted(dev.pids("granian"))
    os.kill(web, signal.SIGKILL)
    assert dev.happens(lambda: web not in dev.pids("granian") and dev.is_ready())
    before = postgres.cluster(dev.state).running()
    assert before is not None
    os.kill(before.pid, signal.SIGKILL)
    assert dev.happens(lambda: postgres.cluster(dev.state).running() not in (None, before))
    assert dev.happens(dev.is_ready)

    # A kill of bin/dev itself: the next one cleans up and finds the same data.
    dev.end(signal.SIGKILL)
    dev.start()
    assert "taken" in dev.command("flask", "tenant", "create", "hall", *OWNER).stderr

    # Nobody else gets in between.
    assert "Another bin/dev" in dev.command("dev").stderr

    # Ctrl-C: all of it ends, and nothing is lost.
    assert dev.end(signal.SIGINT) == 0
    assert dev.left() == []
    assert dev.command("flask", "token", "create", "hall", "--role", "owner", "--name", "t").stdout
    assert dev.left() == []
