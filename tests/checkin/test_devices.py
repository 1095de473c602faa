"""Devices: paired once, kept to what they are for, gone at once."""

import base64
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from eventflow.accounts import team
from eventflow.accounts.models import AuditEntry, Membership
from eventflow.checkin import devices, principals
from eventflow.checkin.models import Device
from eventflow.db import db, now, transaction
from eventflow.errors import Invalid
from eventflow.tenancy import acting_for
from eventflow.tickets import issuing
from tests import factories
from tests.checkin.conftest import Program
from tests.people import browser_at, join


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


@pytest.fixture
def own(app, at_riverside) -> Callable[..., Program]:
    """The phone that somebody on the team paired as their own."""

    def made(person, tenant=at_riverside) -> Program:
        answer = browser_at(app, tenant, person).post("/api/v1/devices/pair", json={})
        assert answer.status_code == 201, answer.text
        return Program(app, answer.json["device"]["token"], tenant.slug)

    return made


def test_the_log_names_whoever_paired_their_own(sam, own):
    own(sam)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "device.pair")).one()
    assert (entry.actor_kind, entry.actor_id, entry.actor_name) == ("user", sam.id, "Sam")


def membership_of(person):
    return db.session.scalar(select(Membership.id).where(Membership.user_id == person.id))


def remove(person) -> None:
    with transaction():
        team.remove(membership_of(person), at=now())


def change_role(person, role: str) -> None:
    with transaction():
        team.change_role(membership_of(person), role, at=now())


def overriding(ticket) -> dict[str, object]:
    return {"ticket": str(ticket.id), "override": True, "reason": "Because"}


def test_whoever_is_off_the_team_has_no_device_left(sam, own, paired, gala, sold):
    slug, override = gala.slug, overriding(*sold(1))
    phone, tablet = own(sam), paired()
    assert phone.post("/checkin", {"code": "x"}).status_code == 200
    remove(sam)

    for answer in (
        # This one first: who the phone is was remembered a moment ago.
        phone.post("/checkin", override),
        phone.get("/devices/me"),
        phone.get(f"/events/{slug}/manifest"),
        phone.post("/checkin/undo", {"scan_id": "x", "reason": "Because"}),
    ):
        assert (answer.status_code, answer.json["code"]) == (401, "device_revoked")
    # What was paired by a code is nobody's.
    assert tablet.get("/devices/me").status_code == 200


def test_whoever_leaves_takes_their_device_along_and_does_not_bring_it_back(
    app, own, riverside, gus
):
    phone = own(gus)
    assert browser_at(app, riverside, gus).post("/manage/team/leave").status_code == 303
    assert phone.get("/devices/me").json["code"] == "device_revoked"
    join(riverside, gus, "scanner")
    assert phone.get("/devices/me").json["code"] == "device_revoked"
    assert own(gus).get("/devices/me").status_code == 200


def test_a_device_is_of_one_membership(own, northgate, sam):
    join(northgate, sam, "staff")
    here, there = own(sam), own(sam, northgate)
    remove(sam)
    assert here.get("/devices/me").status_code == 401
    assert there.get("/devices/me").status_code == 200


def test_a_members_own_device_is_no_more_than_they_are(sam, own, paired, sold):
    override = overriding(*sold(1))
    phone, tablet = own(sam), paired(role="staff")
    assert phone.post("/checkin", override).json["result"] == "VALID"

    change_role(sam, "scanner")

    # Not within the second either, for which a process remembers who it is.
    assert phone.post("/checkin", override).status_code == 403
    assert phone.get("/devices/me").json["device"]["role"] == "scanner"
    assert phone.post("/checkin/undo", {"scan_id": "x", "reason": "Because"}).status_code == 403
    assert tablet.post("/checkin", override).json["result"] == "VALID"

    for role, is_now in (("admin", "staff"), ("scanner", "scanner"), ("staff", "staff")):
        change_role(sam, role)
        assert phone.get("/devices/me").json["device"]["role"] == is_now
    principals.forget()
    assert phone.post("/checkin", override).status_code == 200


def test_what_a_phone_read_before_its_owner_was_removed_is_not_lost(sam, own, sold):
    (ticket,) = sold(1)
    phone = own(sam)
    scan = {
        "scan_id": "a1",
        "code": issuing.code_of(ticket),
        "scanned_at": (now() - timedelta(minutes=5)).isoformat(),
        "result": "VALID",
    }
    remove(sam)

    answer = phone.post("/checkin/batch", {"scans": [scan]})

    assert answer.json["revoked"] is True
    assert [one["result"] for one in answer.json["results"]] == ["VALID"]


def test_nobody_pairs_a_device_while_they_are_taken_off_the_team(app, riverside, at_riverside, sam):
    browser, answers = browser_at(app, riverside, sam), []
    pairing = threading.Thread(
        target=lambda: answers.append(browser.post("/api/v1/devices/pair", json={}))
    )
    with transaction():
        team.remove(membership_of(sam), at=now())
        db.session.flush()
        pairing.start()
        pairing.join(0.5)
    pairing.join()

    assert answers[0].status_code == 422
    assert db.session.scalars(select(Device)).all() == []


def test_the_list_of_devices_says_whose_they_are(app, olivia, sam, own, paired, at_riverside, gala):
    address = f"/manage/events/{gala.slug}/door/devices"
    own(sam)
    paired("Stage door")
    page = browser_at(app, at_riverside, olivia).get(address)
    assert "Stage door" in page.text
    assert page.text.count("as their own") == 1
    assert "Paired by Sam as their own" in page.text


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
