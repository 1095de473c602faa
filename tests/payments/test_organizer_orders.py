"""The console's list of orders: found by what a caller knows, in a fixed number of statements."""

import codecs
import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from eventflow.db import db, now, transaction
from eventflow.payments import accounts, finding
from eventflow.sales import orders
from eventflow.sales.orders import Buyer
from tests import factories
from tests.people import browser_at


def codes(answer) -> list[str]:
    """The orders a list shows, in its order."""
    return [
        part.split('"')[0]
        for part in answer.text.split('<a href="/manage/orders/')[1:]
        if "?" not in part.split('"')[0]
    ]


@pytest.fixture
def desk(app, riverside, sam):
    """Sam's browser: staff at Riverside Hall."""
    return browser_at(app, riverside, sam)


@pytest.fixture
def three(gala, at_riverside):
    """Bea's is paid, Carl's waits for a transfer, Dora's lapsed yesterday."""
    bea = factories.pay(factories.order(at_riverside, gala, 2, attendees=[{"name": "Ann Other"}]))
    takes_transfer()
    carl = factories.order(
        at_riverside,
        gala,
        1,
        buyer=factories.CARL,
        method="transfer",
        attendees=[{"name": "Zoë Quist"}],
    )
    dora = factories.order(
        at_riverside,
        gala,
        0,
        1,
        buyer=Buyer("Dora 100%", "dora@example.com"),
        at=now() - timedelta(days=1),
    )
    return [order.code for order in (bea, carl, dora)]


def takes_transfer() -> None:
    with transaction():
        accounts.current().takes_transfer = True


@pytest.mark.parametrize(
    ("asked", "which"),
    [
        ({}, [1, 0, 2]),
        ({"q": "bea"}, [0]),
        ({"q": "BEA@EXAMPLE.COM"}, [0]),
        ({"q": "ann o"}, [0]),
        ({"q": "zoë"}, [1]),
        ({"q": "ZOE q"}, [1]),
        ({"q": "100%"}, [2]),
        ({"q": "%"}, [2]),
        ({"q": "--"}, []),
        ({"q": "nobody"}, []),
        ({"status": "paid"}, [0]),
        ({"status": "pending"}, [1]),
        ({"status": "expired"}, [2]),
        ({"status": "cancelled"}, []),
        ({"event": "winter-gala"}, [1, 0, 2]),
        ({"event": "another"}, []),
        ({"sort": "buyer"}, [0, 1, 2]),
        ({"sort": "-buyer"}, [2, 1, 0]),
        ({"sort": "total"}, [1, 2, 0]),
        ({"sort": "nonsense"}, [2, 0, 1]),
        ({"page": "nonsense"}, [1, 0, 2]),
        ({"page": "-1"}, [1, 0, 2]),
        ({"page": "2"}, []),
        ({"from": "nonsense"}, [1, 0, 2]),
    ],
)
def test_orders_are_found(desk, three, asked, which):
    assert codes(desk.get("/manage/orders", query_string=asked)) == [three[i] for i in which]


def test_an_order_is_found_by_its_code_however_it_is_said(desk, three):
    code = three[0]
    for said in (code, code.lower(), code[:4], f"{code[:4]}-{code[4:]}", f"{code}-2"):
        assert codes(desk.get("/manage/orders", query_string={"q": said})) == [code]


def test_days_are_those_of_the_box_office(desk, riverside, gala, at_riverside):
    with transaction():
        tenant = db.session.get_one(type(riverside), riverside.id)
        tenant.timezone = "Pacific/Auckland"
    late = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)  # the 2nd in Auckland
    code = factories.order(at_riverside, gala, 1, at=late).code

    def on(first: str, last: str) -> list[str]:
        return codes(desk.get("/manage/orders", query_string={"from": first, "to": last}))

    assert on("2026-03-02", "2026-03-02") == [code]
    assert on("2026-03-01", "2026-03-01") == []


def test_the_list_asks_the_same_however_long_it_is(desk, gala, at_riverside, query_count):
    factories.order(at_riverside, gala, 1)
    desk.get("/manage/orders")
    with query_count() as with_one:
        desk.get("/manage/orders")
    for _number in range(4):
        factories.order(at_riverside, gala, 1)
    with query_count() as with_five:
        desk.get("/manage/orders")
    assert len(with_five) == len(with_one) < 16


def test_pages_follow_one_another(desk, at_riverside):
    event = factories.make_event(tiers=[("Free", 0, 500)])
    for _number in range(52):
        factories.order(at_riverside, event, 1)
    first = desk.get("/manage/orders?q=bea&sort=placed")
    assert len(codes(first)) == 50
    assert "1 to 50 of 52" in first.text

    second = desk.get("/manage/orders?q=bea&sort=placed&page=2")
    assert 'href="/manage/orders?q=bea&amp;sort=placed&amp;page=2"' in first.text
    assert len(codes(second)) == 2
    assert not set(codes(first)) & set(codes(second))

    behind = desk.get("/manage/orders?q=bea&sort=placed&page=3")
    assert behind.location == "/manage/orders?q=bea&sort=placed&page=2"


