"""Choosing seats without script: the pages, what they say, and what they refuse."""

import re
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from eventflow import limits
from eventflow.db import db, now, transaction
from eventflow.events import showing
from eventflow.events.models import Tier
from eventflow.messages import order_facts
from eventflow.payments import checkout
from eventflow.sales import availability, holds, seat_plans, seats
from eventflow.sales.models import Hold, Order
from eventflow.sales.seat_wishes import Asker
from eventflow.seating import allocations, states
from eventflow.seating import hall as halls_in_memory
from eventflow.seating.models import Seat, Seating
from tests.factories import BEA
from tests.people import browser_at
from tests.seating import halls
from tests.seating.theatres import a_drawing, a_row, hall_of, make_seated

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
ARENA = {"lower": 0, "side": 0, "upper": 0, "floor": 2}
BY_SCRIPT = SAME_SITE | {"HX-Request": "true"}


def forget_all(event) -> None:
    states.clear()
    seat_plans.clear()


@pytest.fixture
def play(at_riverside):
    """Three rows of eight Stalls at 25.00, and standing places at 15.00."""
    event = make_seated(halls.room(), {"stalls": 0})
    forget_all(event)
    return event


def keys(*numbers: int) -> list[str]:
    return [f"k{number}" for number in numbers]


def others_take(event, *positions: int):
    """Somebody else holds the chairs at these positions."""
    hall = hall_of(event)
    placed = seats.place(
        event.slug,
        seats=[hall.ids[position] for position in positions],
        asker=Asker(buyer="carl"),
        at=now(),
    )
    forget_all(event)
    return placed


def held_seats(hold_id) -> list[str]:
    return [seat.label for seat in holds.seats_of(holds.find(hold_id))]


def live_holds(buyer_not: str = "carl") -> list[Hold]:
    query = select(Hold).where(Hold.status == "live", Hold.buyer != buyer_not)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def post(browser, event, path="holds", headers=SAME_SITE, **data):
    return browser.post(f"/events/{event.slug}/{path}", data=data, headers=headers)


def test_the_event_page_shows_the_hall_in_place_of_a_stepper(storefront, play):
    page = storefront.get(f"/events/{play.slug}").text

    assert "seat-map" in page
    assert f"/events/{play.slug}/sections/stalls" in page
    assert "from $25.93" in page
    assert "24 left" in page
    assert f'name="tier-{play.tiers[0].id}"' not in page
    assert f'name="tier-{play.tiers[2].id}"' in page  # Standing places are still counted.


def test_an_event_without_seats_has_no_trace_of_them(storefront, gala):
    page = storefront.get("/events/winter-gala").text

    assert "seat" not in re.sub(r'"seatingType"|eventSeating', "", page).lower()


@pytest.mark.parametrize(
    "path",
    ["seats/list", "seats/changes", "seats/chosen", "seats.css", "seats/at/k1", "sections/stalls"],
)
def test_an_event_without_seats_has_no_pages_for_them(storefront, gala, path):
    assert storefront.get(f"/events/winter-gala/{path}").status_code == 404


def test_the_list_says_section_row_number_price_and_state_of_every_seat(storefront, play):
    others_take(play, 2, 3)

    page = storefront.get(f"/events/{play.slug}/seats/list").text

    assert page.count('name="seat"') == 24
    rows = re.findall("<legend>(.*?)</legend>", page)
    assert [re.sub("<[^>]*>", "", row).strip() for row in rows] == [
        "Row A, Stalls, 6 of 8 free",
        "Row B, Stalls, 8 of 8 free",
        "Row C, Stalls, 8 of 8 free",
    ]
    assert re.search(r"seat 3, \$25\.93, <b>held</b>", page)
    assert re.search(r"seat 5, \$25\.93, <b>free</b>", page)
    assert re.search(r'value="k3"[^>]*disabled', page)


@pytest.mark.parametrize(("name", "said"), [("Stalls", "Stalls"), ("217", "section 217")])
def test_a_section_that_is_a_number_is_said_to_be_one(storefront, at_riverside, name, said):
    drawing = halls.room()
    drawing["sections"][0]["name"] = name
    event = make_seated(drawing, {"stalls": 0})
    forget_all(event)

    section = drawing["sections"][0]["id"]
    seats = storefront.get(f"/events/{event.slug}/sections/{section}/seats").get_json()
    listed = storefront.get(f"/events/{event.slug}/seats/list").text

    assert seats["name"] == said
    assert f", {said}</span>" in re.search("<legend>.*?</legend>", listed)[0]


def shown(page: str) -> list[str]:
    """The keys of the seats that a list shows."""
    labels = re.findall(r'<label class="tick[^>]*id="seat-([^"]*)"([^>]*)>', page)
    return [key for key, rest in labels if "hidden" not in rest]


def hidden_rows(page: str) -> list[bool]:
    return [
        "hidden" in row for row in re.findall(r'<fieldset class="seat-list__row"([^>]*)>', page)
    ]


def test_of_the_list_only_the_free_seats_can_be_asked_for(storefront, play):
    others_take(play, *range(8), 10, 11)
    address = f"/events/{play.slug}/seats/list?only=free&category="

    answer = storefront.get(address)

    assert shown(answer.text) == keys(9, 10, *range(13, 25))
    assert hidden_rows(answer.text) == [True, False, False]
    assert "Seats shown: 14" in answer.text
    assert re.search('name="only" value="free" checked', answer.text)
    again = storefront.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert len(shown(storefront.get(f"/events/{play.slug}/seats/list").text)) == 24


@pytest.fixture
def theatre(at_riverside):
    event = make_seated(halls.theatre(), dict.fromkeys(("premium", "stalls", "circle", "boxes"), 0))
    forget_all(event)
    return event


