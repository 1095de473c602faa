"""The price list: tiers, early prices, shared rooms and fees, as they are typed and kept."""

from datetime import UTC, datetime, timedelta

import pytest

from eventflow.db import now, transaction
from eventflow.events import drafting, tiers
from tests import factories
from tests.events.papers import PRICES, Paper, add, paper, put
from tests.people import browser_at


def shown(event) -> list[tuple[str, int, int]]:
    return [(tier.name, tier.price, tier.stock.capacity) for tier in event.tiers]


def test_tiers_are_added_one_after_the_other_without_script(console, unpriced, kept, audited):
    form = paper(console, PRICES)
    put(form, form.key(0), name="Stalls", price="25", quantity="100")
    form, circle = add(form, console)
    assert kept("winter-gala").tiers == [], "adding a row keeps nothing yet"
    put(form, circle, name="Circle", price="40,00", quantity="1.000", hidden="1")
    put(form, circle, min_per_order="2", max_per_order="6", description="With a view")
    put(form, circle, sale_start="2031-01-01T10:00", sale_end="2031-02-01T10:00")

    assert form.press(console).status_code == 303

    event = kept("winter-gala")
    assert shown(event) == [("Stalls", 2500, 100), ("Circle", 4000, 1000)]
    circle = event.tiers[1]
    assert (circle.min_per_order, circle.max_per_order, circle.hidden) == (2, 6, True)
    assert circle.description == "With a view"
    assert circle.sale_start == datetime(2031, 1, 1, 9, tzinfo=UTC)
    assert circle.sale_end == datetime(2031, 2, 1, 9, tzinfo=UTC)
    assert audited()[-1] == "Olivia: Added the tier Circle to Winter Gala"
    again = console.get(PRICES).text
    assert "on sale until Sat 1 Feb 2031, 10:00 CET" in again
    assert "2031-02-01 10:00" not in again


def test_the_row_to_begin_with_may_stay_empty(console, unpriced, kept):
    assert paper(console, PRICES).press(console).status_code == 303
    assert kept("winter-gala").tiers == []


@pytest.mark.parametrize(
    ("currency", "typed", "minor_units"),
    [("JPY", "4,500", 4500), ("KWD", "12.250", 12250), ("EUR", "0", 0), ("USD", "$12.50", 1250)],
)
def test_amounts_have_the_digits_of_their_currency(
    console, at_riverside, kept, currency, typed, minor_units
):
    factories.make_event(tiers=[], publish=False, currency=currency)
    form = paper(console, PRICES)

    put(form, form.key(0), name="Seat", price=typed, quantity="10").press(console)

    assert kept("winter-gala").tiers[0].price == minor_units
    again = paper(console, PRICES)
    assert again.press(console).status_code == 303
    assert kept("winter-gala").tiers[0].price == minor_units


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", " ", "A tier needs a name."),
        ("name", "n" * 121, "Keep this to 120 characters."),
        ("name", "bell\x07", "characters that cannot be shown"),
        ("price", "", "Type an amount, such as 25.00."),
        ("price", "-5", "An amount cannot be less than zero."),
        ("price", "25.005", "EUR has 2 decimals."),
        ("price", "much", "is not an amount"),
        ("price", "9" * 60, "This amount is too large."),
        ("price", "1000000000.01", "This amount is too large."),
        ("quantity", "", "Type a whole number, such as 100."),
        ("quantity", "-1", "Type a whole number, such as 100."),
        ("quantity", "1.5", "Type a whole number, such as 100."),
        ("quantity", "10000001", "A quantity is a whole number up to 10,000,000."),
        ("quantity", "9" * 30, "Type a whole number, such as 100."),
        ("min_per_order", "0", "between 1 and 100"),
        ("min_per_order", "x", "Type a whole number"),
        ("max_per_order", "101", "between 1 and 100"),
        ("max_per_order", "", "Type a whole number"),
        ("sale_start", "whenever", "This is no date and time."),
        ("sale_end", "2031-03-30T02:30", "Did you mean 03:30 CEST?"),
        ("description", "d" * 2001, "Keep this to 2000 characters."),
    ],
)
def test_what_cant_be_is_said_at_its_field_and_nothing_is_kept(
    console, unpriced, kept, field, typed, sentence
):
    form = paper(console, PRICES)
    put(form, form.key(0), name="Stalls", price="25", quantity="100")
    put(form, form.key(0), description="By the door") if field != "description" else None
    name = f"tier-{form.key(0)}-{field}"

    answer = form.put(name, typed).press(console)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'id="error-{name}"' in answer.text
    again = Paper(answer.text)
    assert again.fields[f"tier-{form.key(0)}-quantity"] in ("100", typed)
    if field != "description":
        assert again.fields[f"tier-{form.key(0)}-description"] == "By the door"
    assert kept("winter-gala").tiers == []


