"""Other seats: where a ticket could go, for the whole hall at once, to be drawn or listed.

By the rules of `moving.py`, as far as they can be told from the states. Nobody decides by this:
`move` and `swap` look for themselves.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from eventflow.seating import best, house, pricing, states
from eventflow.seating import hall as halls
from eventflow.seating.best import Rules
from eventflow.seating.hall import Hall, HallRow
from eventflow.seating.states import BLOCKED, FREE, HELD, SOLD
from eventflow.tickets import moving_rules
from eventflow.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Reach:
    """A hall as one ticket sees it, a letter by position: f where it may go, h where only staff
    may send it since the seat is kept back, s where somebody else is, b where it may not go. A
    table that is taken as a whole has the letter of its party at each of its chairs.
    """

    hall: Hall
    letters: bytes
    own: tuple[int, ...]
    """Where the ticket is, with those that move with it."""
    version: int
    """Of the reading; 0 for one straight from the database."""

    def nearest(self, position: int, *, most: int, like: int | None = None) -> list[int]:
        """The nearest that it may go to, of a table the first chair; of the same price and kind
        as the chair at `like`, where that is given."""
        hall = self.hall
        found = [at for at in _one_each(hall, self.letters) if self.letters[at] == FREE]
        if like is not None:
            found = [at for at in found if _kind(hall, at) == _kind(hall, like)]
        x, y = hall.xs[position], hall.ys[position]
        found.sort(key=lambda at: (hall.xs[at] - x) ** 2 + (hall.ys[at] - y) ** 2)
        return found[:most]


def for_buyer(ticket: Ticket, *, together: bool, fresh: bool, at: datetime) -> Reach:
    """Where its buyer may take it, with its party where they have to stay together."""
    hall, now, version = _read(ticket, fresh=fresh, at=at)
    own = _own(hall, ticket)
    letters = bytearray(_seen(now))
    if moving_rules.sits_whole(ticket):
        chairs = _kinds(hall, hall.rows[hall.row_of[own[0]]])
        fits = {
            row.start
            for row in hall.rows
            if together
            and row.whole
            and _all(now, row, (FREE,))
            and _kinds(hall, row) == chairs
            and {hall.tiers[at] for at in range(row.start, row.end)} == {str(ticket.tier_id)}
        }
        _shut_rows(hall, letters, fits)
    else:
        _shut_strangers(hall, now, letters, ticket, own[0])
    return Reach(hall, bytes(letters), own, version)


def for_staff(ticket: Ticket, *, fresh: bool, at: datetime) -> Reach:
    """Where the box office may send it, also to another price, which it is then asked about."""
    hall, now, version = _read(ticket, fresh=fresh, at=at)
    own = _own(hall, ticket)
    letters = bytearray(_seen(now, kept_back=HELD))
    if moving_rules.sits_whole(ticket):
        fits = {
            row.start
            for row in hall.rows
            if row.whole and _all(now, row, (FREE, BLOCKED)) and row.end - row.start >= len(own)
        }
        _shut_rows(hall, letters, fits)
    else:
        for row in hall.rows:
            if row.whole:
                _shut(letters, range(row.start, row.end))
    return Reach(hall, bytes(letters), own, version)


def _read(ticket: Ticket, *, fresh: bool, at: datetime) -> tuple[Hall, bytes, int]:
    if fresh:
        hall, now = house.look(pricing.find(ticket.event), at=at)
        return hall, now, 0
    snapshot, known = states.of(ticket.event_id, at=at), halls.of(ticket.event_id)
    if known is None or (len(known), known.version) != (len(snapshot.states), snapshot.seating):
        return _read(ticket, fresh=True, at=at)
    return known, snapshot.states, snapshot.version


def _own(hall: Hall, ticket: Ticket) -> tuple[int, ...]:
    return tuple(hall.position_of[str(one.seat_id)] for one in moving_rules.party(ticket))


def _seen(now: bytes, kept_back: int = BLOCKED) -> bytes:
    """What somebody else holds is as good as sold to who looks for another seat."""
    return now.translate(bytes.maketrans(bytes((HELD, BLOCKED)), bytes((SOLD, kept_back))))


def _shut_strangers(hall: Hall, now: bytes, letters: bytearray, ticket: Ticket, own: int) -> None:
    """All but the seats like its own, of which none leaves a single one against the rule."""
    alike = (str(ticket.tier_id), *_kind(hall, own)[1:])
    for at, letter in enumerate(now):
        if letter == FREE and (_kind(hall, at) != alike or hall.rows[hall.row_of[at]].whole):
            letters[at] = BLOCKED
    if not hall.no_single_seats:
        return
    mine = bytearray(now)
    mine[own] = FREE
    with_mine = bytes(mine)
    leaving = [
        at
        for at, letter in enumerate(letters)
        if letter == FREE and best.strands(hall, with_mine, [at])
    ]
    if leaving and best.some_choice_strands_nobody(hall, with_mine, leaving[:1], Rules()):
        _shut(letters, leaving)


def _shut_rows(hall: Hall, letters: bytearray, but: set[int]) -> None:
    """All but the rows that start there, of which every chair stands for the whole."""
    for row in hall.rows:
        if row.start not in but:
            _shut(letters, range(row.start, row.end))
        elif any(letters[at] == HELD for at in range(row.start, row.end)):
            letters[row.start : row.end] = bytes((HELD,)) * (row.end - row.start)


def _shut(letters: bytearray, positions: Iterable[int]) -> None:
    for at in positions:
        if letters[at] != SOLD:
            letters[at] = BLOCKED


def _all(now: bytes, row: HallRow, wanted: tuple[int, ...]) -> bool:
    return all(now[at] in wanted for at in range(row.start, row.end))


def _kind(hall: Hall, at: int) -> tuple[str | None, str, str]:
    return hall.tiers[at], hall.categories[at], hall.kinds[at]


def _kinds(hall: Hall, row: HallRow) -> list[tuple[str, str]]:
    return sorted((hall.categories[at], hall.kinds[at]) for at in range(row.start, row.end))


def _one_each(hall: Hall, letters: bytes) -> Iterable[int]:
    """Every chair, and of what is sold as a whole the first."""
    for row in hall.rows:
        yield from range(row.start, row.start + 1 if row.whole else row.end)
