"""The door in figures: heads, doubles, and who was let in wrongly."""

from datetime import timedelta

from eventflow.checkin import figures
from eventflow.checkin.models import Area
from eventflow.db import db, now, transaction
from tests.checkin.test_admitting import make_gate
from tests.checkin.test_catching_up import made, upload


def test_heads_are_counted_by_area_and_an_alarm_rings(paired, sold, gala):
    with transaction():
        yard = Area(event_id=gala.id, name="Yard", capacity=3, alarm_percent=60)
        db.session.add(yard)
    make_gate(gala, "Yard gate", area_id=yard.id, direction="both", entries=None)
    device = paired()
    one, two, three = sold(3)
    for ticket in (one, two, three):
        device.scan(ticket, gate="Yard gate")
    device.scan(three, gate="Yard gate", direction="out")

    (crowd,) = figures.crowds(gala)

    assert (crowd.area.name, crowd.inside, crowd.alarms) == ("Yard", 2, True)
    device.scan(two, gate="Yard gate", direction="out")
    assert not figures.crowds(gala)[0].alarms


def test_what_has_to_be_looked_at_is_listed(paired, sold, gala):
    at = now() - timedelta(minutes=5)
    twice, refunded = sold(2)
    with transaction():
        refunded.status = "cancelled"
    upload(paired("A"), made(twice, "a1", at, result="VALID", gate="North"))
    upload(
        paired("B"),
        made(twice, "b1", at + timedelta(minutes=1), result="VALID", gate="South"),
        made(refunded, "b2", at, result="VALID"),
    )

    door = paired("C").get(f"/events/{gala.slug}/door").json

    (double,) = door["doubles"]
    assert (double["gate"], double["by"]) == ("South", "B")
    assert (double["first"]["gate"], double["first"]["by"]) == ("North", "A")
    (wrong,) = door["let_in_wrongly"]
    assert (wrong["scan_id"], wrong["reason"]) == ("b2", "cancelled")
    # Three people are inside with two tickets, one of them void.
    assert door["areas"][0]["inside"] == 3
    assert sum(minute["entries"] for minute in door["minutes"]) == 3
    assert {(one["result"], one["reason"]) for one in door["refusals"]} == {
        ("USED", "double_entry"),
        ("INVALID", "cancelled"),
    }
