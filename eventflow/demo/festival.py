"""Marea Alta: an open-air festival by the sea in Puerto Rico, where it is never too cold for one.

Three days, tiers that draw on shared capacities, an early price that is gone, one night sold out,
and more than 8,000 tickets of the last thirty days.
"""

from datetime import datetime, timedelta
from typing import Any

from eventflow.demo import counter, crowd, door
from eventflow.demo.announcing import Admission, Poster, Sharing, announce
from eventflow.demo.box_office import BoxOffice, Look
from eventflow.demo.cast import BEA
from eventflow.demo.days import FRIDAY, SATURDAY

LOOK = Look(
    slug="festival",
    name="Marea Alta",
    currency="USD",
    zone="America/Puerto_Rico",
    settings={
        "tagline": "Three days of music where the coconut grove meets the sea",
        "about": (
            "Marea Alta (*high tide*) began as a birthday party with a borrowed generator. It is "
            "a festival now: two stages, forty kitchens and stalls, bomba and plena, salsa, "
            "reggae, choirs, and whoever the tide brings in.\n\n"
            "It belongs to an association of neighbours. **What is left over goes to the beach**: "
            "last year, two turtle patrols and a new boardwalk.\n\n"
            "Water is free, children under twelve are free, and the first row is for wheelchairs. "
            "There is no other VIP."
        ),
        "contact_email": "hola@festival.example",
        "accent": "#2b3bc4",
    },
    team={
        "owner": "Olivia Maldonado",
        "admin": "Ada Quiñones",
        "staff": "Sam Figueroa",
        "scanner": "Gus Irizarry",
    },
    neighbours="spanish",
)

PLACE: dict[str, Any] = {
    "venue_name": "Finca Los Icacos",
    "venue_address": "Carretera 193, km 4.2\nLuquillo, PR 00773",
}


def load(box: BoxOffice) -> None:
    friday = box.days.next(FRIDAY, 38, "16:00")
    weekend = _weekend(box, friday)
    boat = _boat(box, friday + timedelta(hours=2.5))
    moonrise = _moonrise(box, friday + timedelta(days=1, hours=5))
    sancocho = _sancocho(box, friday + timedelta(days=1, hours=20))
    _clean_up(box, friday + timedelta(days=2, hours=15))
    _session(box)
    _odd_ones(box, weekend, boat, moonrise, sancocho)


def _weekend(box: BoxOffice, friday: datetime) -> str:
    early_until = box.days.on(-20, "23:59")
    three_days = ["Early bird, three days", "Three days", "Backstage"]
    one = {"max_per_order": 8}
    slug = announce(
        box,
        "Marea Alta: three days by the sea",
        starts_at=friday,
        lasts=timedelta(days=2, hours=7),
        doors_at=friday - timedelta(hours=2),
        made_at=box.days.ago(31),
        poster=Poster("three-days", "Three suns, the middle one the largest, go down into waves."),
        admissions=[
            Admission(
                "Early bird, three days",
                12900,
                1400,
                "Camping in the grove is in it.",
                facts={"sale_end": early_until, **one},
            ),
            Admission("Three days", 16900, 3200, "Camping in the grove is in it.", facts=one),
            Admission("Friday", 6900, 1200, "From two in the afternoon.", facts=one),
            Admission("Saturday", 7900, 1200, "From noon.", facts=one),
            Admission("Sunday", 5900, 1200, "From bomba for breakfast on.", facts=one),
            Admission(
                "Backstage",
                24000,
                40,
                "Three days, and supper at the bands’ table.",
                facts={"hidden": True, "max_per_order": 2},
            ),
        ],
        shared=[
            Sharing("The meadow on Friday", 5800, [*three_days, "Friday"]),
            Sharing("The meadow on Saturday", 6200, [*three_days, "Saturday"]),
            Sharing("The meadow on Sunday", 5800, [*three_days, "Sunday"]),
        ],
        capacity=8000,
        summary="Two stages, forty kitchens, one coconut grove, and the sea all the time.",
        category="Festival",
        tags=["open air", "family", "bomba", "plena", "camping"],
        **PLACE,
    )
    launch, today = box.days.on(-29, "10:00"), box.days.ago(0.02)
    early = {"Early bird, three days": 1400}
    crowd.buys(box, slug, early, first=launch, last=early_until, eager=3, pushes={7: 1, 8: 2.5})
    # A line-up on the twelfth day, a song on the radio, and what was left of the Saturdays.
    pushes = {11: 1.6, 12: 1.2, 19: 0.9, 26: 0.8}
    saturday, last = {"Saturday": 1200}, box.days.ago(2)
    crowd.buys(box, slug, saturday, first=launch, last=last, pushes=pushes)
    rest = {"Friday": 640, "Sunday": 510, "Backstage": 26}
    crowd.buys(box, slug, rest, first=launch, last=today, eager=1, pushes=pushes)
    whole, pushes = {"Three days": 3050}, {2: 1.6, 10: 1}
    crowd.buys(box, slug, whole, first=early_until, last=today, eager=0.4, pushes=pushes)
    return slug


def _boat(box: BoxOffice, starts_at: datetime) -> str:
    slug = announce(
        box,
        "The lantern boat",
        starts_at=starts_at,
        lasts=timedelta(minutes=90),
        made_at=box.days.ago(24),
        poster=Poster("lantern-boat", "A boat with yellow lanterns along its ropes, at night."),
        admissions=[Admission("On board", 4500, 180, facts={"max_per_order": 4})],
        summary="Ninety minutes around the bay with a band that happens to be on board.",
        category="Concert",
        tags=["by boat", "evening"],
        **PLACE,
    )
    first, last = box.days.ago(23), box.days.ago(0.1)
    crowd.buys(box, slug, {"On board": 171}, first=first, last=last)
    return slug


