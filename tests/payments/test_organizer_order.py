"""One order in the console: what is shown, what can be done with it, each thing once."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from eventflow.accounts.models import AuditEntry
from eventflow.db import db, now, transaction
from eventflow.messages.models import Delivery
from eventflow.payments import accounts, refunding
from eventflow.payments.models import Refund
from eventflow.queue import OutboxJob
from eventflow.sales import orders
from eventflow.tenancy import acting_for
from eventflow.tickets import stocktaking
from tests import factories
from tests.payments.shop import work
from tests.people import browser_at


@pytest.fixture
def staff(app, riverside, sam):
    return browser_at(app, riverside, sam)


@pytest.fixture
def admin(app, riverside, ada):
    return browser_at(app, riverside, ada)


@pytest.fixture
def paid(gala, at_riverside):
    """Two Stalls and a Circle, 92.55 in all, paid."""
    return factories.pay(factories.order(at_riverside, gala, 2, 1))


@pytest.fixture
def owed(gala, at_riverside):
    """Two Stalls, to be paid by bank transfer."""
    with transaction():
        accounts.current().takes_transfer = True
    return factories.order(at_riverside, gala, 2, method="transfer")


def now_of(order):
    """The order as the database has it."""
    db.session.expire_all()
    return orders.find(order.code)


def jobs(name: str) -> int:
    return db.session.scalar(
        select(func.count()).select_from(OutboxJob).where(OutboxJob.job == name)
    )


def words() -> list[str]:
    """The audit log, the last first."""
    return list(
        db.session.scalars(
            select(AuditEntry.actor_name + ": " + AuditEntry.words).order_by(AuditEntry.id.desc())
        )
    )


def form_of(page, action: str) -> dict[str, list[str]]:
    """The hidden fields of the form that posts there."""
    html = page.text.split(f'action="{action}" method="post"')[-1].split("</form>")[0]
    if f'action="{action}" method="post"' not in page.text:
        html = page.text.split(f'method="post" action="{action}"')[1].split("</form>")[0]
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html):
        fields.setdefault(name, []).append(value)
    return fields


def test_the_page_shows_who_what_and_how_much(staff, paid):
    page = staff.get(f"/manage/orders/{paid.code.lower()}")
    assert page.status_code == 200
    for said in ("Bea Buyer", "bea@example.com", "2 × Stalls", "$92.55", "Paid; tickets issued"):
        assert said in page.text
    assert f"{paid.code}-3" in page.text
    assert paid.secret in page.text  # the way to the buyer's page


def test_it_asks_the_same_however_many_tickets_there_are(staff, at_riverside, query_count):
    event = factories.make_event(tiers=[("Free", 0, 50)])
    few, many = (factories.order(at_riverside, event, n).code for n in (1, 9))
    staff.get(f"/manage/orders/{few}")
    with query_count() as one:
        staff.get(f"/manage/orders/{few}")
    with query_count() as nine:
        staff.get(f"/manage/orders/{many}")
    assert len(one) == len(nine)


def test_what_a_role_may_not_do_is_not_offered(staff, admin, paid):
    address = f"/manage/orders/{paid.code}"
    assert f"{address}/refund" not in staff.get(address).text
    assert f"{address}/refund" in admin.get(address).text
    assert staff.get(f"{address}/refund").status_code == 403
    assert staff.post(f"{address}/refund", data={"way": "all"}).status_code == 403
    assert now_of(paid).refunded == 0


def test_tickets_are_mailed_again_once_a_form(staff, paid):
    address = f"/manage/orders/{paid.code}"
    form = form_of(staff.get(address), f"{address}/resend")
    for _press in range(2):
        answer = staff.post(f"{address}/resend", data=form)
        assert (answer.status_code, answer.location) == (303, address)

    assert jobs("sales.send_tickets_again") == 1
    assert words()[0] == "Sam: Mailed the tickets again to bea@example.com"
    assert "Tickets mailed again to bea@example.com" in staff.get(address).text


def test_each_time_they_are_mailed_again_a_mail_goes(staff, paid):
    address = f"/manage/orders/{paid.code}"
    for _time in range(2):
        staff.post(f"{address}/resend", data=form_of(staff.get(address), f"{address}/resend"))
    work("sales.send_tickets_again")
    mails = select(func.count()).select_from(Delivery).where(Delivery.order_id == paid.id)
    assert db.session.scalar(mails) == 2


def test_an_unpaid_order_has_no_tickets_to_mail(staff, owed):
    staff.post(f"/manage/orders/{owed.code}/resend")
    assert jobs("sales.send_tickets_again") == 0
    assert "no valid tickets to send" in staff.get(f"/manage/orders/{owed.code}").text


def test_an_unpaid_order_is_cancelled_as_was_said(staff, owed):
    address = f"/manage/orders/{owed.code}/cancel"
    assert "2 places at Winter Gala are for sale again" in staff.get(address).text
    assert now_of(owed).status == "pending"

    for _press in range(2):
        assert staff.post(address).status_code == 303

    assert now_of(owed).status == "cancelled"
    assert jobs("sales.tell_cancelled") == 1
    assert [entry for entry in words() if "Cancelled" in entry] == [
        "Sam: Cancelled the order of Bea Buyer"
    ]
    assert stocktaking.differences() == []


def test_a_paid_order_is_refunded_and_not_cancelled(admin, paid):
    assert admin.get(f"/manage/orders/{paid.code}/cancel").status_code == 303
    admin.post(f"/manage/orders/{paid.code}/cancel")
    assert now_of(paid).status == "paid"
    assert "Refund it, and it is cancelled with that" in admin.get("/manage/orders").text


def test_taking_back_free_tickets_is_an_admins(staff, admin, at_riverside):
    event = factories.make_event(tiers=[("Free", 0, 5)])
    free = factories.order(at_riverside, event, 2)
    address = f"/manage/orders/{free.code}/cancel"
    assert staff.get(address).status_code == staff.post(address).status_code == 403
    assert now_of(free).status == "paid"

    admin.post(address)

    assert now_of(free).status == "cancelled"
    assert {ticket.status for ticket in now_of(free).tickets} == {"cancelled"}
    assert jobs("sales.tell_cancelled") == 1
    assert stocktaking.differences() == []


def test_money_that_came_by_hand_is_marked_as_paid_once(staff, owed):
    for _press in range(2):
        answer = staff.post(f"/manage/orders/{owed.code}/paid")
        assert answer.status_code == 303

    order = now_of(owed)
    assert (order.status, len(order.tickets)) == ("paid", 2)
    assert jobs("sales.confirm_order") == 1
    assert [entry for entry in words() if "Marked" in entry] == [
        "Sam: Marked $51.55 of Bea Buyer as paid"
    ]


def test_money_for_places_that_are_gone_is_said_to_go_back(staff, owed, gala):
    with transaction():
        owed.hold.expires_at = now() - timedelta(minutes=1)
    factories.hold(gala, 5)

    staff.post(f"/manage/orders/{owed.code}/paid")

    assert now_of(owed).status == "refunded"
    page = staff.get(f"/manage/orders/{owed.code}").text
    assert "Its places are gone. Please give Bea Buyer the money back." in page


def test_what_is_paid_online_is_not_marked_by_hand(staff, gala, at_riverside):
    online = factories.order(at_riverside, gala, 1)
    staff.post(f"/manage/orders/{online.code}/paid")
    assert now_of(online).status == "pending"
    assert "is paid online by its buyer" in staff.get("/manage/orders").text


# Refunds


def refund(admin, order, reason="Fell ill", **choice):
    """Choose, read what happens, and confirm it; the answer and what was confirmed."""
    address = f"/manage/orders/{order.code}/refund"
    page = admin.get(address, query_string=choice)
    form = form_of(page, address) | {"reason": reason}
    return admin.post(address, data=form), form, page


def test_a_whole_refund_is_what_was_said(admin, paid):
    answer, _form, page = refund(admin, paid)
    assert "Refund $92.55 to Bea Buyer" in page.text
    assert "Nothing is left to refund afterwards" in page.text

    assert (answer.status_code, answer.location) == (303, f"/manage/orders/{paid.code}")
    order = now_of(paid)
    assert (order.status, order.refunded) == ("refunded", 9255)
    assert {ticket.status for ticket in order.tickets} == {"cancelled"}
    assert words()[0] == "Ada: Refunded $92.55 to Bea Buyer: Fell ill"
    assert order.refunds[0].status == "succeeded"
    assert order.refunds[0].asked_by == "Ada"
    assert "$92.55 is paid back to Bea Buyer" in admin.get(f"/manage/orders/{paid.code}").text
    assert stocktaking.differences() == []


def test_chosen_tickets_give_back_exactly_their_share(admin, paid):
    first = paid.tickets[0]
    shown = "Refund $25.71 to Bea Buyer"
    answer, _form, page = refund(admin, paid, way="tickets", ticket=[first.id])
    assert shown in page.text
    assert "The ticket of Bea Buyer becomes void" in page.text
    assert "2 tickets stay good" in page.text
    assert answer.status_code == 303

    order = now_of(paid)
    assert (order.status, order.refunded) == ("partially_refunded", 2571)
    assert [ticket.status for ticket in order.tickets] == ["cancelled", "valid", "valid"]


def test_an_amount_leaves_the_tickets_good(admin, paid):
    refund(admin, paid, way="amount", amount="$20")

    order = now_of(paid)
    assert (order.status, order.refunded) == ("partially_refunded", 2000)
    assert {ticket.status for ticket in order.tickets} == {"valid"}


def test_the_same_form_twice_is_one_refund(admin, paid):
    _answer, form, _page = refund(admin, paid, way="amount", amount="20.00")
    again = admin.post(f"/manage/orders/{paid.code}/refund", data=form)

    assert again.status_code == 303
    assert now_of(paid).refunded == 2000
    assert db.session.scalar(select(func.count()).select_from(Refund)) == 1


def test_whoever_asks_twice_for_one_form_has_one_refund(paid):
    """Programs too: their key is the form's."""
    with transaction():
        first = refunding.start(orders.locked(paid.id), amount=500, form_key="one", at=now())
    with transaction():
        again = refunding.start(orders.locked(paid.id), amount=500, form_key="one", at=now())
        another = refunding.start(orders.locked(paid.id), amount=500, form_key="two", at=now())
    assert first.id == again.id != another.id
    assert now_of(paid).refunded == 1000


