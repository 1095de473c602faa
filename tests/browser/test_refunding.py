"""Giving money back in a real browser: what will happen is said as it is chosen."""

import pytest
from playwright.sync_api import Browser, Page, expect

from eventflow.accounts.models import Tenant, User
from eventflow.db import db
from eventflow.sales.models import Order
from tests import factories
from tests.browser.conftest import Served, _watched
from tests.browser.test_organizing import SIZES, come_in

pytestmark = pytest.mark.browser


@pytest.fixture
def paid(ada, gala, at_riverside) -> Order:
    """Two Stalls and a Circle, 92.55, for Bea."""
    return factories.pay(factories.order(at_riverside, gala, 2, 1))


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def console(request, browser: Browser):
    context = browser.new_context(
        viewport=SIZES["desk"], java_script_enabled=request.param, timezone_id="Europe/Vienna"
    )
    page = _watched(context)
    page.has_script = request.param
    yield page
    context.close()


def show(page: Page) -> None:
    """Without script the page is asked for what happens; with it, it says so by itself."""
    if not page.has_script:
        page.get_by_role("button", name="Show what happens").click()


def test_a_ticket_is_given_back_as_was_said(
    console: Page, served: Served, riverside: Tenant, ada: User, paid: Order
):
    code = paid.code
    come_in(console, served, riverside, ada, f"/manage/orders/{code}")
    console.get_by_role("link", name="Refund", exact=True).click()
    expect(console.get_by_role("button", name="Refund $92.55 to Bea Buyer")).to_be_visible()

    console.get_by_label("Some of the tickets").check()
    console.get_by_label(f"{code}-1").check()
    show(console)
    expect(console.get_by_text("The ticket of Bea Buyer becomes void")).to_be_visible()
    console.get_by_label("Why?").fill("Fell ill")
    console.get_by_role("button", name="Refund $25.71 to Bea Buyer").click()

    expect(console.get_by_text("$25.71 is paid back to Bea Buyer")).to_be_visible()
    expect(console.get_by_text("Partly refunded")).to_be_visible()
    db.session.rollback()
    db.session.refresh(paid)
    assert (paid.status, paid.refunded) == ("partially_refunded", 2571)
    assert console.troubles == []


def test_an_order_is_found_while_its_name_is_typed(
    console: Page, served: Served, riverside: Tenant, ada: User, paid: Order, gala
):
    code = paid.code
    other = factories.order(riverside, gala, 1, buyer=factories.CARL).code
    come_in(console, served, riverside, ada, "/manage/orders")
    expect(console.get_by_role("link", name=other)).to_be_visible()

    console.get_by_role("searchbox").fill("bea b")
    if not console.has_script:
        console.get_by_role("button", name="Show", exact=True).click()

    expect(console.get_by_role("link", name=other)).to_have_count(0)
    expect(console.get_by_role("link", name=code)).to_be_visible()
    assert "q=bea" in console.url