def _moonrise(box: BoxOffice, starts_at: datetime) -> str:
    slug = announce(
        box,
        "Moonrise: a concert in the dark",
        starts_at=starts_at,
        lasts=timedelta(hours=2),
        made_at=box.days.ago(27),
        poster=Poster("moonrise", "A small tree frog on a branch before a huge yellow moon."),
        admissions=[Admission("A place in the mill", 2800, 450, facts={"max_per_order": 6})],
        summary="Four voices, one cuatro, and no light but the moon.",
        category="Concert",
        tags=["evening", "quiet"],
        **PLACE,
    )
    first, last = box.days.ago(26), box.days.ago(5)
    crowd.buys(box, slug, {"A place in the mill": 450}, first=first, last=last, eager=5)
    return slug


def _sancocho(box: BoxOffice, starts_at: datetime) -> str:
    slug = announce(
        box,
        "Bomba and sancocho",
        starts_at=starts_at,
        lasts=timedelta(hours=4),
        made_at=box.days.ago(20),
        poster=Poster("bomba", "Three blue barrel drums before the rays of a noon sun."),
        admissions=[
            Admission("Lunch and a place", 2200, 500, facts={"max_per_order": 10}),
            Admission("Child’s plate", 900, 200, "Up to eleven years.", facts={"max_per_order": 6}),
        ],
        capacity=640,
        summary="Six drummers, one dancer who leads them, and a pot that has been on all night.",
        category="Food and dance",
        tags=["family", "bomba", "lunch"],
        **PLACE,
    )
    basket = {"Lunch and a place": 380, "Child’s plate": 92}
    first, last = box.days.ago(19), box.days.ago(0.05)
    crowd.buys(box, slug, basket, first=first, last=last, with_="Child’s plate")
    return slug


def _clean_up(box: BoxOffice, starts_at: datetime) -> None:
    slug = announce(
        box,
        "Monday, with rakes: the beach clean-up",
        starts_at=starts_at,
        lasts=timedelta(hours=5),
        made_at=box.days.ago(15),
        poster=Poster("raked", "Raked sand makes way for a blue starfish; the sea is below."),
        admissions=[Admission("I’ll come", 0, 250, facts={"max_per_order": 6})],
        summary="We give the beach back as we found it. Breakfast is on us.",
        category="Volunteering",
        tags=["free", "family"],
        **PLACE,
    )
    crowd.buys(box, slug, {"I’ll come": 118}, first=box.days.ago(14), last=box.days.ago(0.1))


def _session(box: BoxOffice) -> None:
    starts_at = box.days.next(SATURDAY, -20, "20:00")
    slug = announce(
        box,
        "Marea Baja: a session in the boathouse",
        starts_at=starts_at,
        lasts=timedelta(hours=4),
        made_at=box.days.ago(60),
        poster=Poster("lantern-boat", "A boat with yellow lanterns along its ropes, at night."),
        words="session",
        admissions=[Admission("At the bar or on the floor", 1800, 220)],
        summary="Three bands who come to the festival, and what they have not finished yet.",
        category="Concert",
        venue_name="Boathouse, Playa La Pared",
        venue_address="Calle Herminio Díaz Navarro\nLuquillo, PR 00773",
    )
    last = starts_at - timedelta(hours=3)
    basket = {"At the bar or on the floor": 214}
    crowd.buys(box, slug, basket, first=box.days.ago(59), last=last)
    gates = ["Street door", "Pier"]
    afternoon = starts_at - timedelta(hours=6)
    door.plan_gates(box, slug, gates, area="The boathouse", capacity=240, at=afternoon)
    door.evening(box, slug, all_but=17, starts_at=starts_at)


def _odd_ones(box: BoxOffice, weekend: str, boat: str, moonrise: str, sancocho: str) -> None:
    """What doesn't go as usual, Bea among it, and a few of today that people have mail about."""
    counter.lapse(box, weekend, {"Sunday": 2}, BEA, at=box.days.ago(12))
    kept = counter.sell(box, weekend, {"Three days": 2}, BEA, at=box.days.ago(11))
    counter.refund(box, kept, tickets=1, reason="Her sister can’t come", at=box.days.ago(4))
    for days, basket in ((18, {"Friday": 2}), (9, {"Sunday": 4}), (3, {"Three days": 1})):
        buyer = box.audience.somebody()
        counter.lapse(box, weekend, basket, buyer, at=box.days.ago(days), declined=days > 5)
    for days, reason in ((16, "Bought twice by mistake"), (5, "Ill")):
        order = counter.sell(
            box, weekend, {"Friday": 2}, box.audience.somebody(), at=box.days.ago(days + 0.6)
        )
        counter.refund(box, order, reason=reason, at=box.days.ago(days))
    late = counter.sell(
        box, sancocho, {"Lunch and a place": 3}, BEA, at=box.days.ago(0.2), told=True
    )
    counter.refund(
        box,
        late,
        amount=500,
        reason="The vegetable plate was not listed",
        at=box.days.ago(0.05),
        told=True,
    )
    latest = ((boat, {"On board": 2}), (weekend, {"Three days": 2, "Friday": 1}))
    for number, (slug, basket) in enumerate(latest):
        at = box.days.ago(0.015 - number / 200)
        counter.sell(box, slug, basket, box.audience.somebody(), at=at, told=True)
