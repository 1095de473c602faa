"""The demo as a whole: loaded once, then looked at from all sides."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from markupsafe import escape
from sqlalchemy import func, select, text

from eventflow.accounts import invitations, passwords, people
from eventflow.accounts.models import ApiToken, Membership, Tenant
from eventflow.db import db, now
from eventflow.demo import cast, loading
from eventflow.events import drafting
from eventflow.events.models import Event
from eventflow.queue import OutboxJob
from eventflow.sales import availability, orders
from eventflow.sales.models import Order
from eventflow.tenancy import across_tenants, acting_for, tenant_tables
from eventflow.tickets import stocktaking
from eventflow.tickets.models import Ticket
from tests.conftest import _empty

SLUGS = ("studio", "festival", "hall")

# Wherever the first of them runs, so that the demo is loaded once.
pytestmark = pytest.mark.xdist_group("the whole demo")


@pytest.fixture(scope="module")
def demo(_app: Flask) -> Iterator[dict[str, Tenant]]:
    """Loading takes seconds, so it is done once; nothing here changes what is there."""
    with _app.app_context():
        _empty()
        passwords.hash_quickly()
        said = list(loading.load(at=now()))
        assert [line.split(":")[0] for line in said] == [
            "Loaded Kiln & Thread",
            "Loaded Marea Alta",
            "Loaded Linden Hall",
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

    assert [" is there already: " in line for line in said] == [True, True, True]
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
