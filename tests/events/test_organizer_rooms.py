"""What hangs on the tiers: early prices, rooms they share, and who bears the fees."""

from datetime import UTC, datetime

import pytest

from eventflow.db import db, now, transaction
from eventflow.events import drafting, tiers
from eventflow.events.models import TierStock
from tests import factories
from tests.events.papers import PRICES, Paper, add, paper, put

SPRING = datetime(2031, 3, 1, 9, tzinfo=UTC)

# Early prices


def test_an_early_price_ends_by_itself(console, gala, kept):
    form = paper(console, PRICES)
    stalls = form.key(0)
    form = Paper(form.press(console, "do", f"early:{stalls}").text)
    form.put(f"tier-{stalls}-early-0-price", "20").put(
        f"tier-{stalls}-early-0-until", "2031-01-01T00:00"
    )

    form.press(console)

    tier = kept("winter-gala").tiers[0]
    assert tier.price_at(datetime(2030, 12, 31, 23, 59, tzinfo=UTC)) == 2000
    assert tier.price_at(datetime(2031, 1, 1, 0, 0, tzinfo=UTC)) == 2500


def test_an_early_price_is_taken_away_by_emptying_it(console, gala, kept):
    with transaction():
        stalls = drafting.find("winter-gala").tiers[0]
        tiers.set_early_prices(stalls, [tiers.EarlyPrice(2000, SPRING)], at=now())
    form = paper(console, PRICES)
    place = f"tier-{form.key(0)}-early-0-"
    assert form.fields[place + "price"] == "20.00"

    form.put(place + "price", "").put(place + "until", "").press(console)

    assert kept("winter-gala").tiers[0].price_steps == []


@pytest.mark.parametrize(
    ("price", "until", "at_fault"),
    [("20", "", "until"), ("", "2031-01-01T00:00", "price"), ("20", "then", "until")],
)
def test_an_early_price_needs_both(console, gala, price, until, at_fault):
    form = paper(console, PRICES)
    stalls = form.key(0)
    form = Paper(form.press(console, "do", f"early:{stalls}").text)
    place = f"tier-{stalls}-early-0-"

    answer = form.put(place + "price", price).put(place + "until", until).press(console)

    assert answer.status_code == 422
    assert f'id="error-{place}{at_fault}"' in answer.text


def test_two_early_prices_dont_end_together(console, gala):
    form = paper(console, PRICES)
    stalls = form.key(0)
    for _n in range(2):
        form = Paper(form.press(console, "do", f"early:{stalls}").text)
    for n in range(2):
        form.put(f"tier-{stalls}-early-{n}-price", str(10 + n))
        form.put(f"tier-{stalls}-early-{n}-until", "2031-01-01T00:00")

    answer = form.press(console)

    assert "Two early prices can&#39;t end at the same moment." in answer.text


# Rooms that tiers share


def shared_by(event) -> dict[str, tuple[int, list[str]]]:
    names = {tier.id: tier.name for tier in event.tiers}
    found = {}
    for stock in event.stocks:
        if stock.kind == "shared":
            rows = db.session.query(TierStock.tier_id).filter_by(stock_id=stock.id)
            found[stock.name] = (stock.capacity, sorted(names[row.tier_id] for row in rows))
    return found


def test_tiers_share_a_room(console, at_riverside, gala, kept, audited):
    form = Paper(paper(console, PRICES).press(console, "do", "share").text)
    room = form.key(0, "shared")
    form.put(f"shared-{room}-name", "Main hall").put(f"shared-{room}-capacity", "6")
    form.put(f"shared-{room}-tiers", *form.fields.getlist("tier"))

    form.press(console)

    assert shared_by(kept("winter-gala")) == {"Main hall": (6, ["Circle", "Stalls"])}
    assert "Olivia: Let tiers share the capacity Main hall" in audited()


def test_a_tier_just_added_shares_it_too(console, gala, kept):
    form, key = add(paper(console, PRICES), console)
    put(form, key, name="Box", price="90", quantity="4")
    form = Paper(form.press(console, "do", "share").text)
    room = form.key(0, "shared")
    form.put(f"shared-{room}-name", "Hall").put(f"shared-{room}-capacity", "10")
    form.put(f"shared-{room}-tiers", key)

    form.press(console)

    assert shared_by(kept("winter-gala")) == {"Hall": (10, ["Box"])}


@pytest.mark.parametrize(
    ("name", "capacity", "chosen", "at_fault"),
    [
        ("", "6", True, "name"),
        ("h" * 121, "6", True, "name"),
        ("Hall", "", True, "capacity"),
        ("Hall", "1", True, "capacity"),
        ("Hall", "6", False, "tiers"),
    ],
)
def test_a_shared_room_that_cant_be(
    console, at_riverside, gala, kept, name, capacity, chosen, at_fault
):
    factories.pay(factories.order(at_riverside, gala, 3))
    form = Paper(paper(console, PRICES).press(console, "do", "share").text)
    room = form.key(0, "shared")
    form.put(f"shared-{room}-name", name).put(f"shared-{room}-capacity", capacity)
    form.put(f"shared-{room}-tiers", *(form.fields.getlist("tier") if chosen else []))

    answer = form.press(console)

    assert answer.status_code == 422
    assert f'href="#field-shared-{room}-{at_fault}"' in answer.text
    assert shared_by(kept("winter-gala")) == {}


def test_a_shared_room_changes_and_ends(console, at_riverside, gala, kept):
    with transaction():
        event = drafting.find("winter-gala")
        stock = tiers.share_capacity(event, "Hall", 6, event.tiers, at=now())
        room = str(stock.id)
    form = paper(console, PRICES)
    form.put(f"shared-{room}-capacity", "5").put(f"shared-{room}-tiers", form.key(0))
    form.press(console)
    assert shared_by(kept("winter-gala")) == {"Hall": (5, ["Stalls"])}

    form = Paper(paper(console, PRICES).press(console, "do", f"unshare:{room}").text)
    assert shared_by(kept("winter-gala")) != {}
    form.press(console)
    assert shared_by(kept("winter-gala")) == {}


# Fees


def test_the_example_says_what_is_paid_and_what_is_got(console, unpriced):
    form = paper(console, PRICES)
    put(form, form.key(0), name="Stalls", price="25", quantity="5")

    passed_on = form.press(console, "do", "add").text
    absorbed = form.put("fee_mode", "absorbed").press(console, "do", "add").text

    assert "€25.93" in passed_on
    assert "two of the first tier make €51.55 for the buyer and €50.00 for you" in passed_on
    assert "€24.07" in absorbed
    assert "two of the first tier make €50.00 for the buyer and €48.45 for you" in absorbed


def test_an_event_goes_with_the_box_office_until_it_is_told_otherwise(console, gala, kept):
    paper(console, PRICES).press(console)
    assert kept("winter-gala").fee_mode is None

    paper(console, PRICES).put("fee_mode", "absorbed").press(console)
    assert kept("winter-gala").fee_mode == "absorbed"

    answer = paper(console, PRICES).put("fee_mode", "nobody").press(console)
    assert answer.status_code == 422