def test_least_and_most_belong_together(console, unpriced):
    form = paper(console, PRICES)
    put(form, form.key(0), name="A", price="1", quantity="9", min_per_order="5", max_per_order="2")

    answer = form.press(console)

    assert f'id="error-tier-{form.key(0)}-max_per_order"' in answer.text


def test_a_sale_ends_after_it_starts(console, unpriced):
    form = paper(console, PRICES)
    put(form, form.key(0), name="A", price="1", quantity="9", sale_start="2031-01-02T10:00")

    answer = put(form, form.key(0), sale_end="2031-01-01T10:00").press(console)

    assert "The sale ends after it starts." in answer.text


def test_what_is_wrong_in_every_row_is_said_at_once(console, gala, kept):
    form = paper(console, PRICES)
    first, second = form.fields.getlist("tier")
    put(form, first, price="free")
    put(form, second, quantity="some")

    answer = form.put("capacity", "plenty").press(console)

    for name in (f"tier-{first}-price", f"tier-{second}-quantity", "capacity"):
        assert f'id="error-{name}"' in answer.text


# Rows


def test_rows_are_moved_and_stay_so(console, gala, kept):
    form = paper(console, PRICES)
    circle = form.key(1)
    form = Paper(form.press(console, "do", f"up:{circle}").text)
    assert [t.name for t in kept("winter-gala").tiers] == ["Stalls", "Circle"]

    form.press(console)

    assert [t.name for t in kept("winter-gala").tiers] == ["Circle", "Stalls"]


@pytest.mark.parametrize("button", ["up", "down", "remove", "keep", "early"])
def test_a_button_of_no_row_does_nothing(console, gala, button):
    answer = console.post(PRICES, data={"do": f"{button}:nobody"})
    assert answer.status_code == 200


@pytest.mark.parametrize("do", ["", ":", "jump", "unshare:", "add:x", "up:" * 1000])
def test_a_button_nobody_drew_does_nothing(console, gala, do):
    assert console.post(PRICES, data={"do": do}).status_code in (200, 409)


def test_a_row_is_removed_when_it_is_saved_and_not_before(console, gala, kept, audited):
    form = paper(console, PRICES)
    circle = form.key(1)
    form = Paper(form.press(console, "do", f"remove:{circle}").text)
    assert len(kept("winter-gala").tiers) == 2

    form.press(console)

    assert [t.name for t in kept("winter-gala").tiers] == ["Stalls"]
    assert "Olivia: Removed the tier Circle from Winter Gala" in audited()


def test_a_row_may_be_kept_after_all(console, gala, kept):
    form = paper(console, PRICES)
    circle = form.key(1)
    form = Paper(form.press(console, "do", f"remove:{circle}").text)

    form = Paper(form.press(console, "do", f"keep:{circle}").text)
    form.press(console)

    assert shown(kept("winter-gala")) == [("Stalls", 2500, 5), ("Circle", 4000, 3)]


def test_a_row_that_was_never_kept_just_goes(console, unpriced):
    form, key = add(paper(console, PRICES), console)

    form = Paper(form.press(console, "do", f"remove:{key}").text)

    assert key not in form.fields.getlist("tier")


def test_what_is_sold_is_not_removed(console, at_riverside, gala, kept):
    factories.pay(factories.order(at_riverside, gala, 2))
    form = paper(console, PRICES)

    answer = form.press(console, "do", f"remove:{form.key(0)}")

    assert "2 of these are sold, so they stay." in answer.text
    forced = console.post(
        PRICES,
        data={
            "version": form.fields["version"],
            "tier": form.key(0),
            f"tier-{form.key(0)}-removed": "1",
        },
    )
    assert forced.status_code == 422
    assert "Stalls has been bought or held already." in forced.text
    assert len(kept("winter-gala").tiers) == 2


