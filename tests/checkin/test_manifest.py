"""The manifest: all that a device needs, nothing that it must not have, and no change left out."""

import base64
import hashlib
import json
import time
from threading import Event as Signal
from threading import Thread

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from eventflow.checkin import devices, manifest
from eventflow.db import db, now, transaction
from eventflow.tenancy import acting_for
from eventflow.tickets import codes, issuing, keys, phones
from eventflow.tickets.models import Ticket
from tests import factories
from tests.tickets.phone import Phone


def rows(document: dict) -> dict[str, dict]:
    named = [dict(zip(document["columns"], row, strict=True)) for row in document["tickets"]]
    return {row["digest"]: row for row in named}


def row_of(document: dict, ticket: Ticket) -> dict:
    digest = hashlib.sha256(b"EventFlow ticket\x00" + ticket.id.bytes).digest()[:9]
    return rows(document)[base64.urlsafe_b64encode(digest).decode()]


def public_key(answer) -> tuple[Ed25519PublicKey, bytes]:
    number, _colon, signature = answer.headers["X-EventFlow-Signature"].partition(":")
    (key,) = (one for one in answer.json["keys"] if one["number"] == int(number))
    raw = base64.urlsafe_b64decode(key["public"] + "=")
    return Ed25519PublicKey.from_public_bytes(raw), base64.urlsafe_b64decode(signature + "==")


def test_it_says_what_a_door_has_to_know(paired, sold, gala):
    one, two = sold(1, 1)
    with transaction():
        two.door_note = "Guide dog"
        two.needs_attention = True
    device = paired()
    device.scan(one, gate="North")

    document = device.get(f"/events/{gala.slug}/manifest").json

    first, second = row_of(document, one), row_of(document, two)
    assert document["format"] == 1
    assert document["event"]["slug"] == gala.slug
    assert [tier["name"] for tier in document["tiers"]] == ["Stalls", "Circle"]
    assert (first["issue"], first["status"], first["tier"]) == (1, 0, 0)
    assert first["name"] == "Bea Buyer"
    ((area, entries, inside, _at, gate, by),) = first["entries"]
    assert (area, entries, inside, gate, by) == (-1, 1, 1, "North", "Gate tablet")
    assert (second["note"], second["attention"], second["entries"]) == ("Guide dog", 1, 0)
    assert first["group"] == second["group"] == manifest.group_digest(gala.id, one.order.code)
    assert (first["position"], second["position"]) == (1, 2)


def test_it_says_no_address_no_order_and_no_id(paired, sold, gala):
    (ticket,) = sold(1)
    text = paired().get(f"/events/{gala.slug}/manifest").text
    for secret in (
        "bea@example.com",
        ticket.order.code,
        str(ticket.id),
        ticket.id.hex,
        ticket.secret,
        issuing.code_of(ticket),
    ):
        assert secret not in text


def test_it_is_signed_and_so_are_its_changes(paired, sold, gala):
    sold(1)
    device = paired()
    for path in ("manifest", "manifest/changes?since=0"):
        answer = device.get(f"/events/{gala.slug}/{path}")
        key, signature = public_key(answer)
        key.verify(signature, b"EventFlow manifest\x00" + answer.data)
        with pytest.raises(InvalidSignature):
            key.verify(signature, b"EventFlow manifest\x00" + answer.data + b" ")


def test_it_is_not_sent_again_while_it_is_the_same(paired, sold, gala):
    (ticket,) = sold(1)
    device = paired()
    tag = device.get(f"/events/{gala.slug}/manifest").headers["ETag"]
    same = device.get(f"/events/{gala.slug}/manifest", If_None_Match=tag)
    assert same.status_code == 304
    device.scan(ticket)
    assert device.get(f"/events/{gala.slug}/manifest", If_None_Match=tag).status_code == 200


