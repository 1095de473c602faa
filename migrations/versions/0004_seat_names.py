"""Names of seats that no other seat has too, codes however written, holds that become fewer."""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"

FUNCTIONS = Path(__file__).parents[1] / "functions"


def upgrade() -> None:
    for function in ("seat_names_v2", "replace_hold_v1"):
        op.execute((FUNCTIONS / f"{function}.sql").read_text())
