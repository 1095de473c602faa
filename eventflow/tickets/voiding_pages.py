"""The console's pages for taking tickets back and for new codes: each says first what it does."""

import uuid
from collections.abc import Mapping

from flask import Blueprint, Response, flash, redirect, request
from flask_babel import gettext as _
from flask_babel import ngettext

from eventflow.accounts import access, people
from eventflow.db import new_id, now, transaction
from eventflow.errors import Invalid
from eventflow.pages import page
from eventflow.sales import orders
from eventflow.sales.models import Order
from eventflow.tickets import issuing, voiding

console = access.console(Blueprint("voiding", __name__))


@console.get("/orders/<code>/void")
@access.require("admin")
def ask_void(code: str) -> Response:
    return _void_page(orders.find(code), {})


@console.post("/orders/<code>/void")
@access.require("admin")
def void(code: str) -> Response:
    """Each form does its work once."""
    reason = " ".join(request.form.get("reason", "").split())
    try:
        with transaction():
            order = orders.find(code, lock=True)
            wanted = _ticked()
            if not wanted:
                raise Invalid({"ticket": _("Choose at least one ticket that is still good.")})
            if not reason:
                raise Invalid({"reason": _("Say why. The buyer reads it in the mail.")})
            voiding.void(
                order,
                voiding.chosen(order, wanted),
                reason=reason,
                actor=access.actor().name,
                key=request.form.get("form_key", "")[:64] or None,
                at=now(),
            )
    except Invalid as refusal:
        return _void_page(orders.find(code), refusal.fields)
    except voiding.NotGood as refusal:
        flash(refusal.message, "doubt")
        return _to(code)
    said = ngettext(
        "The ticket is void, and its place is free.",
        "The tickets are void, and their places are free.",
        len(wanted),
    )
    flash(said, "right")
    return _to(code)


@console.get("/tickets/<uuid:ticket_id>/reissue")
def ask_reissue(ticket_id: uuid.UUID) -> Response:
    ticket = issuing.find(ticket_id)
    reference = issuing.reference(ticket)
    return page("tickets/organizer/reissue.html", ticket=ticket, reference=reference)


@console.post("/tickets/<uuid:ticket_id>/reissue")
def reissue(ticket_id: uuid.UUID) -> Response:
    """A second press finds another issue than the one it was shown, and changes nothing."""
    try:
        with transaction():
            ticket = issuing.find(ticket_id)
            code, email = ticket.order.code, ticket.order.buyer_email
            shown = request.form.get("issue", type=int)
            voiding.reissue(ticket, issue=shown, actor=access.actor().name, at=now())
    except voiding.NotGood as refusal:
        flash(refusal.message, "doubt")
        return _to(code)
    if email:
        to = people.as_written(email)
        said = _(
            "The old code and links are dead. The new ones are on their way to %(email)s.", email=to
        )
    else:
        said = _(
            "The old code and links are dead. Nobody left an address: please print the new one."
        )
    flash(said, "right")
    return _to(code)


def _void_page(order: Order, errors: Mapping[str, str]) -> Response:
    return page(
        "tickets/organizer/void.html",
        status=422 if errors else 200,
        order=order,
        tickets=[ticket for ticket in order.tickets if ticket.status == "valid"],
        tiers={line.tier_id: line.name for line in order.lines},
        ticked=_ticked(),
        reason=request.form.get("reason", ""),
        errors={"ticket" if name == "tickets" else name: said for name, said in errors.items()},
        may_refund=order.left_to_refund > 0,
        form_key=str(new_id()),
    )


def _ticked() -> list[uuid.UUID]:
    ticked = []
    for value in request.values.getlist("ticket"):
        try:
            ticked.append(uuid.UUID(value))
        except ValueError:
            continue
    return ticked


def _to(code: str) -> Response:
    return redirect(f"/manage/orders/{orders.normal_code(code)}", 303)  # type: ignore[return-value]
