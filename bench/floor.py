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
engine = create_engine(
    config["SQLALCHEMY_DATABASE_URI"], **config["SQLALCHEMY_ENGINE_OPTIONS"]
).execution_options(isolation_level="AUTOCOMMIT")

SUBJECT = os.environ.get("BENCH_SUBJECT", "")
"""tenant,event slug,tier — what the statements are about."""

PLACE = text("select place_hold(:tenant, :hold, :event, :tiers, :quantities, '', null, false, :at)")
ADMIT = text("select admit(:tenant, null, :ticket, 1, null, '', null, :at, false, 'bench', :at)")


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
