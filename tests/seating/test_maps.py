"""Venues and maps: made, changed, saved on the version they were drawn on, imported, taken back."""

import codecs
import io
import json
import threading
from datetime import timedelta

import pytest
import redis

from eventflow import queue
from eventflow.db import db, now, transaction
from eventflow.errors import Invalid, Refusal
from eventflow.queue import OutboxJob
from eventflow.seating import exporting, importing, map_imports, maps, presence, venues
from eventflow.seating.models import MapImport, SeatMap
from eventflow.tenancy import acting_for
from jobs import seating as jobs
from tests.people import browser_at
from tests.seating.drawings import hall


def make_map(template: str = "theatre") -> SeatMap:
    with transaction():
        venue = venues.create({"name": "Riverside Hall"}, zone="Europe/Vienna", at=now())
        return maps.create(venue, "Concert", template=template, at=now())


@pytest.fixture
def concert(at_riverside) -> SeatMap:
    return make_map()


@pytest.fixture
def here(concert) -> str:
    return f"/manage/venues/riverside-hall/maps/{concert.id}"


def again(seat_map: SeatMap) -> SeatMap:
    db.session.rollback()
    return maps.find(seat_map.id)


# Venues


def test_a_venue_of_the_same_name_gets_an_address_of_its_own(at_riverside):
    with transaction():
        made = [venues.create({"name": "Grand Hall"}, zone="UTC", at=now()).slug for _ in "ab"]
    assert made == ["grand-hall", "grand-hall-2"]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"latitude": "91", "longitude": "0"}, "latitude"),
        ({"latitude": "nan", "longitude": "0"}, "latitude"),
        ({"latitude": "48", "longitude": ""}, "longitude"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"setup_minutes": "-1"}, "setup_minutes"),
        ({"teardown_minutes": "soon"}, "teardown_minutes"),
        ({"notes": "a\x00b"}, "notes"),
    ],
)
def test_what_a_venue_cannot_be_is_said_at_its_field(at_riverside, facts, field):
    with pytest.raises(Invalid) as refusal:
        venues.create({"name": "Hall"} | facts, zone="UTC", at=now())
    assert field in refusal.value.fields


def test_the_lines_of_an_address_end_as_everywhere(at_riverside):
    typed = {"name": "Hall", "address": "On the quay 1\r\nRiverside\r\n", "notes": "a\r\n\r\nb"}

    with transaction():
        venue = venues.create(typed, zone="UTC", at=now())

    assert (venue.address, venue.notes) == ("On the quay 1\nRiverside", "a\n\nb")


def test_the_pages_of_a_venue_teach_show_and_keep_what_was_typed(console, riverside):
    assert "Add your first venue" in console.get("/manage/venues").text
    refused = console.post("/manage/venues/new", data={"name": "", "address": "On the quay 1"})
    assert refused.status_code == 422
    assert "On the quay 1" in refused.text
    made = console.post(
        "/manage/venues/new", data={"name": "The Quay", "setup_minutes": "90", "timezone": "UTC"}
    )
    assert made.location == "/manage/venues/the-quay"
    assert "90 minutes" in console.get(made.location).text
    drawn = console.post("/manage/venues/the-quay/maps", data={"name": "Gala", "template": "round"})
    assert console.get(drawn.location).status_code == 200
    assert "Gala" in console.get("/manage/venues/the-quay").text
    picture = console.get(f"{drawn.location}/picture.svg")
    assert picture.mimetype == "image/svg+xml"
    assert "sandbox" in picture.headers["Content-Security-Policy"]


def test_what_is_archived_is_out_of_the_way_and_comes_back(console, here, concert):
    console.post(f"{here}/archive")
    assert maps.of_venue(again(concert).venue) == []
    console.post(f"{here}/restore")
    assert len(maps.of_venue(again(concert).venue)) == 1
    console.post("/manage/venues/riverside-hall/archive")
    assert "Riverside Hall" in console.get("/manage/venues/archived").text
    assert venues.all_of_them() == []


def test_staff_look_and_admins_draw(app, riverside, sam, ada, here, concert):
    staff, admin = browser_at(app, riverside, sam), browser_at(app, riverside, ada)
    sent = {"base": 1, "drawing": concert.drawing}
    page = staff.get(here).text
    assert "may-change" not in page
    assert "Import a file" not in page
    assert staff.put(f"{here}/drawing", json=sent).status_code == 403
    assert "may-change" in admin.get(here).text
    assert admin.put(f"{here}/drawing", json=sent).status_code == 200


