"""Disputes: a buyer's bank takes the money back, and perhaps returns it."""

from . import payments
from .store import PLATFORM, Declined, Document, Store

COSTS = 1500
DAYS_TO_ANSWER = 9


def open_dispute(store: Store, params: Document) -> Document:
    """The bank takes the amount and a fee from the platform, whoever sold."""
    charge = payments.charge_of(store, params)
    if charge["disputed"]:
        raise Declined(f"{charge['id']} is disputed already", code="charge_disputed")
    dispute = store.keep(
        {
            "id": store.new_id("du"),
            "object": "dispute",
            "amount": charge["amount"],
            "balance_transactions": [],
            "charge": charge["id"],
            "created": store.now(),
            "currency": charge["currency"],
            "enhanced_eligibility_types": [],
            "evidence": {"enhanced_evidence": {}},
            "evidence_details": {
                "due_by": store.now() + DAYS_TO_ANSWER * 24 * 60 * 60,
                "enhanced_eligibility": {},
                "has_evidence": False,
                "past_due": False,
                "submission_count": 0,
                "submission_method": "not_submitted",
            },
            "is_charge_refundable": False,
            "livemode": False,
            "metadata": {},
            "payment_intent": charge["payment_intent"],
            "reason": params.get("reason", "fraudulent"),
            "status": "needs_response",
        }
    )
    line = payments.enter(
        store, PLATFORM, "adjustment", -dispute["amount"], dispute, fee=COSTS, fee_kind="stripe_fee"
    )
    store.change(dispute, balance_transactions=[line])
    store.change(charge, disputed=True)
    store.record("charge.dispute.created", dispute)
    store.record("charge.dispute.funds_withdrawn", dispute)
    return dispute


def close(store: Store, id: str, *, won: bool) -> Document:
    dispute = store.find("dispute", id)
    if dispute["status"] != "needs_response":
        raise Declined(f"{id} is already {dispute['status']}")
    store.change(dispute, status="won" if won else "lost")
    if won:
        line = payments.enter(store, PLATFORM, "adjustment", dispute["amount"], dispute)
        store.change(dispute, balance_transactions=[*dispute["balance_transactions"], line])
        store.record("charge.dispute.funds_reinstated", dispute)
    store.record("charge.dispute.closed", dispute)
    return dispute
