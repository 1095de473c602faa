"""Tickets taken back without money, and tickets with a new code."""

import re
import time

import pytest

from eventflow.accounts.models import AuditEntry
from eventflow.checkin import admitting
from eventflow.db import db, now, transaction
from eventflow.messages import deliveries, order_mails
from eventflow.messages.models import Delivery, MailboxMessage
from eventflow.payments import checkout, refunding
from eventflow.queue import OutboxJob
from eventflow.sales import orders
from eventflow.sales.models import Hold
from eventflow.tenancy import across_tenants
from eventflow.tickets import issuing, stocktaking, voiding
from jobs import sales as sales_jobs
from tests import factories
from tests.api.conftest import make_program
from tests.people import browser_at
from tests.sales.test_seats import take
from tests.seating.theatres import a_drawing, a_row, make_seated, now_of


@pytest.fixture
def free(program, at_riverside):
    """Three free tickets of five."""
    event = factories.make_event(tiers=[("Free", 0, 5)])
    return factories.order(at_riverside, event, 3)


@pytest.fixture
def paid(program, at_riverside, gala):
    return factories.pay(factories.order(at_riverside, gala, 2))


@pytest.fixture
def admin(app, riverside, ada):
    return browser_at(app, riverside, ada)


@pytest.fixture
def staff(app, riverside, sam):
    return browser_at(app, riverside, sam)


@pytest.fixture
def program(app, riverside):
    """One of each role, made before anything is read: making one lets go of the session."""
    return {role: make_program(app, riverside, role) for role in ("staff", "admin")}.get


def fresh(order):
    """The order as the database has it, after whatever other sessions did."""
    db.session.rollback()
    db.session.expire_all()
    return orders.find(order.code)


def states(order) -> list[str]:
    return [ticket.state for ticket in fresh(order).tickets]


def job(name: str) -> OutboxJob:
    return db.session.query(OutboxJob).filter_by(job=name).one()


def left(order) -> int:
    stock = fresh(order).tickets[0].tier.stock
    return stock.capacity - stock.sold - stock.held


def fine() -> bool:
    with across_tenants():
        return stocktaking.differences() == []


def test_some_tickets_of_a_free_order_are_refunded_with_nothing(program, free):
    ticket = free.tickets[0]
    old = issuing.code_of(ticket)

    answer = program("admin").post(
        f"/orders/{free.code}/refund", {"tickets": [str(ticket.id)], "reason": "Ill"}
    )

    assert answer.status_code == 200, answer.text
    assert answer.json["refund"]["amount"] == {"amount": 0, "currency": "USD"}
    assert answer.json["refund"]["reason"] == "Ill"
    assert answer.json["order"]["status"] == "paid"
    assert states(free) == ["cancelled", "valid", "valid"]
    assert admitting.admit(old, at=now()).result == "INVALID"
    assert left(free) == 3
    assert job("sales.tell_voided").args[2:] == [[1], "Ill"]
    assert fine()


def test_a_free_order_is_refunded_whole_and_only_once(program, free):
    admin, path = program("admin"), f"/orders/{free.code}/refund"
    first = admin.post(path, {}, Idempotency_Key="k-1")
    assert (first.status_code, first.json["order"]["status"]) == (200, "refunded")
    assert states(free) == ["cancelled"] * 3
    assert left(free) == 5
    assert admin.post(path, {}, Idempotency_Key="k-1").data == first.data
    assert admin.post(path, {}).json["code"] == "nothing_to_refund"
    assert fine()


def test_tickets_whose_money_went_back_by_amount_can_be_taken_back(program, paid):
    admin, path = program("admin"), f"/orders/{paid.code}/refund"
    assert admin.post(path, {"amount": {"amount": paid.total, "currency": "USD"}}).json["order"][
        "status"
    ] == ("refunded")
    assert states(paid) == ["valid", "valid"]

    answer = admin.post(path, {"tickets": [str(paid.tickets[1].id)]})
    assert (answer.status_code, answer.json["refund"]["amount"]["amount"]) == (200, 0)
    assert states(paid) == ["valid", "cancelled"]
    assert admin.post(path, {}).status_code == 200
    assert states(paid) == ["cancelled", "cancelled"]
    assert fresh(paid).status == "refunded"
    assert fine()


def test_the_seat_is_free_again(program, at_riverside):
    event = make_seated(a_drawing(a_row("A", 4)), {"c1": 0}, tiers=[("Free", 0, 0)])
    begun = checkout.begin(at_riverside, take(event, 0, 1).id, factories.BEA, at=now())
    order = orders.find(begun.code)
    assert now_of(event) == "ssff"
    assert program("admin").post(f"/orders/{order.code}/refund", {}).status_code == 200
    assert now_of(event) == "ffff"


