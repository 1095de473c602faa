"""Many prices at once: rounding in any currency, early prices too."""

from datetime import timedelta
from decimal import Decimal

import pytest

from eventflow.db import db, now, transaction
from eventflow.errors import Refusal
from eventflow.events import tiers
from eventflow.events.tiers import EarlyPrice
from eventflow.seating import price_changes
from eventflow.seating.price_changes import Change
from tests import factories


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        (Change(percent=Decimal(10)), 2500, 2750),
        (Change(percent=Decimal("-12.5"), step=50), 2500, 2200),
        (Change(percent=Decimal("0.02")), 2500, 2501),  # half up
        (Change(percent=Decimal(-100)), 2500, 0),
        (Change(percent=Decimal(50)), 0, 0),
        (Change(amount=-3000), 2500, 0),
        (Change(amount=499, step=500), 2500, 3000),
        (Change(percent=Decimal(8), step=10), 1234, 1330),  # yen
        (Change(percent=Decimal(5), step=5), 12345, 12960),  # dinars of Kuwait
    ],
)
def test_a_new_price(change, old, new):
    assert change.of(old) == new


def test_early_prices_change_alike(at_riverside):
    event = factories.make_event()
    tier = event.tiers[0]
    until = now() + timedelta(days=2)
    with transaction():
        tiers.set_early_prices(tier, [EarlyPrice(2000, until)], at=now())
    db.session.refresh(tier)

    with transaction():
        chosen, change = [str(tier.id)], Change(percent=Decimal(10))
        shown = {line.key: line.old for line in price_changes.preview(event, chosen, change)}
        price_changes.apply(event, chosen, change, shown=shown, at=now())

    db.session.expire_all()
    assert (tier.price, [step.price for step in tier.price_steps]) == (2750, [2200])


def test_an_early_price_that_is_another_by_now_is_not_changed_unseen(at_riverside):
    event = factories.make_event()
    tier = event.tiers[0]
    chosen, change = [str(tier.id)], Change(percent=Decimal(10))
    shown = {line.key: line.old for line in price_changes.preview(event, chosen, change)}
    with transaction():
        early = [EarlyPrice(2000, now() + timedelta(days=2))]
        tiers.set_early_prices(tier, early, at=now())
    db.session.refresh(tier)

    with pytest.raises(Refusal):
        price_changes.apply(event, chosen, change, shown=shown, at=now())

    assert (tier.price, [step.price for step in tier.price_steps]) == (2500, [2000])
