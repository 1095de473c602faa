"""The lock files hold what pyproject.toml asks for, and the check sees it when they don't."""

import pytest
from local import lockfile

PROJECT = """
[project]
name = "box-office"
dependencies = ["flask>=3.1,<4"]

[project.optional-dependencies]
dev = ["pytest>=9"]
"""
HASH = "    --hash=sha256:83490def1f723413db5096591f7609ac52544805be93849170088ed04f5a2e0b\n"
WHOLE = "".join(
    f"{pin} \\\n{HASH}"
    for pin in (
        "blinker==1.9.0",
        "click==8.3.0",
        "colorama==0.4.6 ; sys_platform == 'win32'",
        "flask==3.1.2",
        "iniconfig==2.3.0",
        "itsdangerous==2.2.0",
        "jinja2==3.1.6",
        "markupsafe==3.0.3",
        "packaging==26.0",
        "pluggy==1.6.0",
        "pygments==2.19.2",
        "pytest==9.2.0",
        "werkzeug==3.1.3",
    )
)


@pytest.fixture
def complaints(tmp_path):
    def of(lock, project=PROJECT, extras=True):
        (tmp_path / "pyproject.toml").write_text(project)
        (tmp_path / "requirements.lock").write_text(lock)
        paths = tmp_path / "pyproject.toml", tmp_path / "requirements.lock"
        return list(lockfile.complaints(*paths, extras=extras))

    return of


def test_a_whole_lock_file_has_nothing_to_complain_about(complaints):
    assert complaints(WHOLE) == []


def test_what_was_added_to_the_project_and_not_locked_is_said(complaints):
    project = PROJECT.replace('"flask>=3.1,<4"', '"flask>=3.1,<4", "segno>=1.6"')
    assert complaints(WHOLE, project) == [
        "pyproject.toml asks for segno>=1.6, which is not in the lock file"
    ]


def test_a_pin_that_no_longer_fits_is_said(complaints):
    project = PROJECT.replace("flask>=3.1,<4", "flask>=3.2")
    assert complaints(WHOLE, project) == [
        "pyproject.toml asks for flask>=3.2, but the lock file has 3.1.2"
    ]


def test_what_a_package_needs_in_turn_is_missed(complaints):
    without = WHOLE.replace("werkzeug==", "wergzeug==")
    assert any("flask needs werkzeug" in complaint for complaint in complaints(without))


def test_a_pin_without_a_hash_is_said(complaints):
    bare = WHOLE.replace(f"flask==3.1.2 \\\n{HASH}", "flask==3.1.2\n")
    assert any(complaint.startswith("flask has no hash") for complaint in complaints(bare))


def test_production_needs_none_of_the_extras(complaints):
    only_flask = WHOLE.replace("pytest==9.2.0", "somethingelse==9.2.0")
    assert complaints(only_flask, extras=False) == []
    assert complaints(only_flask, extras=True) != []


def test_production_runs_what_was_tested(tmp_path):
    whole, part = tmp_path / "requirements.lock", tmp_path / "production.lock"
    whole.write_text(WHOLE)
    part.write_text(f"flask==3.1.1 \\\n{HASH}")

    assert len(list(lockfile.differences(whole, part))) == 1
