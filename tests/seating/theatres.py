"""Small drawings, and events seated on them, for tests about seats."""

from collections.abc import Mapping
from typing import Any

from eventflow.db import db, new_id, now, transaction
from eventflow.events import publishing
from eventflow.events.models import Event
from eventflow.seating import freezing, hall, pricing, states
from eventflow.seating.hall import Hall
from eventflow.seating.models import SeatMap, Venue
from tests import factories


def a_row(label: str, count: int, *, y: float = 0.0, aisles=(), section="s", **facts) -> dict:
    """A straight row of so many seats, 50 cm apart, centred on x = 0."""
    return {
        "id": f"{section}-{label}",
        "label": label,
        "kind": "row",
        "seats": [
            {
                "id": f"{section}-{label}-{number}",
                "number": str(number),
                "x": (number - (count + 1) / 2) * 50.0,
                "y": y,
                **({"aisle": True} if number in aisles else {}),
            }
            for number in range(1, count + 1)
        ],
        **facts,
    }


def a_drawing(*rows: dict, sections: list[dict[str, Any]] | None = None, **more) -> dict[str, Any]:
    """A drawing of one section of these rows, or of these sections."""
    seated = {"id": "s1", "name": "Stalls", "kind": "seated", "category": "c1", "outline": []}
    return {
        "format": 1,
        "width": 3000,
        "height": 3000,
        "focal": [0, -300],
        "categories": [
            {"id": "c1", "name": "Stalls", "colour": "#b4232f"},
            {"id": "c2", "name": "Circle", "colour": "#23b42f"},
            {"id": "c3", "name": "Floor", "colour": "#2f23b4"},
        ],
        "sections": sections if sections is not None else [seated | {"rows": list(rows)}],
        "shapes": [],
        **more,
    }


def theatre(rows: int, seats: int, **how) -> dict[str, Any]:
    return a_drawing(
        *(
            a_row(chr(65 + n // 26 - 1) * (n >= 26) + chr(65 + n % 26), seats, y=n * 90.0, **how)
            for n in range(rows)
        )
    )


def make_map(drawing: Mapping[str, Any], name: str = "Theatre") -> SeatMap:
    venue = Venue(
        id=new_id(), slug=f"hall-{new_id().hex[-8:]}", name="Riverside Hall", calendar_secret="s"
    )
    db.session.add(venue)
    db.session.flush()
    seat_map = SeatMap(id=new_id(), venue_id=venue.id, name=name, drawing=dict(drawing))
    db.session.add(seat_map)
    db.session.flush()
    return seat_map


def seat(
    event: Event, drawing: Mapping[str, Any], prices: Mapping[str, int] | None = None, **settings
) -> Event:
    """Seat an event: category id → which of its tiers (their number)."""
    with transaction():
        seating = freezing.freeze(event, make_map(drawing), at=now())
        for name, value in settings.items():
            setattr(seating, name, value)
        wanted = {"c1": 0} if prices is None else prices
        pricing.price(seating, {key: event.tiers[n].id for key, n in wanted.items()}, at=now())
    forget()
    return event


def make_seated(
    drawing: Mapping[str, Any],
    prices: Mapping[str, int] | None = None,
    *,
    tiers=(("Stalls", 2500, 0), ("Circle", 4000, 0), ("Floor", 1500, 10)),
    publish: bool = True,
    **settings,
) -> Event:
    event = factories.make_event(tiers=tiers, publish=False)
    seat(event, drawing, prices, **settings)
    if publish:
        with transaction():
            publishing.publish(event, at=now())
    return event


def hall_of(event: Event) -> Hall:
    found = hall.of(event.id)
    assert found is not None
    return found


def forget() -> None:
    """What this process remembers of halls and their seats."""
    hall.clear()
    states.clear()


def now_of(event: Event, at=None) -> str:
    """The state of every seat, straight from the database."""
    return states.ask(event.id, at=at or now()).states.decode()
