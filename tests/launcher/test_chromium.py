"""Which browser the tests and the audit take, of those that a machine has."""

import pytest
from local import chromium
from local.voice import CannotRun


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """`machine("chromium")` has that one; `may_install` says what its packages bring."""
    monkeypatch.delenv("CHROMIUM_PATH", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(chromium, "PYTHON", "/bin/false")
    monkeypatch.setattr(chromium, "_from_playwright", lambda: None)

    def put(name: str, works: bool = True) -> str:
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\nexit {0 if works else 1}\n")
        program.chmod(0o755)
        return str(program)

    def has(*names: str, may_install: tuple[str, ...] = ()):
        def install(package: str) -> None:
            if package in may_install:
                put(package)

        monkeypatch.setattr(chromium, "_from_the_system", install)
        for name in names:
            put(name)
        return lambda name: str(tmp_path / name)

    has.broken = lambda name: put(name, works=False)
    return has


def test_tests_take_the_one_without_windows_and_people_look_at_the_whole(machine):
    at = machine("chromium", "chromium-headless-shell")
    assert chromium.for_tests() == at("chromium-headless-shell")
    assert chromium.path() == at("chromium")


def test_tests_take_what_is_there_before_they_install(machine):
    at = machine("google-chrome", may_install=("chromium-headless-shell",))
    assert chromium.for_tests() == at("google-chrome")


def test_one_that_does_not_start_is_none(machine):
    at = machine("chromium-browser")
    machine.broken("chromium-headless-shell")
    machine.broken("chromium")
    assert chromium.for_tests() == at("chromium-browser")


@pytest.mark.parametrize("package", ["chromium-headless-shell", "chromium"])
def test_tests_install_the_leanest_that_the_system_has(machine, package):
    at = machine(may_install=(package,))
    assert chromium.for_tests() == at(package)


def test_the_audit_installs_a_whole_one(machine):
    at = machine("chromium-headless-shell", may_install=("chromium",))
    assert chromium.path() == at("chromium")


def test_one_that_was_named_is_taken_or_said_not_to_start(machine, monkeypatch):
    at = machine("mine", "chromium")
    monkeypatch.setenv("CHROMIUM_PATH", at("mine"))
    assert chromium.for_tests() == chromium.path() == at("mine")
    machine.broken("mine")
    with pytest.raises(CannotRun, match="mine does not start"):
        chromium.for_tests()


def test_without_any_it_is_said_and_nothing_skipped(machine):
    machine()
    with pytest.raises(CannotRun, match="need Chromium"):
        chromium.for_tests()
