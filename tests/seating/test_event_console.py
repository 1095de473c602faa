"""The console of a seated event: its map, its prices, its rules, what is kept back."""

import copy
import re

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from eventflow.accounts.models import AuditEntry
from eventflow.db import db, now, transaction
from eventflow.events import drafting
from eventflow.events.models import Event
from eventflow.sales.seat_refusals import NotForSale
from eventflow.seating import allocations, pricing
from eventflow.seating.models import Allocation, Seat, SeatMap, SeatRow
from tests import factories
from tests.people import browser_at
from tests.sales.test_seats import buy, take
from tests.seating.theatres import a_drawing, a_row, forget, make_map, make_seated, now_of

HERE = "/manage/events/winter-gala/seating"
PRICES = f"{HERE}/price-change"


def gala() -> Event:
    db.session.rollback()
    db.session.expire_all()
    forget()
    return drafting.find("winter-gala")


@pytest.fixture
def seated(console, at_riverside):
    """Two rows of six; the Winter Gala is on sale."""
    return make_seated(a_drawing(a_row("A", 6), a_row("B", 6, y=90)))


def test_from_no_seats_to_seats_that_cost_something(console, at_riverside):
    factories.make_event(tiers=[], publish=False)
    with transaction():
        map_id = make_map(a_drawing(a_row("A", 6))).id
    assert "Seat it on Theatre" in console.get(HERE).text

    assert console.post(f"{HERE}/map", data={"map": map_id}).status_code == 303
    answer = console.post(f"{HERE}/prices", data={"make": "c1", "price_c1": "25"})

    assert answer.status_code == 303
    tier = gala().tiers[0]
    assert (tier.name, tier.price, tier.stock.capacity) == ("Stalls", 2500, 6)
    page = console.get(HERE).text
    assert "How full it is" in page
    assert console.get(f"{HERE}/hall.svg").text.startswith("<svg")


