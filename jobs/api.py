"""The HTTP API: forgetting the answers that nobody may ask for again."""

from eventflow.api import idempotency
from eventflow.db import now, transaction
from eventflow.tenancy import across_tenants


def forget_answers() -> int:
    """Recurring, for all tenants: idempotency keys live 24 hours."""
    with across_tenants(), transaction():
        return idempotency.forget_old(at=now())
