"""What the launcher is put together from."""

import ast
import os
import socket
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from local import keys, locks, ports, postgres, schema, settings, webserver
from local.services import Services
from local.voice import CannotRun

BIN = Path(__file__).resolve().parents[2] / "bin"
COMMANDS = [path for path in BIN.iterdir() if path.is_file()]
RUNNING = Services("postgresql://ours", "redis://ours")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda path: path.name)
def test_every_command_starts_with_whatever_python3_there_is(command):
    assert os.access(command, os.X_OK)
    text = command.read_text()
    assert text.startswith("#!/usr/bin/env python3\n")
    ast.parse(text, feature_version=(3, 6))


def test_an_old_python_can_read_the_module_that_tells_it_that_it_is_too_old():
    assert ast.parse((BIN / "local" / "interpreter.py").read_text(), feature_version=(3, 6)).body


def test_a_secret_is_made_once_and_for_its_owner_alone(tmp_path):
    with ThreadPoolExecutor(8) as threads:
        made = set(threads.map(lambda _: keys.secret_key(tmp_path), range(32)))

    assert len(made) == 1
    assert stat.S_IMODE((tmp_path / "secrets" / "secret_key").stat().st_mode) == 0o600


def test_a_lock_belongs_to_one_at_a_time(tmp_path):
    first, second = locks.Lock(tmp_path / "lock"), locks.Lock(tmp_path / "lock")

    assert first.try_to_take()
    assert not second.try_to_take()
    assert locks.is_held(tmp_path / "lock")

    first.close()
    assert second.try_to_take()


def test_a_remembered_port_is_kept_while_it_is_free():
    port = ports.free()
    assert ports.free(remembered=port) == port


def test_a_remembered_port_that_somebody_took_is_given_up():
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        taken = stranger.getsockname()[1]

        assert ports.free(remembered=taken) != taken


def test_the_web_server_refuses_a_port_that_is_in_use():
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()

        with pytest.raises(CannotRun, match="in use"):
            webserver.Address("127.0.0.1", stranger.getsockname()[1]).reserve()


def test_two_that_start_at_once_do_not_share_a_port():
    address = webserver.Address("127.0.0.1", ports.free())
    with address.reserve(), pytest.raises(CannotRun, match="Another bin/dev"):
        address.reserve()


def test_what_a_person_set_wins_over_what_is_ours(tmp_path, monkeypatch):
    monkeypatch.setenv("PORT", "9000")
    monkeypatch.setenv("SECRET_KEY", "mine")
    monkeypatch.delenv("BASE_DOMAIN", raising=False)
    monkeypatch.setenv("EVENTFLOW_ENV", "")

    environment = settings.of_development(tmp_path, RUNNING)

    assert environment["SECRET_KEY"] == "mine"
    assert environment["BASE_DOMAIN"] == "eventflow.localhost:9000"
    assert environment["EVENTFLOW_ENV"] == "development"
    assert environment["DATABASE_URL"] == "postgresql://ours"
    assert environment["EVENTFLOW_VAR"] == str(tmp_path)


def test_a_command_speaks_of_the_addresses_of_the_bin_dev_that_runs(tmp_path, monkeypatch):
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.delenv("BASE_DOMAIN", raising=False)
    of_dev = {"PORT": "8123", "BASE_DOMAIN": "tickets.example:8123"}

    environment = settings.of_development(tmp_path, RUNNING, of_dev)

    assert (environment["PORT"], environment["BASE_DOMAIN"]) == ("8123", "tickets.example:8123")


@pytest.mark.parametrize("name", ["SMTP_URL", "STRIPE_SECRET_KEY", "DATABASE_OWNER_URL", "PORT"])
def test_tests_never_see_what_a_person_configured(tmp_path, monkeypatch, name):
    monkeypatch.setenv(name, "theirs")
    monkeypatch.setenv("DATABASE_URL", "postgresql://theirs")

    environment = settings.of_tests(tmp_path, RUNNING)

    assert name not in environment
    assert environment["DATABASE_URL"] == "postgresql://ours"


@pytest.mark.parametrize("of", [settings.of_development, settings.of_tests])
def test_what_many_processes_run_is_compiled_once(tmp_path, monkeypatch, of):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")

    assert "PYTHONDONTWRITEBYTECODE" not in of(tmp_path, RUNNING)


def test_migrations_run_again_only_when_they_changed(tmp_path, monkeypatch):
    root, memory = tmp_path / "root", tmp_path / "memory"
    (root / "migrations" / "versions").mkdir(parents=True)
    memory.mkdir()
    ran = []
    monkeypatch.setattr(schema, "ROOT", root)
    monkeypatch.setattr(schema, "upgrade", ran.append)

    schema.upgrade_if_behind(memory, {"turn": "first"})
    schema.upgrade_if_behind(memory, {"turn": "second"})
    (root / "migrations" / "versions" / "0002_more.py").write_text("more")
    schema.upgrade_if_behind(memory, {"turn": "third"})

    assert [environment["turn"] for environment in ran] == ["first", "third"]


def test_a_server_named_by_its_address_is_left_to_its_owner(monkeypatch):
    monkeypatch.setattr(schema, "upgrade", lambda environment: pytest.fail("upgraded"))
    schema.upgrade_if_behind(None, {})


def test_data_of_another_postgresql_is_refused_in_words(tmp_path):
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "postgres").write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 18.6'\n")
    (programs / "postgres").chmod(0o755)
    cluster = postgres.Cluster(tmp_path, programs, account=None)
    cluster.data.mkdir()
    (cluster.data / "PG_VERSION").write_text("15\n")

    with pytest.raises(CannotRun, match="made by PostgreSQL 15"):
        cluster.prepare()
