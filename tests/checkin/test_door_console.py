"""The console of the door: its figures, gates, devices, paper and badges."""

import io
import re
from datetime import timedelta

import pypdf
import pytest
from sqlalchemy import select

from eventflow.accounts.models import AuditEntry
from eventflow.checkin import devices, figures, paper, plan, reasons
from eventflow.checkin.models import Device, Gate, Scan
from eventflow.checkin.plan import AreaFacts, GateFacts
from eventflow.db import db, new_id, now, transaction
from eventflow.errors import Invalid
from eventflow.tickets import issuing
from tests import factories
from tests.people import browser_at

HERE = "/manage/events/winter-gala/door"


@pytest.fixture
def desk(app, riverside, sam):
    """Sam's browser: staff."""
    return browser_at(app, riverside, sam)


@pytest.fixture
def boss(app, riverside, ada):
    """Ada's browser: admin."""
    return browser_at(app, riverside, ada)


@pytest.fixture
def gala(desk, boss, at_riverside):
    # After the people, who are made in sessions of their own.
    return factories.make_event(
        title="Winter Gala", tiers=[("Stalls", 2500, 20), ("Circle", 4000, 3)]
    )


@pytest.fixture
def tickets(riverside, gala):
    return factories.pay(factories.order(riverside, gala, 3)).tickets


@pytest.mark.parametrize(
    ("address", "facts"),
    [
        (f"{HERE}/gates/new", {"entries": "1", "direction": "in"}),
        (f"{HERE}/areas/new", {"alarm_percent": "90"}),
        (f"{HERE}/devices", {"scope": "all"}),
    ],
)
@pytest.mark.parametrize("name", ["North\u202etrats", "\u200b\u2060", "\u3164", " \t "])
def test_a_name_at_the_door_can_be_seen(boss, gala, address, facts, name):
    answer = boss.post(address, data=facts | {"name": name})

    assert answer.status_code == 422
    assert 'id="error-name"' in answer.text


def test_a_gate_is_named_in_one_line(gala):
    with transaction():
        plan.add_gate(gala, GateFacts(" Main \n door "), at=now())
    with pytest.raises(Invalid), transaction():
        plan.add_gate(gala, GateFacts("Main door"), at=now())

    assert db.session.scalars(select(Gate.name)).all() == ["Main door"]


def scan(event, ticket, **facts) -> Scan:
    """A reading as a device sent it in."""
    facts.setdefault("scanned_at", now())
    made = Scan(
        id=new_id(),
        ticket_id=ticket.id,
        event_id=event.id,
        **{
            "received_at": now(),
            "result": "VALID",
            "reason": "admitted",
            "admitted": True,
            "direction": "in",
        }
        | facts,
    )
    db.session.add(made)
    db.session.flush()
    return made


# The figures


def test_the_dashboard_says_who_is_in_and_why_others_are_not(desk, gala, tickets):
    with transaction():
        tickets[0].checked_in_at = now()
        scan(gala, tickets[0])
        scan(gala, tickets[0], result="USED", reason="already_checked_in", admitted=False)

    page = desk.get(HERE).text

    assert "of 3 expected" in page and "Already in" in page
    assert re.search(r"Stalls</span><span class=\"number\"><b>1</b> / 3", page)


def test_entries_are_counted_by_minute_and_gate(gala, tickets):
    with transaction():
        gate = plan.add_gate(gala, GateFacts("North"), at=now())
        for ticket in tickets[:2]:
            scan(gala, ticket, gate_id=gate.id)

    pace = figures.pace(gala, at=now())

    assert (sum(pace.total), sum(pace.gates["North"]), pace.is_live) == (2, 2, True)
    assert len(pace.total) == len(pace.minutes) == 60


def test_long_after_the_evening_its_last_hour_is_shown(gala, tickets):
    long_ago = now() - timedelta(days=3)
    with transaction():
        scan(gala, tickets[0], scanned_at=long_ago)

    pace = figures.pace(gala, at=now())

    assert sum(pace.total) == 1 and not pace.is_live
    assert pace.until == long_ago.replace(second=0, microsecond=0)


def test_heads_are_who_went_in_less_who_went_out_and_the_alarm_rings(gala, tickets):
    with transaction():
        area = plan.add_area(gala, AreaFacts("Hall", 2, 50), at=now())
        for ticket in tickets[:2]:
            scan(gala, ticket, area_id=area.id)
    [full] = figures.heads(gala)
    with transaction():
        scan(gala, tickets[0], area_id=area.id, direction="out", reason="left")
        scan(gala, tickets[2], area_id=area.id, undone_at=now())
    [after] = figures.heads(gala)

    assert (full.inside, full.alarm) == (2, "full")
    assert (after.inside, after.alarm) == (1, "near")


