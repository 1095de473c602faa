"""A new key in DATA_KEY: everything goes under it, and the old one can be taken away."""

import base64
import uuid
from typing import Any

import pytest

from eventflow import vault
from eventflow.db import db, now, transaction
from eventflow.messages import deliveries
from eventflow.messages.models import Delivery
from eventflow.queue import OutboxJob, enqueue
from eventflow.tenancy import across_tenants, acting_for
from eventflow.tickets import keys
from eventflow.tickets.models import TicketKey
from tests import factories

OLD, NEW = "an old key of thirty-two characters", "a new key of thirty-two characters!"


@pytest.fixture
def data_key(app, monkeypatch):
    def named(*known: str) -> None:
        monkeypatch.setitem(app.config, "DATA_KEY", ",".join(known))

    named(OLD)
    return named


@pytest.fixture
def private_key(data_key) -> bytes:
    """A box office's signing key; a letter and a job wait with secrets of theirs."""
    hall = factories.make_tenant("cellar", "The Cellar")
    with acting_for(hall.id), transaction():
        private = keys.newest().private
        enqueue("accounts.mail_reset_link", "an id", vault.seal("bea@example.com"), "host")
    with acting_for(None), transaction():
        deliveries.promise(
            f"link:{uuid.uuid4()}",
            "sign_in_link",
            "bea@example.com",
            facts={"url": "https://secret"},
            tenant_id=None,
            at=now(),
        )
    return private


def told() -> dict[str, Any]:
    """Everything that is sealed, opened."""
    with across_tenants():
        key = db.session.query(TicketKey).one()
        letter = db.session.query(Delivery).one()
        job = db.session.query(OutboxJob).filter_by(job="accounts.mail_reset_link").one()
        return {
            "key": base64.b64decode(vault.open_sealed(key.private_key.decode())),
            "letter": deliveries._opened(letter.facts),
            "job": [job.args[0], vault.open_sealed(job.args[1]), job.args[2]],
        }


def reseal(app):
    return app.test_cli_runner().invoke(args=["keys", "reseal"])


def test_all_that_is_sealed_is_under_the_new_key(app, data_key, private_key):
    data_key(NEW, OLD)
    for _twice in range(2):
        done = reseal(app)
        assert done.exit_code == 0, done.output
        assert "signing keys: 1 " in done.output
        assert "letters not sent: 1 " in done.output
        assert "jobs not done: 1 " in done.output

    data_key(NEW)
    assert told() == {
        "key": private_key,
        "letter": {"url": "https://secret"},
        "job": ["an id", "bea@example.com", "host"],
    }


def test_what_no_key_opens_is_said_and_left_as_it_was(app, data_key, private_key):
    data_key(NEW)
    done = reseal(app)
    assert done.exit_code == 1
    assert "signing keys: 1 opened by no key in DATA_KEY" in done.output

    data_key(OLD)
    assert told()["key"] == private_key
