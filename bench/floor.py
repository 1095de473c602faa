"""The floor: the same server, pool and machine, with bare Flask routes.

For what sells, a route runs only the one SQL statement of the rule; for pages, it returns the same
bytes. What the product costs above this is what we may call our own.
"""

import os
import uuid
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, Response
from sqlalchemy import create_engine, text

from eventflow.config import Settings

settings = Settings.from_environment()
config = settings.as_flask_config()
app = Flask(__name__)
# Each statement commits by itself.
engine = create_engine(config["SQLALCHEMY_DATABASE_URI"], **config["SQLALCHEMY_ENGINE_OPTIONS"])

SUBJECT = os.environ.get("BENCH_SUBJECT", "")
"""tenant,event slug,tier — what the statements are about."""

PLACE = text("select place_hold(:tenant, :hold, :event, :tiers, :quantities, '', null, false, :at)")
ADMIT = text(
    "select admit(:tenant, null, null, :ticket, 1, 'static', null, null, null, '', null, null, :at,"
    " false, null, false, '', null, 'bench', :at)"
)

SEATS = text(
    "select place_seats(:tenant, :hold, :event, cast(:seats as uuid[]), :size, '{}', '{}', '',"
    " null, false, null, '', false, false, false, :at)"
)
TENANT = text("select set_config('eventflow.tenant_id', :tenant, false)")
RELEASE = text("update holds set status = 'released' where id = :hold and status = 'live'")
HALL = text(
    "select e.slug, array_agg(s.id order by s.position)"
    " from seats s join events e on e.id = s.event_id group by e.slug limit 1"
)

_halls: dict[str, tuple[str, list[uuid.UUID]]] = {}


def _hall(tenant: str) -> tuple[str, list[uuid.UUID]]:
    if tenant not in _halls:
        with engine.connect() as connection:
            connection.execute(TENANT, {"tenant": tenant})
            slug, ids = connection.execute(HALL).one()
        _halls[tenant] = (slug, ids)
    return _halls[tenant]


@app.post("/hold")
def hold() -> Response:
    tenant, event, tier = SUBJECT.split(",")
    with engine.connect() as connection:
        connection.execute(
            PLACE,
            {
                "tenant": tenant,
                "hold": uuid.uuid4(),
                "event": event,
                "tiers": [uuid.UUID(tier)],
                "quantities": [1],
                "at": datetime.now(UTC),
            },
        ).scalar_one()
    return Response("{}", 201, content_type="application/json")


@app.post("/seats/<int:first>/<int:size>/<int:groups>")
def seats(first: int, size: int, groups: int) -> Response:
    """One group, as if chosen by hand, or as many as the product proposes for the best."""
    tenant, _event, _tier = SUBJECT.split(",")
    event, ids = _hall(tenant)
    firsts = [(first + 71 * number) % (len(ids) - size) for number in range(groups)]
    with engine.connect() as connection:
        answer = connection.execute(
            SEATS,
            {
                "tenant": tenant,
                "hold": uuid.uuid4(),
                "event": event,
                "seats": [seat for start in firsts for seat in ids[start : start + size]],
                "size": size,
                "at": datetime.now(UTC),
            },
        ).scalar_one()
    return Response(answer.get("hold", ""), 201)


@app.post("/seats/<uuid:hold>/release")
def release(hold: uuid.UUID) -> Response:
    with engine.connect() as connection:
        connection.execute(TENANT, {"tenant": SUBJECT.split(",")[0]})
        connection.execute(RELEASE, {"hold": hold})
    return Response(status=204)


@app.post("/admit/<uuid:ticket>")
def admit(ticket: uuid.UUID) -> Response:
    tenant = SUBJECT.split(",")[0]
    with engine.connect() as connection:
        connection.execute(
            ADMIT, {"tenant": tenant, "ticket": ticket, "at": datetime.now(UTC)}
        ).scalar_one()
    return Response("{}", content_type="application/json")


@app.get("/bytes/<name>")
def same_bytes(name: str) -> Response:
    body, content_type = _kept(name)
    return Response(body, content_type=content_type)


_bytes: dict[str, tuple[bytes, str]] = {}


def _kept(name: str) -> tuple[bytes, str]:
    if name not in _bytes:
        folder = Path(os.environ["BENCH_BYTES"])
        _bytes[name] = (
            (folder / name).read_bytes(),
            (folder / f"{name}.type").read_text(),
        )
    return _bytes[name]
