"""Money back: to the buyer, out of the organizer's transfer, and the platform's fee returned.

Shares are taken of the running total and not of each step, so that many small refunds end at
exactly the same sums as one large one.
"""

from . import amounts, payments
from .store import PLATFORM, Declined, Document, Store


def create(store: Store, params: Document, account: str) -> Document:
    charge = payments.charge_of(store, params)
    amount = _amount(charge, params.get("amount"))
    if params.get("reverse_transfer") and charge.get("transfer") is None:
        raise Declined(
            "Cannot reverse transfer on charge since it has no transfer.", param="reverse_transfer"
        )
    if params.get("refund_application_fee") and charge["application_fee"] is None:
        raise Declined(
            f"Attempting to refund_application_fee on charge {charge['id']}, but it has no"
            " application fee",
            param="refund_application_fee",
        )

    status, store.next_refund_status = store.next_refund_status, "succeeded"
    refund = _refund(store, "re", charge, amount, PLATFORM) | {
        "metadata": params.get("metadata") or {},
        "payment_intent": charge["payment_intent"],
        "reason": params.get("reason"),
    }
    # A card's refund is done at once; a failure is only heard of later.
    refund = store.keep(refund | {"status": "pending" if status == "failed" else status})
    line = payments.enter(store, PLATFORM, "refund", -amount, refund)
    store.change(refund, balance_transaction=line["id"])
    refunded = charge["amount_refunded"] + amount
    store.change(charge, amount_refunded=refunded, refunded=refunded == charge["amount"])
    if params.get("refund_application_fee"):
        _return_fee_in_proportion(store, charge)
    if params.get("reverse_transfer"):
        _reverse_in_proportion(store, charge, refund)
    store.record("charge.refunded", charge)
    store.record("refund.created", refund)
    if status == "failed":
        settle(store, refund["id"], status)
    return refund


def retrieve(store: Store, params: Document, account: str) -> Document:
    return store.find("refund", params["refund"], owner=account)


def settle(store: Store, id: str, status: str) -> Document:
    """The bank has answered. After a failure the money is back with the platform; what came
    from the organizer stays there too, and passing it on again is the platform's business."""
    refund = store.find("refund", id)
    if refund["status"] not in ("pending", "requires_action", "succeeded"):
        raise Declined(f"{id} is already {refund['status']}")
    if status != "failed":
        store.change(refund, status=status)
        store.record("refund.updated", refund)
        return refund
    line = payments.enter(store, PLATFORM, "refund_failure", refund["amount"], refund)
    store.change(
        refund,
        status="failed",
        failure_reason="expired_or_canceled_card",
        failure_balance_transaction=line["id"],
    )
    charge = store.find("charge", refund["charge"])
    store.change(
        charge, amount_refunded=charge["amount_refunded"] - refund["amount"], refunded=False
    )
    store.record("refund.failed", refund)
    return refund


def return_fee(store: Store, params: Document, account: str) -> Document:
    """POST /v1/application_fees/FEE/refunds: the fee alone, any part of what is left of it."""
    fee = store.find("application_fee", params["fee"])
    left = fee["amount"] - fee["amount_refunded"]
    amount = params.get("amount", left)
    if left == 0:
        raise Declined(f"Application fee {fee['id']} has already been refunded.")
    if not 0 < amount <= left:
        raise Declined(
            f"Refund amount ({amount}) is greater than fee amount ({left})", param="amount"
        )
    return _return_fee(store, fee, amount)


def reverse(store: Store, params: Document, account: str) -> Document:
    """POST /v1/transfers/TRANSFER/reversals: back from the organizer, without a refund."""
    transfer = store.find("transfer", params["transfer"])
    left = transfer["amount"] - transfer["amount_reversed"]
    amount = params.get("amount", left)
    if not 0 < amount <= left:
        raise Declined(
            f"Transfer reversal amount ({amount}) is greater than unreversed amount ({left})",
            param="amount",
        )
    return _reverse(store, transfer, amount, None)


def _amount(charge: Document, asked: int | None) -> int:
    if charge["disputed"]:
        raise Declined(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )
    left: int = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        raise Declined(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    amount = left if asked is None else asked
    if amount < 1:
        raise Declined("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if amount > left:
        raise Declined(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
            param="amount",
        )
    amounts.accept(amount, charge["currency"], param="amount")
    return amount


def _return_fee_in_proportion(store: Store, charge: Document) -> None:
    fee = store.find("application_fee", charge["application_fee"])
    due = amounts.in_proportion(fee["amount"], charge["amount_refunded"], charge["amount"])
    amount = max(0, due - fee["amount_refunded"])
    if amount:
        _return_fee(store, fee, amount)


def _return_fee(store: Store, fee: Document, amount: int) -> Document:
    returned = store.keep(
        {
            "id": store.new_id("fr"),
            "object": "fee_refund",
            "amount": amount,
            "balance_transaction": None,
            "created": store.now(),
            "currency": fee["currency"],
            "fee": fee["id"],
            "metadata": {},
        }
    )
    line = payments.enter(store, PLATFORM, "application_fee_refund", -amount, returned)
    payments.enter(store, fee["account"], "application_fee_refund", amount, returned)
    store.change(returned, balance_transaction=line["id"])
    fee["refunds"]["data"].insert(0, returned)
    total = fee["amount_refunded"] + amount
    store.change(fee, amount_refunded=total, refunded=total == fee["amount"])
    store.record("application_fee.refunded", fee)
    return returned


def _reverse_in_proportion(store: Store, charge: Document, refund: Document) -> None:
    transfer = store.find("transfer", charge["transfer"])
    due = amounts.in_proportion(transfer["amount"], charge["amount_refunded"], charge["amount"])
    amount = min(
        max(0, due - transfer["amount_reversed"]), transfer["amount"] - transfer["amount_reversed"]
    )
    if not amount:
        return
    reversal = _reverse(store, transfer, amount, refund)
    store.change(refund, transfer_reversal=reversal["id"])


def _reverse(store: Store, transfer: Document, amount: int, refund: Document | None) -> Document:
    owner = transfer["destination"]
    arrived = store.find("charge", transfer["destination_payment"], owner=owner)
    back = store.keep(_refund(store, "pyr", arrived, amount, owner), owner=owner)
    line = payments.enter(store, owner, "payment_refund", -amount, back)
    total = transfer["amount_reversed"] + amount
    store.change(back, balance_transaction=line["id"])
    store.change(arrived, amount_refunded=total, refunded=total == arrived["amount"])
    reversal = store.keep(
        {
            "id": store.new_id("trr"),
            "object": "transfer_reversal",
            "amount": amount,
            "balance_transaction": None,
            "created": store.now(),
            "currency": transfer["currency"],
            "destination_payment_refund": back["id"],
            "metadata": {},
            "source_refund": refund and refund["id"],
            "transfer": transfer["id"],
        }
    )
    got = payments.enter(store, PLATFORM, "transfer_refund", amount, reversal)
    store.change(reversal, balance_transaction=got["id"])
    transfer["reversals"]["data"].insert(0, reversal)
    store.change(transfer, amount_reversed=total, reversed=total == transfer["amount"])
    store.record("transfer.reversed", transfer)
    return reversal


def _refund(store: Store, prefix: str, charge: Document, amount: int, owner: str) -> Document:
    return {
        "id": store.new_id(prefix),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": store.now(),
        "currency": charge["currency"],
        "metadata": {},
        "payment_intent": None,
        "reason": None,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }
