"""Mail: handing over what was promised, and forgetting what is of no more use."""

import uuid

from eventflow import queue
from eventflow.db import now, transaction
from eventflow.messages import deliveries, mailbox
from jobs import job


@job
def send(delivery_id: str) -> None:
    deliveries.send(uuid.UUID(delivery_id), at=now())


def forget_jobs() -> int:
    """Recurring: jobs done days ago."""
    return queue.forget(at=now())


def forget_mail() -> int:
    """Recurring: what lies in the development mailbox for weeks."""
    with transaction():
        return mailbox.forget(at=now())
