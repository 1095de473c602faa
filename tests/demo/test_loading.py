"""Loading: made once, never over somebody's own, and whole after a run that was killed."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text

from eventflow.accounts import passwords
from eventflow.accounts.models import AuditEntry, Tenant
from eventflow.db import db, now
from eventflow.demo import announcing, box_office, counter, loading, studio
from eventflow.demo.announcing import Admission, announce
from eventflow.demo.cast import BEA
from eventflow.demo.loading import Part
from eventflow.queue import OutboxJob
from eventflow.tenancy import across_tenants, acting_for, tenant_tables
from tests import factories


class Killed(BaseException):
    """The machine's plug, pulled."""


def a_small_load(box):
    slug = announce(
        box,
        "First bowl",
        starts_at=box.days.on(10, "19:00"),
        lasts=box.at - box.days.ago(0.1),
        admissions=[Admission("Place", 4800, 12)],
        poster=None,
        made_at=box.days.ago(21),
        venue_name="The loft",
    )
    counter.sell(box, slug, {"Place": 2}, BEA, at=box.days.ago(0.1), told=True)


@pytest.fixture
def small(app, monkeypatch):
    """A demo of one box office with one event."""
    passwords.hash_quickly()
    part = Part(studio.LOOK, a_small_load, "roza@studio.example", "Till")
    monkeypatch.setattr(loading, "PARTS", (part,))
    return part


def rows(table="orders"):
    with across_tenants():
        return db.session.scalar(text(f"select count(*) from {table}"))


def load():
    return list(loading.load(at=now()))


def test_a_killed_load_is_taken_away_and_made_anew(small, monkeypatch):
    def half(box):
        a_small_load(box)
        raise Killed

    monkeypatch.setattr(loading, "PARTS", (small._replace(load=half),))
    with pytest.raises(Killed):
        load()
    monkeypatch.setattr(loading, "PARTS", (small,))

    assert load() == ["Loaded Kiln & Thread: http://studio.eventflow.test/"]

    assert (rows("tenants"), rows("events"), rows("orders")) == (1, 1, 1)
    tenant_id = db.session.scalars(select(Tenant.id)).one()
    with across_tenants():
        owners = {
            owner
            for table in tenant_tables()
            for owner in db.session.scalars(text(f"select distinct tenant_id from {table}"))
        }
        # Nothing of the first attempt is left to be done either.
        reports = select(OutboxJob).where(OutboxJob.job == "payments.process_webhook")
        assert len(db.session.scalars(reports).all()) <= 1
    assert owners <= {tenant_id, None}


def test_a_box_office_that_somebody_opened_is_left_alone(small):
    theirs = factories.make_tenant("studio", "My own studio")

    assert load() == ["studio is somebody’s own box office, and was left alone."]

    with acting_for(theirs.id):
        assert db.session.scalars(select(AuditEntry)).all() == []


def test_a_second_run_at_the_same_time_is_refused(small):
    with loading._alone(), pytest.raises(loading.Refusal, match="being loaded"):
        load()

    assert load() != []


def test_it_is_not_for_production(small, app, monkeypatch):
    settings = replace(app.config["SETTINGS"], EVENTFLOW_ENV="production")
    monkeypatch.setitem(app.config, "SETTINGS", settings)

    for asked in (load, loading.logins):
        with pytest.raises(loading.NotInProduction):
            asked()
    assert rows("tenants") == 0


def test_the_commands_say_what_they_did(small, app):
    runner = app.test_cli_runner()

    before = runner.invoke(args=["demo", "logins"])
    first, again = (runner.invoke(args=["demo", "load"]) for _n in range(2))
    after = runner.invoke(args=["demo", "logins"])

    assert (before.exit_code, before.stdout) == (1, "")
    assert (first.exit_code, first.stdout) == (
        0,
        "Loaded Kiln & Thread: http://studio.eventflow.test/\n",
    )
    assert again.exit_code == 0
    assert "is there already" in again.stdout
    assert after.exit_code == 0
    assert "olivia@studio.example" in after.stdout


def test_no_poster_weighs_more_than_a_poster_may():
    posters = list(box_office.PICTURES.glob("*.webp"))

    assert len(posters) > 20
    assert [p.name for p in posters if p.stat().st_size > 120 * 1024] == []


def test_no_words_are_left_over():
    source = "".join(p.read_text() for p in Path(loading.__file__).parent.glob("*.py"))

    for words in announcing.WORDS.glob("*.md"):
        assert f'"{words.stem}"' in source