def test_a_part_is_answered_where_htmx_asks(desk, three):
    part = desk.get("/manage/orders?q=bea", headers={"HX-Request": "true"})
    assert codes(part) == three[:1]
    assert "<html" not in part.text


def test_an_empty_list_says_what_it_is_for(desk):
    assert "No orders yet" in desk.get("/manage/orders").text
    assert "No order fits" in desk.get("/manage/orders?q=x").text


def test_an_address_in_letters_of_its_own_is_found_and_shown_in_them(desk, gala, at_riverside):
    order = factories.order(at_riverside, gala, 1, buyer=Buyer("Zoë", "zoe@xn--bcher-kva.example"))

    for words in ("zoe@bücher.example", "bücher.example", "xn--bcher"):
        page = desk.get("/manage/orders", query_string={"q": words})
        assert codes(page) == [order.code], words
        assert "zoe@<wbr>bücher.example" in page.text
    one = desk.get(f"/manage/orders/{order.code}").text
    assert "zoe@bücher.example" in one and "xn--" not in one


def read(answer) -> list[dict[str, str]]:
    assert answer.mimetype == "text/csv"
    assert answer.data.startswith(codecs.BOM_UTF8), "Excel reads another alphabet"
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_the_file_holds_the_same_orders(desk, three):
    rows = read(desk.get("/manage/orders.csv?status=paid"))
    assert [row["order"] for row in rows] == three[:1]
    assert rows[0]["total"] == "51.55"
    assert rows[0]["fees"] == "1.55"
    assert rows[0]["tickets"] == "2"
    assert rows[0]["email"] == "bea@example.com"
    everything = read(desk.get("/manage/orders.csv"))
    assert [row["order"] for row in everything] == [three[2], three[0], three[1]]
    assert [row["status"] for row in everything] == ["expired", "paid", "pending"]
    fees = [row["platform_fee"] for row in everything]
    assert fees == ["0.00", "1.55", "0.00"], "who never paid is charged for nothing"


@pytest.mark.parametrize(("back", "fee"), [(5155, "0.00"), (2577, "0.78"), (0, "1.55")])
def test_the_fee_in_the_file_is_what_is_kept_of_it(desk, three, back, fee):
    status = {5155: "refunded", 0: "paid"}.get(back, "partially_refunded")
    with transaction():
        order = orders.find(three[0])
        order.refunded, order.status = back, status

    [row] = read(desk.get("/manage/orders.csv?q=bea"))

    assert row["platform_fee"] == fee


def test_the_file_is_read_in_parts_without_losing_any(at_riverside):
    event = factories.make_event(tiers=[("Free", 0, 500)])
    moment = now()
    made = {factories.order(at_riverside, event, 1, at=moment).code for _number in range(7)}
    parts = list(finding.in_parts(finding.Search(), at=moment, at_once=2))
    assert [len(part) for part in parts] == [2, 2, 2, 1]
    assert {order.code for part in parts for order in part} == made


@pytest.mark.parametrize("name", ["=SUM(A1)", "+1", "-1", "@x", "\t=1"])
def test_no_cell_of_the_file_is_a_formula(desk, gala, at_riverside, name):
    factories.order(at_riverside, gala, 1, buyer=Buyer(name, "x@example.com"))
    assert read(desk.get("/manage/orders.csv"))[0]["buyer"] == "'" + name


@pytest.mark.parametrize(
    ("name", "cell"), [("a;=1", "a;'=1"), ('a;"@x', "a;'\"@x"), ("a; b-c", None)]
)
def test_none_is_where_lines_are_parted_at_semicolons(desk, gala, at_riverside, name, cell):
    factories.order(at_riverside, gala, 1, buyer=Buyer(name, "x@example.com"))
    assert read(desk.get("/manage/orders.csv"))[0]["buyer"] == (cell or name)


def test_amounts_have_the_decimals_of_their_currency(desk, at_riverside):
    for currency, total in (("JPY", "5165"), ("KWD", "5.225")):
        event = factories.make_event(title=currency, tiers=[("Floor", 5000, 5)], currency=currency)
        factories.order(at_riverside, event, 1)
        rows = read(desk.get(f"/manage/orders.csv?event={event.slug}"))
        assert (rows[0]["total"], rows[0]["currency"]) == (total, currency)


def test_a_gate_keeper_sees_no_orders(app, riverside, gus, three):
    gate = browser_at(app, riverside, gus)
    for path in ("/manage/orders", "/manage/orders.csv", f"/manage/orders/{three[0]}"):
        assert gate.get(path).status_code == 403


def test_no_order_of_another_box_office_is_found(app, northgate, noah, three):
    elsewhere = browser_at(app, northgate, noah)
    assert codes(elsewhere.get("/manage/orders")) == []
    assert read(elsewhere.get("/manage/orders.csv")) == []
    assert elsewhere.get(f"/manage/orders/{three[0]}").status_code == 404
