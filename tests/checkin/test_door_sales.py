"""Selling at the door: once a press, from everybody's stock, and the drawer adds up."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import current_app
from sqlalchemy import func, select

from eventflow.checkin import door_sales, shifts
from eventflow.checkin.models import DoorSale, Shift
from eventflow.db import db, now, transaction
from eventflow.errors import Invalid
from eventflow.messages.models import Delivery
from eventflow.payments import refunding
from eventflow.sales import holds, orders
from eventflow.sales.models import Order
from eventflow.sales.orders import Buyer
from eventflow.tenancy import acting_for
from eventflow.tickets.models import Ticket
from tests import factories
from tests.payments.shop import work
from tests.people import browser_at

GUEST = Buyer("At the door", "")


@pytest.fixture
def till(app, riverside, sam):
    """Sam's browser, signed in."""
    return browser_at(app, riverside, sam)


@pytest.fixture
def gala(till, at_riverside):
    # After the people, who are made in sessions of their own.
    return factories.make_event(title="Winter Gala", tiers=[("Stalls", 2500, 5)])


@pytest.fixture
def shift(gala, sam) -> Shift:
    with transaction():
        return shifts.begin(gala, sam.id, "Sam", 5_000, at=now())


def sell(event, person, *, method="cash", key="one", quantity=2, buyer=GUEST) -> Order:
    wanted = [holds.Wanted(event.tiers[0].id, quantity)]
    return door_sales.sell(
        event,
        wanted,
        method=method,
        buyer=buyer,
        person_id=person.id,
        form_key=key,
        at=now(),
    )


def till_form(browser, event, **more) -> dict[str, str]:
    page = browser.get(f"/manage/events/{event.slug}/box-office").text
    key = re.search(r'name="form_key" value="([^"]+)"', page)[1]
    return {"form_key": key, f"tier-{event.tiers[0].id}": "2", "method": "cash"} | more


def test_a_sale_in_cash_is_paid_ticketed_and_in_the_drawer(gala, sam, shift):
    order = sell(gala, sam)

    assert (order.status, order.total) == ("paid", 5155)
    assert len(order.tickets) == 2
    sums = shifts.cash_up(shift)
    assert (sums.amounts["cash"], sums.expected) == (5155, 10_155)
    assert gala.tiers[0].stock.sold == 2


def test_a_double_click_is_one_sale(app, riverside, gala, sam, shift):
    event_id, person_id, tenant_id = gala.id, sam.id, riverside.id

    def press(_n):
        with app.app_context(), acting_for(tenant_id):
            event = db.session.get_one(type(gala), event_id)
            wanted = [holds.Wanted(event.tiers[0].id, 1)]
            order = door_sales.sell(
                event,
                wanted,
                method="cash",
                buyer=GUEST,
                person_id=person_id,
                form_key="pressed",
                at=now(),
            )
            return order.code

    with ThreadPoolExecutor(6) as hands:
        codes = set(hands.map(press, range(6)))

    assert len(codes) == 1
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(DoorSale)) == 1
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == 1


def test_the_door_cannot_sell_what_is_not_there(gala, sam, shift):
    factories.hold(gala, 4)

    with pytest.raises(holds.SoldOut):
        sell(gala, sam, quantity=2)
    assert db.session.scalar(select(func.count()).select_from(Order)) == 0


def test_without_a_shift_nothing_is_sold(gala, sam):
    with pytest.raises(shifts.ShiftClosed):
        sell(gala, sam)
    assert db.session.scalar(select(func.count()).select_from(Order)) == 0


def test_a_guest_of_the_house_pays_nothing_and_no_fee_is_due(gala, sam, shift):
    order = sell(gala, sam, method="free")

    assert (order.total, order.fees, order.platform_fee, order.status) == (0, 0, 0, "paid")
    assert [ticket.unit_price for ticket in order.tickets] == [0, 0]
    assert shifts.cash_up(shift).expected == 5_000


def test_cards_on_the_terminal_are_not_in_the_drawer(gala, sam, shift):
    sell(gala, sam, method="card")

    sums = shifts.cash_up(shift)
    assert (sums.amounts["card"], sums.expected) == (5155, 5_000)


def test_no_mail_goes_to_nobody_and_one_to_whoever_asked(gala, sam, shift):
    sell(gala, sam, key="silent")
    work("sales.confirm_order")
    with current_app.app_context():
        before = db.session.scalar(select(func.count()).select_from(Delivery))
    sell(gala, sam, key="mailed", buyer=Buyer("Bea Buyer", "bea@example.com"))
    work("sales.confirm_order")

    assert before == 0
    assert db.session.scalar(select(func.count()).select_from(Delivery)) == 1


def test_a_closed_shift_is_never_written_to_again(gala, sam, shift):
    sell(gala, sam)
    with transaction():
        shifts.close(shifts.find(gala, shift.id, lock=True), counted=10_155, notes="", at=now())
    with transaction():
        shifts.close(shifts.find(gala, shift.id, lock=True), counted=1, notes="again", at=now())

    kept = shifts.find(gala, shift.id)
    assert (kept.counted_amount, kept.notes) == (10_155, "")
    with pytest.raises(shifts.ShiftClosed):
        sell(gala, sam, key="late")


def test_what_nobody_may_pay_with_is_refused(gala, sam, shift):
    with pytest.raises(Invalid):
        sell(gala, sam, method="seashells")


def test_sam_sells_from_the_page_and_gives_change(till, gala):
    assert "Open your shift" in till.get("/manage/events/winter-gala/box-office").text
    till.post("/manage/events/winter-gala/box-office/shift", data={"float": "50"})

    form = till_form(till, gala, given="60.00")
    first = till.post("/manage/events/winter-gala/box-office", data=form)
    again = till.post("/manage/events/winter-gala/box-office", data=form)

    assert first.status_code == 303 and first.location == again.location
    page = till.get(first.location).text
    assert "Change out of $60.00" in page and "$8.45" in page
    assert db.session.scalar(select(func.count()).select_from(DoorSale)) == 1


def test_what_was_typed_is_kept_when_it_is_refused(till, gala, sam, shift):
    form = till_form(till, gala, email="no address", name="Bea")

    page = till.post("/manage/events/winter-gala/box-office", data=form)

    assert page.status_code == 422
    assert 'value="no address"' in page.text and 'value="Bea"' in page.text
    assert form["form_key"] in page.text


def test_the_report_of_a_shift_adds_up_on_page_and_as_csv(till, gala, sam, shift):
    order = sell(gala, sam)
    address = f"/manage/events/winter-gala/box-office/shifts/{shift.id}"

    page, sheet = till.get(address).text, till.get(address + ".csv").text

    assert "$101.55" in page and order.code in page
    assert sheet.splitlines()[1].split(",")[1] == order.code


def test_a_sale_to_nobody_in_particular_can_be_refunded_and_writes_to_nobody(gala, sam, shift):
    order = sell(gala, sam)
    with transaction():
        refund = refunding.start(
            orders.locked(order.id), amount=None, tickets=None, reason="Rain", actor="Sam", at=now()
        )
        refund_id = refund.id
    refunding.carry_out(refund_id)
    work("sales.confirm_order", "sales.tell_refunded")

    assert shifts.cash_up(shift).expected == 5_000  # the cash went back over the counter
    assert db.session.scalar(select(func.count()).select_from(Delivery)) == 0
