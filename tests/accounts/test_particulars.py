"""What was changed, as the audit log shows it."""

import re
from pathlib import Path

from flask_babel import force_locale
from sqlalchemy import select

import eventflow
from eventflow.accounts import trail
from eventflow.accounts.models import AuditEntry
from eventflow.accounts.particulars import called, kinds, shown
from eventflow.db import db, now, transaction
from eventflow.events import tiers
from eventflow.events.tiers import EarlyPrice


def test_whatever_a_column_holds_can_be_shown(app):
    with app.test_request_context(), force_locale("en"):
        assert shown("tags", ["jazz", "outdoors"]) == "jazz, outdoors"
        assert shown("venue", {"name": "Løkka"}) == '{"name": "Løkka"}'
        assert shown("capacity", 300) == "300"
        assert shown("status", "draft") == "draft"
        assert shown("format", "in_person") == "in person"
        assert shown("title", None) == "–"


def test_every_kind_of_change_has_a_name_in_words(app):
    root = Path(eventflow.__file__).parent
    recorded = {
        kind
        for file in root.rglob("*.py")
        for kind in re.findall(r'audit\.record\(\s*"(\w+)\.', file.read_text())
    }
    assert {"areas", "gates", "tier"} <= recorded
    with app.test_request_context(), force_locale("en"):
        assert recorded | {"badges", "demo"} <= kinds().keys()


def test_fields_and_their_values_are_words(app):
    with app.test_request_context(), force_locale("en"):
        assert (called("direction"), shown("direction", "in")) == ("Direction", "in")
        assert (called("entries"), shown("entries", 1)) == ("Entries for each ticket", "1")
        assert called("never_named") == "Never named"
        moment = "2026-12-01T19:00:00+00:00"
        assert shown("starts_at", moment, "Europe/Berlin") == "Tue 1 Dec 2026, 20:00 CET"


def test_a_price_is_money_in_the_log(app, gala):
    [stalls] = gala.tiers[:1]
    with transaction():
        tiers.change(stalls, {"price": 9900}, at=now())
        tiers.set_early_prices(stalls, [EarlyPrice(500, gala.starts_at)], at=now())

    log = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).all()
    with app.test_request_context(), force_locale("en"):
        said = {entry.action: trail.differences(entry, "UTC") for entry in log}
    assert said["tier.change"] == [("Price", "$25.00", "$99.00")]
    [(name, before, after)] = said["tier.early_prices"]
    assert (name, before, after.split(",")[0]) == ("Early prices", "–", "$5.00")
    assert ("Price", "–", "$25.00") in said["tier.create"]
