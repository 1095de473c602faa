"""Kiln & Thread: a workshop studio in Galway. Classes of twelve, free tasters, fees absorbed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from eventflow.demo import counter
from eventflow.demo.announcing import Admission, Poster, Sharing, announce
from eventflow.demo.box_office import BoxOffice, Look
from eventflow.demo.cast import BEA
from eventflow.demo.days import SATURDAY, SUNDAY, THURSDAY, TUESDAY
from eventflow.events.tiers import EarlyPrice

LOOK = Look(
    slug="studio",
    name="Kiln & Thread",
    currency="EUR",
    zone="Europe/Dublin",
    settings={
        "tagline": "Clay, cloth and dye, twelve round a table",
        "about": (
            "We are two potters, a weaver and a dyer in an old sail loft by the Claddagh. "
            "Every class has **twelve places**, because that is how many fit round the table "
            "and still get a hand when the clay won’t listen.\n\n"
            "Clay, thread, dye, aprons and tea are in the price. So are the fees: what you see "
            "is what you pay. Nobody needs to have done any of this before.\n\n"
            "The door is on street level, the wheels can be used from a wheelchair, and one of "
            "us signs (ISL). If money is what keeps you away, write to us."
        ),
        "contact_email": "hello@studio.example",
        "fee_mode": "absorbed",
        "accent": "#2c6e5b",
    },
    team={
        "owner": "Olivia Ní Mháille",
        "admin": "Ada Wiśniewska",
        "staff": "Sam Okonkwo",
        "scanner": "Gus Flaherty",
    },
    neighbours="irish",
    transfer="Kiln & Thread, IE29 AIBK 9311 5212 3456 78\nPlease write the order’s code.",
)

PLACE: dict[str, Any] = {
    "venue_name": "The Sail Loft",
    "venue_address": "Nimmo’s Pier\nGalway, H91 DEMO",
    "tags": ["workshop", "for beginners"],
}


def load(box: BoxOffice) -> None:
    bowls = _first_bowls(box)
    _tasters(box)
    dye = _shibori(box)
    mending = _sashiko(box)
    _glaze_and_table(box)
    _weaving(box)
    _bea(box, bowls, dye, mending)


def _evening(
    box: BoxOffice,
    title: str,
    starts_at: datetime,
    hours: float,
    admissions: Sequence[Admission],
    poster: Poster,
    *,
    made: float,
    summary: str,
    category: str = "Workshop",
    shared: Sequence[Sharing] = (),
) -> str:
    return announce(
        box,
        title,
        starts_at=starts_at,
        lasts=timedelta(hours=hours),
        admissions=admissions,
        poster=poster,
        made_at=box.days.ago(made),
        shared=shared,
        summary=summary,
        category=category,
        capacity=12,
        **PLACE,
    )


def _first_bowls(box: BoxOffice) -> list[str]:
    """One that is over, one that is full, one with a single place left, and two to come."""
    poster = Poster("first-bowl", "A clay bowl with thrown rings stands on a potter’s wheel.")
    seats = Admission(
        "Wheel and apron",
        4800,
        12,
        "Clay, glaze and both firings are in it.",
        facts={"max_per_order": 4},
    )
    slugs = []
    dates = [box.days.next(TUESDAY, after, "19:00") for after in (-13, 2, 9, 16, 30)]
    for starts_at, sold, made in zip(dates, (12, 12, 11, 5, 1), (52, 45, 38, 24, 10), strict=True):
        slug = _evening(
            box,
            "First bowl: an evening at the wheel",
            starts_at,
            2.5,
            [seats],
            poster,
            made=made,
            summary="Two hours and a half, one wheel each, and something to drink from at the end.",
        )
        last = min(box.days.ago(0.3), starts_at - timedelta(hours=20))
        counter.fill(box, slug, {"Wheel and apron": sold}, first=box.days.ago(made - 1), last=last)
        slugs.append(slug)
    counter.let_in(box, slugs[0], all_but=1, gates=["Loft"], opens=dates[0] - timedelta(minutes=25))
    return slugs


def _tasters(box: BoxOffice) -> None:
    poster = Poster("pinch-pots", "Six small clay pots with dented sides on two shelves.")
    for after, sold, made in ((4, 10, 20), (18, 3, 6)):
        slug = _evening(
            box,
            "Pinch pots: a free taster",
            box.days.next(SATURDAY, after, "10:30"),
            1,
            [Admission("Free place", 0, 12, facts={"max_per_order": 2})],
            poster,
            made=made,
            summary="One hour, no wheel, no fee: just thumbs and clay.",
            category="Free taster",
        )
        first, last = box.days.ago(made - 0.5), box.days.ago(0.2)
        counter.fill(box, slug, {"Free place": sold}, first=first, last=last)


def _shibori(box: BoxOffice) -> str:
    starts_at = box.days.next(SATURDAY, 11, "10:00")
    slug = _evening(
        box,
        "Indigo and knots: a day of shibori",
        starts_at,
        6.5,
        [
            Admission(
                "A place at the vat",
                8500,
                12,
                "Four linen napkins to dye.",
                early=EarlyPrice(7200, box.days.on(3, "23:59")),
                facts={"max_per_order": 4},
            ),
            Admission(
                "With a tablecloth",
                11800,
                5,
                "Four napkins, and two metres of heavy linen.",
                facts={"max_per_order": 2},
            ),
        ],
        Poster("indigo", "White rings, tied and dyed into dark blue cloth."),
        made=28,
        summary="Fold, knot, dip, wait: linen goes in white and comes out green, then blue.",
        shared=[Sharing("The dye room", 12, ["A place at the vat", "With a tablecloth"])],
    )
    basket = {"A place at the vat": 4, "With a tablecloth": 3}
    counter.fill(box, slug, basket, first=box.days.ago(27), last=box.days.ago(1))
    return slug


def _sashiko(box: BoxOffice) -> str:
    slug = _evening(
        box,
        "Sashiko: mending as pattern",
        box.days.next(THURSDAY, 6, "18:30"),
        2.5,
        [
            Admission("Place", 3800, 12, facts={"max_per_order": 4}),
            Admission(
                "Concession",
                2400,
                4,
                "For whoever needs it. Nobody asks.",
                facts={"max_per_order": 1},
            ),
        ],
        Poster("sashiko", "A rust-red patch on blue cloth, covered in white running stitch."),
        made=33,
        summary="Bring something with a hole in it, and take home its best part.",
        shared=[Sharing("Round the table", 12, ["Place", "Concession"])],
    )
    basket = {"Place": 5, "Concession": 2}
    counter.fill(box, slug, basket, first=box.days.ago(32), last=box.days.ago(0.8))
    return slug


def _glaze_and_table(box: BoxOffice) -> None:
    _evening(
        box,
        "Glaze lab: twelve tiles, two pails",
        box.days.next(SUNDAY, 27, "13:00"),
        4,
        [
            Admission(
                "Place and tiles",
                6200,
                12,
                "Both days, tiles, firing and the recipes.",
                facts={"sale_start": box.days.on(5, "09:00"), "max_per_order": 2},
            )
        ],
        Poster("glaze", "Twelve clay tiles on a wall, dipped in green and blue glaze that ran."),
        made=4,
        summary="Dip on Sunday, open the kiln on Thursday, argue about celadon ever after.",
    )
    table = _evening(
        box,
        "The clay table, for six to ten year olds",
        box.days.next(SUNDAY, 8, "11:00"),
        1.5,
        [
            Admission(
                "A child and their grown-up",
                2600,
                6,
                "One ticket for the two of you.",
                facts={"max_per_order": 2},
            )
        ],
        Poster("snail", "A snail with a house of one long clay coil crosses a stitched road."),
        made=21,
        summary="Three kilos of clay and one long coil. This time: snails.",
        category="For children",
    )
    basket = {"A child and their grown-up": 4}
    counter.fill(box, table, basket, first=box.days.ago(20), last=box.days.ago(1))


def _weaving(box: BoxOffice) -> None:
    starts_at = box.days.next(SATURDAY, -25, "10:00")
    slug = _evening(
        box,
        "Off the wall: weave a hanging in a day",
        starts_at,
        7,
        [Admission("Frame and warp", 7400, 12, facts={"max_per_order": 4})],
        Poster("weaving", "A basket weave of rust, green and dark blue bands."),
        made=58,
        summary="A frame, a warp, and everything that can be a weft.",
    )
    last = starts_at - timedelta(days=1)
    counter.fill(box, slug, {"Frame and warp": 12}, first=box.days.ago(57), last=last)
    counter.let_in(box, slug, all_but=2, gates=["Loft"], opens=starts_at - timedelta(minutes=30))


def _bea(box: BoxOffice, bowls: list[str], dye: str, mending: str) -> None:
    """Bea's orders, and a few of today that people have mail about."""
    counter.lapse(box, mending, {"Place": 2}, BEA, at=box.days.ago(9), declined=True)
    paid_back = counter.sell(box, dye, {"With a tablecloth": 1}, BEA, at=box.days.ago(8))
    reason = "Bea has broken her wrist, poor thing"
    counter.refund(box, paid_back, reason=reason, at=box.days.ago(6.5))
    counter.pay_later(
        box, bowls[3], {"Wheel and apron": 2}, BEA, method="transfer", at=box.days.ago(0.4)
    )
    counter.sell(box, mending, {"Place": 1}, BEA, at=box.days.ago(0.12), told=True)
    somebody = box.audience.somebody()
    counter.sell(box, bowls[3], {"Wheel and apron": 1}, somebody, at=box.days.ago(0.03), told=True)
