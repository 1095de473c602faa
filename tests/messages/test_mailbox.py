"""The development mailbox, as the pages and the JSON that outsiders read."""

import json
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import event

from eventflow.db import db, new_id, now, transaction
from eventflow.messages import mailbox
from eventflow.messages.mails import Attachment, Mail
from tests.factories import order, pay
from tests.messages.conftest import work

AT = now()


def put(number: int, to: str = "bea@example.com", **facts) -> Mail:
    mail = Mail(
        id=new_id(),
        to=to,
        sender_name="Riverside Hall",
        sender="tickets@eventflow.test",
        subject=f"Mail {number}",
        text=f"Text {number}",
        html="<p>HTML</p><img src='cid:picture@x' alt=''>",
        attachments=[
            Attachment("a.pdf", "application/pdf", b"%PDF"),
            Attachment("p.png", "image/png", b"PNG!", content_id="picture@x"),
        ],
        **facts,
    )
    with transaction():
        mailbox.put(mail, at=AT + timedelta(seconds=number))
    return mail


@pytest.fixture
def visitor(app):
    return app.test_client()


def listed(visitor, query: str = "") -> dict:
    answer = visitor.get(f"/dev/mail.json{query}")
    assert answer.content_type == "application/json"
    return json.loads(answer.text)


def test_an_empty_mailbox_is_an_empty_list(visitor):
    assert listed(visitor) == {"messages": [], "total": 0, "next": None}


def test_a_sale_is_in_the_list_as_outsiders_expect_it(visitor, at_riverside, gala):
    bought = pay(order(at_riverside, gala, 1))
    work()

    (message,) = listed(visitor)["messages"]
    assert set(message) == {"id", "to", "subject", "text", "html", "sent_at", "attachments"}
    assert message["to"] == ["bea@example.com"]
    assert bought.code in message["subject"]
    assert message["sent_at"].endswith("Z")
    pdf = message["attachments"][0]
    assert set(pdf) == {"filename", "content_type", "size", "url"}
    assert pdf["content_type"] == "application/pdf"
    parts = urlsplit(pdf["url"])
    assert parts.netloc == "eventflow.test"
    answer = visitor.get(parts.path)
    assert answer.data.startswith(b"%PDF")
    assert len(answer.data) == pdf["size"]
    assert answer.content_type == "application/pdf"


def test_the_newest_is_first_and_the_rest_follows_page_by_page(visitor):
    for number in range(7):
        put(number)

    seen, url = [], "?limit=3"
    while url:
        part = listed(visitor, url)
        assert part["total"] == 7
        seen.append([message["subject"] for message in part["messages"]])
        url = part["next"] and "?" + urlsplit(part["next"]).query
    assert seen == [["Mail 6", "Mail 5", "Mail 4"], ["Mail 3", "Mail 2", "Mail 1"], ["Mail 0"]]


def test_what_arrives_meanwhile_shifts_no_page(visitor):
    for number in range(4):
        put(number)
    first = listed(visitor, "?limit=2")
    put(9)

    second = listed(visitor, "?" + urlsplit(first["next"]).query)

    assert [message["subject"] for message in second["messages"]] == ["Mail 1", "Mail 0"]
    assert second["next"] is None


def test_one_address_can_be_asked_for(visitor):
    put(1)
    put(2, to="Carl@Example.com")

    found = listed(visitor, "?to=carl@example.com")

    assert [message["to"] for message in found["messages"]] == [["Carl@Example.com"]]
    assert found["total"] == 1
    assert "Carl@Example.com" in visitor.get("/dev/mail?to=carl@example.com").text
    assert "Mail 1" not in visitor.get("/dev/mail?to=carl@example.com").text


@pytest.mark.parametrize("query", ["?limit=0", "?limit=x", "?limit=-5", "?limit=99999999999"])
def test_a_strange_limit_is_no_error(visitor, query):
    put(1)

    assert len(listed(visitor, query)["messages"]) == 1


@pytest.mark.parametrize("after", ["x", "01a1fdd4-6c97-7b4a-b784-a611d4a0f508"])
def test_going_on_after_a_mail_that_is_not_there_is_a_404(visitor, after):
    assert visitor.get(f"/dev/mail.json?after={after}").status_code == 404


def test_long_lists_are_read_in_batches_with_no_query_for_each_mail(visitor, monkeypatch):
    monkeypatch.setattr(mailbox, "BATCH", 25)
    asked = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    def questions(limit: int) -> int:
        asked.clear()
        assert len(listed(visitor, f"?limit={limit}")["messages"]) == limit
        return len(asked)

    for number in range(60):
        put(number)
    assert questions(20) == questions(3)
    assert questions(60) <= 3 * questions(20)


def test_the_bytes_of_attachments_are_not_read_for_a_list(visitor):
    put(1)
    asked = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    listed(visitor)
    visitor.get("/dev/mail")

    sizes = [statement for statement in asked if "mailbox_attachments" in statement]
    assert sizes
    assert all("octet_length(mailbox_attachments.content)" in one for one in sizes)
    assert not any("mailbox_attachments.content," in one for one in sizes)


def test_a_mail_is_shown_with_its_pictures_in_a_frame_that_may_do_nothing(visitor):
    mail = put(1, request_id="request-of-bea")
    shown = visitor.get(f"/dev/mail/{mail.id}")
    framed = visitor.get(f"/dev/mail/{mail.id}/html")

    assert "request-of-bea" in shown.text
    assert f'src="/dev/mail/{mail.id}/html"' in shown.text
    assert "sandbox=" in shown.text
    assert "cid:" not in framed.text
    policy = framed.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "script" not in policy
    picture = framed.text.partition("src='")[2].partition("'")[0]
    assert visitor.get(picture).data == b"PNG!"


def test_a_mail_is_put_once(app):
    mail = put(1)
    with transaction():
        mailbox.put(mail, at=AT)

    assert mailbox.count() == 1
    assert len(mailbox.enclosures_of([mail.id])[mail.id]) == 2


def test_old_mail_is_thrown_away_with_what_was_attached(app):
    put(1)
    with transaction():
        assert mailbox.forget(at=AT + timedelta(days=1)) == 0
        assert mailbox.forget(at=AT + mailbox.PRESERVE + timedelta(days=1)) == 1

    assert mailbox.count() == 0


PATHS = ["/dev/", "/dev/mail", "/dev/mail.json"]


@pytest.mark.parametrize("path", PATHS)
def test_development_has_its_pages_on_the_base_host(visitor, path):
    assert visitor.get(path).status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_no_box_office_has_them(storefront, path):
    assert storefront.get(path).status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_production_has_them_nowhere(app, visitor, monkeypatch, path):
    settings = app.config["SETTINGS"]
    real = type(settings)(**{name: getattr(settings, name) for name in settings.__slots__})
    object.__setattr__(real, "EVENTFLOW_ENV", "production")
    monkeypatch.setitem(app.config, "SETTINGS", real)

    assert visitor.get(path).status_code == 404
