"""Deliveries: a mail that was promised is sent, once."""

import threading
from datetime import timedelta
from io import BytesIO

import pytest
import zxingcpp
from icalendar import Calendar
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import text

from eventflow.db import db, now, transaction
from eventflow.events import publishing
from eventflow.messages import deliveries, log, mailbox, order_mails
from eventflow.payments import refunding, settling
from eventflow.payments.models import Payment
from eventflow.queue import OutboxJob
from eventflow.sales import orders
from eventflow.tenancy import acting_for
from eventflow.tickets import issuing
from tests.factories import make_event, order, pay
from tests.messages.conftest import only_delivery, only_mail, sent, work


def promise(about: str = "a-test", **how):
    how.setdefault("facts", {"url": "http://eventflow.test/sign-in/link?code=go_secret"})
    with transaction():
        return deliveries.promise(
            about, "sign_in_link", "bea@example.com", tenant_id=None, at=now(), **how
        ).id


def test_a_paid_order_sends_its_buyer_one_mail_and_none_before(at_riverside, gala):
    bought = order(at_riverside, gala, 2)
    work()
    assert sent() == []

    pay(bought)
    work()

    mail = only_mail()
    assert mail.to == ["bea@example.com"]
    assert bought.code in mail.subject
    assert "Winter Gala" in mail.subject
    assert bought.code in mail.text
    assert f"/orders/{bought.code}?secret={bought.secret}" in mail.text
    assert "$51.55" in mail.text


def test_a_payment_reported_twice_sends_one_mail(at_riverside, gala):
    bought = order(at_riverside, gala, 1)
    pay(bought)
    pay(bought)
    with transaction():
        order_mails.confirmation(bought, at=now())
    work()

    assert [bought.code in mail.subject for mail in sent()] == [True]


def test_a_free_order_sends_its_tickets_at_once(at_riverside):
    free = make_event(title="Open Day", tiers=[("Visitor", 0, 10)])
    order(at_riverside, free, 1)
    work()

    assert "Open Day" in only_mail().subject
    assert "Nothing to pay" in only_mail().text


def test_the_tickets_are_in_the_mail_as_pdf_as_codes_and_for_the_calendar(at_riverside, gala):
    bought = pay(order(at_riverside, gala, 2, 1))
    work()
    mail = only_mail()
    attached = {one.filename: one for one in mail.attachments}

    pdf = PdfReader(BytesIO(attached[f"tickets-{bought.code}.pdf"].content))
    assert len(pdf.pages) == 3
    assert "Winter Gala" in " ".join(pdf.pages[0].extract_text().split())

    event = Calendar.from_ical(attached["winter-gala.ics"].content).walk("VEVENT")[0]
    assert event["SUMMARY"] == "Winter Gala"

    for ticket in bought.tickets:
        picture = attached[f"ticket-{ticket.position}.png"]
        assert f'src="cid:{picture.content_id}"' in mail.html
        with Image.open(BytesIO(picture.content)) as image:
            assert zxingcpp.read_barcode(image).text == issuing.code_of(ticket)


def test_the_same_promise_twice_is_one(db):
    assert promise("same") == promise("same")
    work()

    only_mail()
    only_delivery()


def test_a_mail_nobody_can_write_is_not_promised(db):
    with pytest.raises(ValueError), transaction():
        deliveries.promise("x", "love_letter", "bea@example.com", tenant_id=None, at=now())


def test_what_is_rolled_back_is_not_sent(at_riverside, gala):
    bought = order(at_riverside, gala, 1)
    with pytest.raises(ZeroDivisionError), transaction():
        order_mails.confirmation(orders.find(bought.code), at=now())
        raise ZeroDivisionError
    work()

    assert sent() == []


def test_two_who_send_at_once_send_one(app, db):
    delivery_id = promise()
    both = threading.Barrier(2)
    errors = []

    def send() -> None:
        try:
            with app.app_context():
                both.wait()
                deliveries.send(delivery_id, at=now())
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=send) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert len(sent()) == 1
    assert only_delivery().attempts == 1


def test_who_dies_before_the_commit_leaves_nothing_and_the_next_one_sends_it(db, monkeypatch):
    delivery_id = promise()
    put = mailbox.put

    def put_and_die(mail, *, at) -> None:
        put(mail, at=at)
        db.session.flush()
        raise KeyboardInterrupt

    monkeypatch.setattr(mailbox, "put", put_and_die)
    with pytest.raises(KeyboardInterrupt):
        deliveries.send(delivery_id, at=now())
    assert sent() == []

    monkeypatch.setattr(mailbox, "put", put)
    deliveries.send(delivery_id, at=now())
    deliveries.send(delivery_id, at=now())
    assert len(sent()) == 1


