"""The demo as a whole: loaded once, then looked at from all sides."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from markupsafe import escape
from sqlalchemy import func, select, text

from eventflow import darkroom
from eventflow.accounts import invitations, passwords, people
from eventflow.accounts.models import ApiToken, Membership, Tenant
from eventflow.db import db, now
from eventflow.demo import cast, loading
from eventflow.events import drafting
from eventflow.events.models import Event
from eventflow.queue import OutboxJob
from eventflow.sales import availability, orders
from eventflow.sales.models import Order
from eventflow.seating import bookings, pricing, states
from eventflow.seating import drawing as drawings
from eventflow.seating import hall as halls
from eventflow.tenancy import across_tenants, acting_for, tenant_tables
from eventflow.tickets import stocktaking
from eventflow.tickets.models import Ticket
from tests.conftest import _empty

SLUGS = ("studio", "festival", "hall", "theatre")
HALLS = {
    "the-winters-tale": 1200,
    "saga-bjork-lind-the-long-dark": 18_000,
    "late-set-the-copper-owls": 331,
}
"""Places, those to stand included, of the events that are seated and still to come."""


@pytest.fixture(scope="module")
def demo(_app: Flask) -> Iterator[dict[str, Tenant]]:
    """Loading takes seconds, so it is done once; nothing here changes what is there."""
    with _app.app_context(), pytest.MonkeyPatch.context() as hurry:
        _empty()
        passwords.hash_quickly()
        hurry.setattr(darkroom, "PATIENCE", 0)
        said = list(loading.load(at=now()))
        assert [line.split(":")[0] for line in said] == [
            "Loaded Kiln & Thread",
            "Loaded Marea Alta",
            "Loaded Linden Hall",
            "Loaded The Halcyon",
        ]
        db.session.remove()
        yield {slug: db.session.query(Tenant).filter_by(slug=slug).one() for slug in SLUGS}
        _empty()


@pytest.fixture(autouse=True)
def _inside(_app: Flask, demo: dict[str, Tenant]) -> Iterator[None]:
    with _app.app_context():
        yield


def rows() -> dict[str, int]:
    with across_tenants():
        return {
            table: db.session.scalar(text(f"select count(*) from {table}"))
            for table in (*tenant_tables(), "users", "tenants")
        }


def test_every_counter_agrees_with_its_rows():
    with across_tenants():
        assert stocktaking.differences() == []


def test_loading_again_changes_nothing_and_says_so():
    before = rows()

    said = list(loading.load(at=now()))

    assert [" is there already: " in line for line in said] == [True] * len(SLUGS)
    assert rows() == before


def test_the_festival_sold_8000_tickets_in_thirty_days(demo):
    with acting_for(demo["festival"].id):
        recent = Ticket.issued_at > now() - timedelta(days=30)
        sold = select(func.count()).where(Ticket.status == "valid", recent)
        days = select(func.count(func.distinct(func.date(Ticket.issued_at)))).where(recent)

        assert db.session.scalar(sold) >= 8000
        assert db.session.scalar(days) >= 29


def test_the_early_bird_is_gone_and_one_night_is_sold_out(demo):
    with acting_for(demo["festival"].id):
        weekend = drafting.find("marea-alta-three-days-by-the-sea")
        asked = availability.ask(weekend.id, demo["festival"].id, at=now())
        left = {one.name: one.status for one in asked}
        moonrise = drafting.find("moonrise-a-concert-in-the-dark").tiers[0].stock

    assert left["Early bird, three days"] == "ended"
    assert left["Saturday"] == "sold_out"
    assert left["Three days"] == left["Friday"] == "on_sale"
    assert moonrise.sold == moonrise.capacity


def test_bea_has_an_order_in_each_state():
    states = set()
    with across_tenants():
        mine = select(Order).where(Order.buyer_email == cast.BEA.email)
        for order in db.session.scalars(mine):
            states.add(order.status_at(now()))

    assert states == set(orders.STEPS)


def test_there_is_an_event_of_every_kind(demo):
    at = now()
    with across_tenants():
        events = db.session.scalars(select(Event)).all()

    assert {event.format for event in events} == {"in_person", "virtual", "hybrid"}
    assert {event.status_at(at) for event in events} == {
        *("draft", "published", "cancelled", "ended")
    }
    assert {event.currency for event in events} == {"EUR", "USD", "GBP", "JPY"}
    assert [event.wizard_step for event in events if event.status == "draft"] == [3]
    assert all(event.cover and event.cover_alt for event in events if event.status != "draft")


def test_everybody_can_sign_in_and_is_what_the_table_says(demo):
    for slug, tenant in demo.items():
        for role in cast.ROLES:
            user = people.check_password(cast.login(role, slug), cast.PASSWORD)
            user_id = user.id
            with acting_for(tenant.id):
                query = select(Membership.role).where(Membership.user_id == user_id)
                assert db.session.scalar(query) == role


def test_somebody_is_invited_and_a_program_has_a_key(demo):
    for tenant in demo.values():
        with acting_for(tenant.id):
            assert [one.is_open(now()) for one in invitations.waiting(at=now())] == [True]
            assert db.session.scalar(select(func.count()).select_from(ApiToken)) == 1


def test_only_a_handful_is_written_to():
    with across_tenants():
        promised = db.session.scalars(select(OutboxJob.job)).all()

    assert 5 <= promised.count("sales.confirm_order") <= 12
    assert len(promised) < 40


def test_some_came_in_and_some_stayed_at_home(demo):
    for tenant in demo.values():
        with acting_for(tenant.id):
            tickets = select(func.count(Ticket.checked_in_at), func.count()).join(
                Event, Event.id == Ticket.event_id
            )
            came, sold = db.session.execute(tickets.where(Event.ends_at < now())).one()
            assert 0.8 * sold < came < sold


def test_the_logins_name_every_address():
    said = loading.logins()

    for slug in SLUGS:
        assert f"http://{slug}.eventflow.test/" in said
        for role in cast.ROLES:
            assert cast.login(role, slug) in said
    assert cast.PASSWORD in said


def test_every_public_page_opens(_app, demo):
    browser = _app.test_client()
    for slug, tenant in demo.items():
        browser.address = f"http://{slug}.eventflow.test"
        assert escape(tenant.name) in browser.get("/").text
        with acting_for(tenant.id):
            shown = select(Event.slug, Event.status)
            events = db.session.execute(shown).all()
        for event, status in events:
            assert browser.get(f"/events/{event}").status_code == (
                404 if status == "draft" else 200
            )


def test_the_demos_words_are_its_own_password_rule(demo):
    for slug in SLUGS:
        for role in cast.ROLES:
            about = (cast.ROLES[role], slug)
            assert passwords.weakness(cast.PASSWORD, about=about) is None


def seated(slug):
    event = drafting.find(slug)
    hall, now_ = halls.of(event.id), now()
    return event, hall, states.ask(event.id, at=now_).states


def test_the_theatre_has_a_playhouse_an_arena_and_a_club(demo):
    with acting_for(demo["theatre"].id):
        for slug, places in HALLS.items():
            event, hall, _now = seated(slug)
            standing = drawings.standing_sections(pricing.find(event).drawing)
            assert len(hall) + sum(one["capacity"] for one in standing) == places
            assert None not in hall.tiers

        club = seated("late-set-the-copper-owls")[1]
        assert {row.kind for row in club.rows} == {"row", "table"}
        assert {row.whole for row in club.rows if row.kind == "table"} == {True, False}


def test_the_play_is_half_sold_with_a_few_holds_and_seats_kept_for_the_house(demo):
    with acting_for(demo["theatre"].id):
        _event, hall, now_ = seated("the-winters-tale")
        taken = sorted(n for n, state in enumerate(now_) if state == states.SOLD)

        assert 0.42 < len(taken) / len(hall) < 0.58
        assert now_.count(states.HELD) >= 9
        assert now_.count(states.BLOCKED) == 12
        # The best went first.
        assert hall.score(taken) / len(taken) < 0.9 * hall.score(range(len(hall))) / len(hall)
        assert {"accessible", "companion"} < set(hall.kinds)
        assert any("Restricted view" in note for note in hall.notes)


def test_no_single_seat_is_left_in_any_hall_of_the_demo(demo):
    with acting_for(demo["theatre"].id):
        for slug in HALLS:
            _event, hall, now_ = seated(slug)
            free = [
                state == states.FREE and bool(counts)
                for state, counts in zip(now_, hall.counts, strict=True)
            ]
            lonely = [
                hall.labels[n]
                for run in hall.runs
                if run.end - run.start > 1
                for n in range(run.start, run.end)
                if free[n]
                and not (n > run.start and free[n - 1])
                and not (n + 1 < run.end and free[n + 1])
            ]
            assert lonely == []


def test_some_thousands_are_sold_of_the_arena_and_each_has_its_seat(demo):
    with acting_for(demo["theatre"].id):
        event, hall, now_ = seated("saga-bjork-lind-the-long-dark")
        tickets = db.session.scalars(
            select(Ticket).where(Ticket.event_id == event.id, Ticket.status == "valid")
        ).all()

        assert 3000 < len(tickets) < 7000
        with_seat = {str(ticket.seat_id) for ticket in tickets if ticket.seat_id}
        assert len(with_seat) == now_.count(states.SOLD)
        for ticket in tickets:
            assert (ticket.seat_id is not None) == (str(ticket.tier_id) in hall.seated_tiers)


def test_somebody_asks_for_the_house_on_the_evening_of_the_play(demo):
    with acting_for(demo["theatre"].id):
        booking = bookings.of_event(drafting.find("the-winters-tale"))
        clash = bookings.clashing(booking)

        assert [one.status for one in clash] == ["requested"]
