"""Selling at the door: once a press, from everybody's stock, and the drawer adds up."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import zxingcpp
from flask import current_app
from PIL import Image
from sqlalchemy import func, select

from eventflow.accounts.models import AuditEntry
from eventflow.checkin import door_sales, shifts
from eventflow.checkin.models import DoorSale, Shift
from eventflow.db import db, now, transaction
from eventflow.errors import Invalid
from eventflow.messages.models import Delivery
from eventflow.payments import refunding
from eventflow.sales import holds, orders, seats
from eventflow.sales.models import Order
from eventflow.sales.orders import Buyer
from eventflow.tenancy import acting_for
from eventflow.tickets.models import Ticket
from tests import factories
from tests.payments.shop import work
from tests.people import browser_at
from tests.seating.theatres import a_drawing, a_row, make_seated, now_of

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
        door_sales.Terms(method, buyer, person.id),
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
                door_sales.Terms("cash", GUEST, person_id),
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
        shifts.close(shifts.find(gala, shift.id, lock=True), counted=10_155, notes=" ", at=now())
    with transaction(), pytest.raises(Invalid, match="cashed up already"):
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


def test_an_address_typed_at_the_till_is_kept_as_everywhere(till, gala, sam, shift):
    form = till_form(till, gala, email="Zoe@Bücher.example")

    sold = till.post("/manage/events/winter-gala/box-office", data=form)

    assert sold.status_code == 303
    order = db.session.scalars(select(Order)).one()
    assert order.buyer_email == "zoe@xn--bcher-kva.example"
    assert "zoe@bücher.example" in till.get(sold.location).text


def test_what_was_typed_is_kept_when_it_is_refused(till, gala, sam, shift):
    form = till_form(till, gala, email="no address", name="Bea")

    page = till.post("/manage/events/winter-gala/box-office", data=form)

    assert page.status_code == 422
    assert 'value="no address"' in page.text and 'value="Bea"' in page.text
    assert form["form_key"] in page.text


@pytest.mark.parametrize("number", ["101", "0" * 6 + "101", "0" * 6 + "9" * 5000, "two", "²"])
def test_a_number_that_is_none_is_put_right_at_the_till(till, gala, sam, shift, number):
    form = till_form(till, gala) | {f"tier-{gala.tiers[0].id}": number}

    page = till.post("/manage/events/winter-gala/box-office", data=form)

    assert page.status_code == 422
    assert "Type how many, up to 100." in page.text


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


# By seat


@pytest.fixture
def theatre(till, at_riverside):
    """Two rows of six, sold by seat; and a floor without any."""
    event = make_seated(
        a_drawing(a_row("A", 6), a_row("B", 6, y=90)),
        tiers=[("Stalls", 2500, 0), ("Floor", 1500, 10)],
    )
    till.post(f"/manage/events/{event.slug}/box-office/shift", data={"float": "0"})
    return event


def set_aside(browser, event, **typed):
    page = browser.get(f"/manage/events/{event.slug}/box-office").text
    key = re.search(r'name="form_key" value="([^"]+)"', page)[1]
    return browser.post(
        f"/manage/events/{event.slug}/box-office/held", data={"form_key": key} | typed
    )


def seats_sold() -> list[str]:
    db.session.rollback()
    return sorted(ticket.seat.label for ticket in db.session.scalars(select(Ticket)) if ticket.seat)


def test_named_seats_are_set_aside_priced_and_sold_once(till, theatre):
    held = set_aside(till, theatre, seats="Stalls B1, B2")
    page = till.get(held.location).text
    sales = [till.post(held.location, data={"method": "cash"}) for _press in range(2)]
    sold = till.get(sales[0].location).text

    assert "Stalls B1, Stalls B2" in page and "$50.00" in page
    assert sales[0].location == sales[1].location
    assert seats_sold() == ["Stalls B1", "Stalls B2"]
    assert "Stalls B2" in sold
    assert now_of(theatre) == "ffffff" + "ssffff"


@pytest.mark.parametrize(
    ("given", "words"),
    [("20", "That is $31.55 too little."), ("-5", "field-given"), ("abc", "field-given")],
)
def test_what_was_handed_over_has_to_be_enough(till, gala, shift, given, words):
    form = till_form(till, gala, given=given)
    address = f"/manage/events/{gala.slug}/box-office"

    refused = till.post(address, data=form)

    assert refused.status_code == 422
    assert words in refused.text and f'value="{given}"' in refused.text
    assert db.session.scalar(select(func.count()).select_from(Order)) == 0
    assert till.post(address, data=form | {"given": given, "method": "card"}).status_code == 303


def test_of_what_is_set_aside_too(till, theatre):
    held = set_aside(till, theatre, seats="Stalls B1, B2")

    refused = till.post(held.location, data={"method": "cash", "given": "49.99"})
    sales = [
        till.post(held.location, data={"method": "cash", "given": "60"}) for _press in range(2)
    ]

    assert refused.status_code == 422 and "That is $1.56 too little." in refused.text
    assert "Change out of $60.00" in till.get(sales[1].location).text


def test_the_best_available_come_with_places_that_have_no_seat(till, theatre):
    stalls, floor = (f"tier-{tier.id}" for tier in theatre.tiers)
    held = set_aside(till, theatre, **{stalls: "2", floor: "1"})
    till.post(held.location, data={"method": "card"})

    assert len(seats_sold()) == 2
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == 3
    assert now_of(theatre).count("s") == 2


def test_a_seat_that_is_gone_is_refused_with_what_is_near(till, theatre):
    set_aside(till, theatre, seats="A3")

    refused = set_aside(till, theatre, seats="A3")

    assert refused.status_code == 409
    assert "Stalls A3 went to somebody else" in refused.text
    assert "Free near there: Stalls A" in refused.text
    assert 'value="A3"' in refused.text  # nothing typed is lost


def stranded() -> list[AuditEntry]:
    db.session.rollback()
    return list(
        db.session.scalars(select(AuditEntry).where(AuditEntry.action == "door_sales.strand"))
    )


def test_a_single_seat_is_left_only_by_who_says_so(till, theatre):
    refused = set_aside(till, theatre, seats="A2, A3")
    assert refused.status_code == 409
    assert "This would leave a single seat: Stalls A1." in refused.text
    assert re.search(r'<button[^>]* name="single" value="leave"', refused.text)
    key = re.search(r'name="form_key" value="([^"]+)"', refused.text)[1]
    assert (now_of(theatre), stranded()) == ("f" * 12, [])

    form = {"form_key": key, "seats": "A2, A3", "single": "leave"}
    address = f"/manage/events/{theatre.slug}/box-office/held"
    held = [till.post(address, data=form) for _press in range(2)]

    assert held[0].status_code == 303
    assert held[0].location == held[1].location
    assert now_of(theatre) == "fhhfff" + "f" * 6
    [entry] = stranded()
    assert entry.actor_name == "Sam"
    assert "Stalls A2, Stalls A3" in entry.words
    assert entry.words.endswith("leaves a single seat: Stalls A1")


def test_nobody_is_asked_about_a_single_seat_for_another_reason(till, theatre):
    set_aside(till, theatre, seats="A3")

    assert 'name="single"' not in set_aside(till, theatre, seats="A3").text
    assert 'name="single"' not in till.get(f"/manage/events/{theatre.slug}/box-office").text


def test_what_leaves_no_single_seat_is_not_written_down(till, theatre):
    assert set_aside(till, theatre, seats="A1, A2", single="leave").status_code == 303
    assert stranded() == []


def test_a_seat_that_is_not_there_is_said_at_its_field(till, theatre):
    refused = set_aside(till, theatre, seats="Stalls Z9")

    assert refused.status_code == 422
    assert "These are no seats of this event: Stalls Z9." in refused.text


def test_seats_set_aside_are_given_back(till, theatre):
    held = set_aside(till, theatre, seats="A1, A2")
    assert now_of(theatre) == "hh" + "f" * 10

    till.post(f"{held.location}/release")

    assert now_of(theatre) == "f" * 12
    assert till.get(held.location).status_code == 303
    assert till.post(held.location, data={"method": "cash"}).status_code == 303
    assert seats_sold() == []


def test_what_a_buyer_holds_online_is_none_of_the_tills(till, theatre):
    asker, floor = seats.Asker("bea"), theatre.tiers[1].id
    online = seats.place(theatre.slug, items=[holds.Wanted(floor, 1)], asker=asker, at=now())

    address = f"/manage/events/{theatre.slug}/box-office/held/{online.id}"

    assert till.get(address).status_code == 404
    assert till.post(address, data={"method": "free"}).status_code == 404
    assert till.post(f"{address}/release").status_code == 404


def test_without_a_shift_no_seat_is_set_aside(till, theatre):
    with transaction():
        shifts.close(db.session.scalars(select(Shift)).one(), counted=0, notes="", at=now())

    address = f"/manage/events/{theatre.slug}/box-office/held"
    late = till.post(address, data={"form_key": "late", "seats": "A1"})

    assert late.status_code == 409
    assert now_of(theatre) == "f" * 12


# Onto a phone


def test_a_moving_ticket_gets_onto_a_phone_without_mail(till, app, riverside, gala, sam, shift):
    with transaction():
        gala.tiers[0].code_kind = "rotating"
    order = sell(gala, sam)
    address = f"/manage/events/{gala.slug}/box-office/sold/{order.code}"

    for page in (till.get(address).text, till.get(f"{address}/slip").text):
        read = [scanned(drawing) for drawing in drawings_of(page)]
        own = [f"/tickets/{ticket.id}?secret={ticket.secret}" for ticket in order.tickets]
        whole = f"/orders/{order.code}?secret={order.secret}"
        assert [text.removeprefix("http://riverside.eventflow.test") for text in read] == [
            whole,
            *own,
        ]
        assert "phone’s camera" in page or "its camera" in page
    # And what was scanned opens.
    stranger = app.test_client()
    stranger.address = "http://riverside.eventflow.test"
    assert stranger.get(own[0]).status_code == 200


def drawings_of(page: str) -> list[str]:
    return re.findall(r'<div class="pairing__qr">(<svg.*?</svg>)', page, re.S)


def scanned(drawing: str) -> str:
    """What a phone's camera reads in this drawing."""
    side = int(re.search(r'viewBox="0 0 (\d+)', drawing)[1])
    picture = Image.new("1", (side, side), 1)
    for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", drawing):
        picture.putpixel((int(x), int(y)), 0)
    [found] = zxingcpp.read_barcodes(
        picture.resize((side * 4, side * 4)).convert("L"), formats=zxingcpp.BarcodeFormat.QRCode
    )
    return found.text