def test_the_buyer_is_told_by_mail(free):
    with transaction():
        order = orders.find(free.code, lock=True)
        voiding.void(order, order.tickets[:2], reason="The hall is smaller", at=now())
    promised = job("sales.tell_voided")
    sales_jobs.tell_voided(*promised.args)
    mail = db.session.query(Delivery).filter_by(kind="tickets_void").one()
    deliveries.send(mail.id, at=now())

    message = db.session.query(MailboxMessage).one()
    assert message.to == ["bea@example.com"]
    for said in (f"{free.code}-1, {free.code}-2", "The hall is smaller", "1 ticket of this order"):
        assert said in message.text


def test_the_console_takes_back_what_is_ticked_with_a_reason(admin, staff, free):
    address = f"/manage/orders/{free.code}/void"
    assert staff.get(address).status_code == staff.post(address).status_code == 403
    page = admin.get(f"{address}?ticket={free.tickets[2].id}")
    assert len(re.findall(r'id="ticket-[^"]+" checked', page.text)) == 1
    key = re.search(r'name="form_key" value="([^"]+)"', page.text)[1]
    form = {"ticket": str(free.tickets[2].id), "form_key": key}
    assert "Say why" in admin.post(address, data=form).text
    assert "Choose at least one" in admin.post(address, data={"reason": "x"}).text
    assert states(free) == ["valid"] * 3

    for _press in range(2):
        assert admin.post(address, data=form | {"reason": "Ill"}).status_code == 303

    assert states(free) == ["valid", "valid", "cancelled"]
    job("sales.tell_voided")
    page = admin.get(f"/manage/orders/{free.code}")
    assert f"Ticket {free.code}-3 made void: Ill" in page.text
    assert fine()


def test_the_last_ticket_of_a_free_order_ends_it(admin, free):
    ticked = [str(ticket.id) for ticket in free.tickets]
    form = {"ticket": ticked, "reason": "Ill"}
    admin.post(f"/manage/orders/{free.code}/void", data=form)
    assert fresh(free).status == "cancelled"


def test_revoking_a_paid_ticket_gives_no_money_back(program, paid):
    path = f"/tickets/{paid.tickets[0].id}/revoke"
    assert program("staff").post(path, {}).status_code == 403
    answer = program("admin").post(path, {"reason": "Sold on"})
    assert (answer.status_code, answer.json["ticket"]["status"]) == (200, "cancelled")
    assert program("admin").post(path).status_code == 409
    assert (fresh(paid).status, paid.refunded) == ("paid", 0)
    with transaction():
        refund = refunding.start(orders.find(paid.code, lock=True), at=now())
    assert refund.amount == paid.total
    assert fine()


def test_a_new_code_kills_the_old_code_and_the_old_link(program, paid):
    ticket = paid.tickets[0]
    old, old_secret = issuing.code_of(ticket), ticket.secret
    before = ticket.changed_in

    answer = program("staff").post(f"/tickets/{ticket.id}/reissue")

    assert answer.status_code == 200, answer.text
    ticket = fresh(paid).tickets[0]
    assert ticket.secret != old_secret
    assert ticket.changed_in > before  # scanners hear of it with their next changes
    assert admitting.admit(old, at=now()).reason == "reissued"
    assert admitting.admit(answer.json["ticket"]["code"], at=now()).result == "VALID"
    assert job("sales.tell_reissued").args == [str(ticket.id), 2]
    assert fresh(paid).entries[-1].kind == "reissued"
    entry = db.session.query(AuditEntry).filter_by(action="tickets.reissue").one()
    assert entry.subject_name == f"{paid.code}-1"


def opened_by(order, secret: str) -> list[str]:
    """Every address that this secret opens, or might."""
    whole = [f"/orders/{order.code}{rest}" for rest in ("", "/state", "/tickets.pdf", "/event.ics")]
    each = [
        f"/tickets/{ticket.id}{rest}" for ticket in order.tickets for rest in ("", ".pdf", "/state")
    ]
    return [f"{path}?secret={secret}" for path in (*whole, f"/api/v1{whole[0]}", *each)]


def own_links(order) -> list[str]:
    return [f"/tickets/{ticket.id}?secret={ticket.secret}" for ticket in order.tickets]


def statuses(browser, addresses: list[str]) -> set[int]:
    return {browser.get(address).status_code for address in addresses}


def reissue_first(order) -> None:
    with transaction():
        voiding.reissue(orders.find(order.code).tickets[0], at=now())