def test_the_list_is_sifted_by_price_and_by_what_somebody_needs(storefront, theatre):
    address = f"/events/{theatre.slug}/seats/list"

    of_a_price = storefront.get(f"{address}?category=premium").text
    for_wheelchairs = storefront.get(f"{address}?only=accessible").text

    assert shown(of_a_price) == keys(*range(1, 8 * 36 + 1))
    assert re.search('<option value="premium"[^>]* selected>A · Premium stalls, ', of_a_price)
    assert shown(for_wheelchairs) == keys(685, 686, 719, 720)


def test_what_a_section_has_none_of_is_not_asked_of_it(storefront, theatre):
    circle = f"/events/{theatre.slug}/sections/circle"

    page = storefront.get(circle).text
    assert 'name="category"' not in page
    assert 'name="only" value="accessible"' not in page
    for address in (f"{circle}?category=premium", f"{circle}?category=nowhere"):
        assert len(shown(storefront.get(address).text)) == 360


def test_what_was_ticked_stays_so_when_the_list_is_sifted_without_script(storefront, theatre):
    here = f"/events/{theatre.slug}/sections/stalls"
    page = storefront.get(here).text
    assert f'formmethod="get" formaction="{here}#seat-list"' in page

    answer = storefront.get(
        f"{here}?from=stalls&seat=k300&seat=no&need=accessible&category=premium"
    )

    assert answer.headers["Cache-Control"] == "private, no-store"
    assert shown(answer.text) == keys(*range(1, 8 * 36 + 1), 300)
    assert "checked" in box_of(answer.text, "k300")
    assert answer.text.count(" checked") == 2
    assert re.search('name="need" value="accessible" checked', answer.text)
    assert "checked" not in box_of(storefront.get(f"{here}?category=premium").text, "k300")


def test_a_list_is_sifted_with_a_code_too(storefront, presale):
    address = f"/events/{presale.slug}/seats/list?only=free&seat=k1"

    assert shown(storefront.get(f"{address}&code=FRIENDS").text) == keys(*range(1, 25))
    assert shown(storefront.get(address).text) == keys(*range(5, 25))
    assert storefront.get(f"{address}&code=FIENDS").status_code == 422


def test_a_refusal_is_where_the_keys_are_and_the_list_is_as_it_was(storefront, theatre):
    place = {"seat": ["k685", "k1"], "from": "list", "only": "accessible"}

    answer = post(storefront, theatre, **place)

    assert answer.status_code == 409
    message = re.search(r'<div class="seat-list__refusal"[^>]* autofocus>', answer.text)[0]
    assert 'tabindex="-1"' in message
    assert "wheelchair" in message
    assert shown(answer.text) == keys(1, 685, 686, 719, 720)
    for key in place["seat"]:
        assert "checked" in box_of(answer.text, key)


@pytest.mark.parametrize(("sent", "form"), [({"from": "list"}, "seat-list"), ({}, "counter")])
def test_beside_a_refused_wheelchair_place_a_button_says_who_needs_it(
    storefront, theatre, sent, form
):
    chosen = {"seat": ["k685"], **sent}
    refused = post(storefront, theatre, **chosen)
    button = rf'<button[^>]* name="need" value="accessible" data-instead="k685" form="{form}">'
    assert re.search(button, refused.text)

    assert "/checkout/" in post(storefront, theatre, **chosen, need="accessible").location


def test_the_page_says_what_the_whole_hall_costs_and_has_left(storefront, play):
    others_take(play, 2, 3)
    page = storefront.get(f"/events/{play.slug}").text

    here = re.search(r"<p class=\"hall__here\".*?</p>", page, re.DOTALL)
    words = re.sub(r"<[^>]*>|\s+", " ", here[0]).split()

    assert words == ["The", "whole", "hall", "from", "$25.93", "22", "left"]


def test_two_seats_are_held_from_the_list(storefront, play):
    answer = post(storefront, play, seat=keys(4, 5))

    assert answer.status_code == 303
    [hold] = live_holds()
    assert answer.headers["Location"].endswith(f"/checkout/{hold.id}")
    assert held_seats(hold.id) == ["Stalls A4", "Stalls A5"]


def test_pressed_twice_it_is_one_hold(storefront, play):
    first = post(storefront, play, seat=keys(4, 5))
    second = post(storefront, play, seat=keys(4, 5))

    assert first.headers["Location"] == second.headers["Location"]
    assert len(live_holds()) == 1


def test_a_taken_seat_is_refused_with_others_as_buttons_and_nothing_is_lost(storefront, play):
    others_take(play, 3, 4)

    answer = post(storefront, play, **{"seat": keys(3, 4), "from": "list"})

    assert answer.status_code == 409
    assert "Stalls A4 went to somebody else" in answer.text
    assert re.search(r'value="k3"[^>]* checked', answer.text)
    instead = re.findall(r'name="instead" value="([^"]+)"[^>]*form="seat-list"', answer.text)
    assert instead
    assert re.search(r">Take Stalls \w+, Stalls \w+ for \$51\.55</button>", answer.text)
    assert "no-store" in answer.headers["Cache-Control"]

    taken = post(storefront, play, **{"instead": instead[0], "seat": keys(3, 4)})

    assert taken.status_code == 303
    assert len(held_seats(live_holds()[0].id)) == 2


def test_a_single_seat_left_is_refused_on_the_page_one_came_from(storefront, play):
    answer = post(storefront, play, seat=keys(2, 3))

    assert answer.status_code == 409
    assert "would leave a single seat" in answer.text
    assert re.search(r'name="seat" value="k2" checked', answer.text)
    assert "seat-map" in answer.text
    assert live_holds() == []


def test_what_is_offered_instead_leaves_nobody_alone_either(storefront, play):
    refused = post(storefront, play, headers=BY_SCRIPT, seat=keys(2))
    offered = re.findall(r'data-instead="([^"]+)"', refused.text)

    assert offered
    for instead in offered:
        answer = post(storefront, play, "seats/held", BY_SCRIPT, seat=instead.split())
        assert answer.status_code == 200, instead


