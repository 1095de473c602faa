"""The shapes that every part of the HTTP API shares."""

import uuid
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from flask import request
from flask_babel import gettext as _
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    PlainSerializer,
    StringConstraints,
)
from pydantic.config import JsonDict
from typing_extensions import TypeAliasType

from eventflow import timezones
from eventflow.money import MAX_AMOUNT, MAX_PRICE, currencies, is_currency
from eventflow.security import UNSEEN, refuse_control_characters


class Document(BaseModel):
    """A JSON object that we read or write. Members we don't know are passed over."""

    model_config = ConfigDict(strict=True, from_attributes=True, extra="ignore")


NOTHING_UNSEEN = r"^(?:[^\x00-\x1f\x7f-\x9f\u202a-\u202e]|\t|\r?\n)*$"
"""For programs that read our description: what `refuse_control_characters` lets through."""
SOMETHING_SEEN = (
    rf"^(?:[ \t\n{UNSEEN}])*[^\s\x00-\x1f\x7f-\x9f\u202a-\u202e{UNSEEN}]" + NOTHING_UNSEEN[1:]
)


def _text(value: str) -> str:
    return refuse_control_characters(value)


def _seen(value: str) -> str:
    if not value:
        raise ValueError(_("Send at least one character that can be seen."))
    return value


def one_line(value: str) -> str:
    return " ".join(value.split())


def _currency(value: str) -> str:
    if not is_currency(value):
        raise ValueError(_("Send the code of a currency (ISO 4217), such as USD."))
    return value


def _zone(value: str) -> str:
    if value not in timezones.known():
        raise ValueError(_("%(zone)s is not a time zone.", zone=value))
    return value


def _rfc3339(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _to_the_millisecond(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _integral(value: object) -> object:
    # JSON has one kind of number: 2.0 is 2 (RFC 8259, section 6).
    return int(value) if isinstance(value, float) and value.is_integer() else value


FIRST_YEAR, LAST_YEAR = 1970, 2200


def _in_our_time(at: datetime) -> datetime:
    # Beyond, an instant may be one that the database or a calendar can't write.
    if not FIRST_YEAR < at.year < LAST_YEAR:
        words = _(
            "Choose a year from %(first)s to %(last)s.", first=FIRST_YEAR + 1, last=LAST_YEAR - 1
        )
        raise ValueError(words)
    return at


INTEGRAL = BeforeValidator(_integral)
"""Takes a whole number however it is written."""
Text = Annotated[str, AfterValidator(_text), Field(json_schema_extra={"pattern": NOTHING_UNSEEN})]
"""Text as people write it: shown as written, control characters refused."""
Words = Annotated[
    str,
    AfterValidator(_text),
    AfterValidator(_seen),
    Field(json_schema_extra={"pattern": SOMETHING_SEEN}),
]
"""Text that says something: not blanks alone."""
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_text),
    AfterValidator(_seen),
    AfterValidator(one_line),
    Field(json_schema_extra={"pattern": SOMETHING_SEEN}),
]
"""A name of a person or a thing: one line, whatever it was typed as."""
Instant = Annotated[
    AwareDatetime,
    AfterValidator(_in_our_time),
    PlainSerializer(_rfc3339, return_type=str, when_used="json"),
    Field(examples=["2027-02-14T19:30:00Z"]),
]
Moment = Annotated[
    AwareDatetime,
    AfterValidator(_in_our_time),
    PlainSerializer(_to_the_millisecond, return_type=str, when_used="json"),
    Field(examples=["2027-02-14T19:30:00.250Z"]),
]
"""An instant that clocks are measured against."""
Currency = TypeAliasType(
    "Currency",
    Annotated[
        str,
        AfterValidator(_currency),
        Field(
            description="A currency of ISO 4217",
            examples=["USD"],
            json_schema_extra={"enum": list(currencies())},
        ),
    ],
)
TimeZone = TypeAliasType(
    "TimeZone",
    Annotated[
        str,
        AfterValidator(_zone),
        Field(
            description="A time zone of the IANA database",
            examples=["Europe/Vienna"],
            json_schema_extra={"enum": sorted(timezones.known())},
        ),
    ],
)
UNSAID: Any = Field(default_factory=lambda: None)
"""What a change leaves as it was by not saying it; null says something, and is refused."""
Amount = Annotated[int, Field(ge=0, le=MAX_AMOUNT, description="Whole minor units"), INTEGRAL]


class MoneyDocument(Document):
    """An amount in minor units: {"amount": 2500, "currency": "USD"} is 25 dollars."""

    amount: Amount
    currency: Currency


class PriceDocument(MoneyDocument):
    """What one ticket costs: so much at most that no order's total is beyond the whole numbers
    that JavaScript reads exactly."""

    amount: Annotated[int, Field(ge=0, le=MAX_PRICE, description="Whole minor units"), INTEGRAL]


def money(amount: int, currency: str) -> MoneyDocument:
    return MoneyDocument.model_construct(amount=amount, currency=currency)


def opaque(value: uuid.UUID) -> str:
    return str(value)


_GIVEN: dict[str, JsonDict] = {
    "string": {"type": "string", "minLength": 1},
    "array": {"type": "array", "minItems": 1},
    "object": {"type": "object"},
}


def either(*ways: dict[str, str], together: bool = False) -> ConfigDict:
    """Describes a document that can be given in several ways; the view is what insists on it.

    Each way names the members it needs and their JSON types. Without `together` one way leaves
    no room for the members of another.
    """
    members = set().union(*ways)
    told: list[JsonValue] = [_way(way, set() if together else members - {*way}) for way in ways]
    return ConfigDict(json_schema_extra={"anyOf" if together else "oneOf": told})


def _way(way: dict[str, str], left_out: set[str]) -> JsonDict:
    given: JsonDict = {name: _GIVEN[kind] for name, kind in way.items()}
    given |= {name: {"type": "null"} for name in sorted(left_out)}
    return {"required": [*way], "properties": given}


class PageQuery(Document):
    """Which part of a list."""

    model_config = ConfigDict(strict=False, extra="ignore")

    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    per_page: Annotated[int, Field(ge=1, le=200)] = 50

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.per_page


def next_page(query: PageQuery, total: int) -> str | None:
    """The address of the next part of a list; None at its end."""
    if query.offset + query.per_page >= total:
        return None
    # Nothing of the caller's query is repeated but what we understood.
    kept: dict[str, Any] = {
        name: value
        for name, value in request.args.items()
        if name in type(query).model_fields or name in ("from", "to")
    }
    kept["page"] = query.page + 1
    return f"{request.base_url}?{urlencode(kept)}"