def test_a_change_is_told_once_it_is_there(paired, sold, gala):
    kept, refunded = sold(2)
    device = paired()
    version = device.get(f"/events/{gala.slug}/manifest").json["version"]

    def changes() -> dict:
        return device.get(f"/events/{gala.slug}/manifest/changes?since={version}").json

    def settle() -> None:
        """Told again for as long as a transaction is under way that began before, anywhere."""
        nonlocal version
        for _attempt in range(100):
            version = changes()["version"]
            nothing = changes()
            if not nothing["tickets"]:
                break
            time.sleep(0.1)
        assert (nothing["tickets"], nothing["reset"]) == ([], False)

    settle()
    with transaction():
        issuing.void([refunded], at=now())
    document = changes()
    assert row_of(document, refunded)["status"] == 1
    assert len(document["tickets"]) == 1
    device.scan(kept)
    assert row_of(changes(), kept)["entries"][0][1] == 1
    with transaction():
        phones.register(kept, Phone().public_key, at=now())
    assert row_of(changes(), kept)["phone"] != 0
    settle()


def test_what_is_committed_late_is_not_left_out(app, at_riverside, paired, sold, gala):
    slow, quick = sold(2)
    device = paired()
    began, go_on = Signal(), Signal()

    def change_slowly() -> None:
        with app.app_context(), acting_for(at_riverside.id), transaction():
            db.session.get(Ticket, slow.id).status = "cancelled"
            db.session.flush()
            began.set()
            go_on.wait(10)

    slowly = Thread(target=change_slowly)
    slowly.start()
    began.wait(10)
    with transaction():
        issuing.void([db.session.get(Ticket, quick.id)], at=now())
    # Now something newer is committed than what is still under way.
    document = device.get(f"/events/{gala.slug}/manifest").json
    assert row_of(document, quick)["status"] == 1
    assert row_of(document, slow)["status"] == 0
    go_on.set()
    slowly.join()

    path = f"/events/{gala.slug}/manifest/changes?since={document['version']}"
    assert row_of(device.get(path).json, slow)["status"] == 1


def test_a_version_of_another_database_begins_again(paired, sold, gala):
    sold(1)
    path = f"/events/{gala.slug}/manifest/changes?since={2**60}"
    assert paired().get(path).json["reset"] is True


def test_a_device_gets_the_manifests_of_its_events_alone(paired, gala):
    other = factories.make_event(title="Summer Fair")
    device = paired(event_ids=[other.id])
    assert device.get(f"/events/{gala.slug}/manifest").status_code == 404
    assert device.get(f"/events/{other.slug}/manifest").status_code == 200


def test_everything_in_it_makes_no_valid_code(paired, sold, gala, program):
    """Whoever has a stolen device's whole manifest signs with whatever looks like a key."""
    sold(2, 1)
    text = paired().get(f"/events/{gala.slug}/manifest").text
    document = json.loads(text)
    raw_keys = [base64.urlsafe_b64decode(key["public"] + "=") for key in document["keys"]]
    ids = [uuid_like(row["digest"]) for row in rows(document).values()]
    seeds = raw_keys + [hashlib.sha256(raw).digest() for raw in raw_keys]
    seeds += [hashlib.sha256(text.encode()).digest(), b"\x00" * 32]
    till = program()
    for seed in seeds:
        for ticket_id in ids:
            forged = codes.sign(seed, key_id=1, event_id=gala.id, ticket_id=ticket_id, issue=1)
            assert till.scan(forged)["reason"] == "not_a_code"


def test_what_gates_there_are_is_told(paired, gala):
    from tests.checkin.test_admitting import make_gate

    make_gate(gala, "Front", tiers=[gala.tiers[0]], entries=None, direction="both")
    (gate,) = paired().get(f"/events/{gala.slug}/manifest").json["gates"]
    assert gate["name"] == "Front"
    assert gate["tiers"] == [str(gala.tiers[0].id)]
    assert (gate["entries"], gate["direction"], gate["exits"]) == (None, "both", True)


def uuid_like(digest: str):
    import uuid

    return uuid.UUID(bytes=base64.urlsafe_b64decode(digest) + b"\x00" * 7)


def test_the_database_names_tickets_as_we_do(at_riverside, sold):
    from eventflow.checkin import admitting

    (ticket,) = sold(1)
    digest = manifest.ticket_digest(ticket.id)
    assert admitting.named([digest], event=ticket.event.slug) == {digest: ticket.id}
    assert keys.newest().number == 1
    assert devices.PREFIX == "dev"
