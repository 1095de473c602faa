"""Drawings made at random, for promises that have to hold for all of them."""

from typing import Any

from hypothesis import strategies as st

from eventflow.seating import checking

# What people may name things, with all that a spreadsheet or a CSV could stumble over.
TEXT = st.text(
    alphabet=st.sampled_from("abcXYZ019 =+-@'\";,/äé漢#\u2019"), min_size=1, max_size=12
).map(lambda text: " ".join(text.split()) or "x")
NUMBER = st.floats(-5000, 5000).map(checking.number_of)
POINT = st.tuples(NUMBER, NUMBER).map(list)


@st.composite
def drawings(draw) -> dict[str, Any]:
    """A drawing in its normal form."""
    count = iter(range(1, 100_000))

    def named(prefix: str) -> str:
        return f"{prefix}{next(count)}"

    def names(most: int) -> list[str]:
        return draw(st.lists(TEXT, min_size=1, max_size=most, unique=True))

    categories = [{"id": named("c"), "name": name, "colour": "#b4232f"} for name in names(3)]
    ids = [one["id"] for one in categories]

    def seat(number: str) -> dict[str, Any]:
        made: dict[str, Any] = {"id": named("k"), "number": number}
        # No two in one place, which a file may not have.
        made["x"], made["y"] = draw(NUMBER) + 10_001 * next(count), draw(NUMBER)
        made["category"] = draw(st.sampled_from([*ids, None]))
        made["kind"] = draw(st.sampled_from(["accessible", "companion", "standard"]))
        made["aisle"], made["note"] = draw(st.booleans()), draw(st.one_of(st.just(""), TEXT))
        return made

    def row(label: str) -> dict[str, Any]:
        made: dict[str, Any] = {"id": named("r"), "label": label}
        made["kind"] = draw(st.sampled_from(checking.ROW_KINDS))
        made["whole"] = draw(st.booleans())
        if made["kind"] != "row":
            made["table"] = {"shape": draw(st.sampled_from(checking.TABLE_SHAPES))}
            made["table"] |= {"x": draw(NUMBER), "y": draw(NUMBER), "width": 150, "height": 90.5}
            made["table"]["rotation"] = draw(st.integers(0, 359))
        made["seats"] = [seat(number) for number in names(3)]
        return made

    def section(name: str) -> dict[str, Any]:
        made: dict[str, Any] = {"id": named("s"), "name": name, "note": draw(TEXT)}
        made["category"] = draw(st.sampled_from([*ids, None]))
        made["floor"], made["rake"] = draw(NUMBER), draw(NUMBER)
        made["outline"] = draw(st.one_of(st.just([]), st.lists(POINT, min_size=3, max_size=5)))
        if draw(st.booleans()):
            made |= {"kind": "standing", "capacity": draw(st.integers(1, 900))}
            made["outline"] = made["outline"] or [[0, 0], [1, 0], [1, 1]]
        else:
            made["rows"] = [row(label) for label in names(3)]
        return made

    def shape(kind: str) -> dict[str, Any]:
        made: dict[str, Any] = {"id": named("h"), "kind": kind, "x": draw(NUMBER)}
        made["points"] = draw(st.lists(POINT, min_size=3, max_size=4))
        return made | {"text": draw(TEXT), "rotation": 12.5, "width": 40, "size": 30}

    kinds = draw(st.lists(st.sampled_from(checking.SHAPE_KINDS), max_size=3))
    return checking.check(
        {
            "focal": draw(POINT),
            "categories": categories,
            "sections": [section(name) for name in names(3)],
            "shapes": [shape(kind) for kind in kinds],
        }
    )


def hall(seats: int, *, per_row: int = 50, per_section: int = 1000) -> dict[str, Any]:
    """A plain hall of so many seats."""
    sections: list[dict[str, Any]] = []
    for index in range(seats):
        number, row, section = index % per_row, index // per_row, index // per_section
        if section == len(sections):
            sections.append({"id": f"s{section}", "name": f"Block {section}", "rows": []})
        rows = sections[section]["rows"]
        if number == 0:
            rows.append({"id": f"r{row}", "label": str(len(rows) + 1), "seats": []})
        x, y = section % 5 * 3000 + number * 52, section // 5 * 2500 + len(rows) * 95
        rows[-1]["seats"].append({"id": f"k{index}", "number": str(number + 1), "x": x, "y": y})
    return checking.check({"sections": sections, "width": 15000, "height": 10000})
