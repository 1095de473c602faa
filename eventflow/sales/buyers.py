"""Who buys and who comes, as typed into the checkout."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _

from eventflow.accounts import people
from eventflow.errors import Invalid
from eventflow.sales import orders
from eventflow.sales.holds import HeldSeat
from eventflow.sales.models import HoldLine, Order, OrderLine
from eventflow.sales.orders import Buyer
from eventflow.security import ControlCharacters, refuse_control_characters

KEPT = ("buyer_name", "buyer_email", "payment_method")
KEPT_PER_TICKET = ("name-", "email-")
LONGEST = 300


def typed(form: Mapping[str, str]) -> dict[str, str]:
    """What of the form is worth keeping while the buyer is not done."""
    return {
        name: value.replace("\x00", "")[:LONGEST]
        for name, value in list(form.items())[:500]
        if name in KEPT or name.startswith(KEPT_PER_TICKET)
    }


def places(lines: Sequence[HoldLine], seats: Sequence[HeldSeat] = ()) -> list[tuple[int, str]]:
    """The tickets of a hold, numbered from 1, each with the name of its tier and its seat."""
    names = []
    for line in lines:
        labels = [seat.label for seat in seats if seat.tier_id == line.tier_id]
        for number in range(line.quantity):
            seat = f", {labels[number]}" if number < len(labels) else ""
            names.append(line.tier.name + seat)
    return list(enumerate(names, start=1))


def bought(
    lines: Sequence[HoldLine] | Sequence[OrderLine], seats: Sequence[HeldSeat] = ()
) -> list[tuple[str, int, int]]:
    """(name, quantity, amount) of each line, the seats named with it."""
    rows = []
    for line in lines:
        labels = ", ".join(seat.label for seat in seats if seat.tier_id == line.tier_id)
        named = line.name if isinstance(line, OrderLine) else line.tier.name
        name = f"{named} ({labels})" if labels else named
        rows.append((name, line.quantity, line.amount))
    return rows


def bought_by(order: Order) -> list[tuple[str, int, int]]:
    """The same of an order, with the seats that its tickets are for now."""
    seats = [
        HeldSeat(ticket.seat.id, ticket.tier_id, ticket.seat.label)
        for ticket in order.tickets
        if ticket.seat
    ] or orders.seats_of(order)
    return bought(order.lines, seats)


def read(form: Mapping[str, str], count: int) -> tuple[Buyer, list[dict[str, str]]]:
    """The buyer, and a name and address for each ticket; empty where it is the buyer's own.

    Raises Invalid with a sentence for each field that can't be so.
    """
    wrong: dict[str, str] = {}

    def name(field: str, missing: str = "") -> str:
        try:
            given = refuse_control_characters(form.get(field, "").strip())
        except ControlCharacters as error:
            wrong[field] = str(error)
            return ""
        if len(given) > people.LONGEST_NAME:
            wrong[field] = _("Keep this to %(most)s characters.", most=people.LONGEST_NAME)
        elif not given and missing:
            wrong[field] = missing
        return " ".join(given.split())

    def address(field: str, *, required: bool = False) -> str:
        given = form.get(field, "").strip()
        if not given and not required:
            return ""
        try:
            return people.address(given, field=field)
        except Invalid as refusal:
            wrong.update(refusal.fields)
            return ""

    buyer = Buyer(
        name("buyer_name", _("Enter your name. It goes on the receipt.")),
        address("buyer_email", required=True),
    )
    attendees = [
        {"name": name(f"name-{number}"), "email": address(f"email-{number}")}
        for number in range(1, count + 1)
    ]
    if wrong:
        raise Invalid(wrong)
    return buyer, attendees
