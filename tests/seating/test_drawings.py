"""Checking, importing and exporting: one normal form, and every complaint says where."""

import csv
import io
import json

import pytest
from hypothesis import HealthCheck, given, settings

from eventflow.demo.halls import arena, club, theatre
from eventflow.errors import Invalid
from eventflow.seating import (
    checking,
    drawing,
    exporting,
    importing,
    maps,
    spots,
    templates,
    thumbnails,
)
from tests.seating import halls
from tests.seating.drawings import drawings, hall

HEAD = "section,row,number,x,y,category,kind,aisle,note\n"
SLOW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@SLOW
@given(drawing=drawings())
def test_what_is_exported_is_imported_again_as_it_was(app, drawing):
    for format, text in (
        ("csv", exporting.as_csv(drawing)),
        ("json", exporting.as_json(drawing)),
    ):
        read = importing.read(text.encode(), format)
        assert read.errors == []
        assert read.drawing == drawing


@pytest.mark.parametrize("text", ["=1+1", "＝1", "A;=1+1", 'A;"=1', "A;'=1", "''=1", ";@x;-1"])
def test_no_text_of_a_map_is_calculated_by_a_spreadsheet(app, text):
    drawing = checking.check(templates.draw("theatre"))
    drawing["sections"][0]["name"] = text

    written = exporting.as_csv(drawing)

    cells = [cell for line in csv.reader(io.StringIO(written)) for cell in line]
    # As a spreadsheet parts them, at commas or at semicolons.
    parts = [part.strip('"') for cell in cells for part in cell.split(";")]
    assert not any(part.startswith(("=", "＝", "@")) for part in parts)
    assert importing.read(written.encode(), "csv").drawing == drawing


@pytest.mark.parametrize("template", templates.TEMPLATES)
def test_every_template_is_a_good_drawing(app, template):
    drawing = checking.check(templates.draw(template))
    assert list(spots.shared(drawing)) == []
    assert checking.check(json.loads(json.dumps(drawing))) == drawing


def test_a_file_of_seats_alone_draws_their_sections_and_rows(app):
    read = importing.read(b"section;row;number;x;y\nStalls;A;1;0;0\nStalls;A;2;52;0\n", "csv")

    assert read.errors == []
    [section] = read.drawing["sections"]
    assert (section["name"], section["rows"][0]["label"]) == ("Stalls", "A")
    assert [seat["number"] for seat in section["rows"][0]["seats"]] == ["1", "2"]
    assert read.drawing["focal"] == [26, -300]


BROKEN = [
    ("Stalls,A,1,0,0,,,,\nStalls,A,1,9,0,,,,", 3, "number", "line 2 already"),
    ("Stalls,A,1,0,0,,,,\nStalls,B,7,0,0,,,,", 3, "x", "row A in Stalls, in line 2"),
    ("Pit,A,1,9,-9,,,,\nPit,B,1,9,9,,,,\nPit,B,2,8.7,9.3,,,,", 4, "x", "in line 3"),
    ("Stalls,A,1,twelve,0,,,,", 2, "x", "number"),
    ("Stalls,A,1,nan,0,,,,", 2, "x", "number"),
    ("Stalls,A,1,1e9,0,,,,", 2, "x", "number"),
    ("Stalls,A,1,9999999,0,,,,", 2, "x", "1,000,000"),
    ("Stalls,A,1,0,0,,throne,,", 2, "kind", "not known"),
    ("Stalls,A,1,0,0,,,perhaps,", 2, "aisle", "yes"),
    ("=1+1,A,1,0,0,,,,", 2, "section", "formula"),
    ("Stalls,A,1,0,0,,,,@SUM(A1)", 2, "note", "formula"),
    ("Stalls,A,1,=2,0,,,,", 2, "x", "formula"),
    (f"Stalls,A,1,0,0,,,,{'x' * 81}", 2, "note", "80"),
    (f"{'x' * 81},A,1,0,0,,,,", 2, "section", "80"),
    (",A,1,0,0,,,,", 2, "section", "empty"),
    ("Stalls,A,1,0,0,,,,,,,more", 2, "", "cells"),
    ('Stalls,"A,1,0,0,,,,', 2, "", "quotation"),
]


