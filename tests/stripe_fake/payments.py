"""A payment and where its money goes: intent, charge, transfer, application fee, balances.

For a destination charge of A with a fee of F, of which Stripe keeps P:
the platform gets A - P, passes A on and gets F back; the organizer is left with A - F.
"""

from typing import Any

from . import amounts
from .store import PLATFORM, Declined, Document, Store, list_of

DECLINES = {
    "card_declined": "Your card was declined.",
    "expired_card": "Your card has expired.",
    "insufficient_funds": "Your card has insufficient funds.",
    "payment_intent_payment_attempt_failed": "The payment attempt failed.",
}


def intent_for(store: Store, session: Document, plan: Document) -> Document:
    """The PaymentIntent of a session: made when somebody first tries to pay, then kept."""
    if session["payment_intent"] is not None:
        return store.find("payment_intent", session["payment_intent"])
    id = store.new_id("pi")
    transfer = plan.get("transfer_data")
    intent = store.keep(
        {
            "id": id,
            "object": "payment_intent",
            "amount": session["amount_total"],
            "amount_capturable": 0,
            "amount_received": 0,
            "application": None,
            "application_fee_amount": plan.get("application_fee_amount"),
            "canceled_at": None,
            "cancellation_reason": None,
            "capture_method": "automatic_async",
            "client_secret": f"{id}_secret",
            "confirmation_method": "automatic",
            "created": store.now(),
            "currency": session["currency"],
            "customer": None,
            "description": plan.get("description"),
            "last_payment_error": None,
            "latest_charge": None,
            "livemode": False,
            "metadata": plan.get("metadata") or {},
            "next_action": None,
            "on_behalf_of": plan.get("on_behalf_of"),
            "payment_method": None,
            "payment_method_types": session["payment_method_types"],
            "processing": None,
            "receipt_email": plan.get("receipt_email"),
            "shipping": None,
            "statement_descriptor": None,
            "statement_descriptor_suffix": plan.get("statement_descriptor_suffix"),
            "status": "requires_payment_method",
            "transfer_data": {"destination": transfer["destination"]} if transfer else None,
            "transfer_group": plan.get("transfer_group"),
        }
    )
    store.change(session, payment_intent=id)
    store.record("payment_intent.created", intent)
    return intent


def succeed(store: Store, intent: Document, *, card: str) -> Document:
    charge = _charge(store, intent, card=card)
    store.change(
        charge,
        amount_captured=charge["amount"],
        captured=True,
        paid=True,
        status="succeeded",
        balance_transaction=enter(
            store,
            PLATFORM,
            "charge",
            charge["amount"],
            charge,
            fee=amounts.processing_fee(charge["amount"]),
            fee_kind="stripe_fee",
        )["id"],
    )
    if intent["transfer_data"]:
        _pass_on(store, intent, charge)
    store.change(
        intent,
        status="succeeded",
        amount_received=intent["amount"],
        latest_charge=charge["id"],
        last_payment_error=None,
        payment_method=charge["payment_method"],
    )
    store.record("charge.succeeded", charge)
    store.record("payment_intent.succeeded", intent)
    return charge


def fail(store: Store, intent: Document, code: str) -> None:
    charge = _charge(store, intent, card="visa")
    message = DECLINES.get(code, "Your card was declined.")
    store.change(charge, status="failed", failure_code=code, failure_message=message)
    store.change(
        intent,
        status="requires_payment_method",
        latest_charge=charge["id"],
        last_payment_error={
            "charge": charge["id"],
            "code": code,
            "decline_code": "generic_decline" if code == "card_declined" else code,
            "message": message,
            "type": "card_error",
        },
    )
    store.record("charge.failed", charge)
    store.record("payment_intent.payment_failed", intent)