def test_with_a_new_code_the_link_of_the_order_is_another(storefront, paid):
    before, own = opened_by(paid, paid.secret), own_links(paid)
    assert statuses(storefront, before + own) == {200}

    reissue_first(paid)

    assert statuses(storefront, before) == {404}
    for unknown in (before[0], "/orders/ZZZZ9999?secret=x"):
        assert "The link may be incomplete" in storefront.get(unknown).text
    order = fresh(paid)
    assert statuses(storefront, opened_by(order, order.secret)) == {200}
    # The holder of another ticket keeps the link to it.
    assert [storefront.get(address).status_code for address in own] == [404, 200]


def test_letters_carry_the_links_that_open_something(paid):
    old = paid.secret
    with transaction():
        # Promised, and not yet written.
        promised = order_mails.send_again(orders.find(paid.code), asked="before", at=now()).id
    reissue_first(paid)
    sales_jobs.tell_reissued(*job("sales.tell_reissued").args)
    told = db.session.query(Delivery).filter_by(kind="ticket_changed").one().id
    for letter in (promised, told):
        deliveries.send(letter, at=now())

    new = fresh(paid).secret
    messages = db.session.query(MailboxMessage).all()
    assert len(messages) == 2
    for message in messages:
        for written in (message.text, message.html):
            assert f"/orders/{paid.code}?secret={new}" in written
            assert old not in written


def test_a_buyers_own_browser_finds_the_order_by_its_new_link(storefront, paid):
    checkout_page = f"/checkout/{paid.hold_id}"
    with transaction():
        db.session.get_one(Hold, paid.hold_id).buyer = "this browser"
    reissue_first(paid)
    order = fresh(paid)
    address = f"/orders/{order.code}?secret={order.secret}"
    with storefront.session_transaction(base_url=storefront.address) as session:
        session["buyer"] = "this browser"
    assert storefront.get(checkout_page).location == address


def test_the_checkouts_address_leads_nobody_else_to_the_new_link(app, riverside, paid):
    checkout_page, stranger = f"/checkout/{paid.hold_id}", browser_at(app, riverside)
    order = fresh(paid)
    assert stranger.get(checkout_page).location == f"/orders/{order.code}?secret={order.secret}"
    reissue_first(paid)
    for answer in (
        stranger.get(checkout_page),
        stranger.post(checkout_page, data={"buyer_name": "Carl", "buyer_email": "c@example.com"}),
    ):
        assert answer.status_code == 404
        assert "The links of this order were changed" in answer.text


def test_a_guest_finds_the_order_by_its_new_link(storefront, paid):
    reissue_first(paid)
    email, address = paid.buyer_email, f"/orders/{paid.code}?secret={fresh(paid).secret}"
    with storefront.session_transaction(base_url=storefront.address) as session:
        session["orders_of"] = (email, time.time() + 60)
    assert address in storefront.get("/orders/list").text


def test_the_console_says_first_which_links_die(staff, paid):
    page = staff.get(f"/manage/tickets/{paid.tickets[0].id}/reissue").text
    assert "The link to the whole order is dead too" in page


def test_a_new_code_is_made_once_a_form(staff, paid):
    ticket = paid.tickets[0]
    address = f"/manage/tickets/{ticket.id}/reissue"
    page = staff.get(address)
    assert "dead from this moment" in page.text
    shown = re.search(r'name="issue" value="(\d+)"', page.text)[1]
    secrets = set()
    for _press in range(2):
        assert staff.post(address, data={"issue": shown}).status_code == 303
        db.session.expire_all()
        secrets.add(ticket.order.secret)
    assert ticket.issue == 2
    assert len(secrets) == 1

    sales_jobs.tell_reissued(str(ticket.id), 2)
    assert db.session.query(Delivery).filter_by(kind="ticket_changed").count() == 1


def test_a_void_ticket_gets_no_new_code(staff, free):
    with transaction():
        order = orders.find(free.code, lock=True)
        voiding.void(order, order.tickets, reason="", at=now())
    with pytest.raises(voiding.NotGood), transaction():
        voiding.reissue(order.tickets[0], at=now())
    attendee = staff.get(f"/manage/attendees/{order.tickets[0].id}")
    assert "Give it a new code" not in attendee.text


def test_what_is_another_box_offices_is_not_there(app, northgate, noah, paid):
    ticket_id = paid.tickets[0].id
    elsewhere = browser_at(app, northgate, noah)
    assert elsewhere.get(f"/manage/tickets/{ticket_id}/reissue").status_code == 404
    assert elsewhere.post(f"/manage/tickets/{ticket_id}/reissue").status_code == 404
    assert elsewhere.get(f"/manage/orders/{paid.code}/void").status_code == 404
    stranger = make_program(app, northgate, "owner")
    for what in ("reissue", "revoke"):
        assert stranger.post(f"/tickets/{ticket_id}/{what}").status_code == 404
