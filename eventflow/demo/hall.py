"""Linden Hall: a community hall in a Yorkshire valley. Free and paid, here and in Tokyo, called
off and half made."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from eventflow.db import transaction
from eventflow.demo import counter, crowd, door
from eventflow.demo.announcing import Admission, Poster, Sharing, announce
from eventflow.demo.box_office import BoxOffice, Look
from eventflow.demo.cast import BEA
from eventflow.demo.days import FRIDAY, MONDAY, SATURDAY, SUNDAY, THURSDAY, WEDNESDAY, Days
from eventflow.events import drafting, wizard
from eventflow.events.tiers import EarlyPrice

LOOK = Look(
    slug="hall",
    name="Linden Hall",
    currency="GBP",
    zone="Europe/London",
    settings={
        "tagline": "A room for the valley since 1891",
        "about": (
            "Linden Hall was built by weavers who wanted somewhere to argue. It has a sprung "
            "floor, a kitchen, a piano that is tuned twice a year, and two hundred chairs that "
            "do not match.\n\n"
            "It is run by volunteers. **Any of us can have it**: for a christening, a choir, a "
            "repair café, a wake. Ask at the hatch on Tuesdays, or write.\n\n"
            "Step-free from Mill Lane, hearing loop in the first four rows, and somebody always "
            "has a spare umbrella."
        ),
        "contact_email": "hatch@hall.example",
        "accent": "#e0a11b",
    },
    team={
        "owner": "Olivia Greenwood",
        "admin": "Ada Mensah",
        "staff": "Sam Thackray",
        "scanner": "Gus Þórarinsson",
    },
    neighbours="english",
    transfer=(
        "Linden Hall Trust, sort code 00-00-00, account 12345678\n"
        "Please give the order’s code as the reference."
    ),
    at_door=True,
)

PLACE: dict[str, Any] = {
    "venue_name": "The big room",
    "venue_address": "Linden Hall, Mill Lane\nAldermere, West Yorkshire",
}


def load(box: BoxOffice) -> None:
    _harvest(box)
    _film(box)
    quartet = _quartet(box)
    _soup(box)
    ceilidh = _ceilidh(box)
    _repair(box)
    tokyo = _tokyo(box)
    _moss(box)
    _bridge(box)
    brass = _brass(box)
    _swing(box)
    _odd_ones(box, quartet, ceilidh, tokyo)
    reason = "The green is under water, and so is the band’s shed"
    counter.call_off(box, brass, reason=reason, at=box.days.ago(2.2))


def _show(
    box: BoxOffice,
    title: str,
    starts_at: datetime,
    hours: float,
    admissions: Sequence[Admission],
    poster: tuple[str, str],
    *,
    made: float,
    doors: float = 0.5,
    **facts: Any,
) -> str:
    return announce(
        box,
        title,
        starts_at=starts_at,
        lasts=timedelta(hours=hours),
        doors_at=starts_at - timedelta(hours=doors) if doors else None,
        admissions=admissions,
        poster=Poster(*poster),
        made_at=box.days.ago(made),
        **(PLACE | facts),
    )


def _harvest(box: BoxOffice) -> None:
    starts_at = box.days.next(SATURDAY, -34, "18:30")
    slug = _show(
        box,
        "Harvest supper",
        starts_at,
        4,
        [Admission("A place at the table", 1400, 80), Admission("Child’s place", 500, 24)],
        ("pears", "A whole pear and half a pear on a dark ground."),
        made=72,
        capacity=96,
        summary="One long table, and everything on it grown within five miles.",
        category="Food",
    )
    basket = {"A place at the table": 74, "Child’s place": 15}
    last = starts_at - timedelta(days=1)
    crowd.buys(box, slug, basket, first=box.days.ago(71), last=last)
    gates = ["Mill Lane"]
    counter.let_in(box, slug, all_but=6, gates=gates, opens=starts_at - timedelta(minutes=30))


def _film(box: BoxOffice) -> None:
    starts_at = box.days.next(FRIDAY, -13, "19:45")
    slug = _show(
        box,
        "Film club: The Lodger, with live piano",
        starts_at,
        2.25,
        [Admission("Seat or cushion", 750, 110), Admission("Under 18", 0, 30)],
        ("silent-film", "A film projector throws a beam of yellow light with dust in it."),
        made=44,
        summary="A silent film from 1927 that has not been silent here for years.",
        category="Film",
    )
    basket = {"Seat or cushion": 61, "Under 18": 9}
    last = starts_at - timedelta(hours=4)
    crowd.buys(box, slug, basket, first=box.days.ago(43), last=last)
    afternoon = starts_at - timedelta(hours=6)
    gates = ["Mill Lane", "Garden door"]
    door.plan_gates(box, slug, gates, area="The big room", capacity=72, at=afternoon)
    door.asks(box, slug, "Under 18", proof="School or bus pass", at=afternoon)
    door.evening(box, slug, all_but=11, starts_at=starts_at)


def _quartet(box: BoxOffice) -> str:
    slug = _show(
        box,
        "The Linden Quartet plays Ravel",
        box.days.next(SATURDAY, 12, "19:30"),
        2,
        [
            Admission(
                "Floor",
                1800,
                130,
                early=EarlyPrice(1500, box.days.on(-10, "23:59")),
                facts={"code_kind": "rotating_or_printed"},
            ),
            Admission("Balcony", 1400, 60, "22 stairs up, and the better sound."),
            Admission(
                "Under 26", 800, 40, facts={"max_per_order": 4, "proof": "Anything with a birthday"}
            ),
            Admission(
                "Whoever needs it",
                300,
                20,
                "Nobody asks.",
                facts={"max_per_order": 2},
            ),
        ],
        ("quartet", "A cello from so near that it fills the picture."),
        made=36,
        shared=[Sharing("All chairs", 190, ["Floor", "Balcony", "Under 26", "Whoever needs it"])],
        summary="Ravel, Price and Haydn by four people who have played together for thirty years.",
        category="Concert",
        tags=["chamber music", "interval cake"],
    )
    basket = {"Floor": 71, "Balcony": 22, "Under 26": 14, "Whoever needs it": 6}
    crowd.buys(box, slug, basket, first=box.days.ago(35), last=box.days.ago(0.2))
    return slug


def _soup(box: BoxOffice) -> None:
    for after, sold, made in ((1, 31, 14), (8, 12, 7)):
        slug = _show(
            box,
            "Soup and songs",
            box.days.next(WEDNESDAY, after, "12:15"),
            1.75,
            [Admission("A bowl", 0, 40, facts={"max_per_order": 6})],
            ("soup", "A bowl of soup; its steam is a line of music."),
            made=made,
            doors=0.25,
            summary="Two soups, good bread, and an hour of singing. There is a jar.",
            category="Food",
            tags=["free", "every week"],
            venue_name="The kitchen",
        )
        first, last = box.days.ago(made - 0.5), box.days.ago(0.15)
        crowd.buys(box, slug, {"A bowl": sold}, first=first, last=last)


def _ceilidh(box: BoxOffice) -> str:
    slug = _show(
        box,
        "Ceilidh for the roof",
        box.days.next(FRIDAY, 19, "19:30"),
        3.5,
        [
            Admission("Dancer", 1200, 140),
            Admission("Dancer under 16", 600, 40),
            Admission("Sitting this one out", 800, 30, "A chair by the wall, and the same cake."),
        ],
        ("ceilidh", "Footprints of eight dancers go round in a ring."),
        made=25,
        shared=[Sharing("The floor", 150, ["Dancer", "Dancer under 16"])],
        summary="A caller, a five-piece band, and every penny for the slates on the north side.",
        category="Dance",
        fee_mode="absorbed",
    )
    basket = {"Dancer": 58, "Dancer under 16": 13, "Sitting this one out": 7}
    crowd.buys(box, slug, basket, first=box.days.ago(24), last=box.days.ago(0.3))
    return slug


def _repair(box: BoxOffice) -> None:
    slug = _show(
        box,
        "Repair café",
        box.days.next(SUNDAY, 5, "14:00"),
        3,
        [Admission("One broken thing", 0, 44, facts={"max_per_order": 2})],
        ("repair", "Five tools on a wall; of the hammer there is only the outline."),
        made=18,
        doors=0,
        summary="Eleven tables, eleven menders, and you may watch and learn how.",
        category="Community",
        tags=["free", "monthly"],
        venue_name="The library",
    )
    basket = {"One broken thing": 27}
    crowd.buys(box, slug, basket, first=box.days.ago(17), last=box.days.ago(0.1))


def _tokyo(box: BoxOffice) -> str:
    zone = "Asia/Tokyo"
    starts_at = Days(box.at, zone).next(THURSDAY, 33, "18:30")
    slug = _show(
        box,
        "Linden Hall in Yanaka: a guest evening in Tokyo",
        starts_at,
        3,
        [
            Admission("Supper and evening · 夕食付き", 4800, 48, facts={"max_per_order": 4}),
            Admission("Evening only · 公演のみ", 2500, 30),
        ],
        ("yanaka", "A cat sits on a tiled roof; a yellow moon has come up behind it."),
        made=29,
        currency="JPY",
        timezone=zone,
        venue_name="旧日の出湯 (the old Hinode bathhouse)",
        venue_address="台東区谷中\nYanaka, Taitō-ku, Tokyo",
        summary="Songs from the valley, rakugo, and supper by the neighbours. English and 日本語.",
        category="Guest evening",
        tags=["abroad", "bilingual"],
    )
    basket = {"Supper and evening · 夕食付き": 29, "Evening only · 公演のみ": 8}
    crowd.buys(box, slug, basket, first=box.days.ago(28), last=box.days.ago(0.4))
    return slug


def _moss(box: BoxOffice) -> None:
    slug = _show(
        box,
        "What the moss knows: an online talk",
        box.days.next(THURSDAY, 7, "19:00"),
        1,
        [Admission("The link", 400, 500), Admission("The link, and a bit for the roof", 1000, 500)],
        ("moss", "Moss in fruit: seven thin stalks, each with a yellow capsule."),
        made=16,
        doors=0,
        format="virtual",
        venue_name="",
        venue_address="",
        join_url="https://meet.hall.example/moss",
        summary="Dr Aroha Ngata on one square metre of our roof, and the forest that it is.",
        category="Talk",
        tags=["online", "nature"],
    )
    basket = {"The link": 84, "The link, and a bit for the roof": 23}
    crowd.buys(box, slug, basket, first=box.days.ago(15), last=box.days.ago(0.1))


def _bridge(box: BoxOffice) -> None:
    slug = _show(
        box,
        "The new footbridge: come and say",
        box.days.next(MONDAY, 10, "19:00"),
        2,
        [
            Admission("A chair in the hall", 0, 180, facts={"max_per_order": 4}),
            Admission("From home", 0, 400, "The link comes with the ticket."),
        ],
        ("footbridge", "A stone bridge and its reflection make a ring."),
        made=12,
        format="hybrid",
        join_url="https://meet.hall.example/footbridge",
        summary="Two designs, one engineer, and everybody who will walk across it.",
        category="Community",
        tags=["free", "also online"],
    )
    basket = {"A chair in the hall": 46, "From home": 33}
    crowd.buys(box, slug, basket, first=box.days.ago(11), last=box.days.ago(0.1))


def _brass(box: BoxOffice) -> str:
    slug = _show(
        box,
        "Brass on the green",
        box.days.next(SUNDAY, 2, "15:00"),
        1.5,
        [Admission("Grown-up", 900, 150), Admission("Child", 300, 80)],
        ("brass", "A horn before the rays of the sun."),
        made=30,
        summary="Marches, Holst, and a tune from a film. Bring a rug.",
        category="Concert",
        tags=["open air"],
        venue_name="The green behind the hall",
    )
    basket = {"Grown-up": 23, "Child": 9}
    crowd.buys(box, slug, basket, first=box.days.ago(29), last=box.days.ago(3))
    return slug


def _swing(box: BoxOffice) -> None:
    """A draft, left at the third step: what it costs was to be asked of the band."""
    starts_at = box.days.next(SATURDAY, 47, "20:00")
    with box.as_("admin"), transaction():
        event = drafting.create(
            title="Swing night with the Hebble Seven",
            currency=box.look.currency,
            timezone=box.look.zone,
            created_by=box.team["admin"].id,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=4),
            doors_at=starts_at - timedelta(hours=1),
            summary="A lesson at seven, a big band at eight.",
            description="Ask Derek: do they bring their own piano stool?",
            category="Dance",
            at=box.days.ago(1.1),
            **PLACE,
        )
        wizard.reach(event, wizard.TICKETS)


def _odd_ones(box: BoxOffice, quartet: str, ceilidh: str, tokyo: str) -> None:
    """Bea's orders in each state there is, money by hand, and a few of today."""
    floor = {"Floor": 2}
    counter.lapse(box, quartet, floor, BEA, at=box.days.ago(21))
    waits = box.days.ago(6)
    given_up = counter.pay_later(box, quartet, floor, BEA, method="transfer", at=waits)
    counter.cancel(box, given_up, at=box.days.ago(5))
    came = counter.pay_later(
        box, quartet, {"Balcony": 2}, box.audience.somebody(), method="transfer", at=waits
    )
    counter.mark_paid(box, came, at=box.days.ago(3))
    counter.pay_later(box, quartet, {"Under 26": 2}, BEA, method="transfer", at=box.days.ago(1))
    counter.pay_later(box, ceilidh, {"Dancer": 4}, BEA, method="door", at=box.days.ago(2))

    back = counter.sell(box, tokyo, {"Evening only · 公演のみ": 1}, BEA, at=box.days.ago(14))
    counter.refund(box, back, reason="No flight under £900", at=box.days.ago(10))
    some = counter.sell(box, ceilidh, {"Dancer": 3}, BEA, at=box.days.ago(7))
    counter.refund(box, some, tickets=1, reason="Her brother has a bad knee", at=box.days.ago(5))
    for slug, basket, days in (
        (quartet, {"Floor": 1, "Under 26": 2}, 0.09),
        (tokyo, {"Supper and evening · 夕食付き": 2}, 0.05),
        (quartet, {"Balcony": 2}, 0.01),
    ):
        buyer = BEA if days == 0.05 else box.audience.somebody()
        counter.sell(box, slug, basket, buyer, at=box.days.ago(days), told=True)