@pytest.mark.parametrize(("lines", "line", "column", "words"), BROKEN)
def test_a_broken_line_is_named_with_its_column(app, lines, line, column, words):
    read = importing.read((HEAD + lines).encode(), "csv")

    assert read.drawing is None
    assert [(one.line, one.column) for one in read.errors] == [(line, column)]
    assert words in read.errors[0].message


@pytest.mark.parametrize(
    ("line", "columns"),
    [
        ("Stalls,A,1,zero,,Zed,vip,maybe,", {"x", "y", "kind", "aisle"}),
        ("Stalls,A", {"number", "x", "y"}),
        (",,,=1,2,,,,", {"section", "row", "number", "x"}),
        (",,,,,,standing,,", {"section", "capacity"}),
    ],
)
def test_all_that_is_wrong_with_a_line_is_told_at_once(app, line, columns):
    read = importing.read((HEAD + line).encode(), "csv")

    assert {one.column for one in read.errors} == columns
    assert len(read.errors) == len(columns)


def test_all_broken_lines_are_told_at_once(app):
    lines = "".join(f"Stalls,A,{n},x,0,,,,\n" for n in range(1, 500))
    read = importing.read((HEAD + lines).encode(), "csv")
    assert len(read.errors) == importing.MOST_ERRORS
    assert read.errors[-1].line == 201


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("section,row\nSäle,A".encode("latin-1"), "UTF-8"),
        ("section,row".encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04\x00\x00", "a spreadsheet"),
        (b"%PDF-1.7\n\xe2\xe3", "a PDF"),
        (b"\x89PNG\r\n", "a picture"),
        (b"section,row\nStalls\x00,A", "no text"),
        (b"Stalls,A,1,5,5\nStalls,A,2,9,9\n", "missing: section"),
        (b"", "empty"),
        (b"section,row,number\nA,1,1", "missing: x, y"),
        (b"section,row,number,x,y,price\n", "no column"),
        (b"x" * (importing.MOST_BYTES + 1), "10 MB"),
        (b"a\n" * 70_000, "60,000"),
    ],
)
def test_what_is_no_such_file_is_refused_in_words(app, data, words):
    read = importing.read(data, "csv")
    assert read.drawing is None
    assert words in read.errors[0].message


@pytest.mark.parametrize(
    "text",
    [
        *("{", "[]", "null", '{"sections": 3}', "[" * 100_000, '{"width": NaN}', "{} {}"),
        *("{}", '{"hello": 1}', '{"format": 1, "shapes": []}', '{"sections": []}'),
    ],
)
def test_json_that_is_no_drawing_is_refused(app, text):
    read = importing.read(text.encode(), "json")
    assert read.drawing is None
    assert read.errors


def test_two_seats_on_one_spot_are_no_drawing_to_import(app):
    """Nor one in JSON, where both lines are named, as far as it has lines."""
    drawing = checking.check(templates.draw("theatre"))
    rows = drawing["sections"][0]["rows"]
    first, second = rows[0]["seats"][0], rows[3]["seats"][2]
    second |= {"x": first["x"] + 0.2, "y": first["y"] - 0.2}
    pretty = json.dumps(drawing, indent=1)
    lines = pretty.splitlines()
    line, other = (
        1 + next(n for n, text in enumerate(lines) if f'"id": "{seat["id"]}"' in text)
        for seat in (second, first)
    )

    [wrong] = importing.read(pretty.encode(), "json").errors
    assert (wrong.line, wrong.column) == (line, "sections.0.rows.3.seats.2.x")
    assert f"{rows[0]['label']}1, in line {other}." in wrong.message

    [wrong] = importing.read(exporting.as_csv(drawing).encode(), "csv").errors
    assert wrong.column == "x"
    # As near as a real hall may come: half a centimetre.
    second |= {"x": first["x"] + 0.5, "y": first["y"]}
    assert importing.read(json.dumps(drawing).encode(), "json").errors == []


