"""Halls as the HTTP API writes them."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from eventflow.api.documents import Document
from eventflow.seating import drawing as drawings
from eventflow.seating.hall import Hall
from eventflow.seating.states import NAMES, Delta, Snapshot

SeatStatus = Literal["free", "held", "sold", "blocked"]


class SeatDocument(Document):
    id: str
    section: str
    row: str
    number: str
    x: float
    y: float
    tier: str | None
    status: SeatStatus
    kind: Literal["standard", "accessible", "companion"]
    label: str
    note: str


class SectionDocument(Document):
    """A part of the hall. A standing one has no seats: it is bought by its tier."""

    id: str
    name: str
    kind: Literal["seated", "standing"]
    tier: str | None
    capacity: int | None
    outline: list[tuple[float, float]]


class SeatChange(Document):
    id: str
    status: SeatStatus


class SeatsAnswer(Document):
    """All seats; or, asked with `since`, the version and only what changed after that one."""

    version: int
    sections: list[SectionDocument] | None = None
    seats: list[SeatDocument] | None = None
    changed: list[SeatChange] | None = None


class SeatsQuery(Document):
    model_config = ConfigDict(strict=False, extra="ignore")

    since: Annotated[int | None, Field(ge=0, le=2**62)] = None


def whole(
    hall: Hall, snapshot: Snapshot, drawing: Mapping[str, Any], prices: Mapping[str, str]
) -> str:
    """The whole hall as JSON; written by hand, since there may be 40,000 seats."""
    before, after = _written(hall)
    statuses = {letter: f'"{name}"' for letter, name in NAMES.items()}
    states = snapshot.states.decode()
    seats = ",".join(
        [f"{b}{statuses[s]}{a}" for b, s, a in zip(before, states, after, strict=True)]
    )
    sections = json.dumps([_section(one, prices) for one in drawing.get("sections", ())])
    return f'{{"version":{snapshot.version},"sections":{sections},"seats":[{seats}]}}'


def changed(hall: Hall, delta: Delta) -> str:
    rows = [
        {"id": hall.ids[position], "status": NAMES[letter]} for position, letter in delta.changes
    ]
    return json.dumps({"version": delta.version, "changed": rows}, separators=(",", ":"))


def _section(section: Mapping[str, Any], prices: Mapping[str, str]) -> dict[str, Any]:
    standing = section.get("kind") == "standing"
    return {
        "id": section["id"],
        "name": section["name"],
        "kind": "standing" if standing else "seated",
        "tier": drawings.price_of(section, prices),
        "capacity": section.get("capacity") if standing else None,
        "outline": section.get("outline") or [],
    }


class _ByIdentity:
    __slots__ = ("hall",)

    def __init__(self, hall: Hall) -> None:
        self.hall = hall

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and other.hall is self.hall

    def __hash__(self) -> int:
        return id(self.hall)


def _written(hall: Hall) -> tuple[list[str], list[str]]:
    return _write(_ByIdentity(hall))


@lru_cache(maxsize=16)
def _write(key: _ByIdentity) -> tuple[list[str], list[str]]:
    """What stands before and after the status of each seat."""
    hall = key.hall
    before, after = [], []
    for position, seat_id in enumerate(hall.ids):
        row = hall.rows[hall.row_of[position]]
        known = {
            "id": seat_id,
            "section": row.section,
            "row": row.label,
            "number": hall.numbers[position],
            "x": round(hall.xs[position], 1),
            "y": round(hall.ys[position], 1),
            "tier": hall.tiers[position],
            "kind": hall.kinds[position],
            "label": hall.labels[position],
            "note": hall.notes[position],
        }
        text = json.dumps(known, separators=(",", ":"))
        before.append(text[:-1] + ',"status":')
        after.append("}")
    return before, after