# Saving


def test_a_save_names_what_did_not_change(at_riverside, concert):
    stalls, circle = concert.drawing["sections"]
    first, *others = stalls["rows"]
    moved = first | {"label": "AA"}
    changed = stalls | {"rows": [moved, *({"same": row["id"]} for row in others)]}
    changes = concert.drawing | {"sections": [{"same": circle["id"]}, changed]}
    changes["shapes"] = [{"same": "h1"}]

    with transaction():
        maps.save(maps.find(concert.id, locked=True), changes, base=1, at=now())

    kept = again(concert)
    assert kept.version == 2
    assert [one["name"] for one in kept.drawing["sections"]] == ["Circle", "Stalls"]
    assert [row["label"] for row in kept.drawing["sections"][1]["rows"]][:2] == ["AA", "B"]
    assert kept.drawing["sections"][0] == circle


@pytest.mark.parametrize(
    "drawing",
    [
        None,
        [],
        {"sections": [{"same": "nobody"}]},
        {"sections": [{"same": 3}]},
        {"sections": [{"id": "s1", "name": "A", "rows": [{"same": "x"}]}]},
        {"sections": 5},
        {"sections": [{"id": "s1", "name": "A", "rows": 5}]},
        {"shapes": [{"same": {}}]},
    ],
)
def test_a_save_that_makes_no_sense_changes_nothing(console, here, concert, drawing):
    answer = console.put(f"{here}/drawing", json={"base": 1, "drawing": drawing})
    assert answer.status_code == 422
    assert again(concert).version == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"[" * 200_000,
        b'{"base": 1, "drawing": {"width": 1' + b"0" * 400 + b"}}",
        b'{"base": 1, "drawing": {"width": NaN}}',
        b'{"base": 1e400, "drawing": {}}',
        b'{"base": true, "drawing": {}}',
        b'{"base": 1, "drawing": {"sections": [{"id": "s1", "name": "\\ud800"}]}}',
        b'{"base": 1, "drawing": {"categories": [{"id": {}, "name": [], "colour": {}}]}}',
        b'{"base": 1, "drawing": {"shapes": [{"id": "h1", "kind": {}, "points": [[{}]]}]}}',
        b"\xff\xfe",
    ],
)
def test_whatever_is_sent_as_a_drawing_is_answered_calmly(console, here, concert, body):
    kind = {"Content-Type": "application/json"}
    saved = console.put(f"{here}/drawing", data=body, headers=kind)
    assert saved.status_code in (400, 422)
    # An empty drawing is one, too, and may be kept.
    kept = console.post(f"{here}/keep-copy", data=body, headers=kind)
    assert kept.status_code in (201, 400, 422)
    assert again(concert).version == 1


@pytest.mark.parametrize("path", ["drawing", "keep-copy"])
def test_a_drawing_may_be_larger_than_other_forms(console, here, path):
    sent = {"base": 1, "drawing": hall(20_000)}
    assert len(json.dumps(sent)) > 1024 * 1024
    answer = console.open(
        f"{here}/{path}", method="PUT" if path == "drawing" else "POST", json=sent
    )
    assert answer.status_code in (200, 201)


def test_a_file_may_be_called_anything(console, here):
    file = (io.BytesIO(b"section,row,number,x,y\nPit,A,1,0,0\n"), "a\x07\u202e.csv")
    looked = console.post(f"{here}/import", data={"file": file})
    assert console.get(looked.location).status_code == 200


def test_the_later_save_is_told_who_came_first(console, here, concert):
    drawing = concert.drawing
    first = console.put(f"{here}/drawing", json={"base": 1, "drawing": drawing | {"width": 5000}})
    later = console.put(f"{here}/drawing", json={"base": 1, "drawing": drawing | {"width": 9000}})

    assert first.json["version"] == 2
    assert later.status_code == 409
    assert later.json["version"] == 2
    assert later.json["changed_by"] == "Olivia"
    assert again(concert).drawing["width"] == 5000

    kept = console.post(f"{here}/keep-copy", json={"drawing": drawing | {"width": 9000}})
    assert kept.status_code == 201
    assert len(maps.of_venue(again(concert).venue)) == 2


