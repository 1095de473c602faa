"""The Halcyon: a playhouse with 1,200 seats, the arena it runs, and the club in its cellar."""

from datetime import datetime, timedelta
from typing import Any

from eventflow.db import transaction
from eventflow.demo import counter, filling, houses
from eventflow.demo.announcing import Admission, Poster, announce
from eventflow.demo.box_office import BoxOffice, Look
from eventflow.demo.cast import BEA
from eventflow.demo.days import FRIDAY, MONDAY, SATURDAY, TUESDAY, WEDNESDAY
from eventflow.demo.halls import arena, club, theatre
from eventflow.demo.houses import House, Seats
from eventflow.sales import seats
from eventflow.sales.seat_wishes import Best
from eventflow.seating import bookings, venues
from eventflow.seating.bookings import Facts

LOOK = Look(
    slug="theatre",
    name="The Halcyon",
    currency="GBP",
    zone="Europe/London",
    settings={
        "tagline": "A playhouse, an arena, and a cellar with a bar",
        "about": (
            "The Halcyon opened in 1908 with a pantomime and a burst pipe. The horseshoe has "
            "**1,200 seats** and no bad ones, but for the few we tell you about before you take "
            "them.\n\n"
            "We also run the arena by the ring road, and the Undercroft, which is where everybody "
            "goes afterwards.\n\n"
            "Step-free from Quay Street to the stalls and by lift to the circle. Places for "
            "wheelchairs on each level, audio description on Tuesdays, and captions on "
            "Wednesdays."
        ),
        "contact_email": "boxoffice@theatre.example",
        "accent": "#8f2140",
    },
    team={
        "owner": "Olivia Marchetti",
        "admin": "Ada Oyelaran",
        "staff": "Sam Delacroix",
        "scanner": "Gus Petrov",
    },
    neighbours="english",
)

MAIN: dict[str, Any] = {
    "name": "The Halcyon, main house",
    "address": "4 Quay Street\nPort Halcyon, PH1 4AA",
    "notes": "Get-in by the dock door, 3.2 m high. The iron comes down at the interval.",
    "setup_minutes": 240,
    "teardown_minutes": 120,
}
ARENA: dict[str, Any] = {
    "name": "Halcyon Arena",
    "address": "Ring Road South\nPort Halcyon, PH9 1ZZ",
    "notes": "24 lorries, 8 docks. Rigging by our own crew.",
    "setup_minutes": 960,
    "teardown_minutes": 480,
}
CLUB: dict[str, Any] = {
    "name": "The Undercroft",
    "address": "4 Quay Street, down the steps or by the lift\nPort Halcyon, PH1 4AA",
    "setup_minutes": 90,
    "teardown_minutes": 60,
}


def load(box: BoxOffice) -> None:
    opened = box.days.ago(115)
    main = houses.build(box, MAIN, "Proscenium, full house", theatre.draw(), at=opened)
    big = houses.build(box, ARENA, "Concert, end stage", arena.draw(), at=opened)
    cellar = houses.build(box, CLUB, "Tables and floor", club.draw(), at=opened)
    play = _play(box, main)
    _concert(box, big)
    _last_week(box, cellar)
    late = _late_set(box, cellar)
    _calendar(box, main, big)
    _odd_ones(box, play, late)


def _play(box: BoxOffice, house: House) -> str:
    starts_at, made = box.days.next(FRIDAY, 16, "19:30"), box.days.ago(46)
    slug = announce(
        box,
        "The Winter’s Tale",
        starts_at=starts_at,
        lasts=timedelta(hours=2, minutes=50),
        doors_at=starts_at - timedelta(minutes=45),
        admissions=[
            Admission("Premium", 6800, 1200, "The heart of the stalls, the front of the circle."),
            Admission("Standard", 4800, 1200),
            Admission("Box", 5400, 1200, "Six chairs, a door, and a view that you lean into."),
            Admission("Saver", 2600, 1200),
        ],
        poster=Poster("winters-tale", "A bear’s shadow under a pale sun; snow falls."),
        made_at=made,
        seated=houses.seated(
            Seats(
                house,
                {"premium": "Premium", "standard": "Standard", "box": "Box", "saver": "Saver"},
                {
                    "swap_until": starts_at - timedelta(days=2),
                    "accessible_release_at": starts_at - timedelta(days=1),
                },
            ),
            at=made,
        ),
        summary="A jealous king, a statue that breathes, and the most famous exit in the language.",
        category="Theatre",
        tags=["Shakespeare", "captioned on Wednesday"],
    )
    kept = [("Stalls", "H", range(13, 19)), ("Boxes right", "1", range(1, 7))]
    houses.keep_back(box, slug, "House seats", kept, kind="house", at=made + timedelta(hours=2))
    _fill(box, slug, 0.5, made=46)
    for size in (2, 4, 3, 2):
        seats.place(slug, best=[Best(size)], at=box.at)
    return slug


