"""PostgreSQL and Valkey of our own: kept through crashes, shared, and stopped by the last."""

import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis
from local import accounts, binaries, postgres, processes, scratch, services, valkey


@pytest.fixture
def place():
    """A directory that the account of PostgreSQL can reach."""
    with a_place() as directory:
        yield directory


@pytest.fixture(scope="module")
def state():
    """A state directory with data in it, and nobody's real servers."""
    with a_place() as directory, pytest.MonkeyPatch.context() as environment:
        environment.delenv("DATABASE_URL", raising=False)
        environment.delenv("REDIS_URL", raising=False)
        yield directory
        services.stop(directory)


@contextmanager
def a_place() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="eventflow-launcher-", dir=scratch._place()))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


def ask(address: str, question: str) -> tuple:
    with psycopg.connect(address) as connection:
        return connection.execute(question).fetchone()


def is_running(state: Path) -> bool:
    return (
        postgres.cluster(state).running() is not None or valkey.server(state).running() is not None
    )


def test_commands_share_the_servers_and_the_last_one_stops_them(state):
    with services.for_a_command(state) as first:
        with services.for_a_command(state) as second:
            assert first == second
        assert is_running(state)
        assert ask(first.database_url, "select 1") == (1,)
        assert redis.from_url(first.redis_url).ping()

    assert not is_running(state)


def test_the_one_that_started_them_may_leave_first(state):
    first, second = services.for_a_command(state), services.for_a_command(state)
    first.__enter__()
    running = second.__enter__()

    first.__exit__(None, None, None)
    assert ask(running.database_url, "select 1") == (1,)

    second.__exit__(None, None, None)
    assert not is_running(state)


def test_while_bin_dev_runs_commands_leave_the_servers_running(state):
    dev = services.locks.Lock(services.locks_of(state).dev)
    assert dev.try_to_take()

    with services.for_a_command(state):
        pass

    assert is_running(state)
    dev.close()
    services.stop(state)


def test_what_commands_left_to_bin_dev_ends_with_it(state):
    dev = services.locks.Lock(services.locks_of(state).dev)
    assert dev.try_to_take()
    with services.left_to_dev(state, dev), services.for_a_command(state):
        pass
    assert not is_running(state)

    # Not under the hands of who uses them still: they are that one's again.
    assert dev.try_to_take()
    with services.for_a_command(state) as running:
        with services.left_to_dev(state, dev):
            pass
        assert ask(running.database_url, "select 1") == (1,)
    assert not is_running(state)
    dev.close()


def test_what_was_committed_survives_a_kill(state):
    with services.for_a_command(state) as running:
        with psycopg.connect(running.database_url) as connection:
            connection.execute("create table seats as select 5 as sold")
        redis.from_url(running.redis_url).rpush("queue", "job")
        # Its default is to write to the disk once a second.
        redis.from_url(running.redis_url).waitaof(1, 0, 10_000)
        found = postgres.cluster(state).running()
        served = valkey.server(state).running()
        assert found is not None and served is not None
        processes.end([found.pid, served[0]], signal.SIGKILL)

        with services.for_a_command(state) as again:
            assert ask(again.database_url, "select sold from seats") == (5,)
            assert redis.from_url(again.redis_url).lrange("queue", 0, -1) == [b"job"]


def test_a_stranger_with_the_number_of_the_dead_server_is_no_server(state):
    with services.for_a_command(state):
        pass
    cluster = postgres.cluster(state)
    # Of the same account: PostgreSQL itself sees that those of others are strangers.
    stranger = subprocess.Popen(["sleep", "600"], **cluster.identity())
    lines = [stranger.pid, cluster.data, 0, 1, "", "", "", "ready", ""]
    (cluster.data / "postmaster.pid").write_text("\n".join(map(str, lines)))

    assert cluster.running() is None
    with services.for_a_command(state) as running:
        assert ask(running.database_url, "select 1") == (1,)
    stranger.kill()
    stranger.wait()


