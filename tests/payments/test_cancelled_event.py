"""A cancelled event with all its refunds and letters holds up nobody else's."""

import jobs
from eventflow.db import db, now, transaction
from eventflow.events import publishing
from eventflow.events.models import Event
from eventflow.messages.models import Delivery
from eventflow.payments.models import Refund
from tests import factories
from tests.queue.conftest import rows


def do_all() -> None:
    """Whatever was promised, and what follows from it, to the end."""
    for _round in range(10):
        waiting = [row for row in rows() if row.done_at is None]
        assert [row.failure for row in waiting if row.failure] == []
        if not waiting:
            return
        for row in waiting:
            jobs.run(str(row.id))
    raise AssertionError("there is no end to it")


def test_all_that_follows_is_done_in_bulk(gala, at_riverside):
    for _order in range(2):
        factories.pay(factories.order(at_riverside, gala, 1))
    event_id = gala.id
    do_all()
    before = {row.id for row in rows()}
    with transaction():
        publishing.cancel(db.session.get_one(Event, event_id), at=now())
    do_all()

    followed = [row for row in rows() if row.id not in before]
    assert {row.job for row in followed if row.queue != "bulk"} == {"payments.refund_event"}
    assert [refund.status for refund in db.session.query(Refund)] == ["succeeded"] * 2
    letters = db.session.query(Delivery).filter(Delivery.kind != "order_confirmation")
    assert [letter.status for letter in letters] == ["sent"] * 2