def _concert(box: BoxOffice, house: House) -> None:
    starts_at, made = box.days.next(SATURDAY, 60, "19:00"), box.days.ago(24)
    front, floor, beside = "Front of stage, standing", "Floor, standing", "Beside the stage"
    slug = announce(
        box,
        "Saga Björk Lind: The Long Dark",
        starts_at=starts_at,
        lasts=timedelta(hours=3, minutes=30),
        doors_at=starts_at - timedelta(hours=1),
        admissions=[
            Admission(front, 9500, 600),
            Admission(floor, 6900, 4000),
            Admission("Lower ring", 8400, 5000),
            Admission(beside, 5900, 3000),
            Admission("Upper ring", 4400, 9000),
        ],
        poster=Poster("long-dark", "Two curtains of northern light in a dark sky."),
        made_at=made,
        seated=houses.seated(
            Seats(
                house,
                {
                    arena.FRONT: front,
                    arena.FLOOR: floor,
                    arena.LOWER: "Lower ring",
                    arena.SIDE: beside,
                    arena.UPPER: "Upper ring",
                },
                around=(960, 480),
            ),
            at=made,
        ),
        summary="One voice, forty strings, and a roof that turns into the sky over Tromsø.",
        category="Concert",
        tags=["arena", "all ages in the rings"],
    )
    _fill(box, slug, 0.27, made=24, standing={front: 412, floor: 930})


def _late_set(box: BoxOffice, house: House) -> str:
    starts_at = box.days.next(SATURDAY, 4, "21:30")
    return _night(
        box, house, "Late set: the Copper Owls", starts_at, 21, 0.45, standing={"Standing": 74}
    )


def _last_week(box: BoxOffice, house: House) -> None:
    starts_at = box.days.next(WEDNESDAY, -8, "20:30")
    title = "Late set: Marguerite and the Tides"
    slug = _night(box, house, title, starts_at, 30, 0.4, standing={"Standing": 22})
    opens = starts_at - timedelta(minutes=45)
    counter.let_in(box, slug, all_but=5, gates=["The steps"], opens=opens)


def _night(
    box: BoxOffice,
    house: House,
    title: str,
    starts_at: datetime,
    days: float,
    share: float,
    **more: Any,
) -> str:
    made = box.days.ago(days)
    slug = announce(
        box,
        title,
        starts_at=starts_at,
        lasts=timedelta(hours=3),
        doors_at=starts_at - timedelta(minutes=45),
        admissions=[
            Admission("Standing", 1600, 220),
            Admission("Seat at a table", 2800, 100),
            Admission("Corner table, whole", 3200, 100, "Eight chairs, sold together."),
            Admission("Bar stool", 2000, 20),
        ],
        poster=Poster("late-set", "An owl at night, whose eyes are cymbals."),
        made_at=made,
        seated=houses.seated(
            Seats(
                house,
                {
                    club.FLOOR: "Standing",
                    club.TABLE: "Seat at a table",
                    club.WHOLE: "Corner table, whole",
                    club.BAR: "Bar stool",
                },
                around=(90, 60),
            ),
            at=made,
        ),
        summary="Two sets, one bar, and the last tram at five past one.",
        category="Concert",
        tags=["jazz", "18 and over"],
    )
    _fill(box, slug, share, made=days, until=starts_at - timedelta(hours=1), **more)
    return slug


def _fill(
    box: BoxOffice,
    slug: str,
    share: float,
    *,
    made: float,
    until: datetime | None = None,
    **more: Any,
) -> None:
    last = min(box.days.ago(0.05), until or box.at)
    filling.fill(box, slug, share, first=box.days.ago(made - 1), last=last, **more)


def _calendar(box: BoxOffice, main: House, big: House) -> None:
    """What else the venues are taken for; one of it wants the evening of the play."""
    days = box.days
    with box.as_("admin"), transaction():
        house, at = venues.find_by_id(main.venue_id), days.ago(20)
        for title, organizer, first, hours, status in (
            ("Get-in and focus", "", days.next(TUESDAY, 9, "09:00"), 9, "confirmed"),
            ("Piano tuner", "", days.next(MONDAY, 2, "10:00"), 2, "confirmed"),
            (
                "Annual show",
                "Quayside School of Dance",
                days.next(SATURDAY, 24, "14:00"),
                5,
                "confirmed",
            ),
            (
                "Prize-giving",
                "Port Halcyon College",
                days.next(FRIDAY, 16, "17:30"),
                2.5,
                "requested",
            ),
        ):
            facts = Facts(title, first, first + timedelta(hours=hours), organizer, status=status)
            bookings.book(house, facts, despite_clash=status == "requested", at=at)
        first = days.next(FRIDAY, 30, "08:00")
        fair = Facts(
            "Boat and caravan fair", first, first + timedelta(days=3), "Northern Fairs", 1440, 720
        )
        bookings.book(venues.find_by_id(big.venue_id), fair, at=at)


def _odd_ones(box: BoxOffice, play: str, late: str) -> None:
    """Bea's seats: some given back, some kept, and an order of today."""
    counter.sell(box, play, {"Premium": 2}, BEA, at=box.days.ago(12))
    back = counter.sell(box, play, {"Saver": 2}, BEA, at=box.days.ago(11))
    counter.refund(box, back, reason="Her sister is in Porto", at=box.days.ago(9))
    counter.sell(box, late, {"Seat at a table": 2}, BEA, at=box.days.ago(0.02), told=True)
