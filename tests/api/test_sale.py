"""The whole sale by the HTTP API alone: draft, tiers, publish, hold, order, pay, check in."""

DRAFT = {
    "title": "Winter Gala",
    "starts_at": "2031-01-10T19:00:00Z",
    "ends_at": "2031-01-10T22:00:00Z",
    "timezone": "Europe/Vienna",
    "venue": {"name": "Riverside Hall", "address": "Quay 1"},
}
BUYER = {"name": "Bea Buyer", "email": "bea@example.com"}
STALLS = {"name": "Stalls", "price": {"amount": 2500, "currency": "USD"}, "quantity": 5}


def make_gala(admin) -> dict:
    assert admin.post("/events", DRAFT).status_code == 201
    tier = admin.post("/events/winter-gala/tiers", STALLS).json["tier"]
    assert admin.post("/events/winter-gala/publish").status_code == 200
    return tier


def hold(program, tier, quantity=2, **headers):
    items = {"items": [{"tier": tier["id"], "quantity": quantity}]}
    return program.post("/events/winter-gala/holds", items, **headers)


def buy(program, tier, quantity=2) -> dict:
    """A paid order."""
    hold_id = hold(program, tier, quantity).json["hold"]["id"]
    made = program.post("/orders", {"hold": hold_id, "buyer": BUYER}).json
    report_paid(program, made["payment_url"])
    order = made["order"]
    return program.get(f"/orders/{order['code']}?secret={order['secret']}").json["order"]


def report_paid(program, payment_url: str) -> None:
    answer = program.browser.post(payment_url, data={"outcome": "paid"})
    assert answer.status_code == 303, answer.text


def test_from_draft_to_the_door(program):
    admin, buyer, gate = program("admin"), program(), program("scanner")
    tier = make_gala(admin)
    assert tier["available"] == 5
    assert tier["status"] == "on_sale"

    held = hold(buyer, tier).json["hold"]
    assert held["total"] == {"amount": 5155, "currency": "USD"}
    assert held["fees"]["amount"] == 155

    made = buyer.post(
        "/orders", {"hold": held["id"], "buyer": BUYER, "attendees": [{"name": "Ann"}]}
    )
    assert made.status_code == 201, made.text
    assert made.json["order"]["status"] == "pending"
    assert made.json["order"]["tickets"] == []
    report_paid(buyer, made.json["payment_url"])

    order = made.json["order"]
    paid = buyer.get(f"/orders/{order['code']}?secret={order['secret']}").json["order"]
    assert paid["status"] == "paid"
    assert [t["attendee"]["name"] for t in paid["tickets"]] == ["Ann", "Bea Buyer"]

    code = paid["tickets"][0]["code"]
    first = gate.post("/checkin", {"code": code, "event": "winter-gala"})
    assert (first.json["result"], first.json["ticket"]["attendee"]["name"]) == ("VALID", "Ann")
    assert first.json["ticket"]["attendee"]["email"] is None
    again = gate.post("/checkin", {"code": code})
    assert again.json["result"] == "USED"
    assert again.json["checked_in_at"] == first.json["checked_in_at"]
    assert gate.post("/checkin", {"code": code[:-1] + "A"}).json["result"] == "INVALID"
    assert gate.post("/checkin", {"code": code, "override": True}).status_code == 403

    stats = gate.get("/events/winter-gala/stats").json
    assert stats == {
        "capacity": 5,
        "registered": 2,
        "remaining": 3,
        "checked_in": 1,
        "status": "OPEN",
    }
    told = program("staff").get("/events/winter-gala/analytics").json
    assert told["attendance"] == {"registered": 2, "checked_in": 1, "absent": 1}
    assert (told["sales"]["sold"], told["sales"]["orders"]) == (2, 1)
    assert told["sales"]["taken"] == paid["total"]
    taken, fees, kept = (told["sales"][name]["amount"] for name in ("taken", "fees", "proceeds"))
    assert fees > 0 and taken - fees == kept
    assert [(one["sold"], one["checked_in"]) for one in told["sales"]["tiers"]] == [(2, 1)]
    assert (len(told["sales"]["days"]), told["sales"]["days"][-1]["tickets"]) == (30, 2)
    rows = program("staff").get("/events/winter-gala/attendees").json
    assert rows["total"] == 2
    assert rows["attendees"][0]["status"] == "checked_in"


def test_an_order_of_items_in_one_call(program):
    tier = make_gala(program("admin"))
    items = [{"tier": tier["id"], "quantity": 1}]

    made = program().post("/orders", {"event": "winter-gala", "items": items, "buyer": BUYER})

    assert made.status_code == 201
    assert made.json["order"]["items"][0]["quantity"] == 1