def test_double_entries_name_both_devices_and_times(desk, gala, tickets):
    with transaction():
        names = [devices.enrol(name, role="scanner", by="Sam", at=now()) for name in ("A7", "B9")]
        first = scan(gala, tickets[0], device_id=names[0].device.id)
        scan(
            gala,
            tickets[0],
            device_id=names[1].device.id,
            result="USED",
            reason="double_entry",
            double_of=first.id,
        )

    [double] = figures.doubles(gala)
    page = desk.get(HERE).text

    who = figures.who_and_where([double.first, double.scan])
    assert (who[double.first.id], who[double.scan.id]) == ("A7", "B9")
    assert "One ticket was let in twice" in page and "A7" in page and "B9" in page


def test_who_is_inside_with_a_ticket_refunded_since_is_listed(desk, gala, tickets):
    with transaction():
        tickets[0].checked_in_at = now()
        issuing.void([tickets[0]], at=now())

    assert [gone.ticket.attendee_name for gone in figures.gone(gala)] == ["Bea Buyer"]
    page = desk.get(HERE).text
    assert "One person is inside with a ticket that is void by now" in page
    assert "Inside with a void ticket" in page


def test_what_refreshes_is_the_figures_alone(desk, gala, tickets):
    part = desk.get(HERE, headers={"HX-Request": "true"}).text

    assert part.lstrip().startswith('<div id="figures"') and "<html" not in part


def test_a_reason_this_version_does_not_know_is_shown_all_the_same(app):
    with app.test_request_context():
        assert reasons.words("some_new_reason") == "Some new reason"


def test_who_came_in_with_a_void_ticket_is_counted_inside(desk, gala, tickets):
    with transaction():
        tickets[0].checked_in_at = now()
        scan(gala, tickets[0])
        issuing.void([tickets[1]], at=now())
        scan(gala, tickets[1], result="INVALID", reason="cancelled", client_result="VALID")

    words = " ".join(re.sub("<[^>]+>", " ", desk.get(HERE).text).split())

    assert "Inside 2 1 of them with a void ticket; 2 expected" in words
    assert "Still to come 1 50 %" in words


def test_what_a_revoked_device_sent_late_is_listed(desk, gala, tickets):
    early = now() - timedelta(hours=1)
    with transaction():
        lost = devices.enrol("Lost phone", role="scanner", by="Sam", at=early).device
        scan(gala, tickets[1], device_id=lost.id, received_at=early)
        devices.revoke(lost.id, at=early + timedelta(minutes=1))
        scan(gala, tickets[0], device_id=lost.id, scanned_at=early)

    page = desk.get(HERE).text

    assert [one.ticket.id for one in figures.told_late(gala)] == [tickets[0].id]
    assert "One scan was sent by a device after it was revoked" in page
    assert "Lost phone" in page


# Gates and areas


def test_a_gate_that_leads_nowhere_in_particular_can_be_chosen(boss, gala):
    with transaction():
        plan.add_area(gala, AreaFacts("Cellar", 5, 80), at=now())

    page = boss.get(f"{HERE}/gates/new").text

    # Of a field that is required, browsers refuse an empty first option.
    select_of_areas = re.search(r'<select[^>]*name="area"[^>]*>', page)[0]
    assert "required" not in select_of_areas and "nowhere in particular" in page
    form = {"name": "Main", "direction": "in", "entries": "1", "area": ""}
    assert boss.post(f"{HERE}/gates/new", data=form).status_code == 303


def test_ada_plans_a_gate_and_changes_it(boss, gala):
    stalls = str(gala.tiers[0].id)
    form = {"name": "North", "direction": "in", "entries": "2", "tiers": stalls}
    assert boss.post(f"{HERE}/gates/new", data=form).status_code == 303
    gate = db.session.scalars(select(Gate)).one()
    address = f"{HERE}/gates/{gate.id}"

    assert 'value="North"' in boss.get(address).text
    boss.post(address, data=form | {"entries": "", "tiers": []})

    db.session.rollback()
    db.session.refresh(gate)
    assert gate.entries is None and plan.tiers_of(gala) == {}
    assert "any number" in boss.get(f"{HERE}/gates").text


def test_nothing_typed_into_a_gate_is_lost(boss, gala):
    form = {"name": "", "direction": "sideways", "entries": "lots", "opens_at": "2027-02-30T20:00"}

    page = boss.post(f"{HERE}/gates/new", data=form)

    assert page.status_code == 422 and 'value="lots"' in page.text


