"""A ticked ticket and a forgotten choice above it must not give the whole order back."""

import pytest

from eventflow.errors import Invalid
from eventflow.payments import desk
from tests.factories import order, pay


def test_ticked_tickets_and_all_that_is_left_are_not_guessed_at(gala, at_riverside):
    made = pay(order(at_riverside, gala, 2))

    with pytest.raises(Invalid, match="Some of the tickets"):
        desk.plan(made, desk.Wish("all", (made.tickets[0].id,)))
    assert desk.plan(made, desk.Wish("all")).amount == made.total