def test_refusals_are_problem_documents(program):
    tier = make_gala(program("admin"))
    buyer = program()

    sold_out = hold(buyer, tier, 6)
    assert sold_out.status_code == 409
    assert sold_out.content_type == "application/problem+json"
    assert sold_out.json["code"] == "sold_out"
    assert sold_out.json["status"] == 409
    assert sold_out.json["request_id"]

    held = hold(buyer, tier).json["hold"]["id"]
    assert buyer.call("DELETE", f"/holds/{held}").status_code == 204
    gone = buyer.post("/orders", {"hold": held, "buyer": BUYER})
    assert (gone.status_code, gone.json["code"]) == (410, "hold_expired")
    assert "given back" in gone.json["detail"]
    assert buyer.get(f"/holds/{held}").json["code"] == "hold_expired"

    held = hold(buyer, tier).json["hold"]["id"]
    assert buyer.post("/orders", {"hold": held, "buyer": BUYER}).status_code == 201
    assert buyer.post("/orders", {"hold": held, "buyer": BUYER}).json["code"] == "hold_used"
    assert buyer.call("DELETE", f"/holds/{held}").json["code"] == "hold_used"

    wrong = buyer.post("/orders", {"hold": held, "buyer": {"name": " ", "email": "nope"}})
    assert wrong.status_code == 422
    assert {error["field"] for error in wrong.json["errors"]} == {"buyer.name", "buyer.email"}
    assert buyer.get("/no-such-thing").json["code"] == "not_found"
    assert buyer.call("TRACE", "/events").json["code"] == "method_not_allowed"
    assert buyer.get("/events", Accept="text/csv").json["code"] == "not_acceptable"
    for refused in ("application/json;q=0", "application/json;q=0, */*", "text/html;level=1"):
        assert buyer.get("/events", Accept=refused).status_code == 406, refused
    for taken in ("application/json;v=1;q=0.2", "text/html;q=0, */*", "application/problem+json"):
        assert buyer.get("/events", Accept=taken).status_code == 200, taken


def test_publishing_says_what_is_missing(program):
    admin = program("admin")
    admin.post("/events", {**DRAFT, "venue": None})

    refused = admin.post("/events/winter-gala/publish")

    assert refused.status_code == 422
    assert {error["field"] for error in refused.json["errors"]} == {"venue", "tiers"}
    assert admin.get("/events/winter-gala").json["event"]["status"] == "draft"
    assert program().get("/events/winter-gala").status_code == 404


def test_the_same_key_does_nothing_twice(program):
    tier = make_gala(program("admin"))
    buyer = program()

    first = hold(buyer, tier, Idempotency_Key="k-1")
    again = hold(buyer, tier, Idempotency_Key="k-1")
    assert (again.status_code, again.data) == (201, first.data)
    other = hold(buyer, tier, 1, Idempotency_Key="k-1")
    assert (other.status_code, other.json["code"]) == (422, "idempotency_key_reused")

    order = {"hold": first.json["hold"]["id"], "buyer": BUYER}
    made = buyer.post("/orders", order, Idempotency_Key="k-1")
    assert made.status_code == 201
    assert buyer.post("/orders", order, Idempotency_Key="k-1").data == made.data

    refused = hold(buyer, tier, 5, Idempotency_Key="k-2")
    assert hold(buyer, tier, 5, Idempotency_Key="k-2").data == refused.data
    bad = buyer.post("/orders", {"buyer": BUYER}, Idempotency_Key="k-3")
    assert bad.status_code == 422


def test_refunding_by_ticket_amount_and_whole(program):
    admin, buyer = program("admin"), program()
    tier = make_gala(admin)
    order = buy(buyer, tier, 3)
    path = f"/orders/{order['code']}/refund"

    one = admin.post(path, {"tickets": [order["tickets"][0]["id"]], "reason": "Ill"})
    assert one.status_code == 200, one.text
    assert one.json["order"]["status"] == "partially_refunded"
    assert one.json["refund"]["reason"] == "Ill"
    some = admin.post(path, {"amount": {"amount": 100, "currency": "USD"}})
    assert some.json["order"]["refunded"]["amount"] == one.json["refund"]["amount"]["amount"] + 100
    too_much = admin.post(path, {"amount": {"amount": 99999, "currency": "USD"}})
    assert too_much.status_code == 422
    rest = admin.post(path, {})
    assert rest.json["order"]["status"] == "refunded"
    assert rest.json["order"]["refunded"] == rest.json["order"]["total"]
    assert {t["status"] for t in rest.json["order"]["tickets"]} == {"cancelled"}
    assert admin.post(path, {}).json["code"] == "nothing_to_refund"
    assert program("staff").post(path, {}).status_code == 403
    assert buyer.get("/events/winter-gala/availability").json["tiers"][0]["available"] in (2, 5)


def test_another_tenant_is_told_nothing(program, northgate):
    tier = make_gala(program("admin"))
    order = buy(program(), tier)
    stranger = program("owner", northgate)

    code = order["tickets"][0]["code"]
    answer = stranger.post("/checkin", {"code": code}).json
    assert (answer["result"], answer["ticket"]) == ("INVALID", None)
    assert stranger.get(f"/orders/{order['code']}").status_code == 404
    assert stranger.get("/events/winter-gala").status_code == 404
    stranger.browser.address = "http://riverside.eventflow.test"
    assert stranger.get(f"/orders/{order['code']}").status_code == 401
    stranger.browser.address = "http://eventflow.test"
    assert stranger.get("/events").status_code == 404


def test_availability_answers_304(program):
    make_gala(program("admin"))
    buyer = program()
    first = buyer.get("/events/winter-gala/availability")

    assert first.json["tiers"][0]["status"] == "on_sale"
    again = buyer.get("/events/winter-gala/availability", If_None_Match=first.headers["ETag"])
    assert again.status_code == 304


def test_the_description_is_complete(program):
    document = program().get("/openapi.json").json

    assert document["openapi"] == "3.1.0"
    assert "/events/{slug}/holds" in document["paths"]
    text = str(document)
    for name in document["components"]["schemas"]:
        assert f"#/components/schemas/{name}" in text, name
