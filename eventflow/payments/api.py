"""The HTTP API of orders: making one, reading it, giving money back."""

import uuid
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Literal

from flask import g
from flask_babel import gettext as _
from pydantic import AfterValidator, Field
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload
from werkzeug.exceptions import TooManyRequests

from eventflow import mail_addresses
from eventflow.accounts import actors, people
from eventflow.api import tokens
from eventflow.api.documents import (
    Document,
    Instant,
    MoneyDocument,
    Name,
    PageQuery,
    Text,
    either,
    money,
    next_page,
    one_line,
    opaque,
)
from eventflow.api.operations import PUBLIC, Operations, key_of_request
from eventflow.db import db, now, transaction
from eventflow.errors import Invalid, NotFound, Refusal
from eventflow.locale import select_locale
from eventflow.payments import checkout, order_limits, refunding
from eventflow.payments.models import Refund
from eventflow.sales import holds, orders
from eventflow.sales.api import PLACING, place
from eventflow.sales.documents import Item, LineDocument, line_document
from eventflow.sales.models import Order, OrderEntry
from eventflow.sales.orders import Buyer
from eventflow.seating.models import Seat
from eventflow.tickets import voiding
from eventflow.tickets.api import TicketDocument, ticket_document
from eventflow.tickets.models import Ticket

api = Operations("payments", __name__, tag="Orders")
bp = api.bp

OrderStatus = Literal["pending", "paid", "cancelled", "expired", "partially_refunded", "refunded"]
Method = Literal["online", "transfer", "door"]


def _address(value: str) -> str:
    try:
        return people.address(value)
    except Refusal as refusal:
        raise ValueError(refusal.message) from None


# Its length comes first: what is said last of a text is asked of what the validator made of it.
Address = Annotated[
    str,
    Field(max_length=mail_addresses.LONGEST),
    AfterValidator(_address),
    Field(json_schema_extra={"format": "email"}, examples=["bea@example.com"]),
]


PersonName = Annotated[Name, Field(max_length=people.LONGEST_NAME)]


class BuyerRequest(Document):
    name: PersonName
    email: Address


class AttendeeRequest(Document):
    """Who a ticket is for; what is left out is the buyer's."""

    name: (
        Annotated[Text, AfterValidator(one_line), Field(max_length=people.LONGEST_NAME)] | None
    ) = None
    email: Address | None = None


class OrderRequest(Document):
    """A hold, or an event and items to hold at once; who buys, and who comes."""

    model_config = either({"hold": "string"}, {"event": "string", "items": "array"})

    hold: Annotated[str, Field(max_length=64)] | None = None
    event: Annotated[str, Field(max_length=100)] | None = None
    items: Annotated[list[Item], Field(min_length=1, max_length=50)] | None = None
    buyer: BuyerRequest
    attendees: Annotated[list[AttendeeRequest], Field(max_length=5000)] | None = None
    payment_method: Method | None = None


class BuyerDocument(Document):
    name: str
    email: str


class OrderDocument(Document):
    id: str
    code: str
    secret: str
    status: OrderStatus
    buyer: BuyerDocument
    subtotal: MoneyDocument
    fees: MoneyDocument
    tax: MoneyDocument
    discount: MoneyDocument
    total: MoneyDocument
    refunded: MoneyDocument
    created_at: Instant
    paid_at: Instant | None
    items: list[LineDocument]
    tickets: list[TicketDocument]
    url: str


class OrderAnswer(Document):
    order: OrderDocument


class OrderMade(Document):
    order: OrderDocument
    payment_url: str | None


class OrderList(Document):
    orders: list[OrderDocument]
    total: int
    next: str | None


class OrderQuery(Document):
    secret: Annotated[str, Field(max_length=100)] = ""


class OrdersQuery(PageQuery):
    status: OrderStatus | None = None
    email: Annotated[str, Field(max_length=mail_addresses.LONGEST)] = ""


class RefundRequest(Document):
    """`tickets` are cancelled and their share paid back; `amount` alone leaves them valid;
    neither is all that is left, and all tickets."""

    amount: MoneyDocument | None = None
    tickets: Annotated[list[Annotated[str, Field(max_length=64)]], Field(min_length=1)] | None = (
        None
    )
    reason: Annotated[Text, Field(max_length=500)] | None = None


class RefundDocument(Document):
    id: str
    amount: MoneyDocument
    status: Literal["pending", "succeeded", "failed"]
    reason: str


class RefundAnswer(Document):
    order: OrderDocument
    refund: RefundDocument


@api.post(
    "/orders",
    summary="Make an order",
    role=PUBLIC,
    body=OrderRequest,
    answers={201: OrderMade},
    refusals=(*PLACING, "not_found", "payment_failed"),
    limit="purchase",
)
def make_order(body: OrderRequest) -> OrderMade:
    """Of a hold, or of an event and items at once. A free order is paid at once; for another,
    `payment_url` is where to pay."""
    at = now()
    hold_id = _hold(body)
    buyer = Buyer(body.buyer.name, body.buyer.email)
    method = body.payment_method or "online"
    # A program of the box office sells for it.
    is_counted = not tokens.works_here() and (method != "online" or holds.is_free(hold_id))
    try:
        with order_limits.counted(hold_id, buyer, when=is_counted):
            begun = checkout.begin(
                g.tenant,
                hold_id,
                buyer,
                attendees=[
                    {"name": (one.name or "").strip(), "email": one.email or ""}
                    for one in body.attendees or ()
                ],
                method=method,
                form_key=key_of_request(),
                locale=select_locale(),
                at=at,
            )
    except (Refusal, TooManyRequests):
        if not body.hold:
            _give_back(hold_id, at=at)
        raise
    order = orders.find(begun.code)
    return OrderMade.model_construct(
        order=order_document(order, at=at), payment_url=begun.payment_url
    )