def test_an_open_editor_hears_of_newer_versions_and_of_who_is_there(
    console, app, riverside, ada, here, concert
):
    first = console.get(f"{here}/now?tab=t1")
    assert first.json == {
        "version": 1,
        "changed_by": concert.changed_by,
        "changed_at": concert.changed_at.isoformat(),
        "others": [],
        "elsewhere": False,
    }
    same = console.get(f"{here}/now?tab=t1", headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")

    hers = browser_at(app, riverside, ada)
    assert hers.get(f"{here}/now?tab=t2").json["others"] == ["Olivia"]
    saved = hers.put(f"{here}/drawing", json={"base": 1, "drawing": concert.drawing})
    assert saved.status_code == 200
    heard = console.get(f"{here}/now?tab=t1", headers={"If-None-Match": first.headers["ETag"]})
    assert (heard.json["version"], heard.json["changed_by"]) == (2, "Ada")
    assert (heard.json["others"], heard.json["elsewhere"]) == (["Ada"], False)
    assert console.get(f"{here}/now?tab=t3").json["elsewhere"] is True
    assert hers.post(f"{here}/now?tab=t2").status_code == 204
    assert console.post(f"{here}/now?tab=t1").status_code == 204
    left = console.get(f"{here}/now?tab=t3").json
    assert (left["others"], left["elsewhere"]) == ([], False)


def test_whoever_says_nothing_for_a_while_is_not_there(app, concert):
    at = now()
    ana, bea = presence.Visitor("1", "t1", "Ana"), presence.Visitor("2", "t2", "Bea")
    assert presence.say(concert.id, ana, at=at) == []
    assert presence.say(concert.id, bea, at=at + timedelta(seconds=presence.SEEN_FOR)) == [ana]
    later = at + timedelta(seconds=presence.SEEN_FOR + 1)
    assert presence.say(concert.id, bea, at=later) == []


def test_who_is_there_waits_for_redis_once_and_not_each_time(
    app, at_riverside, concert, monkeypatch
):
    asked = []

    def away(*_args, **_kwargs):
        asked.append(1)
        raise redis.TimeoutError

    monkeypatch.setitem(queue._links, app.config["REDIS_URL"], queue._Link(app.config["REDIS_URL"]))
    monkeypatch.setattr(redis.client.Pipeline, "execute", away)
    ana = presence.Visitor("1", "t1", "Ana")
    assert [presence.say(concert.id, ana, at=now()) for _turn in range(3)] == [[], [], []]
    assert len(asked) == 1


def test_of_eight_saves_at_once_one_is_kept_and_seven_are_told(app, at_riverside, concert):
    drawing, outcomes, ready = dict(concert.drawing), [], threading.Barrier(8)
    tenant_id, map_id = at_riverside.id, concert.id

    def save(number: int) -> None:
        with app.app_context(), acting_for(tenant_id):
            ready.wait()
            try:
                with transaction():
                    seat_map = maps.find(map_id, locked=True)
                    maps.save(seat_map, drawing | {"width": 1000 + number}, base=1, at=now())
            except maps.SavedMeanwhile:
                outcomes.append("told")
            else:
                outcomes.append("kept")

    threads = [threading.Thread(target=save, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["kept", *["told"] * 7]
    assert again(concert).version == 2


# Files


def test_a_short_file_is_looked_at_drawn_and_taken_back(console, here, concert):
    before = concert.drawing
    file = (io.BytesIO(b"section,row,number,x,y\nPit,A,1,0,0\nPit,A,2,52,0\n"), "pit.csv")
    looked = console.post(f"{here}/import", data={"file": file})
    page = console.get(looked.location).text
    assert "Draw 2 seats in place of what is there" in page
    picture = console.get(f"{looked.location}/picture.svg")
    assert picture.content_type == "image/svg+xml"
    assert "M0 0h0M52 0h0" in picture.text
    assert again(concert).drawing == before

    console.post(f"{looked.location}/apply", data={"version": "1"})
    assert maps.count(again(concert).drawing) == (2, 0)
    console.post(f"{looked.location}/take-back", data={"version": "2"})
    assert again(concert).drawing == before
    assert again(concert).version == 3


def test_a_broken_file_draws_nothing_and_names_its_lines(console, here, concert):
    file = (io.BytesIO(b"section,row,number,x,y\nPit,A,1,0,zero\n=2,A,1,0,0\n"), "pit.csv")
    looked = console.post(f"{here}/import", data={"file": file})
    page = console.get(looked.location).text
    assert "2 things to put right" in page
    assert "formula" in page
    assert console.post(f"{looked.location}/apply", data={"version": "1"}).status_code == 409
    assert again(concert).version == 1


def test_an_import_does_not_draw_over_what_was_saved_meanwhile(console, here, concert):
    file = (io.BytesIO(b"section,row,number,x,y\nPit,A,1,0,0\n"), "pit.csv")
    looked = console.post(f"{here}/import", data={"file": file})
    console.put(f"{here}/drawing", json={"base": 1, "drawing": concert.drawing | {"width": 5000}})
    assert console.post(f"{looked.location}/apply", data={"version": "1"}).status_code == 409
    assert again(concert).drawing["width"] == 5000


def test_a_long_file_is_read_by_a_worker_that_says_how_far_it_is(
    console, here, concert, monkeypatch
):
    data = exporting.as_csv(hall(20_000)).encode()
    looked = console.post(f"{here}/import", data={"file": (io.BytesIO(data), "hall.csv")})
    assert "Waiting to be read" in console.get(looked.location).text
    found = db.session.query(MapImport).one()
    with transaction():
        found.created_at = now() - timedelta(minutes=1)
    assert "Nobody is reading files" in console.get(looked.location).text
    db.session.rollback()
    assert db.session.query(OutboxJob).filter_by(job="seating.read_import").count() == 1

    seen = []
    monkeypatch.setattr(map_imports, "note", _watching(seen, map_imports.note))
    jobs.read_import(str(found.id))

    assert seen[0] >= 19_000
    assert "Draw 20,000 seats" in console.get(looked.location).text
    console.post(f"{looked.location}/apply", data={"version": "1"})
    assert again(concert).drawing == hall(20_000)


def _watching(seen: list[int], note):
    def watch(found, read) -> None:
        seen.append(found.lines_read)
        note(found, read)

    return watch


@pytest.mark.parametrize(
    ("name", "data", "status"),
    [
        ("seats.xlsx", b"PK", 422),
        ("seats.csv", b"x" * (13 * 1024 * 1024), 422),
        ("seats.csv", b"x" * (11 * 1024 * 1024), 422),
    ],
)
def test_what_cannot_be_a_file_of_seats_is_refused_at_the_door(console, here, name, data, status):
    answer = console.post(f"{here}/import", data={"file": (io.BytesIO(data), name)})
    assert answer.status_code == status
    assert 'id="error-file"' in answer.text


def test_what_is_exported_from_the_pages_is_what_is_drawn(console, here, concert):
    assert console.get(f"{here}/export.json").json == concert.drawing
    text = console.get(f"{here}/export.csv")
    assert text.mimetype == "text/csv"
    assert text.data.decode("utf-8-sig") == exporting.as_csv(concert.drawing)
    assert text.data.startswith(codecs.BOM_UTF8), "Excel reads another alphabet"
    assert importing.read(text.data, "csv").drawing == concert.drawing


# The HTTP API


@pytest.fixture
def program(app, riverside):
    from eventflow.accounts import tokens

    with acting_for(riverside.id), transaction():
        _token, secret = tokens.create("tool", "admin", at=now())
    browser = browser_at(app, riverside)
    headers = {"Authorization": f"Bearer {secret}"}
    return lambda method, path, **sent: browser.open(
        f"/api/v1{path}", method=method, headers=headers | sent.pop("headers", {}), **sent
    )


def test_a_program_keeps_venues_and_maps(program, riverside):
    made = program("POST", "/venues", json={"name": "Arena", "setup_minutes": 60})
    assert made.status_code == 201
    venue = made.json["venue"]
    changed = program("PATCH", f"/venues/{venue['id']}", json={"address": "Ring 1"})
    assert changed.json["venue"]["address"] == "Ring 1"
    assert changed.json["venue"]["setup_minutes"] == 60
    drawn = program("POST", f"/venues/{venue['id']}/maps", json={"name": "A", "template": "round"})
    seat_map = drawn.json["map"]
    assert seat_map["seats"] > 100
    listed = program("GET", f"/venues/{venue['id']}/maps").json
    assert listed["maps"][0]["seats"] == seat_map["seats"]

    drawing = seat_map["drawing"] | {"width": 7777}
    path = f"/maps/{seat_map['id']}"
    assert program("PUT", path, json={"version": 1, "drawing": drawing}).status_code == 200
    late = program("PUT", path, json={"version": 1, "drawing": drawing})
    assert (late.status_code, late.json["code"]) == (409, "conflict")
    wrong = program("PUT", path, json={"version": 2, "drawing": {"width": -1}})
    assert wrong.json["errors"][0]["field"] == "width"


def test_a_program_imports_what_it_exported(program, concert):
    path = f"/maps/{concert.id}"
    data = program("GET", f"{path}/export.csv", headers={"Accept": "text/csv"}).data
    csv = {"Content-Type": "text/csv"}
    dry = program("POST", f"{path}/import?dry_run=1", data=data, headers=csv)
    assert dry.json["dry_run"] is True
    assert again(concert).version == 1
    done = program("POST", f"{path}/import", data=data, headers=csv)
    assert done.json["map"]["version"] == 2
    assert again(concert).drawing == concert.drawing

    wrong = program("POST", f"{path}/import", data=data + b"Stalls,A,1,x,0\n", headers=csv)
    assert wrong.status_code == 422
    assert "line" in wrong.json["errors"][0]["field"]
    late = program("POST", f"{path}/import?version=1", data=data, headers=csv)
    assert (late.status_code, late.json["code"]) == (409, "conflict")
    newest = program("POST", f"{path}/import?version=2&dry_run=1", data=data, headers=csv)
    assert newest.status_code == 200
    unknown = program("POST", f"{path}/import?version=newest", data=data, headers=csv)
    assert (unknown.status_code, unknown.json["errors"][0]["field"]) == (422, "version")
    huge = program("POST", f"{path}/import", data=b"x" * 10_500_000, headers=csv)
    assert huge.status_code == 413
    assert huge.json["detail"] == "A document has 10 MB at most."
    endless = {
        "input_stream": io.BytesIO(data + b"\n" * 10_000_000),
        "headers": csv | {"Transfer-Encoding": "chunked"},
        "environ_overrides": {"wsgi.input_terminated": True},
    }
    assert program("POST", f"{path}/import", **endless).status_code == 413
    assert program("POST", f"{path}/import", data=b"<x/>").status_code == 415
    big = json.dumps({"version": 2, "drawing": hall(20_000)})
    kind = {"Content-Type": "application/json"}
    assert program("PUT", path, data=big, headers=kind).status_code == 200


def test_no_two_maps_of_a_venue_bear_the_same_name(program, console, here, concert):
    venue = f"/venues/{concert.venue_id}/maps"
    again_named = program("POST", venue, json={"name": "concert", "template": "empty"})
    assert again_named.status_code == 422
    assert "is called concert" in again_named.json["errors"][0]["message"]

    console.post(f"{here}/copy")
    console.post(f"{here}/copy")
    maps_of = program("GET", venue).json["maps"]
    assert [one["name"] for one in maps_of] == ["Concert", "Concert, copy", "Concert, copy 2"]

    taken = {"version": 1, "name": "Concert, copy", "drawing": concert.drawing}
    assert program("PUT", f"/maps/{concert.id}", json=taken).status_code == 422
    console.post(f"{here}/archive")
    assert program("POST", venue, json={"name": "Concert"}).status_code == 201
    assert console.post(f"{here}/restore").status_code == 409


@pytest.mark.parametrize("body", [{}, {"hello": 1}, {"sections": []}])
def test_a_file_that_is_no_seat_map_leaves_the_hall_as_it_is(program, concert, body):
    answer = program("POST", f"/maps/{concert.id}/import", json=body)

    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "sections"
    assert (again(concert).version, again(concert).drawing) == (1, concert.drawing)


def test_a_save_that_says_no_sections_leaves_the_hall_as_it_is(program, concert):
    answer = program("PUT", f"/maps/{concert.id}", json={"version": 1, "drawing": {"shapes": []}})

    assert answer.status_code == 422
    assert again(concert).drawing == concert.drawing


def test_an_import_that_was_carried_out_is_not_carried_out_twice(at_riverside, concert):
    data = b"section,row,number,x,y\nPit,A,1,0,0\n"
    with transaction():
        found = map_imports.begin(concert, "pit.csv", data, "", at=now())
        map_imports.apply(found, concert, base=1, at=now())
    with pytest.raises(Refusal):
        map_imports.apply(found, concert, base=2, at=now())