def test_script_gets_the_sentence_alone(storefront, play):
    others_take(play, 3, 4)

    answer = post(storefront, play, headers=BY_SCRIPT, seat=keys(4))

    assert answer.status_code == 409
    assert "<html" not in answer.text
    assert "data-instead=" in answer.text


def test_holding_what_is_ticked_replaces_what_was_held(storefront, play):
    first = post(storefront, play, "seats/held", BY_SCRIPT, seat=keys(4))
    [before] = live_holds()
    second = post(storefront, play, "seats/held", BY_SCRIPT, seat=keys(4, 5))
    [after] = live_holds()

    assert first.status_code == second.status_code == 200
    assert "hold-countdown" in second.text
    assert held_seats(after.id) == ["Stalls A4", "Stalls A5"]
    assert before.id != after.id
    assert after.expires_at <= before.expires_at + timedelta(seconds=1)


def test_nothing_ticked_gives_everything_back(storefront, play):
    post(storefront, play, "seats/held", BY_SCRIPT, seat=keys(4))

    answer = post(storefront, play, "seats/held", BY_SCRIPT)

    assert answer.status_code == 200
    assert "hold-countdown" not in answer.text
    assert live_holds() == []


def test_the_best_seats_are_held_and_named(storefront, play):
    answer = post(storefront, play, "seats/best", BY_SCRIPT, best="3")

    assert answer.status_code == 200
    [hold] = live_holds()
    assert len(held_seats(hold.id)) == 3
    assert ", ".join(held_seats(hold.id)) in answer.text
    assert "All side by side." in answer.text


def test_without_script_the_best_seats_lead_to_the_checkout_which_says_so(storefront, play):
    answer = post(storefront, play, "seats/best", best="2")

    assert answer.status_code == 303
    assert "All side by side." in storefront.get(answer.headers["Location"]).text


def test_an_aisle_between_the_best_seats_is_said(storefront, at_riverside):
    event = make_seated(
        halls.room(rows=1, seats=4, aisle_after=2), {"stalls": 0}, no_single_seats=False
    )
    forget_all(event)

    answer = post(storefront, event, "seats/best", BY_SCRIPT, best="4")

    assert "with an aisle between them" in answer.text


@pytest.mark.parametrize(
    ("best", "words"),
    [
        *[(best, "whole number") for best in ("", "-1", "two", "1e3", "٣")],
        *[(best, "one or more") for best in ("0", "00")],
        *[(best, "more than one order can hold") for best in ("9999", "9" * 5000)],
    ],
)
def test_an_impossible_number_of_seats_is_said_and_kept(storefront, play, best, words):
    answer = post(storefront, play, "seats/best", best=best)

    assert answer.status_code == 422
    assert words in answer.text


@pytest.mark.parametrize("where", ["category:nowhere", "category:", "most:-3", "most:x", "x", ":"])
def test_an_impossible_wish_is_never_a_fault_of_ours(storefront, play, where):
    answer = post(storefront, play, "seats/best", **{"best": "2", "best-where": where})

    assert answer.status_code in (303, 409, 422)


def test_no_more_than_the_house_allows(storefront, at_riverside):
    event = make_seated(halls.room(), {"stalls": 0}, most_seats=2)
    forget_all(event)

    answer = post(storefront, event, headers=BY_SCRIPT, seat=keys(1, 2, 3))

    assert answer.status_code == 409
    assert "2 seats at a time" in answer.text


def test_a_seat_there_is_not_is_refused(storefront, play):
    answer = post(storefront, play, seat=["k1", "nowhere"])

    assert answer.status_code == 422
    assert "no such seat" in answer.text


def test_a_place_to_stand_has_its_own_price_in_the_legend(storefront, at_riverside):
    drawing = halls.club()
    drawing["sections"][2]["id"] = "pit"
    event = make_seated(drawing, {"tables": 0, "bar": 1, "pit": 2})
    forget_all(event)

    page = storefront.get(f"/events/{event.slug}").text

    legend = re.search(r'<ul class="prices".*?</ul>', page, re.S)[0]
    assert "not on sale" not in legend
    assert re.search(r"Standing</span>\s*<span[^>]*>\s*\$15\.", legend), legend


def test_seats_and_standing_places_are_one_order(storefront, play):
    floor = play.tiers[2].id

    answer = post(storefront, play, **{"seat": keys(1, 2), f"tier-{floor}": "3"})

    assert answer.status_code == 303
    [hold] = live_holds()
    assert sum(line.quantity for line in hold.lines) == 5


def test_a_closed_tab_gives_back_early_and_coming_back_restores(storefront, play):
    post(storefront, play, "seats/held", BY_SCRIPT, seat=keys(4))
    [hold] = live_holds()
    full = hold.expires_at

    assert post(storefront, play, "seats/leave").status_code == 204
    [hold] = live_holds()
    assert hold.expires_at < now() + timedelta(seconds=90)

    answer = post(storefront, play, "seats/back", BY_SCRIPT)

    assert answer.status_code == 200
    assert "hold-countdown" in answer.text
    [hold] = live_holds()
    assert hold.expires_at == full


def test_who_adds_a_seat_after_coming_back_unheard_has_the_full_time(storefront, play):
    post(storefront, play, "seats/held", BY_SCRIPT, seat=keys(4))
    [hold] = live_holds()
    full = hold.expires_at
    post(storefront, play, "seats/leave")

    post(storefront, play, "seats/held", BY_SCRIPT, seat=keys(4, 5))

    [hold] = live_holds()
    assert hold.expires_at == full


def test_word_of_a_page_left_that_comes_after_the_next_page_is_not_heeded(storefront, play):
    post(storefront, play, "seats/held", BY_SCRIPT, seat=keys(4))
    [hold] = live_holds()
    full = hold.expires_at

    post(storefront, play, "seats/back", BY_SCRIPT, moment="1790000002000")
    post(storefront, play, "seats/leave", moment="1790000001000")

    [hold] = live_holds()
    assert hold.expires_at == full

    post(storefront, play, "seats/leave", moment="1790000003000")

    [hold] = live_holds()
    assert hold.expires_at < full