def test_a_gate_closes_after_it_opens_and_has_a_name_of_its_own(gala):
    at = now()
    with transaction():
        plan.add_gate(gala, GateFacts("North"), at=at)
    with pytest.raises(Invalid) as refused:
        facts = GateFacts("North", opens_at=at, closes_at=at - timedelta(hours=1))
        plan.add_gate(gala, facts, at=at)

    assert set(refused.value.fields) == {"name", "closes_at"}


def test_a_gate_put_away_leaves_its_scans_as_they_are(boss, gala, tickets):
    with transaction():
        gate = plan.add_gate(gala, GateFacts("North"), at=now())
        kept = scan(gala, tickets[0], gate_id=gate.id)

    boss.post(f"{HERE}/gates/{gate.id}/remove")

    db.session.rollback()
    assert db.session.get_one(Scan, kept.id).gate_id == gate.id
    assert figures.gates(gala) == []
    assert boss.get(f"{HERE}/gates/{gate.id}").status_code == 404


def test_an_area_is_made_changed_and_taken_away(boss, gala):
    form = {"name": "Balcony", "capacity": "80", "alarm_percent": "90"}
    boss.post(f"{HERE}/areas/new", data=form)
    [area] = figures.areas(gala)
    address = f"{HERE}/areas/{area.id}"

    assert boss.post(address, data=form | {"capacity": "none"}).status_code == 422
    boss.post(address, data=form | {"capacity": "90"})
    db.session.expire_all()
    assert [area.capacity for area in figures.areas(gala)] == [90]
    boss.post(f"{address}/remove")
    db.session.rollback()
    assert figures.areas(gala) == []


# Devices


def test_a_phone_is_paired_by_the_code_and_the_page_notices(desk, gala):
    page = desk.post(f"{HERE}/devices", data={"name": "North 2", "scope": "this"}).text
    code = re.search(r'pairing__code">([^<]+)<', page)[1]
    told = re.search(r'hx-get="([^"]+/pairings/[^"]+)"', page)[1]
    part = {"HX-Request": "true"}
    assert "Waiting for the phone" in desk.get(told, headers=part).text

    with transaction():
        paired = devices.pair(code, at=now())
        name, events = paired.device.name, list(paired.device.event_ids)

    assert (name, events) == ("North 2", [gala.id])
    assert "North 2 is paired" in desk.get(told, headers=part).text
    assert code.replace("-", "") not in desk.get(f"{HERE}/devices").text


def test_a_device_is_revoked_once_one_is_sure(desk, gala):
    with transaction():
        device = devices.enrol("Lost", role="scanner", by="Sam", at=now()).device
        address = f"{HERE}/devices/{device.id}/revoke"

    asked = desk.post(address)
    assert (asked.status_code, "Revoke Lost?" in asked.text) == (200, True)
    assert figures.devices(gala) != []
    assert desk.post(address, data={"sure": "1"}).status_code == 303
    assert desk.post(address, data={"sure": "1"}).status_code == 303

    db.session.rollback()
    assert db.session.scalars(select(Device)).one().revoked_by == "Sam"
    assert figures.devices(gala) == []


def test_what_a_device_has_not_told_is_not_known(desk, gala):
    with transaction():
        device = devices.enrol("New", role="scanner", by="Sam", at=now()).device
        device_id = device.id
    row = re.compile(r"New.*?</tr>", re.S)
    unknown = row.search(desk.get(f"{HERE}/devices").text)[0]
    facts = {"clock_skew_ms": 0, "data_age_s": 60, "waiting": 2, "battery": 80}
    with transaction():
        devices.tell(device_id, facts, at=now() - timedelta(minutes=4))
    known = row.search(desk.get(f"{HERE}/devices").text)[0]

    assert unknown.count("not yet known") == 4 and "Right" not in unknown
    assert "not yet known" not in known and "Right" in known
    # A minute old four minutes ago.
    assert "5 minutes" in known
    assert "2 scans that were not sent yet" in known


def test_the_scanner_names_the_button_that_the_console_has(desk, gala):
    told = re.search(r"press “([^”]+)”", desk.get("/scan/").text)[1]

    buttons = re.findall(r"<button.*?</button>", desk.get(f"{HERE}/devices").text, re.S)
    assert told in [re.sub("<[^>]+>", "", button).strip() for button in buttons]


# Paper


def test_short_codes_are_the_same_each_time_and_differ(tickets):
    codes = [paper.short_code(ticket.id) for ticket in tickets]

    assert len(set(codes)) == 3
    assert codes == [paper.short_code(ticket.id) for ticket in tickets]
    assert all(re.fullmatch(r"[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}", code) for code in codes)


