"""Recurring work, all of it.

Every `RELAY_EVERY` seconds the scheduler itself tells RQ of promised work that got lost
(`eventflow.queue.relay`); that needs no worker, so nothing can keep it from happening but the
scheduler's own end. Everything else below is done by a worker, at most one of each waiting.
"""

from dataclasses import dataclass

RELAY_EVERY = 2.0

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Recurring:
    """`work` is a function of `jobs/`. It is done when the scheduler starts, and then every
    `every` seconds, so that what is daily is done by a copy that never runs for a whole day."""

    work: str
    every: int
    queue: str = "default"


SCHEDULE = (
    # selling
    Recurring("sales.sweep_holds", every=30),
    Recurring("sales.expire_orders", every=1 * MINUTE),
    Recurring("seating.release_allocations", every=1 * MINUTE),
    # money: what Stripe should have told us by now
    Recurring("payments.reconcile", every=2 * MINUTE),
    Recurring("payments.check_accounts", every=6 * HOUR),
    # forgetting what is of no more use
    Recurring("messages.forget_jobs", every=6 * HOUR, queue="bulk"),
    Recurring("messages.forget_mail", every=DAY, queue="bulk"),
    Recurring("api.forget_answers", every=HOUR, queue="bulk"),
    Recurring("accounts.forget_old_doors", every=DAY, queue="bulk"),
)