@pytest.mark.parametrize("said", ["", "-1", "soon", "9" * 400, "99999999999999", "١٢٣"])
def test_a_moment_no_clock_says_is_no_error(storefront, play, said):
    post(storefront, play, "seats/held", BY_SCRIPT, seat=keys(4))

    assert post(storefront, play, "seats/back", moment=said).status_code == 200
    assert post(storefront, play, "seats/leave", moment=said).status_code == 204


def test_who_holds_nothing_leaves_and_comes_back_to_nothing(storefront, play):
    assert post(storefront, play, "seats/leave").status_code == 204
    assert post(storefront, play, "seats/back").status_code == 204


def test_a_closed_tab_of_somebody_else_changes_nothing(storefront, play, app):
    others = others_take(play, 0, 1)

    post(storefront, play, "seats/leave")

    assert holds.find(others.id).expires_at == others.expires_at


def test_standing_places_that_are_held_are_shown_and_can_be_made_fewer(storefront, play):
    standing = play.tiers[2]
    by_number = f"tier-{standing.id}"
    post(storefront, play, **{by_number: 10})

    back = post(storefront, play, "seats/back", BY_SCRIPT)
    assert "hold-countdown" in back.text
    assert f'<data value="10" data-counted="{by_number}"' in back.text

    # None is left, and the hold that shrinks is the only one: what it had is what it may have.
    assert post(storefront, play, "seats/held", BY_SCRIPT, **{by_number: 9}).status_code == 200
    [hold] = live_holds()
    assert [line.quantity for line in hold.lines] == [9]
    db.session.refresh(standing.stock)
    assert standing.stock.held == 9
    too_many = post(storefront, play, "seats/held", BY_SCRIPT, **{by_number: 11})
    assert too_many.status_code in (409, 422)
    assert [one.id for one in live_holds()] == [hold.id]


def test_seats_are_given_back_where_only_standing_places_are_kept(storefront, play):
    by_number = f"tier-{play.tiers[2].id}"
    post(storefront, play, seat=keys(1, 2), **{by_number: 1})

    post(storefront, play, "seats/held", BY_SCRIPT, **{by_number: 1})

    [hold] = live_holds()
    assert held_seats(hold.id) == []
    others_take(play, 0, 1)


def test_without_script_the_event_page_leads_to_what_is_held(storefront, play):
    address = f"/events/{play.slug}/seats/mine"
    assert f'<noscript><p><a href="{address}">' in storefront.get(f"/events/{play.slug}").text
    assert storefront.get(address).status_code == 409

    held = post(storefront, play, seat=keys(1, 2)).headers["Location"]

    assert storefront.get(address).headers["Location"] == held


def test_best_seats_are_offered_only_where_there_are_seats(storefront, at_riverside):
    event = make_seated(halls.arena(600), ARENA)
    forget_all(event)

    page = storefront.get(f"/events/{event.slug}").text

    [choice] = re.findall(r'<select[^>]*name="best-where">.*?</select>', page, re.DOTALL)
    assert "category:lower" in choice
    assert "category:floor" not in choice
    assert "Up to $25.93 each" in choice
    assert "Up to $15" not in choice


def a_room_with_a_table():
    """A table of four that is sold whole, and a row of four, each in a section and category."""
    table = a_row("T1", 4, section="t") | {"kind": "table", "whole": True}
    sections = [
        {"id": "s1", "name": "Rows", "kind": "seated", "category": "c1", "outline": []},
        {"id": "s2", "name": "Tables", "kind": "seated", "category": "c2", "outline": []},
    ]
    sections[0]["rows"] = [a_row("A", 4, y=300)]
    sections[1]["rows"] = [table]
    event = make_seated(a_drawing(sections=sections), {"c1": 0, "c2": 0})
    forget_all(event)
    return event


def test_a_table_that_is_sold_whole_is_offered_at_what_it_costs(storefront, at_riverside):
    event = a_room_with_a_table()
    page = storefront.get(f"/events/{event.slug}").text
    (table,) = storefront.get(f"/events/{event.slug}/sections/s2/seats").get_json()["banks"]
    sheet = storefront.get(f"/events/{event.slug}/seats/at/t-T1-2/sheet").text
    listed = storefront.get(f"/events/{event.slug}/sections/s2").text

    # Four times 25.00, 2.5 % of that, and 0.30 once.
    assert "B · Circle, $102.80 for all 4 seats" in page
    # In the legend, three times on the map, in the list, and where one asks for the best.
    assert page.count("$102.80") == 6
    assert table["whole"] == {
        "price": "$102.80 for all 4 seats",
        "take": "Take this table",
        "give_back": "Give this table back",
        "gone": "Somebody else has this table",
    }
    assert "$102.80" in sheet
    assert "for all 4 seats of it" in sheet
    assert "Table T1 is sold as a whole" in sheet
    assert "sold as a whole: $102.80 for all 4 seats" in listed
    assert "whole" not in storefront.get(f"/events/{event.slug}/sections/s1/seats").text


def test_a_whole_table_that_is_gone_is_spoken_of_as_a_table(storefront, at_riverside):
    event = a_room_with_a_table()
    hall = hall_of(event)
    table = [f"t-T1-{number}" for number in range(1, 5)]
    others_take(event, *(hall.keys.index(key) for key in table))

    answer = post(storefront, event, seat=table)

    assert answer.status_code == 409
    assert "Tables, Table T1 went to somebody else." in answer.text
    chosen = storefront.get(f"/events/{event.slug}/seats/chosen?seat=t-T1-1").text
    assert 'data-whole="Tables, Table T1"' in chosen


def test_why_seats_come_to_less_than_their_prices_is_said(storefront, play):
    page = storefront.get(f"/events/{play.slug}").text

    assert "$0.30 in it that an order is charged only once" in page


