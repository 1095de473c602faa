"""Devices: paired once, kept to what they are for, gone at once."""

import base64
from datetime import timedelta

import pytest
from sqlalchemy import select

from eventflow.checkin import devices
from eventflow.checkin.models import Device
from eventflow.db import db, now, transaction
from eventflow.errors import Invalid
from eventflow.tenancy import acting_for
from tests import factories
from tests.people import browser_at


def offered(**facts) -> str:
    with transaction():
        _pairing, code = devices.offer(by="Olivia", at=now(), **facts)
    return code


def test_a_pairing_code_makes_a_device_that_may_scan(app, gala, storefront, program):
    code = offered(name="Stage door", event_ids=[gala.id])

    answer = storefront.post("/api/v1/devices/pair", json={"code": code, "app_version": "1.0"})

    assert answer.status_code == 201
    device = answer.json["device"]
    assert device["name"] == "Stage door"
    assert device["role"] == "scanner"
    assert [event["slug"] for event in device["events"]] == [gala.slug]
    assert len(base64.urlsafe_b64decode(device["key"] + "=")) == 32
    assert answer.json["tenant"]["name"] == "Riverside Hall"
    me = storefront.get(
        "/api/v1/devices/me", headers={"Authorization": f"Bearer {device['token']}"}
    )
    assert me.json["device"]["id"] == device["id"]
    assert "token" not in me.json["device"]
    kept = db.session.scalar(select(Device))
    assert device["token"] not in (kept.token_hash, str(kept.facts))


def test_a_code_typed_with_a_thumb_is_forgiven(at_riverside):
    code = offered()
    typed = " " + code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    with transaction():
        assert devices.pair(typed, at=now()).device.role == "scanner"


def test_a_code_pairs_one_device_within_ten_minutes(at_riverside):
    at = now()
    code = offered()
    with transaction():
        devices.pair(code, at=at)
    with pytest.raises(Invalid) as used, transaction():
        devices.pair(code, at=at)
    late = offered()
    with pytest.raises(Invalid) as old, transaction():
        devices.pair(late, at=at + timedelta(minutes=10, seconds=5))
    with pytest.raises(Invalid) as unknown, transaction():
        devices.pair("NOTACODE99", at=at)
    assert used.value.message == old.value.message == unknown.value.message


def test_a_device_is_kept_to_what_exists_here(northgate, gala):
    with acting_for(northgate.id):
        theirs = factories.make_event(title="Northern Lights").id
    with pytest.raises(Invalid), transaction():
        devices.offer(event_ids=[theirs], at=now())


def test_a_member_pairs_their_own_phone_without_a_code(app, riverside, gus, sam):
    for person, role in ((gus, "scanner"), (sam, "staff")):
        browser = browser_at(app, riverside, person)
        answer = browser.post("/api/v1/devices/pair", json={})
        assert answer.status_code == 201, answer.text
        assert answer.json["device"]["role"] == role


def test_a_stranger_pairs_nothing_without_a_code(storefront, riverside):
    assert storefront.post("/api/v1/devices/pair", json={}).status_code == 422


def test_a_revoked_device_is_refused_at_its_next_contact(paired, gala):
    device = paired()
    assert device.get("/devices/me").status_code == 200
    assert device.post("/checkin", {"code": "x"}).json["result"] == "INVALID"
    with transaction():
        devices.revoke(device.id, by="Olivia", at=now())

    for answer in (
        device.get("/devices/me"),
        device.put("/devices/me/facts", {"battery": 80}),
        device.post("/checkin", {"code": "x"}),
        device.get(f"/events/{gala.slug}/stats"),
    ):
        assert answer.status_code == 401
        assert answer.json["code"] == "device_revoked"


def test_a_device_that_signs_off_is_no_device_any_more(paired):
    device = paired()
    assert device.delete("/devices/me").status_code == 204
    assert device.get("/devices/me").json["code"] == "device_revoked"


def test_what_a_device_says_of_itself_is_kept(paired):
    device = paired()
    device.put("/devices/me/facts", {"battery": 80, "waiting": 3})
    answer = device.put("/devices/me/facts", {"waiting": 0})

    assert answer.status_code == 200
    assert answer.json["revoked"] is False
    row = db.session.get(Device, device.id)
    assert row.facts == {"battery": 80, "waiting": 0}
    assert row.last_seen_at is not None


def test_a_device_of_another_box_office_is_none_here(app, paired, northgate):
    device = paired()
    device.browser.address = "http://northgate.eventflow.test"
    assert device.get("/devices/me").json["code"] == "device_revoked"


@pytest.mark.parametrize("role", ["scanner", "staff"])
def test_no_device_sees_money_or_addresses(paired, gala, sold, role):
    device = paired(role=role)
    (ticket,) = sold(1)
    assert device.get(f"/events/{gala.slug}/attendees").status_code == 403
    assert device.get(f"/orders/{ticket.order.code}").status_code == 403
    assert "bea@example.com" not in str(device.scan(ticket))


def test_a_device_sees_the_events_it_may_scan_at_and_no_drafts(paired, program, gala):
    other = factories.make_event(title="Spring Ball", tiers=[("Stalls", 2500, 5)])
    draft = factories.make_event(title="Secret", tiers=[("Stalls", 2500, 5)], publish=False)
    with transaction():
        other.tiers[0].hidden = True
    kept, free = paired("North", event_ids=[gala.id]), paired("South")

    def slugs(who) -> set[str]:
        answer = who.get("/events").json
        assert answer["total"] == len(answer["events"])
        return {event["slug"] for event in answer["events"]}

    assert slugs(kept) == {gala.slug}
    assert slugs(free) == {gala.slug, other.slug}
    assert slugs(program("scanner")) == {gala.slug, other.slug, draft.slug}
    for rest in ("", "/availability", "/seats", "/manifest", "/manifest/changes?since=1", "/door"):
        assert kept.get(f"/events/{gala.slug}{rest}").status_code == 200, rest
        assert kept.get(f"/events/{other.slug}{rest}").status_code == 404, rest
        assert free.get(f"/events/{draft.slug}{rest}").status_code == 404, rest
    # What is sold at the office only is nothing to a device.
    assert free.get(f"/events/{other.slug}").json["tiers"] == []
    held = free.post(
        f"/events/{other.slug}/holds",
        {"items": [{"tier": str(other.tiers[0].id), "quantity": 1}]},
    )
    assert held.status_code == 422