def test_a_third_seat_beside_two_that_are_near_is_found():
    where = spots.Spots()
    assert where.take(0.0, 0.0, "first") is None
    assert where.take(0.4, 0.4, "second") is None
    assert where.take(0.0, 0.0, "third") == "first"


def test_what_is_wrong_in_json_is_named_by_its_line(app):
    drawing = checking.check(templates.draw("theatre"))
    drawing["sections"][0]["rows"][1]["seats"][0]["x"] = "left"
    pretty = json.dumps(drawing, indent=1)

    [wrong] = importing.read(pretty.encode(), "json").errors

    seat = drawing["sections"][0]["rows"][1]["seats"][0]["id"]
    assert f'"id": "{seat}"' in pretty.splitlines()[wrong.line - 1]
    assert wrong.column == "sections.0.rows.1.seats.0.x"


@pytest.mark.parametrize("draw", [theatre.draw, arena.draw, club.draw, halls.arena, halls.theatre])
def test_no_hall_has_two_seats_on_one_spot(draw):
    assert list(spots.shared(draw())) == []


def test_a_hall_of_twenty_thousand_goes_out_and_in(app):
    drawing = hall(20_000)
    seen = []
    read = importing.read(
        exporting.as_csv(drawing).encode(), "csv", lambda done, of: seen.append((done, of))
    )
    assert read.drawing == drawing
    assert len(seen) > 10
    assert seen[-1][0] == seen[-1][1]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"format": 2}, "format"),
        ({"width": "wide"}, "width"),
        ({"focal": [1]}, "focal"),
        ({"focal": [1, float("inf")]}, "focal"),
        ({"categories": [{"id": "c1", "name": "A", "colour": "red"}]}, "categories.0.colour"),
        ({"sections": [{"id": "s 1", "name": "A"}]}, "sections.0.id"),
        ({"sections": [{"id": "s1", "name": ""}]}, "sections.0.name"),
        ({"sections": [{"id": "s1", "name": "A", "category": "c9"}]}, "sections.0.category"),
        ({"sections": [{"id": "s1", "name": "A"}, {"id": "s1", "name": "B"}]}, "sections.1.id"),
        ({"sections": [{"id": "s1", "name": "A"}, {"id": "s2", "name": "A"}]}, "sections.1.name"),
        (
            {"sections": [{"id": "s1", "name": "A", "kind": "standing", "capacity": 0}]},
            "sections.0.capacity",
        ),
        (
            {"sections": [{"id": "s1", "name": "A", "rows": [{"id": "r1", "label": "A"}]}]},
            "sections.0.rows.0.seats",
        ),
        ({"shapes": [{"id": "h1", "kind": "polygon", "points": []}]}, "shapes.0.points"),
        ({"shapes": [{"id": "h1", "kind": "cube"}]}, "shapes.0.kind"),
        ({"sections": [{"id": "s1", "name": "a\x00b"}]}, "sections.0.name"),
        ({"sections": {}}, "sections"),
        ({"sections": [7]}, "sections.0"),
    ],
)
def test_what_is_wrong_in_a_drawing_is_named_by_its_path(app, change, path):
    with pytest.raises(Invalid) as refusal:
        checking.check(templates.draw("empty") | change)
    assert path in refusal.value.fields


def test_a_map_has_forty_thousand_seats_at_most(app):
    hall(40_000)
    with pytest.raises(Invalid, match="put right"):
        hall(40_001)


def test_a_stage_drawn_by_its_corners_is_in_the_pictures():
    corners = [[1000, 100], [2000, 100], [1500, 400]]
    stage = {
        "id": "h1", "kind": "stage", "x": 0, "y": 0, "width": 0, "height": 0, "rotation": 0,
        "points": corners, "text": "Stage", "size": 40,
    }  # fmt: skip
    drawn = thumbnails.shape_of(stage)
    assert '<polygon points="1000,100 2000,100 1500,400"' in drawn
    assert '<text x="1500" y="250"' in drawn
    alone = {"sections": [], "shapes": [stage]}
    assert maps.extent(alone) == (940, 40, 2060, 460)
    assert drawing.bounds(alone) == (900, 0, 2100, 500)
