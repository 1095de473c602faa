"""Acting across tenants is a door in the walls: who has one is written here."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]

MAY = {
    "eventflow/discovery/listing.py": "the list of public events of all box offices",
    "eventflow/queue.py": "the outbox: its relay finds what is due, whoever's it is",
    "eventflow/messages/deliveries.py": "counting what waits, for those who watch the machine",
    "eventflow/platform/resealing.py": "a new key in DATA_KEY is for everybody's secrets",
    "eventflow/payments/webhooks.py": "a report tells its tenant only once it is read",
    "eventflow/sales/finding.py": "my tickets, on the base host: all orders of a proven address",
    "eventflow/tickets/commands.py": "stock verify recomputes everybody's counters",
    "jobs/api.py": "answers kept for the API are forgotten after a day, whoever's they are",
    "jobs/payments.py": "what Stripe should have told us, found for all and asked one by one",
    "jobs/seating.py": "seats kept back that are due, found for all and let go tenant by tenant",
    "jobs/sales.py": "housekeeping that finds the tenants it then acts for, one by one",
}


def callers() -> set[str]:
    found = set()
    for folder in ("eventflow", "jobs"):
        for path in (ROOT / folder).rglob("*.py"):
            tree = ast.parse(path.read_text())
            for node in ast.walk(tree):
                name = getattr(node, "id", None) or getattr(node, "attr", None)
                if name == "across_tenants" and isinstance(node, ast.Name | ast.Attribute):
                    found.add(str(path.relative_to(ROOT)))
    return found


def test_only_these_act_across_tenants():
    assert callers() - {"eventflow/tenancy.py"} == set(MAY)