def test_a_port_that_somebody_took_meanwhile_is_left_to_them(state):
    with services.for_a_command(state) as before:
        pass
    port = int((postgres.cluster(state).home / "port").read_text())

    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        stranger.bind(("127.0.0.1", port))
        stranger.listen()
        with services.for_a_command(state) as after:
            assert after.database_url != before.database_url
            assert ask(after.database_url, "select 1") == (1,)


def test_nobody_gets_in_without_the_password(state):
    with services.for_a_command(state) as running:
        cluster, served = postgres.cluster(state), valkey.server(state)
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            ask(running.database_url.replace(cluster.password, "guess"), "select 1")
        with pytest.raises(redis.AuthenticationError):
            redis.from_url(running.redis_url.replace(f":{served.password}@", "")).ping()


def test_letters_are_letters_in_every_language(state):
    with services.for_a_command(state) as running:
        assert ask(running.database_url, "select lower('ÉÖŁ'), 'Ä' ~* 'ä'") == ("éöł", True)
        assert ask(running.database_url, "show server_encoding") == ("UTF8",)


def test_a_closed_home_stays_closed_and_the_data_is_where_the_account_can_reach_it(place):
    place.chmod(0o700)

    cluster = postgres.cluster(place)

    assert place.stat().st_mode & 0o777 == 0o700
    if accounts.unprivileged() is None:
        assert cluster.home == place / "postgres"
    else:
        assert place not in cluster.home.parents
        assert cluster.account is not None and cluster.account.can_enter(cluster.home)
        assert postgres.cluster(place).home == cluster.home
        shutil.rmtree(cluster.home.parent)


def test_programs_out_of_reach_are_copied_and_nobodys_directory_is_opened(place, monkeypatch):
    account = accounts.unprivileged()
    monkeypatch.delenv("EVENTFLOW_PG_BIN", raising=False)
    programs = binaries.postgres(account)
    package, closed = programs.parents[1], place / "closed"
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.is_dir():
            shutil.copytree(part, closed / part.name, symlinks=True)
    closed.chmod(0o700)
    hidden = closed / programs.relative_to(package.parent)
    monkeypatch.setattr(binaries, "_candidates", lambda: [hidden])
    monkeypatch.setattr(binaries, "place_of_ours", lambda name: made(place / "ours" / name))

    found = binaries.postgres(account)

    assert closed.stat().st_mode & 0o777 == 0o700
    assert found == hidden if account is None else place / "ours" in found.parents
    cluster = postgres.Cluster(made(place / "postgres"), found, account)
    cluster.prepare()
    assert cluster.data.is_dir()


def made(directory: Path) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def test_a_scratch_stack_is_gone_when_it_is_over():
    with scratch.stack() as (directory, running):
        assert ask(running.database_url, "show fsync") == ("off",)
        found = postgres.cluster(directory).running()
        assert found is not None

    assert not directory.exists()
    assert not processes.is_alive(found.pid)


def test_what_a_killed_run_left_behind_is_removed_by_the_next():
    left = Path(tempfile.mkdtemp(prefix=scratch.PREFIX, dir=scratch._place()))
    (left / "lock").touch()
    used = Path(tempfile.mkdtemp(prefix=scratch.PREFIX, dir=scratch._place()))
    lock = services.locks.Lock(used / "lock")
    lock.take()

    scratch._sweep()

    assert not left.exists()
    assert used.exists()
    lock.close()
    shutil.rmtree(used)


def test_what_was_noted_of_data_that_is_gone_is_forgotten(place):
    cluster = postgres.cluster(place, durable=False)
    cluster.prepare()
    for name in postgres.NOTES:
        (cluster.home / name).touch()
    shutil.rmtree(cluster.data)

    cluster.prepare()

    assert not any((cluster.home / name).exists() for name in postgres.NOTES)