def test_the_list_of_a_gate_has_those_it_is_for(desk, riverside, gala, tickets):
    circle = factories.pay(factories.order(riverside, gala, 0, 1, buyer=factories.CARL)).tickets
    with transaction():
        tier_ids = frozenset({gala.tiers[1].id})
        gate = plan.add_gate(gala, GateFacts("Upstairs", tier_ids=tier_ids), at=now())

    asked = re.search(r'<select[^>]*name="gate"[^>]*>', desk.get(f"{HERE}/paper").text)[0]
    assert "required" not in asked  # Or a browser sends nothing where no gate was noted.
    whole = desk.get(f"{HERE}/paper/list").text
    upstairs = desk.get(f"{HERE}/paper/list?gate={gate.id}").text

    assert whole.count("paper-list__box") == 4
    assert paper.short_code(circle[0].id) in upstairs and "Bea Buyer" not in upstairs
    assert desk.get(f"{HERE}/paper/list?gate=nonsense").status_code == 404


def test_paper_becomes_scans_once_however_often_it_is_typed(desk, gala, tickets):
    lines = "\n".join(
        f"{paper.short_code(ticket.id).lower()} 19:4{n}" for n, ticket in enumerate(tickets[:2])
    )
    form = {"when": "2026-01-02T19:30", "lines": lines, "ticked": paper.short_code(tickets[2].id)}

    desk.post(f"{HERE}/paper", data=form)
    again = desk.post(f"{HERE}/paper", data=form, follow_redirects=True).text

    db.session.rollback()
    scans = db.session.scalars(select(Scan).order_by(Scan.scanned_at)).all()
    assert len(scans) == 3 and all(scan.admitted for scan in scans)
    assert "3 were there already" in again
    assert all(ticket.checked_in_at for ticket in tickets)


def test_whoever_was_scanned_and_is_on_paper_too_is_found(gala, tickets):
    at = now()
    with transaction():
        tickets[0].checked_in_at = at - timedelta(minutes=10)
        electronic = scan(gala, tickets[0], scanned_at=at - timedelta(minutes=10))
    code = paper.short_code(tickets[0].id)

    told = paper.write_up(gala, [(code, at - timedelta(minutes=30))], gate=None, at=at)

    assert told.doubles == ["Bea Buyer"]
    db.session.refresh(electronic)
    earlier = db.session.get_one(Scan, electronic.double_of)
    assert (electronic.result, earlier.result) == ("USED", "VALID")  # the first time wins
    assert tickets[0].checked_in_at == at - timedelta(minutes=30)


def test_paper_that_cannot_be_read_is_shown_again_as_typed(desk, gala, tickets):
    form = {"when": "2026-01-02T19:30", "lines": "what is this"}

    page = desk.post(f"{HERE}/paper", data=form)

    assert page.status_code == 422 and page.text.count("what is this") >= 2
    assert db.session.scalars(select(Scan)).all() == []


# Badges


def test_a_badge_is_printed_once_and_once_again(desk, gala, tickets):
    with transaction():
        tickets[0].checked_in_at = now()
    address = f"{HERE}/badges/{tickets[0].id}"

    prints = [desk.post(address, data={"form_key": key}) for key in ("a", "a", "b", "c")]

    assert [answer.status_code for answer in prints] == [200, 200, 200, 409]
    label = pypdf.PdfReader(io.BytesIO(prints[0].data)).pages
    assert len(label) == 1 and "Bea Buyer" in label[0].extract_text()
    log = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "badges.print")).all()
    assert [entry.actor_name for entry in log] == ["Sam", "Sam"]


def test_before_its_scan_nobody_has_a_badge(desk, gala, tickets):
    assert desk.post(f"{HERE}/badges/{tickets[0].id}").status_code == 409


# What the door has to know


def test_the_door_is_told_of_a_guide_dog(desk, gala, tickets):
    address = f"/manage/attendees/{tickets[0].id}"

    bare = desk.post(address, data={"needs_attention": "1"})
    desk.post(address, data={"door_note": "Comes with a guide dog", "needs_attention": "1"})

    assert bare.status_code == 422
    db.session.rollback()
    db.session.refresh(tickets[0])
    assert (tickets[0].door_note, tickets[0].needs_attention) == ("Comes with a guide dog", True)
    assert "Comes with a guide dog" in desk.get(f"{HERE}/paper/list").text


def test_whoever_came_in_on_paper_with_a_void_ticket_is_named_with_the_reason(desk, gala, tickets):
    with transaction():
        issuing.void([tickets[0]], at=now())
    form = {"when": "2026-01-02T19:30", "ticked": paper.short_code(tickets[0].id)}

    page = desk.post(f"{HERE}/paper", data=form, follow_redirects=True).text

    assert "Let in against the rules: Bea Buyer (Refunded or void)" in page
    db.session.rollback()
    kept = db.session.scalars(select(Scan)).one()
    assert (kept.result, kept.admitted, kept.offline) == ("INVALID", True, True)