def test_a_secret_in_a_mail_is_sealed_until_it_is_sent_and_gone_afterwards(db):
    delivery_id = promise()
    with db.engine.connect() as connection:
        kept = connection.scalar(text("select facts::text from deliveries"))
    assert "sealed" in kept
    assert "go_secret" not in kept

    deliveries.send(delivery_id, at=now())

    assert "go_secret" in only_mail().text
    assert only_delivery().facts == {}


def test_what_goes_wrong_is_noted_and_it_is_tried_again(db, monkeypatch):
    delivery_id = promise()
    monkeypatch.setattr(mailbox, "put", lambda mail, *, at: 1 / 0)
    monkeypatch.setattr(deliveries.composing, "compose", lambda *given, **named: 1 / 0)
    work()
    failed = only_delivery()
    assert (failed.status, failed.attempts) == ("queued", 1)
    assert "ZeroDivisionError" in failed.failure

    monkeypatch.undo()
    deliveries.send(delivery_id, at=now())
    assert (only_delivery().status, only_delivery().failure) == ("sent", "")


def test_a_mail_names_the_request_that_caused_it(at_riverside, gala):
    pay(order(at_riverside, gala, 1))
    work()
    row = db.session.query(OutboxJob).filter_by(job="messages.send").one()

    assert only_mail().headers["X-Request-ID"] == row.request_id != ""


def test_the_ticket_mail_can_be_sent_again_but_not_twice_in_one_press(at_riverside, gala):
    bought = pay(order(at_riverside, gala, 1))
    at = now().replace(second=10)
    work()
    for seconds in (0, 1, 120):
        with transaction():
            order_mails.send_again(
                bought, to="carl@example.com", at=at + timedelta(seconds=seconds)
            )
    work()

    assert [mail.to for mail in sent()] == [["bea@example.com"]] + [["carl@example.com"]] * 2


def test_a_refund_is_told_with_what_goes_back(at_riverside, gala):
    bought = pay(order(at_riverside, gala, 2))
    work()
    with transaction():
        refunding.start(orders.locked(bought.id), amount=1500, reason="Rain", at=now())
    work()

    told = sent()[-1]
    assert told.subject.startswith("Refund of $15.00")
    assert "Rain" in told.text
    assert "Your tickets stay valid." in told.text


def test_a_cancelled_event_is_told_to_each_of_its_buyers_once(at_riverside, gala):
    bought = pay(order(at_riverside, gala, 2))
    work()
    with transaction():
        publishing.cancel(gala, at=now())
    work()

    told = sent()[-1]
    assert told.subject == f"Winter Gala was cancelled (order {bought.code})"
    assert "$51.55" in told.text
    assert len(sent()) == 2


def test_who_paid_too_late_is_told_that_the_money_comes_back(at_riverside):
    tiny = make_event(title="Tiny", tiers=[("Chair", 1000, 1)])
    long_ago = now() - timedelta(hours=1)
    late = order(at_riverside, tiny, 1, at=long_ago)
    pay(order(at_riverside, tiny, 1))
    with transaction():
        payment = db.session.query(Payment).filter_by(order_id=late.id).one()
        settling.paid(payment, at=now())
    work()

    told = [mail for mail in sent() if late.code in mail.subject]
    assert [mail.subject for mail in told] == [f"$10.55 goes back to you (order {late.code})"]
    assert "came when its places could not be given any more" in told[0].text


def test_who_paid_for_a_cancelled_order_is_told_so(at_riverside, gala):
    owed = order(at_riverside, gala, 2)
    with transaction():
        orders.cancel(orders.locked(owed.id), at=now())
    pay(owed)
    work()

    assert "came after the order was cancelled" in sent()[-1].text


def test_a_cancelled_event_asks_nothing_of_whoever_has_not_paid(at_riverside, gala):
    owed = order(at_riverside, gala, 2)
    with transaction():
        publishing.cancel(gala, at=now())
    work()

    told = only_mail()
    assert told.subject == f"Winter Gala was cancelled (order {owed.code})"
    assert "nothing is owed for it" in told.text
    assert "ticket" not in told.text


def test_who_pays_after_the_event_was_cancelled_is_told_that_it_was(at_riverside, gala):
    late = order(at_riverside, gala, 2)
    with transaction():
        publishing.cancel(gala, at=now())
    work()
    pay(late)
    work()

    told = sent()[-1]
    assert told.subject == f"$51.55 goes back to you (order {late.code})"
    assert "Winter Gala was cancelled" in told.text
    assert "All of it goes back." in told.text
    assert "the time to pay" not in told.text


def test_no_tenant_sees_another_ones_mail(at_riverside, northgate, gala):
    pay(order(at_riverside, gala, 1))
    work()
    assert log.read(log.Filters(), page=1)[1] == 1

    with acting_for(northgate.id):
        assert log.read(log.Filters(), page=1) == ([], 0)


def test_mail_that_waits_is_counted(db):
    promise()

    assert deliveries.count_unsent() == {"queued": 1.0, "failed": 0.0}