def test_seats_of_rows_with_numbers_are_told_apart(storefront, at_riverside):
    event = make_seated(a_drawing(a_row("1", 11), a_row("11", 11, y=90)))
    forget_all(event)

    post(storefront, event, seat=["s-1-11"])
    [hold] = live_holds()
    assert held_seats(hold.id) == ["Stalls 1-11"]
    chairs = db.session.scalars(select(Seat).order_by(Seat.position)).all()
    assert [chair.label for chair in chairs] == list(hall_of(event).labels)
    assert len({chair.label for chair in chairs}) == 22


def test_the_changes_are_everything_first_and_then_what_changed(storefront, play):
    address = f"/events/{play.slug}/seats/changes"
    first = storefront.get(address).get_json()
    others_take_later(play, 4, 5)

    delta = storefront.get(f"{address}?since={first['version']}")
    nothing = storefront.get(f"{address}?since={delta.get_json()['version']}")

    assert first["states"] == "f" * 24
    assert delta.get_json()["changed"] == {"h": [4, 5]}
    assert len(delta.data) < 200
    assert nothing.status_code == 204


def others_take_later(event, *positions: int) -> None:
    """The same, with the second gone by that a reading is kept for."""
    hall = hall_of(event)
    seats.place(
        event.slug,
        seats=[hall.ids[position] for position in positions],
        asker=Asker(buyer="carl"),
        at=now(),
    )
    states.forget(event.id)


@pytest.mark.parametrize("since", ["0", "x", "-1", "9" * 30, "1.5", ""])
def test_a_version_nobody_knows_is_answered_with_everything(storefront, play, since):
    answer = storefront.get(f"/events/{play.slug}/seats/changes?since={since}")

    assert answer.get_json()["states"] == "f" * 24


def test_a_delta_is_small_where_a_whole_hall_changes_hands(storefront, at_riverside):
    event = make_seated(halls.arena(4_000), ARENA, no_single_seats=False)
    forget_all(event)
    address = f"/events/{event.slug}/seats/changes"
    version = storefront.get(address).get_json()["version"]
    others_take_later(event, *range(20, 28), *range(400, 402))

    delta = storefront.get(f"{address}?since={version}")

    assert len(delta.data) < 2_000


def test_a_section_is_drawn_with_little_more_than_keys_and_places(storefront, play):
    answer = storefront.get(f"/events/{play.slug}/sections/stalls/seats?v=1")
    drawn = answer.get_json()

    assert drawn["from"] == 0
    assert drawn["categories"] == {"0": {"price": "$25.93", "shape": 0}}
    assert [row["name"] for row in drawn["banks"]] == ["Row A", "Row B", "Row C"]
    assert [row["keys"] for row in drawn["banks"]] == [[["k1", 8]], [["k9", 8]], [["k17", 8]]]
    assert len(answer.data) / 24 < 40


def test_a_seat_has_a_page_with_the_view_from_it(storefront, play):
    page = storefront.get(f"/events/{play.slug}/seats/at/k12").text

    assert "Stalls, row B, seat 4" in page
    assert "$25.93" in page
    assert "view__picture" in page


def test_what_a_code_asks_for_is_said_of_a_seat(storefront, play):
    for tier in play.tiers:
        tier.code_kind = "rotating_or_printed"
    db.session.commit()

    page = storefront.get(f"/events/{play.slug}/seats/at/k12").text

    assert "The ticket is shown on a phone; printed, it needs an ID." in page


def test_a_restricted_view_is_said_wherever_the_seat_is(storefront, at_riverside):
    drawing = halls.room()
    drawing["sections"][0]["rows"][0]["seats"][0]["note"] = "Restricted view: pillar"
    event = make_seated(drawing, {"stalls": 0})
    forget_all(event)

    for path in ("seats/list", "seats/at/k1", "seats/at/k1/sheet", "sections/stalls/seats"):
        assert "Restricted view: pillar" in storefront.get(f"/events/{event.slug}/{path}").text, (
            path
        )
    chosen = storefront.get(f"/events/{event.slug}/seats/chosen?seat=k1&seat=k2")
    assert "Restricted view: pillar" in chosen.text


def test_a_large_hall_is_listed_section_by_section(storefront, at_riverside):
    event = make_seated(halls.arena(), ARENA, no_single_seats=False)
    forget_all(event)

    whole = storefront.get(f"/events/{event.slug}/seats/list").text
    section = storefront.get(f"/events/{event.slug}/sections/b101").text

    assert 'name="seat"' not in whole
    assert f"/events/{event.slug}/sections/b101" in whole
    assert 200 < section.count('name="seat"') < 700


def test_the_colours_have_contrast_by_day_and_in_the_dark(storefront, play):
    sheet = storefront.get(f"/events/{play.slug}/seats.css?v=1")

    assert sheet.mimetype == "text/css"
    assert "light-dark(" in sheet.text
    assert "--on-c" in sheet.text


def test_another_tenant_knows_nothing_of_the_hall(app, play, northgate):
    stranger = app.test_client()
    stranger.address = "http://northgate.eventflow.test"

    for path in ("seats/list", "seats/changes", "seats/at/k1", "sections/stalls", "seats.css"):
        assert stranger.get(f"/events/{play.slug}/{path}").status_code == 404, path
    assert post(stranger, play, seat=keys(1)).status_code == 404
    assert post(stranger, play, "seats/best", best="2").status_code == 404
    assert post(stranger, play, "seats/held", BY_SCRIPT, seat=keys(1)).status_code == 404


