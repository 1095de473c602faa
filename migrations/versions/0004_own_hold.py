"""A hold that is becoming an order is not given back for another."""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"

FUNCTIONS = Path(__file__).parents[1] / "functions"


def upgrade() -> None:
    for function in ("own_hold_v1", "place_seats_v2", "replace_hold_v2"):
        op.execute((FUNCTIONS / f"{function}.sql").read_text())
