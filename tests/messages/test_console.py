"""The console's pages: the delivery log, and what failed."""

import pytest

import jobs
from eventflow import queue, tenancy
from eventflow.accounts.models import AuditEntry
from eventflow.db import db, now, transaction
from eventflow.messages import mailbox
from eventflow.messages.models import Delivery
from eventflow.payments.models import WebhookEvent
from eventflow.queue import enqueue
from eventflow.tenancy import acting_for
from tests.factories import order, pay
from tests.marks import MARKED, at_once
from tests.messages.conftest import only_mail, sent, work
from tests.people import browser_at

pytest_plugins = ["tests.people"]


@pytest.fixture
def failed_mail(at_riverside, gala, monkeypatch) -> Delivery:
    """A confirmation that could not be put anywhere."""
    monkeypatch.setattr(mailbox, "put", lambda mail, *, at: 1 / 0)
    monkeypatch.setattr(queue, "BACK_OFF", [])
    pay(order(at_riverside, gala, 1))
    work()
    monkeypatch.undo()
    return db.session.query(Delivery).one()


def test_sam_sees_what_became_of_each_mail(app, at_riverside, sam, gala):
    code = pay(order(at_riverside, gala, 1)).code
    work()

    shown = browser_at(app, at_riverside, sam).get("/manage/mail").text

    assert "bea@example.com" in shown
    assert code in shown
    assert "Your tickets for Winter Gala" in shown


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("q=BEA@", True),
        ("q=carl", False),
        ("q=gala", True),
        ("q=%25", False),
        ("status=sent", True),
        ("status=failed", False),
        ("kind=order_confirmation", True),
        ("kind=invitation", False),
        ("page=x&status=nonsense", False),
    ],
)
def test_the_log_is_filtered_by_its_address(app, at_riverside, sam, gala, query, fits):
    pay(order(at_riverside, gala, 1))
    work()

    answer = browser_at(app, at_riverside, sam).get(f"/manage/mail?{query}")

    assert answer.status_code == 200
    assert ("bea@example.com</td>" in answer.text) is fits


def test_what_takes_long_to_read_is_not_looked_for_in_full(app, riverside, sam):
    with at_once():
        answer = browser_at(app, riverside, sam).get(f"/manage/mail?q={MARKED}")
    assert answer.status_code == 200


def test_an_empty_log_says_what_will_be_there(app, riverside, sam):
    browser = browser_at(app, riverside, sam)

    assert "No mail yet" in browser.get("/manage/mail").text


def test_a_mail_that_failed_is_sent_when_sam_tries_it_again(app, riverside, sam, failed_mail):
    browser = browser_at(app, riverside, sam)
    assert "ZeroDivisionError" in browser.get("/manage/mail").text

    answer = browser.post(f"/manage/mail/{failed_mail.id}/retry")
    work()

    assert answer.status_code == 303
    only_mail()
    with acting_for(riverside.id):
        assert db.session.query(AuditEntry).filter_by(action="messages.retry").count() == 1


def test_a_mail_that_was_sent_is_not_sent_again(app, at_riverside, sam, gala):
    pay(order(at_riverside, gala, 1))
    work()
    delivery = db.session.query(Delivery).one()

    answer = browser_at(app, at_riverside, sam).post(f"/manage/mail/{delivery.id}/retry")
    work()

    assert answer.status_code == 409
    only_mail()


def test_gus_has_no_business_with_the_mail(app, riverside, gus):
    assert browser_at(app, riverside, gus).get("/manage/mail").status_code == 403


@pytest.mark.parametrize("row_security", [True, False])
def test_northgate_neither_sees_nor_retries_riversides(
    app, northgate, noah, failed_mail, monkeypatch, row_security
):
    browser = browser_at(app, northgate, noah)
    with acting_for(failed_mail.tenant_id):
        job = db.session.query(queue.OutboxJob).filter_by(job="messages.send").one()
    if not row_security:
        monkeypatch.setattr(tenancy, "APP_ROLE", tenancy.PLATFORM_ROLE)

    assert "bea@example.com" not in browser.get("/manage/mail").text
    assert "messages.send" not in browser.get("/manage/jobs").text
    assert browser.post(f"/manage/mail/{failed_mail.id}/retry").status_code == 404
    assert browser.post(f"/manage/jobs/{job.id}/retry").status_code == 404
    assert browser.post(f"/manage/webhooks/{job.id}/retry").status_code == 404
    monkeypatch.undo()
    work()
    assert sent() == []


def test_ada_retries_a_job_that_rests(app, riverside, ada, failed_mail):
    browser = browser_at(app, riverside, ada)
    job = db.session.query(queue.OutboxJob).filter_by(job="messages.send").one()
    shown = browser.get("/manage/jobs").text
    assert "messages.send" in shown
    assert "Rests" in shown

    assert browser.post(f"/manage/jobs/{job.id}/retry").status_code == 303
    jobs.run(str(job.id))

    only_mail()
    assert "Nothing has failed" in browser.get("/manage/jobs").text
    assert browser.post(f"/manage/jobs/{job.id}/retry").status_code == 404


def test_jobs_are_not_for_staff(app, riverside, sam):
    browser = browser_at(app, riverside, sam)

    assert browser.get("/manage/jobs").status_code == 403


def test_ada_has_a_report_acted_on_again(app, riverside, ada):
    with acting_for(riverside.id), transaction():
        report = WebhookEvent(
            tenant_id=riverside.id,
            provider="sandbox",
            event_id="evt_1",
            kind="paid",
            payload={},
            raw="{}",
            attempts=3,
            failure="no such payment",
            outcome="",
        )
        db.session.add(report)
        db.session.flush()
        report_id = report.id
    browser = browser_at(app, riverside, ada)
    assert "no such payment" in browser.get("/manage/jobs").text

    assert browser.post(f"/manage/webhooks/{report_id}/retry").status_code == 303

    with acting_for(riverside.id):
        promised = db.session.query(queue.OutboxJob).one()
        assert (promised.job, promised.args[0]) == ("payments.process_webhook", str(report_id))


def test_many_failures_are_listed_page_by_page(app, riverside, ada, monkeypatch):
    monkeypatch.setattr("eventflow.messages.failures.PER_PAGE", 2)
    with acting_for(riverside.id):
        for number in range(5):
            with transaction():
                enqueue("tests.nobody_knows", number)
        for row in db.session.query(queue.OutboxJob).all():
            queue.fail(queue.claim(row.id, at=now()), f"failure {row.args}", at=now())
    browser = browser_at(app, riverside, ada)

    seen = []
    for page in (1, 2, 3):
        text = browser.get(f"/manage/jobs?page={page}").text
        seen.append(text.count("failure ["))
    assert seen == [2, 2, 1]