@api.get(
    "/orders", summary="List orders", role="staff", query=OrdersQuery, answers={200: OrderList}
)
def list_orders(query: OrdersQuery) -> OrderList:
    """The newest first."""
    at = now()
    matching = select(Order)
    if query.status:
        matching = matching.where(Order.status == query.status)
    if query.email:
        matching = matching.where(Order.buyer_email == query.email.strip().lower())
    total = db.session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    page = db.session.scalars(
        matching.order_by(Order.created_at.desc(), Order.id)
        .options(
            selectinload(Order.lines),
            selectinload(Order.hold),
            selectinload(Order.tickets).options(
                selectinload(Ticket.tier),
                selectinload(Ticket.seat).selectinload(Seat.row),
            ),
        )
        .offset(query.offset)
        .limit(query.per_page)
    )
    return OrderList.model_construct(
        orders=[order_document(order, at=at) for order in page],
        total=total,
        next=next_page(query, total),
    )


@api.get(
    "/orders/<code>",
    summary="An order",
    role=PUBLIC,
    query=OrderQuery,
    answers={200: OrderAnswer},
    refusals=("forbidden",),
)
def show_order(code: str, query: OrderQuery) -> OrderAnswer:
    """With a token of staff or more, or with the order's secret."""
    if query.secret:
        order = orders.find_with_secret(code, query.secret)
    elif tokens.principal() is not None:
        tokens.demand("staff")
        order = orders.find(code)
    else:
        raise NotFound("There is no such order.")
    return OrderAnswer.model_construct(order=order_document(order, at=now()))


@api.post(
    "/orders/<code>/refund",
    summary="Refund an order",
    role="admin",
    body=RefundRequest,
    answers={200: RefundAnswer},
    refusals=("nothing_to_refund", "conflict"),
)
def refund_order(code: str, body: RefundRequest) -> RefundAnswer:
    """Whole, by ticket, or an amount.

    Of what cost nothing, or went back before, the tickets are cancelled all the same and the
    refund's amount is 0.
    """
    at, key = now(), key_of_request()
    reason = (body.reason or "").strip()
    with transaction():
        order = orders.find(code, lock=True)
        tickets = _tickets(body.tickets)
        if body.amount and body.amount.currency != order.currency:
            words = _("This order was paid in %(currency)s.", currency=order.currency)
            raise Invalid({"amount.currency": words})
        who = actors.actor().name
        if body.amount is None and (
            leaving := refunding.without_money(order, tickets, form_key=key)
        ):
            entry = voiding.void(
                order, leaving, reason=reason, actor=who, ends_as="refunded", key=key, at=at
            )
            return _without_money(order, entry, reason, at=at)
        refund = refunding.start(
            order,
            amount=body.amount.amount if body.amount else None,
            tickets=tickets,
            reason=reason,
            actor=who,
            form_key=key,
            at=at,
        )
        refund_id = refund.id
    refunding.try_now(refund_id)
    refund = db.session.get_one(Refund, refund_id)
    return RefundAnswer.model_construct(
        order=order_document(refund.order, at=at),
        refund=RefundDocument.model_construct(
            id=opaque(refund.id),
            amount=money(refund.amount, refund.currency),
            status=refund.status,
            reason=refund.reason,
        ),
    )


def _without_money(order: Order, entry: OrderEntry, reason: str, *, at: datetime) -> RefundAnswer:
    return RefundAnswer.model_construct(
        order=order_document(order, at=at),
        refund=RefundDocument.model_construct(
            id=opaque(entry.id), amount=money(0, order.currency), status="succeeded", reason=reason
        ),
    )


def order_document(order: Order, *, at: datetime) -> OrderDocument:
    seats = orders.seats_of(order)

    def sum_of(amount: int) -> MoneyDocument:
        return money(amount, order.currency)

    return OrderDocument.model_construct(
        id=opaque(order.id),
        code=order.code,
        secret=order.secret,
        status=order.status_at(at),
        buyer=BuyerDocument.model_construct(name=order.buyer_name, email=order.buyer_email),
        subtotal=sum_of(order.subtotal),
        fees=sum_of(order.fees),
        tax=sum_of(order.tax),
        discount=sum_of(order.discount),
        total=sum_of(order.total),
        refunded=sum_of(order.refunded),
        created_at=order.created_at,
        paid_at=order.paid_at,
        items=[
            line_document(
                line.tier_id, line.name, line.quantity, line.unit_price, order.currency, seats
            )
            for line in order.lines
        ],
        tickets=[ticket_document(ticket) for ticket in order.tickets],
        url=checkout.order_url(g.tenant, order),
    )


def _hold(body: OrderRequest) -> str | uuid.UUID:
    if body.hold and (body.event or body.items):
        raise Invalid({"hold": _("Send a hold, or an event and items, and not both.")})
    if body.hold:
        return body.hold
    if not body.event or not body.items:
        raise Invalid({"hold": _("Send a hold, or an event and items.")})
    return place(body.event, body.items).id


def _give_back(hold_id: str | uuid.UUID, *, at: datetime) -> None:
    """What was held for this order alone, unless the order was made all the same."""
    with suppress(holds.HoldUsed, holds.HoldExpired), transaction():
        hold = holds.find_live(hold_id, at=at, lock=True)
        holds.give_back(hold)
        hold.form_key = None  # Sent again, it holds anew.


def _tickets(given: list[str] | None) -> list[uuid.UUID] | None:
    if given is None:
        return None
    try:
        return [uuid.UUID(ticket) for ticket in given]
    except ValueError:
        raise Invalid({"tickets": _("Choose tickets of this order.")}) from None