def test_seats_can_be_bought_from_the_list_to_the_tickets(storefront, riverside, play):
    held = post(storefront, play, **{"seat": keys(4, 5), "from": "stalls"})
    checkout = held.headers["Location"]

    paying = storefront.post(
        checkout,
        data={"buyer_name": BEA.name, "buyer_email": BEA.email},
        headers=SAME_SITE,
    )
    payment = storefront.get(paying.headers["Location"]).text
    paid = storefront.post(paying.headers["Location"], data={"outcome": "paid"}, headers=SAME_SITE)
    order = storefront.get(paid.headers["Location"], follow_redirects=True).text
    mailed = order_facts.plain(db.session.scalars(select(Order)).one(), riverside, now())

    assert "Here are your tickets" in order
    for receipt in (payment, order, mailed["receipt"][0][0]):
        assert "2 × Stalls (Stalls A4, Stalls A5)" in receipt
    forget_all(play)
    page = storefront.get(f"/events/{play.slug}/seats/list").text
    assert page.count("<b>sold</b>") == 2


def test_the_page_is_the_same_for_everybody_and_answered_from_memory(storefront, play):
    first = storefront.get(f"/events/{play.slug}")
    again = storefront.get(f"/events/{play.slug}", headers={"If-None-Match": first.headers["ETag"]})

    assert "Set-Cookie" not in first.headers
    assert first.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert again.status_code == 304


def test_a_price_that_changes_is_on_the_page_at_once(storefront, play):
    with transaction():
        db.session.execute(update(Seating).values(version=Seating.version + 1, most_seats=4))
    forget_all(play)

    assert 'most="4"' in storefront.get(f"/events/{play.slug}").text


@pytest.fixture
def presale(play):
    """Stalls A1 to A4 are kept for whoever says FRIENDS."""
    with transaction():
        facts = {"name": "Friends", "kind": "presale", "code": "FRIENDS"}
        allocation = allocations.create(play, facts, at=now())
        allocations.put_in(allocation, allocations.read_list(play, "Stalls A1-A4"), at=now())
    halls_in_memory.clear()
    forget_all(play)
    return play


def box_of(page: str, key: str) -> str:
    return re.search(rf'<input[^>]*value="{key}"[^>]*>', page)[0]


@pytest.mark.parametrize("path", ["", "/seats/list", "/sections/stalls"])
def test_a_code_can_be_typed_wherever_seats_are_chosen(storefront, presale, play, path):
    page = storefront.get(f"/events/{presale.slug}{path}").text

    assert "I have a code" in page
    form = re.search(r'<form class="presale__form"[^>]*>', page)[0]
    assert 'method="get"' in form
    assert f'action="/events/{presale.slug}{path}"' in form


def test_nobody_is_asked_for_a_code_that_there_is_not(storefront, play):
    assert "I have a code" not in storefront.get(f"/events/{play.slug}").text


def test_a_code_opens_its_seats_on_every_page_and_again_after_a_reload(storefront, presale):
    here = f"/events/{presale.slug}"
    assert "disabled" in box_of(storefront.get(f"{here}/seats/list").text, "k1")

    for _reload in range(2):
        answer = storefront.get(f"{here}/seats/list?code=FRIENDS")
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "Your code is in use" in answer.text
        assert "disabled" not in box_of(answer.text, "k1")
        assert (
            f"/events/{presale.slug}/sections/stalls?code=FRIENDS"
            in storefront.get(f"{here}?code=FRIENDS").text
        )
    assert "24 left" in storefront.get(f"{here}?code=FRIENDS").text
    assert "20 left" in storefront.get(here).text
    assert "disabled" in box_of(storefront.get(f"{here}/seats/list").text, "k1")


@pytest.mark.parametrize("path", ["", "/seats/list", "/sections/stalls"])
def test_a_wrong_code_is_said_so_and_stays_where_it_was_typed(storefront, presale, path):
    answer = storefront.get(f"/events/{presale.slug}{path}?code=FIENDS")

    assert answer.status_code == 422
    assert "This code opens no seats of this event" in answer.text
    assert 'value="FIENDS"' in answer.text
    assert "20 left" in answer.text


def test_a_code_is_good_in_small_letters_too(storefront, presale):
    page = storefront.get(f"/events/{presale.slug}?code=friends").text
    assert "Your code is in use" in page

    answer = post(storefront, presale, seat=keys(1, 2), code="fRiends")

    assert answer.status_code == 303


def test_seats_of_a_code_are_bought_with_it_and_not_without(storefront, presale):
    refused = post(storefront, presale, seat=keys(1, 2), **{"from": "list"})
    assert refused.status_code == 409

    page = storefront.get(f"/events/{presale.slug}/seats/list?code=FRIENDS").text
    assert '<input type="hidden" name="code" value="FRIENDS">' in page
    answer = post(storefront, presale, seat=keys(1, 2), code="FRIENDS", **{"from": "list"})

    assert answer.status_code == 303
    [hold] = live_holds()
    assert held_seats(hold.id) == ["Stalls A1", "Stalls A2"]


def test_what_is_refused_with_a_code_is_shown_with_it_again(storefront, presale):
    others_take(presale, 4)

    answer = post(storefront, presale, seat=keys(4, 5), code="FRIENDS", **{"from": "list"})

    assert answer.status_code == 409
    assert "checked" in box_of(answer.text, "k4")
    assert 'name="code" value="FRIENDS"' in answer.text


def test_a_seat_says_what_entitles_to_its_price(storefront, play):
    with transaction():
        is_here = Tier.event_id == play.id
        db.session.execute(update(Tier).where(is_here).values(proof="Student card"))
    seat_plans.clear()

    seat = storefront.get(f"/events/{play.slug}/seats/at/k1").text

    assert seat.count("To be shown at the door: Student card") == 1


def test_the_page_of_one_seat_leads_back_with_the_code(storefront, presale):
    here = f"/events/{presale.slug}"

    with_code = storefront.get(f"{here}/seats/at/k1?code=FRIENDS").text
    assert f'href="{here}?code=FRIENDS"' in with_code
    assert f'href="{here}/sections/stalls?code=FRIENDS#seat-k1"' in with_code

    without = storefront.get(f"{here}/seats/at/k1")
    wrong = storefront.get(f"{here}/seats/at/k1?code=FIENDS")
    assert wrong.status_code == without.status_code == 200
    for page in (without.text, wrong.text):
        assert f'href="{here}/sections/stalls#seat-k1"' in page
        assert "IENDS" not in page