def test_what_is_meant_by_ticks_under_another_choice_is_asked(admin, paid):
    part = admin.get(
        f"/manage/orders/{paid.code}/refund",
        query_string={"way": "all", "ticket": str(paid.tickets[0].id)},
        headers={"HX-Request": "true"},
    )
    assert "You have ticked tickets" in part.text
    assert "Refund $" not in part.text


def test_two_forms_are_two_refunds(admin, paid):
    refund(admin, paid, way="amount", amount="20")
    refund(admin, paid, way="amount", amount="20")
    assert now_of(paid).refunded == 4000


def test_nothing_happens_that_was_not_shown(admin, paid):
    address = f"/manage/orders/{paid.code}/refund"
    form = form_of(admin.get(address), address) | {"reason": "Fell ill"}
    refund(admin, paid, way="amount", amount="20")

    late = admin.post(address, data=form)

    assert late.status_code == 409
    assert "This order changed in the meantime" in late.text
    assert "Refund $72.55 to Bea Buyer" in late.text
    assert now_of(paid).refunded == 2000


def test_a_reason_is_asked_for(admin, paid):
    answer, _form, _page = refund(admin, paid, reason=" ")
    assert answer.status_code == 422
    assert "Say why" in answer.text
    assert now_of(paid).refunded == 0


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("100", "At most $92.55 is left"),
        ("0", "more than zero"),
        ("-5", "less than zero"),
        ("x", "is not an amount"),
        ("", "Type an amount"),
    ],
)
def test_an_amount_that_cannot_be_is_put_right(admin, paid, typed, said):
    address = f"/manage/orders/{paid.code}/refund"
    form = {"way": "amount", "amount": typed, "shown": "1", "reason": "Why not"}
    answer = admin.post(address, data=form)
    assert answer.status_code == 422
    assert said in answer.text
    assert now_of(paid).refunded == 0


