"""The HTTP API of an event in figures: what was sold, and who came."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from eventflow.api.documents import Document, Instant, MoneyDocument, money, opaque
from eventflow.checkin import admitting
from eventflow.checkin.operations import api
from eventflow.db import now
from eventflow.events import drafting
from eventflow.events.models import Event
from eventflow.sales import figures


class TierSales(Document):
    id: str
    name: str
    capacity: int
    sold: int
    held: int
    available: int
    checked_in: int


class DaySales(Document):
    day: Annotated[date, Field(description="As the calendar at the event's place has it")]
    tickets: int


class Sales(Document):
    """`taken` is what buyers paid and did not get back; `fees` the platform's part of it."""

    capacity: int
    sold: int
    held: int
    available: int
    orders: int
    taken: MoneyDocument
    fees: MoneyDocument
    proceeds: MoneyDocument
    tiers: list[TierSales]
    days: Annotated[list[DaySales], Field(description="The last thirty; undone orders left out")]


class Attendance(Document):
    registered: int
    checked_in: int
    absent: Annotated[int, Field(description="Have a valid ticket and have not come in so far")]


class AnalyticsAnswer(Document):
    sales: Sales
    attendance: Attendance
    at: Instant


@api.get(
    "/events/<slug>/analytics",
    summary="An event in figures",
    role="staff",
    answers={200: AnalyticsAnswer},
)
def show_analytics(slug: str) -> AnalyticsAnswer:
    """What was sold by tier and by day, what it brings, and how many have come in."""
    event, at = drafting.find(slug), now()
    head = admitting.heads(event, at=at)
    return AnalyticsAnswer.model_construct(
        sales=_sales(event, at),
        attendance=Attendance.model_construct(
            registered=head.registered,
            checked_in=head.checked_in,
            absent=head.registered - head.checked_in,
        ),
        at=at,
    )


def _sales(event: Event, at: datetime) -> Sales:
    ids, zone = [event.id], event.timezone
    count = figures.counts(ids, at=at)[event.id]
    income = figures.incomes(ids).get(event.id, figures.Income())
    days = zip(
        figures.last_days(zone, at=at), figures.by_day(ids, zone=zone, at=at)[event.id], strict=True
    )
    return Sales.model_construct(
        capacity=count.capacity,
        sold=count.sold,
        held=count.held,
        available=count.left,
        orders=income.orders,
        taken=money(income.taken, event.currency),
        fees=money(income.fees, event.currency),
        proceeds=money(income.proceeds, event.currency),
        tiers=[
            TierSales.model_construct(
                id=opaque(one.tier.id),
                name=one.tier.name,
                capacity=one.count.capacity,
                sold=one.count.sold,
                held=one.count.held,
                available=one.left,
                checked_in=one.checked_in,
            )
            for one in figures.of_tiers(event, at=at)
        ],
        days=[DaySales.model_construct(day=day, tickets=tickets) for day, tickets in days],
    )
