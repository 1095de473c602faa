"""Lists that are addresses: what is searched, filtered and sorted by, and which page of it.

Everything a list shows follows from its address, so it can be kept, sent and gone back to.
"""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from flask import request

LAST_PAGE = 100_000


@dataclass(frozen=True, slots=True)
class Part:
    """Which rows of a list are shown, of how many; and the addresses of its neighbours."""

    first: int
    last: int
    total: int
    previous: str | None
    next: str | None


@dataclass(frozen=True, slots=True)
class Head:
    """A column to sort by: the address that does, and how the list is sorted by it now."""

    href: str
    sorted: str | None


def page_number() -> int:
    """The page asked for, from 1; what makes no sense is the first."""
    return min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)


def part(number: int, count: int, total: int, *, per_page: int) -> Part:
    """Page `number` of a list, with so many rows on it and so many in all."""
    before = (number - 1) * per_page
    return Part(
        first=before + 1,
        last=before + count,
        total=total,
        previous=address_with(page=str(number - 1)) if number > 1 else None,
        next=address_with(page=str(number + 1)) if before + count < total else None,
    )


def beyond(number: int, total: int, *, per_page: int) -> str | None:
    """The address of the last page, where page `number` lies behind it: what was there is gone."""
    last = max(1, -(-total // per_page))
    return address_with(page=str(last) if last > 1 else "") if number > last else None


def head(key: str, sorted_by: str) -> Head:
    """The head of a column. `sorted_by` is a key, after a minus for the largest first."""
    descending = sorted_by == f"-{key}"
    wanted = key if descending or sorted_by != key else f"-{key}"
    direction = "descending" if descending else "ascending" if sorted_by == key else None
    return Head(address_with(sort=wanted, page=""), direction)


def day(name: str) -> date | None:
    """The day that this part of the address names, if it names one."""
    try:
        given = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return given if 2000 <= given.year <= 2200 else None


def text(name: str, *, longest: int = 200) -> str:
    return request.args.get(name, "").strip()[:longest]


def address_with(path: str = "", **changed: str) -> str:
    """The address asked for, with some of it changed; what is empty is left out."""
    kept = {**request.args.to_dict(), **changed}
    query = urlencode({name: value for name, value in kept.items() if value})
    path = path or request.path
    return f"{path}?{query}" if query else path
