"""bin/dev: everything set up, and the whole product running, until somebody says stop."""

import argparse
import contextlib
from collections.abc import Iterator
from pathlib import Path

from .. import environment, lan, locks, places, processes, services, webserver
from ..development import MARKER, Development
from ..supervisor import Stopped, Supervisor
from ..terminal import Terminal
from ..voice import CannotRun, say


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bin/dev", description=__doc__)
    parser.add_argument("--no-demo", action="store_true", help="leave the demo tenants out")
    parser.add_argument(
        "--lan", metavar="SLUG", help="serve this box office to phones in the same network too"
    )
    options = parser.parse_args(arguments)
    address = webserver.address()
    state = places.state()
    phones = lan.Lan(options.lan, address.port, state) if options.lan else None
    with _alone_here(state) as lock, _reserved(address):
        environment.ensure()
        terminal = Terminal()
        with (
            services.left_to_dev(state, lock),
            Supervisor(state / "log", terminal) as supervisor,
        ):
            try:
                running = Development(state, address, supervisor, terminal, phones)
                running.run(demo=not options.no_demo)
            except Stopped:
                terminal.say("\nStopping …")
    terminal.say("Stopped.")
    return 0


@contextlib.contextmanager
def _alone_here(state: Path) -> Iterator[locks.Lock]:
    """The one bin/dev of this state directory."""
    lock = locks.Lock(services.locks_of(state).dev)
    if not lock.try_to_take():
        raise CannotRun(
            f"Another bin/dev is running with {state}.\n"
            "For a second one: EVENTFLOW_VAR=some/directory PORT=8001 bin/dev"
        )
    try:
        _end_what_was_left(state)
        yield lock
    finally:
        lock.close()


def _end_what_was_left(state: Path) -> None:
    mark, said = f"{MARKER}={state}", False
    # More than once: a server that lost a worker may start another before it ends itself.
    while left := processes.marked(mark):
        if not said:
            say("Stopping what a killed bin/dev left running …")
        said = True
        processes.end(left, patience=10)


@contextlib.contextmanager
def _reserved(address: webserver.Address) -> Iterator[None]:
    claim = address.reserve()
    try:
        yield
    finally:
        if claim is not None:
            claim.close()