@pytest.mark.parametrize("chosen", [[], ["nonsense"], ["00000000-0000-0000-0000-000000000000"]])
def test_no_tickets_chosen_is_no_refund(admin, paid, chosen):
    address = f"/manage/orders/{paid.code}/refund"
    form = {"way": "tickets", "ticket": chosen, "shown": "0", "reason": "Why not"}
    assert admin.post(address, data=form).status_code == 422
    assert now_of(paid).refunded == 0


def test_what_came_by_hand_is_said_to_go_back_by_hand(admin, staff, owed):
    staff.post(f"/manage/orders/{owed.code}/paid")
    answer, _form, page = refund(admin, owed)
    assert "You give $51.55 back to Bea Buyer yourself" in page.text
    assert "Please give Bea Buyer $51.55" in admin.get(answer.location).text


def test_the_quote_alone_is_answered_where_htmx_asks(admin, paid):
    part = admin.get(
        f"/manage/orders/{paid.code}/refund?way=amount&amount=12.5",
        headers={"HX-Request": "true"},
    )
    assert "Refund $12.50 to Bea Buyer" in part.text
    assert "<html" not in part.text


def test_nothing_left_is_said_and_not_done(admin, paid):
    _answer, form, _page = refund(admin, paid)
    form["form_key"] = ["another"]
    admin.post(f"/manage/orders/{paid.code}/refund", data=form)
    assert "Nothing of this order is left to refund" in admin.get("/manage/orders").text
    assert admin.get(f"/manage/orders/{paid.code}/refund").status_code == 303


def test_another_box_offices_order_is_not_there(app, northgate, noah, paid):
    code, tenant_id = paid.code, paid.tenant_id
    elsewhere = browser_at(app, northgate, noah)
    for what in ("resend", "cancel", "paid", "refund"):
        form = {"reason": "x", "shown": "9255"}
        assert elsewhere.post(f"/manage/orders/{code}/{what}", data=form).status_code == 404
    with acting_for(tenant_id):
        assert orders.find(code).status == "paid"