def enter(
    store: Store,
    account: str,
    kind: str,
    amount: int,
    source: Document,
    *,
    fee: int = 0,
    fee_kind: str = "application_fee",
) -> Document:
    """One line in an account's balance."""
    return store.keep(
        {
            "id": store.new_id("txn"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": store.now(),
            "balance_type": "payments",
            "created": store.now(),
            "currency": source["currency"],
            "description": None,
            "exchange_rate": None,
            "fee": fee,
            "fee_details": [
                {
                    "amount": fee,
                    "application": None,
                    "currency": source["currency"],
                    "description": None,
                    "type": fee_kind,
                }
            ]
            if fee
            else [],
            "net": amount - fee,
            "reporting_category": kind,
            "source": source["id"],
            "status": "available",
            "type": kind,
        },
        owner=account,
    )


def balance(store: Store, account: str) -> dict[str, int]:
    """What an account has, by currency: the sum of its lines."""
    sums: dict[str, int] = {}
    for line in store.all("balance_transaction", owner=account):
        sums[line["currency"]] = sums.get(line["currency"], 0) + line["net"]
    return sums


def show_balance(store: Store, params: Document, account: str) -> Document:
    available = [
        {"amount": amount, "currency": currency, "source_types": {"card": amount}}
        for currency, amount in sorted(balance(store, account).items())
    ]
    return {"object": "balance", "available": available, "livemode": False, "pending": []}


def charge_of(store: Store, params: Document) -> Document:
    """The charge a refund or dispute means, by itself or by its intent."""
    if "charge" in params:
        return store.find("charge", params["charge"], param="charge")
    if "payment_intent" not in params:
        raise Declined("One of the following params should be provided: payment_intent or charge.")
    intent = store.find("payment_intent", params["payment_intent"], param="payment_intent")
    if intent["status"] != "succeeded":
        raise Declined(
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
            param="payment_intent",
        )
    return store.find("charge", intent["latest_charge"])


def _charge(store: Store, intent: Document, *, card: str) -> Document:
    return store.keep(
        _blank_charge(store, "ch", intent)
        | {
            "application_fee_amount": intent["application_fee_amount"],
            "billing_details": _nobody(),
            "description": intent["description"],
            "metadata": dict(intent["metadata"]),
            "on_behalf_of": intent["on_behalf_of"],
            "payment_intent": intent["id"],
            "payment_method": store.new_id("pm"),
            "payment_method_details": {
                "type": "card",
                "card": {
                    "brand": card,
                    "country": "US",
                    "exp_month": 12,
                    "exp_year": 2034,
                    "funding": "credit",
                    "last4": "4242",
                    "network": card,
                },
            },
            "transfer_data": intent["transfer_data"] and dict(intent["transfer_data"]),
        }
    )


def _pass_on(store: Store, intent: Document, charge: Document) -> None:
    """The transfer to the organizer, the payment it arrives as, and the fee out of it."""
    destination = intent["transfer_data"]["destination"]
    fee = min(intent["application_fee_amount"] or 0, charge["amount"])
    transfer = _transfer(store, charge, destination)
    arrived = store.keep(
        _blank_charge(store, "py", charge)
        | {
            "amount_captured": charge["amount"],
            "application_fee_amount": fee or None,
            "billing_details": _nobody(),
            "captured": True,
            "paid": True,
            "source_transfer": transfer["id"],
            "status": "succeeded",
        },
        owner=destination,
    )
    line = enter(store, destination, "payment", charge["amount"], arrived, fee=fee)
    sent = enter(store, PLATFORM, "transfer", -charge["amount"], transfer)
    store.change(arrived, balance_transaction=line["id"])
    store.change(transfer, destination_payment=arrived["id"], balance_transaction=sent["id"])
    store.change(charge, transfer=transfer["id"], transfer_group=transfer["transfer_group"])
    store.record("transfer.created", transfer)
    if fee:
        taken = _application_fee(store, charge, arrived, destination, fee)
        store.change(charge, application_fee=taken["id"])
        store.change(arrived, application_fee=taken["id"])
        store.record("application_fee.created", taken)


def _transfer(store: Store, charge: Document, destination: str) -> Document:
    id = store.new_id("tr")
    return store.keep(
        {
            "id": id,
            "object": "transfer",
            "amount": charge["amount"],
            "amount_reversed": 0,
            "balance_transaction": None,
            "created": store.now(),
            "currency": charge["currency"],
            "description": None,
            "destination": destination,
            "destination_payment": None,
            "livemode": False,
            "metadata": {},
            "reversals": list_of([], f"/v1/transfers/{id}/reversals"),
            "reversed": False,
            "source_transaction": charge["id"],
            "source_type": "card",
            "transfer_group": charge["transfer_group"] or f"group_{charge['payment_intent']}",
        }
    )


def _application_fee(
    store: Store, charge: Document, arrived: Document, destination: str, amount: int
) -> Document:
    id = store.new_id("fee")
    fee = store.keep(
        {
            "id": id,
            "object": "application_fee",
            "account": destination,
            "amount": amount,
            "amount_refunded": 0,
            "application": "ca_fake",
            "balance_transaction": None,
            "charge": arrived["id"],
            "created": store.now(),
            "currency": charge["currency"],
            "livemode": False,
            "originating_transaction": charge["id"],
            "refunded": False,
            "refunds": list_of([], f"/v1/application_fees/{id}/refunds"),
        }
    )
    line = enter(store, PLATFORM, "application_fee", amount, fee)
    return store.change(fee, balance_transaction=line["id"])


def _blank_charge(store: Store, prefix: str, like: Document) -> dict[str, Any]:
    return {
        "id": store.new_id(prefix),
        "object": "charge",
        "amount": like["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "balance_transaction": None,
        "captured": False,
        "created": store.now(),
        "currency": like["currency"],
        "customer": None,
        "disputed": False,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "paid": False,
        "receipt_url": f"{store.url}/receipts/{prefix}",
        "refunded": False,
        "status": "pending",
        "transfer_group": like["transfer_group"],
    }


def _nobody() -> Document:
    return dict.fromkeys(("address", "email", "name", "phone", "tax_id"))