def test_the_last_tier_of_what_is_on_sale_stays(console, at_riverside, kept):
    factories.make_event()
    form = paper(console, PRICES)
    form = Paper(form.press(console, "do", f"remove:{form.key(0)}").text)

    answer = form.press(console)

    assert answer.status_code == 422
    assert "Add at least one tier" in answer.text
    assert len(kept("winter-gala").tiers) == 1


def test_a_quantity_never_falls_below_what_is_sold(console, at_riverside, gala, kept):
    factories.pay(factories.order(at_riverside, gala, 3))
    form = paper(console, PRICES)

    answer = put(form, form.key(0), quantity="2").press(console)

    assert answer.status_code == 422
    assert "3 are sold or held already" in answer.text
    assert put(form, form.key(0), quantity="3").press(console).status_code == 303
    assert kept("winter-gala").tiers[0].stock.capacity == 3


def test_a_lapsed_hold_stands_in_nobodys_way(console, gala, kept):
    factories.hold(gala, 5, at=now() - timedelta(hours=1))
    form = paper(console, PRICES)

    assert put(form, form.key(0), quantity="1").press(console).status_code == 303
    assert kept("winter-gala").tiers[0].stock.capacity == 1


def test_the_events_room_is_never_less_than_what_is_sold(console, at_riverside, gala, kept):
    factories.pay(factories.order(at_riverside, gala, 3, 2))

    answer = paper(console, PRICES).put("capacity", "4").press(console)

    assert answer.status_code == 422
    assert 'id="error-capacity"' in answer.text
    paper(console, PRICES).put("capacity", "5").press(console)
    assert kept("winter-gala").capacity_stock.capacity == 5
    paper(console, PRICES).put("capacity", "").press(console)
    assert kept("winter-gala").capacity_stock.capacity is None


# Two people at once


def test_what_was_added_meanwhile_is_neither_lost_nor_hidden(
    console, app, riverside, ada, gala, kept
):
    olivias = paper(console, PRICES)
    put(olivias, olivias.key(0), price="30")
    adas_browser = browser_at(app, riverside, ada)
    adas, key = add(paper(adas_browser, PRICES), adas_browser)
    put(adas, key, name="Box", price="90", quantity="2").press(adas_browser)

    answer = olivias.press(console)

    assert answer.status_code == 409
    assert "Ada changed this event while you had it open." in answer.text
    again = Paper(answer.text)
    assert again.fields[f"tier-{olivias.key(0)}-price"] == "30"
    assert len(again.fields.getlist("tier")) == 3
    assert again.press(console).status_code == 303
    assert shown(kept("winter-gala")) == [
        ("Stalls", 3000, 5),
        ("Circle", 4000, 3),
        ("Box", 9000, 2),
    ]


def test_saving_what_is_there_changes_nothing(console, at_riverside, kept, audited):
    odd = datetime(2031, 1, 1, 19, 0, 13, tzinfo=UTC)
    event = factories.make_event(timezone="Europe/Berlin", capacity=8)
    with transaction():
        event = drafting.find("winter-gala")
        [stalls] = event.tiers
        tiers.change(stalls, {"sale_start": odd, "sale_end": odd + timedelta(days=1)}, at=now())
        tiers.set_early_prices(stalls, [tiers.EarlyPrice(1, odd)], at=now())
        tiers.share_capacity(event, "Hall", 6, event.tiers, at=now())
    before, log = kept("winter-gala").version, len(audited())

    paper(console, PRICES).press(console)

    event = kept("winter-gala")
    assert (event.version, len(audited())) == (before, log)
    assert event.tiers[0].sale_start == event.tiers[0].price_steps[0].until == odd


def test_a_hundred_tiers_are_the_most(console, at_riverside, kept):
    factories.make_event(tiers=[(f"Tier {n}", 100, 1) for n in range(100)], publish=False)
    form = paper(console, PRICES)

    answer = form.press(console, "do", "add")

    assert "An event has 100 tiers at most." in answer.text
    assert len(Paper(answer.text).fields.getlist("tier")) == 100
    assert form.press(console).status_code == 303