def test_whoever_comes_back_from_paying_still_has_the_code(storefront, presale):
    back = f'href="/events/{presale.slug}?code=FRIENDS#tickets"'
    bought = post(storefront, presale, seat=keys(1, 2), code="FRIENDS")

    checkout_page = storefront.get(bought.location).text
    given_back = storefront.post(f"{bought.location}/release", headers=SAME_SITE)
    over = storefront.get(given_back.location).text

    assert back in checkout_page
    assert back in over
    assert "Given back" in over


def test_a_code_is_carried_back_only_if_it_opens_something(storefront, presale):
    bought = post(storefront, presale, seat=keys(5, 6), code="FIENDS")

    page = storefront.get(bought.location).text

    assert f'href="/events/{presale.slug}#tickets"' in page
    assert "FIENDS" not in page


def test_the_best_seats_are_looked_for_among_those_of_the_code_too(storefront, presale):
    with transaction():
        db.session.execute(update(Seating).values(most_seats=20))
    for first, end in ((4, 12), (12, 20), (20, 24)):
        others_take(presale, *range(first, end))

    assert post(storefront, presale, "seats/best", best="4").status_code == 409
    answer = post(storefront, presale, "seats/best", best="4", code="FRIENDS")

    assert answer.status_code == 303
    [hold] = live_holds()
    assert held_seats(hold.id) == [f"Stalls A{number}" for number in range(1, 5)]


def test_changes_are_told_as_the_code_shows_them(storefront, presale):
    address = f"/events/{presale.slug}/seats/changes?code=FRIENDS"
    before = storefront.get(address).json
    assert before["states"] == "f" * 24
    seats.place(
        presale.slug,
        seats=[uuid.UUID(hall_of(presale).ids[position]) for position in (0, 1)],
        asker=Asker(buyer="carl", code="FRIENDS"),
        at=now(),
    )
    states.forget(presale.id)

    after = storefront.get(f"{address}&since={before['version']}")
    assert after.json["changed"] == {"h": [0, 1]}
    with transaction():
        holds.give_back(db.session.scalars(select(Hold).where(Hold.buyer == "carl")).one())
    states.forget(presale.id)
    version = after.json["version"]
    assert storefront.get(f"{address}&since={version}").json["changed"] == {"f": [0, 1]}


def test_a_second_list_adds_to_what_is_held(storefront, at_riverside):
    event = make_seated(halls.theatre(), dict.fromkeys(("premium", "stalls", "circle", "boxes"), 0))
    forget_all(event)
    circle = 20 * 36
    first, second = keys(1, 2), keys(circle + 1, circle + 2)

    post(storefront, event, seat=first, **{"from": "stalls", f"tier-{event.tiers[2].id}": "1"})
    showing._known.clear()  # As seconds later: reading it lets go of the rest.
    added = post(storefront, event, seat=second, **{"from": "circle"})

    assert added.status_code == 303
    [hold] = live_holds()
    assert held_seats(hold.id) == ["Stalls A1", "Stalls A2", "Circle A1", "Circle A2"]
    assert sum(line.quantity for line in hold.lines) == 5  # The standing place is kept too.
    again = post(storefront, event, seat=second, **{"from": "circle"})
    assert again.headers["Location"].endswith(f"/checkout/{hold.id}")
    assert len(live_holds()) == 1


def test_what_is_refused_on_a_second_list_is_offered_for_that_list_alone(storefront, play):
    post(storefront, play, seat=keys(1, 2), **{"from": "list"})
    others_take(play, 8, 9)

    answer = post(storefront, play, seat=keys(10), **{"from": "list"})

    assert answer.status_code == 409
    offered = re.findall(r'name="instead" value="([^"]+)"', answer.text)
    assert offered
    assert all(len(one.split()) == 1 for one in offered)
    [hold] = live_holds()
    assert held_seats(hold.id) == ["Stalls A1", "Stalls A2"]
    assert post(storefront, play, instead=offered[0], **{"from": "list"}).status_code == 303
    [hold] = live_holds()
    assert len(held_seats(hold.id)) == 3


def test_seats_that_became_an_order_are_not_added_to(storefront, at_riverside, play):
    first = post(storefront, play, seat=keys(1, 2), **{"from": "list"})
    hold_id = first.headers["Location"].rsplit("/", 1)[-1]
    checkout.begin(at_riverside, hold_id, BEA, at=now())

    post(storefront, play, seat=keys(9, 10), **{"from": "list"})

    [_ordered, hold] = sorted(live_holds(), key=lambda one: str(one.id) != hold_id)
    assert held_seats(hold.id) == ["Stalls B1", "Stalls B2"]


def lapse(address: str) -> None:
    with transaction():
        holds.find(address.rpartition("/")[2]).expires_at = now() - timedelta(seconds=1)


def again(page: str) -> list[tuple[str, str]]:
    """What the form that takes the same once more would send."""
    [form] = re.findall(r'<form[^>]*id="again".*?</form>', page, re.DOTALL)
    return re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form)


def test_a_lapsed_hold_names_its_seats_and_one_press_takes_them_again(storefront, play):
    standing = f"tier-{play.tiers[2].id}"
    lost = post(storefront, play, seat=keys(3, 4), **{standing: "2"}).location
    lapse(lost)
    forget_all(play)

    page = storefront.get(lost).text
    assert "2 × Stalls: Stalls A3, Stalls A4" in page
    assert "Hold the same again" in page
    assert again(page) == [("seat", "k3"), ("seat", "k4"), (standing, "2")]
    answer = post(storefront, play, **{"seat": keys(3, 4), standing: "2"})

    assert answer.status_code == 303
    assert answer.location != lost
    assert held_seats(uuid.UUID(answer.location.rpartition("/")[2])) == ["Stalls A3", "Stalls A4"]