def test_a_second_press_seats_nothing_twice(console, at_riverside):
    factories.make_event(tiers=[], publish=False)
    with transaction():
        first, other = (make_map(a_drawing(a_row("A", 6))).id for _map in range(2))

    assert 'data-doing="Copying the map' in console.get(HERE).text
    answers = [console.post(f"{HERE}/map", data={"map": first}) for _press in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    seated = "Seated Winter Gala on the map"
    assert (
        len(db.session.scalars(select(AuditEntry).where(AuditEntry.words.contains(seated))).all())
        == 1
    )
    assert db.session.query(Seat).count() == 6
    assert console.post(f"{HERE}/map", data={"map": other}).status_code == 409


def test_a_new_tier_needs_a_price_that_can_be_read(console, at_riverside):
    factories.make_event(tiers=[], publish=False)
    with transaction():
        map_id = make_map(a_drawing(a_row("A", 6))).id
    console.post(f"{HERE}/map", data={"map": map_id})

    answer = console.post(f"{HERE}/prices", data={"make": "c1", "price_c1": "cheap"})

    assert answer.status_code == 422
    assert 'value="cheap"' in answer.text
    assert gala().tiers == []


def test_prices_that_are_typed_become_tiers_whichever_button_is_pressed(console, at_riverside):
    factories.make_event(tiers=[], publish=False)
    drawing = a_drawing(a_row("A", 6), a_row("B", 2, y=90))
    for seat in drawing["sections"][0]["rows"][1]["seats"]:
        seat["category"] = "c2"
    with transaction():
        map_id = make_map(drawing).id
    console.post(f"{HERE}/map", data={"map": map_id})

    wrong = console.post(f"{HERE}/prices", data={"price_c1": "20", "price_c2": "12.345"})
    assert wrong.status_code == 422
    assert 'value="12.345"' in wrong.text
    assert 'value="20"' in wrong.text
    assert gala().tiers == []

    console.post(f"{HERE}/prices", data={"price_c1": "20", "price_c2": "45.50"})
    assert {tier.name: tier.price for tier in gala().tiers} == {"Stalls": 2000, "Circle": 4550}
    assert pricing.unpriced(gala()) == 0


def test_a_price_beside_a_tier_that_is_chosen_is_not_dropped_unsaid(console, seated):
    before = gala().tiers

    answer = console.post(f"{HERE}/prices", data={"tier_c1": before[0].id, "price_c1": "45.50"})

    assert answer.status_code == 422
    assert 'value="45.50"' in answer.text
    assert {tier.price for tier in gala().tiers} == {tier.price for tier in before}


def test_that_the_prices_are_kept_is_said_where_the_reader_lands(console, seated):
    answer = console.post(f"{HERE}/prices", data={"tier_c1": seated.tiers[1].id})
    assert answer.location.endswith("#prices")

    page = console.get(answer.location).text
    assert "The prices are kept." in page.partition('id="prices"')[2].partition("</section>")[0]
    assert page.count("The prices are kept.") == 1
    assert "The prices are kept." not in console.get(HERE).text


def test_that_the_rules_are_kept_is_said_where_the_reader_lands(console, seated):
    answer = console.post(f"{HERE}/rules", data={"choosing": "hold_at_once", "most_seats": "4"})

    rules = console.get(answer.location).text.partition('id="rules"')[2]
    assert "The rules are kept." in rules.partition("</section>")[0]


def how_full(page: str) -> dict[str, str]:
    """The first line of the table of how full it is, by the words above its columns."""
    table = page.partition("house__bars")[2].partition("</table>")[0]
    words = re.findall(r'<th scope="col">([^<]*)</th>', table)[1:]
    return dict(zip(words, re.findall(r'<td class="number">([^<]*)</td>', table), strict=False))


def test_seats_without_a_price_are_not_called_kept_back(console, at_riverside):
    factories.make_event(tiers=[], publish=False)
    with transaction():
        map_id = make_map(a_drawing(a_row("A", 6))).id
    console.post(f"{HERE}/map", data={"map": map_id})

    full = how_full(console.get(HERE).text)
    assert (full["Kept back"], full["No price yet"], full["Free"]) == ("0", "6", "0")

    console.post(f"{HERE}/prices", data={"price_c1": "20"})
    console.post(f"{HERE}/allocations", data={"name": "Press", "kind": "house", "seats": "A1-A2"})
    full = how_full(console.get(HERE).text)
    assert "No price yet" not in full
    assert (full["Kept back"], full["Free"]) == ("2", "4")


def test_the_map_is_taken_over_unless_somebody_has_a_seat_that_is_gone(console, seated):
    def draw(change):
        with transaction():
            seat_map = db.session.query(SeatMap).one()
            drawing = copy.deepcopy(seat_map.drawing)
            change(drawing["sections"][0]["rows"])
            seat_map.drawing, seat_map.version = drawing, seat_map.version + 1

    draw(lambda rows: rows.append(a_row("C", 4, y=180)))
    assert "The map has changed since" in console.get(HERE).text
    assert console.post(f"{HERE}/renew").status_code == 303
    assert now_of(gala()) == "f" * 16

    take(gala(), 6, 7)
    draw(lambda rows: rows.pop(1))
    answer = console.post(f"{HERE}/renew")
    assert answer.status_code == 409
    assert "Stalls B1" in answer.text
    assert console.post(f"{HERE}/unseat").status_code == 409
    assert now_of(gala()) == "ffffff" + "hhffff" + "ffff"


def test_prices_are_changed_together_once_they_were_seen(console, seated):
    stalls = seated.tiers[0].id
    typed = {"tiers": [stalls], "how": "percent", "by": "-12.5", "step": "50"}

    page = console.post(PRICES, data=typed).text
    assert "$25.00" in page
    assert "$22.00" in page  # 21.875, to the next 0.50
    assert gala().tiers[0].price == 2500

    shown = dict(re.findall(r'name="(shown_[0-9a-f-]+)" value="(\d+)"', page))
    answer = console.post(PRICES, data=typed | shown | {"do": "apply"})
    assert answer.status_code == 303
    assert gala().tiers[0].price == 2200

    again = console.post(PRICES, data=typed | shown | {"do": "apply"})
    assert again.status_code == 409
    assert gala().tiers[0].price == 2200


def test_what_is_typed_after_the_new_prices_were_shown_is_not_applied(console, seated):
    typed = {
        "tiers": [tier.id for tier in seated.tiers],
        "how": "percent",
        "by": "-10",
        "step": "1",
    }
    page = console.post(PRICES, data=typed).text
    confirming = next(
        part for part in page.split("<form")[1:] if 'value="apply"' in part.split("</form>")[0]
    ).split("</form>")[0]

    # All that this form says is what was shown: nothing of it can be typed over.
    assert 'name="by" value="-10"' in confirming
    assert re.findall(r'type="(?!hidden|submit)\w+"', confirming) == []
    told = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', confirming)
    answer = console.post(PRICES, data=MultiDict([*told, ("do", "apply")]))

    assert answer.status_code == 303
    assert [tier.price for tier in gala().tiers] == [2250, 3600, 1350]
    assert "3 prices are changed." in console.get(answer.location).text


@pytest.mark.parametrize(
    ("how", "by", "step"),
    [
        ("percent", "much", "1"),
        ("percent", "-101", "1"),
        ("percent", "²", "1"),
        ("amount", "1.234", "1"),
        ("amount", "", "1"),
        ("percent", "5", "0"),
        ("percent", "5", "x"),
    ],
)
def test_a_change_that_cannot_be_read_comes_back(console, seated, how, by, step):
    typed = {"tiers": [seated.tiers[0].id], "how": how, "by": by, "step": step}
    answer = console.post(PRICES, data=typed)
    assert answer.status_code == 422
    assert gala().tiers[0].price == 2500


def test_a_change_that_gives_tiers_away_says_so_before_it_is_made(console, seated):
    typed = {"tiers": [tier.id for tier in seated.tiers], "how": "amount", "by": "-15", "step": "1"}
    shown = console.post(PRICES, data=typed).text
    assert "Nobody would pay anything any more for: Floor." in shown

    shown = console.post(PRICES, data=typed | {"by": "-14.99"}).text
    assert "Nobody would pay anything" not in shown


def test_rules_are_kept_on_the_clock_of_the_event(console, seated):
    form = {"choosing": "hold_at_once", "most_seats": "4", "swap_until": "2027-01-05T12:00"}
    assert console.post(f"{HERE}/rules", data=form).status_code == 303
    seating = pricing.find(gala())
    assert (seating.choosing, seating.most_seats, seating.no_single_seats) == (
        "hold_at_once",
        4,
        False,
    )
    assert seating.swap_until.isoformat().startswith("2027-01-05T12:00")

    wrong = console.post(f"{HERE}/rules", data=form | {"most_seats": "0"})
    assert wrong.status_code == 422
    assert console.post(f"{HERE}/rules", data={}).status_code == 422


def test_a_table_is_sold_whole_unless_a_part_of_it_is_gone(console, at_riverside):
    table = a_row("T1", 4) | {"kind": "table"}
    make_seated(a_drawing(table, a_row("A", 4, y=300)))
    row_id = db.session.query(SeatRow).filter_by(kind="table").one().id

    assert console.post(f"{HERE}/tables", data={"whole": row_id}).status_code == 303
    with pytest.raises(NotForSale):
        take(gala(), 0, 1)

    console.post(f"{HERE}/tables", data={})
    take(gala(), 0, 1)
    answer = console.post(f"{HERE}/tables", data={"whole": row_id})
    assert answer.status_code == 422
    assert "Stalls T1" in answer.text


def test_a_table_of_which_a_chair_is_kept_back_cannot_become_one_that_is_sold_whole(
    console, at_riverside
):
    make_seated(a_drawing(a_row("T1", 4) | {"kind": "table"}, a_row("A", 4, y=300)))
    row_id = db.session.query(SeatRow).filter_by(kind="table").one().id
    form = {"name": "Press", "kind": "house", "seats": "T1-2"}
    address = console.post(f"{HERE}/allocations", data=form).headers["Location"]

    answer = console.post(f"{HERE}/tables", data={"whole": row_id})

    assert answer.status_code == 422
    assert "Of Stalls T1 a part is sold, held or kept back already." in answer.text
    console.post(f"{address}/seats", data={"seats": "T1", "do": "keep"})
    assert console.post(f"{HERE}/tables", data={"whole": row_id}).status_code == 303


def test_a_table_that_is_sold_whole_is_marked_as_one(console, at_riverside):
    table = a_row("T1", 4) | {"kind": "table", "whole": True}
    make_seated(a_drawing(table, a_row("A", 4, y=300)))
    form = {"name": "Press", "kind": "house"}
    address = console.post(f"{HERE}/allocations", data=form).headers["Location"]

    text = console.get(f"{address}?section=s1").text
    assert text.count('name="seat"') == 1 + 4
    assert "sold whole: 4 seats" in text

    first = db.session.query(Seat).filter_by(position=0).one().id
    marked = {"seat": first, "section": "s1", "do": "keep"}
    console.post(f"{address}/seats", data=marked)
    assert now_of(gala()) == "bbbb" + "ffff"
    assert "Stalls T1-1 – T1-4" in console.get(address).text


def test_seats_are_kept_back_by_list_and_by_mark_and_let_go(console, seated):
    form = {"name": "Press", "kind": "house", "seats": "A1-A2"}
    address = console.post(f"{HERE}/allocations", data=form).headers["Location"]
    assert "Stalls A1-A2" in console.get(address).text

    seat_id = db.session.query(Seat).filter_by(position=7).one().id
    marked = {"seat": seat_id, "section": "s1", "do": "keep"}
    assert console.post(f"{address}/seats", data=marked).status_code == 303
    assert now_of(gala()) == "bbffff" + "fbffff"
    assert "kept back here" in console.get(f"{address}?section=s1").text

    console.post(f"{address}/seats", data={"seats": "A2", "do": "release"})
    assert now_of(gala()) == "bfffff" + "fbffff"
    wrong = console.post(f"{address}/seats", data={"seats": "Z99", "do": "keep"})
    assert wrong.status_code == 422
    assert "Z99" in wrong.text
    console.post(f"{address}/remove")
    assert now_of(gala()) == "f" * 12
    assert db.session.query(Allocation).count() == 0


def test_what_of_an_allocation_is_sold_is_not_said_to_be_kept(console, at_riverside, seated):
    form = {"name": "Friends", "kind": "presale", "code": "FRIENDS", "seats": "A1-A5"}
    address = console.post(f"{HERE}/allocations", data=form).headers["Location"]
    forget()
    buy(at_riverside, take(gala(), 0, code="FRIENDS"))
    forget()

    page = console.get(address).text
    assert "4 seats are kept back. 1 more of its seats is sold." in page
    assert "Let 4 seats go?" in page
    assert "Sold: Stalls A1" in page
    assert "4 seats, 1 more sold" in console.get(HERE).text
    all_of_them = console.get(f"{HERE}/allocations").text
    assert re.search(r"Friends</a> <span[^>]*>1 more sold</span>", all_of_them)
    assert 'data-word="seats">4<' in all_of_them

    answer = console.post(f"{address}/release")
    assert "4 seats are let go." in console.get(answer.location).text
    assert now_of(gala()) == "s" + "f" * 11


def test_staff_look_and_do_not_change(app, riverside, seated, sam):
    staff = browser_at(app, riverside, sam)
    assert staff.get(HERE).status_code == 200
    assert staff.post(f"{HERE}/rules", data={}).status_code == 403
    assert staff.get(f"{HERE}/allocations").status_code == 403


def test_an_allocation_of_another_event_is_not_found(console, seated):
    with transaction():
        kept = allocations.create(gala(), {"name": "House"}, at=now())
        kept_id = kept.id
    make_seated(a_drawing(a_row("A", 2)))
    assert (
        console.get(f"/manage/events/winter-gala-2/seating/allocations/{kept_id}").status_code
        == 404
    )
