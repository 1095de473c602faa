"""Shares: what the place of each ticket cost, fees included; all shares are the order's total."""

import uuid

from eventflow.money import share_out
from eventflow.sales.models import Order


def of(order: Order) -> dict[uuid.UUID, int]:
    """The share of each ticket of the order, in minor units."""
    tickets = sorted(order.tickets, key=lambda ticket: ticket.position)
    weights = [ticket.unit_price for ticket in tickets]
    if not any(weights):
        return {ticket.id: 0 for ticket in tickets}
    return dict(zip((t.id for t in tickets), share_out(order.total, weights), strict=True))