def test_of_a_lapsed_hold_it_is_said_which_seats_are_gone_and_what_is_near(storefront, play):
    lost = post(storefront, play, seat=keys(3, 4)).location
    lapse(lost)
    forget_all(play)
    others_take(play, 3, 4)

    page = storefront.get(lost).text

    assert "2 × Stalls: Stalls A3, Stalls A4" in page
    assert "Stalls A4 went to somebody else" in page
    assert "Hold the same again" not in page
    [instead, *_others] = re.findall(r'name="instead" value="([^"]+)"[^>]* form="again"', page)
    answer = post(storefront, play, **dict(again(page)), instead=instead)
    assert answer.status_code == 303
    assert len(held_seats(uuid.UUID(answer.location.rpartition("/")[2]))) == 2


def test_another_browser_is_told_of_a_lapsed_hold_what_is_still_known(
    app, riverside, storefront, play
):
    lost = post(storefront, play, seat=keys(3, 4)).location
    lapse(lost)
    forget_all(play)
    stranger = browser_at(app, riverside)
    assert again(stranger.get(lost).text) == [("seat", "k3"), ("seat", "k4")]
    others_take(play, 3, 4)

    page = stranger.get(lost).text

    assert "2 × Stalls: Stalls A3<" in page
    assert "Some of these seats went to somebody else" in page
    assert "Hold the same again" not in page


def test_seats_of_a_code_are_taken_again_with_it(storefront, presale):
    lost = post(storefront, presale, seat=keys(1, 2), code="FRIENDS", need="accessible").location
    lapse(lost)
    forget_all(presale)

    page = storefront.get(lost).text

    assert "Hold the same again" in page
    expected = [("seat", "k1"), ("seat", "k2"), ("need", "accessible"), ("code", "FRIENDS")]
    assert again(page) == expected


def test_of_an_event_that_is_over_nothing_is_offered_again(storefront, play):
    lost = post(storefront, play, seat=keys(3, 4)).location
    lapse(lost)
    with transaction():
        for tier in play.tiers:
            tier.sale_end = now() - timedelta(seconds=1)
    availability.forget(play.id)
    forget_all(play)

    page = storefront.get(lost).text

    assert "Stalls A3, Stalls A4" in page
    assert "Hold the same again" not in page


PROGRAM = "/api/v1/events/{slug}/holds"


def give_code(browser, event, way: str, code: str):
    """Say this code of the presale, in one of the ways there are."""
    here = f"/events/{event.slug}"
    if way == PROGRAM:
        hall = hall_of(event)
        return browser.post(way.format(slug=event.slug), json={"seats": hall.ids[:1], "code": code})
    if way in ("holds", "seats/held"):
        return post(browser, event, way, BY_SCRIPT, seat=keys(1), code=code)
    if way == "seats/best":
        return post(browser, event, way, BY_SCRIPT, best="2", code=code)
    return browser.get(f"{here}{way}?code={code}")


@pytest.fixture
def few_wrong_codes(counting, monkeypatch):
    """Three wrong codes a minute, so that tests need few requests."""
    monkeypatch.setitem(limits.LIMITS, "wrong_code", (limits.Limit(3, 60, "address"),))


@pytest.mark.parametrize(
    "way",
    [
        *("", "/seats/list", "/seats/changes", "/sections/stalls", "/seats/at/k1"),
        *("/seats/at/k1/sheet", "holds", "seats/held", "seats/best", PROGRAM),
    ],
)
def test_whoever_guesses_codes_is_told_nothing_of_the_next_one(
    app, riverside, storefront, presale, few_wrong_codes, way
):
    for number in range(3):
        answer = give_code(browser_at(app, riverside), presale, way, f"FIENDS{number}")
        assert answer.status_code < 429

    for code in ("FRIENDS", "ENEMIES"):
        answer = give_code(storefront, presale, way, code)
        assert answer.status_code == 429
        assert 0 < int(answer.headers["Retry-After"]) <= 60
    # And to whoever has none, all goes on.
    assert storefront.get(f"/events/{presale.slug}/seats/changes").status_code == 200
    assert post(storefront, presale, seat=keys(17, 18)).status_code == 303


@pytest.mark.parametrize("way", ["", "/seats/changes", "seats/held", PROGRAM])
def test_a_right_code_is_never_counted(storefront, presale, few_wrong_codes, way):
    for number in range(2):
        give_code(storefront, presale, "", f"FIENDS{number}")

    statuses = {give_code(storefront, presale, way, "friends").status_code for _ in range(5)}

    assert 429 not in statuses
    assert give_code(storefront, presale, "", "FRIENDS").status_code == 200


def test_nor_is_one_whose_seats_were_let_go(storefront, presale, few_wrong_codes):
    with transaction():
        [allocation] = allocations.of(presale)
        allocations.release(allocation, at=now())
    forget_all(presale)
    for number in range(2):
        give_code(storefront, presale, "", f"FIENDS{number}")

    answers = [give_code(storefront, presale, "/seats/changes", "FRIENDS") for _ in range(5)]

    assert {answer.status_code for answer in answers} == {200}


def test_a_page_whose_code_is_taken_away_can_go_on_asking(storefront, presale, few_wrong_codes):
    with transaction():
        [allocation] = allocations.of(presale)
        allocations.remove(allocation, at=now())
    forget_all(presale)

    answers = [give_code(storefront, presale, "/seats/changes", "FRIENDS") for _ in range(5)]
    bought = post(storefront, presale, seat=keys(1, 2), code="FRIENDS")

    assert {answer.status_code for answer in answers} == {200}
    assert bought.status_code == 303


def test_the_last_wrong_code_that_is_judged_is_refused_like_those_before(
    storefront, presale, few_wrong_codes
):
    answers = [
        post(storefront, presale, seat=keys(1, 2), code=f"FIENDS{n}", **{"from": "list"})
        for n in range(4)
    ]

    assert [answer.status_code for answer in answers] == [409, 409, 409, 429]
    assert "This code opens no seats of this event" in answers[2].text
