"""The sandbox: takes payments without moving money, outside production.

It reports outcomes the way Stripe does, through the inbox of webhooks, so that what is tried with
it is what runs with money.
"""

import uuid
from datetime import datetime
from typing import Any

from eventflow.accounts.hosts import tenant_url
from eventflow.payments import webhooks
from eventflow.payments.models import Payment
from eventflow.payments.providers import (
    Opened,
    PaymentAsked,
    RefundAnswer,
    RefundAsked,
    Report,
    offers,
)

OUTCOMES = ("paid", "declined")


class Sandbox:
    name = "sandbox"

    def open(self, asked: PaymentAsked) -> Opened:
        slug = asked.return_url.split("://", 1)[1].split(".", 1)[0]
        return Opened(f"sandbox-{asked.id}", tenant_url(slug, f"/pay/{asked.id}"))

    def refund(self, asked: RefundAsked) -> RefundAnswer:
        return RefundAnswer("succeeded", f"sandbox-refund-{asked.id}")

    def read(self, kind: str, payload: dict[str, Any]) -> Report:
        return Report(
            kind=kind,
            payment_id=uuid.UUID(payload["payment"]),
            tenant_id=uuid.UUID(payload["tenant"]),
            reference=payload["reference"],
            charge_reference=payload["reference"],
            failure=payload.get("failure", ""),
        )


offers("sandbox")(Sandbox)


def report(payment: Payment, outcome: str, *, at: datetime) -> uuid.UUID:
    """Put an outcome into the inbox; answers the webhook to process. Told twice is stored once."""
    facts = {
        "payment": str(payment.id),
        "tenant": str(payment.tenant_id),
        "reference": payment.reference,
        "failure": "The card was declined." if outcome == "declined" else "",
    }
    # A payment can be declined more than once; it is paid once.
    number = "" if outcome == "paid" else f":{int(at.timestamp() * 1000)}"
    return webhooks.receive(
        "sandbox", f"{payment.id}:{outcome}{number}", outcome, facts, tenant_id=payment.tenant_id
    )
