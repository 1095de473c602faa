"""Handing mail to a real mail server, in good days and bad."""

from collections.abc import Iterator

import pytest

from eventflow.db import db, now, transaction
from eventflow.messages import deliveries, smtp
from eventflow.messages.models import Delivery
from eventflow.queue import OutboxJob
from tests.factories import order, pay
from tests.messages.conftest import only_delivery, sent, work
from tests.messages.mail_server import MailServer


@pytest.fixture
def server(app, monkeypatch) -> Iterator[MailServer]:
    server = MailServer()
    server.open()
    monkeypatch.setitem(app.config, "SMTP_URL", server.url)
    yield server
    server.close()


def promise() -> None:
    with transaction():
        deliveries.promise(
            "a-test",
            "sign_in_link",
            "bea@example.com",
            facts={"url": "http://eventflow.test/sign-in/link?code=go_x"},
            tenant_id=None,
            at=now(),
        )


def send() -> None:
    deliveries.send(only_delivery().id, at=now())


def test_a_mail_travels_whole(server, at_riverside, gala):
    pay(order(at_riverside, gala, 1))
    work()

    (mail,) = server.taken
    assert server.recipients == ["bea@example.com"]
    assert mail["To"] == "bea@example.com"
    assert mail["From"] == "Riverside Hall <tickets@eventflow.test>"
    assert mail["Message-ID"] == f"<{only_delivery().id}@eventflow.test>"
    assert mail["X-Request-ID"]
    assert mail["Auto-Submitted"] == "auto-generated"
    plain, html = mail.get_body(["plain"]), mail.get_body(["html"])
    assert "Winter Gala" in plain.get_content()
    assert "Winter Gala" in html.get_content()
    kinds = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "image/png", "application/pdf", "text/calendar"]
    picture = next(part for part in mail.walk() if part.get_content_type() == "image/png")
    assert f"cid:{picture['Content-ID'].strip('<>')}" in html.get_content()
    assert [part.get_filename() for part in mail.iter_attachments()][-1] == "winter-gala.ics"
    # A mail server is there, so nothing is kept for looking at.
    assert sent() == []


def test_with_the_server_away_the_mail_follows_when_it_is_back(server):
    server.close()
    promise()
    work()
    waiting = only_delivery()
    assert (waiting.status, waiting.attempts) == ("queued", 1)
    assert "ConnectionRefusedError" in waiting.failure
    assert db.session.query(OutboxJob).one().run_at > now()

    server.open()
    send()

    assert only_delivery().status == "sent"
    assert len(server.taken) == 1


@pytest.mark.parametrize("where", ["answer_to_recipient", "answer_to_mail"])
def test_a_refusal_for_good_is_noted_and_not_tried_again(server, where):
    setattr(server, where, "550 no such mailbox")
    promise()
    work()

    refused = only_delivery()
    assert (refused.status, refused.failure) == ("failed", "550 no such mailbox")
    assert db.session.query(OutboxJob).one().done_at is not None


@pytest.mark.parametrize("where", ["answer_to_recipient", "answer_to_mail"])
def test_a_refusal_for_now_is_tried_again(server, where):
    setattr(server, where, "451 too busy")
    promise()
    work()
    assert only_delivery().status == "queued"

    setattr(server, where, "250 fine")
    send()

    assert only_delivery().status == "sent"


def test_a_server_that_takes_the_mail_and_hangs_up_has_it(server):
    server.says_goodbye = False
    promise()
    work()

    assert only_delivery().status == "sent"
    assert len(server.taken) == 1


def test_a_refused_mail_is_sent_when_somebody_retries_it(server):
    server.answer_to_recipient = "550 no such mailbox"
    promise()
    work()
    server.answer_to_recipient = "250 fine"

    with transaction():
        deliveries.retry(db.session.query(Delivery).one(), at=now())
    work()

    assert only_delivery().status == "sent"
    assert "go_x" in server.taken[0].get_body(["plain"]).get_content()
    with pytest.raises(deliveries.AlreadySent), transaction():
        deliveries.retry(db.session.query(Delivery).one(), at=now())


def test_a_mail_sent_twice_all_the_same_is_one_to_its_reader(server, monkeypatch):
    promise()
    delivery_id = only_delivery().id
    # It dies between the server's yes and its own note of it.
    noted = deliveries._note_sent
    monkeypatch.setattr(deliveries, "_note_sent", lambda *given, **named: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        deliveries.send(delivery_id, at=now())
    monkeypatch.setattr(deliveries, "_note_sent", noted)
    deliveries.send(delivery_id, at=now())

    one, other = server.taken
    assert one["Message-ID"] == other["Message-ID"]


def test_a_password_is_not_shown_to_a_server_without_tls(app, server, monkeypatch):
    monkeypatch.setattr(smtp, "THIS_MACHINE", ())
    monkeypatch.setitem(app.config, "SMTP_URL", server.url.replace("//", "//user:secret@"))
    promise()
    work()

    assert only_delivery().status == "queued"
    assert "no TLS" in only_delivery().failure
    assert server.taken == []
