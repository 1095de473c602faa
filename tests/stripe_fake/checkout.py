"""Checkout Sessions: opened with a price list, paid on a hosted page, expired or let expire."""

import re
from typing import Any

from . import accounts, amounts, payments
from .store import Declined, Document, Store, list_of

SHORTEST, LONGEST = 30 * 60, 24 * 60 * 60


def create(store: Store, params: Document, account: str) -> Document:
    if params.get("mode", "payment") != "payment" or params.get("ui_mode", "hosted_page") != (
        "hosted_page"
    ):
        raise Declined("The fake has hosted pages for payments only.", param="mode")
    for url in ("success_url", "cancel_url"):
        if url == "success_url" and url not in params:
            raise Declined("Missing required param: success_url.", code="parameter_missing")
        if url in params and not re.match(r"https?://[^/\s]+", params[url]):
            raise Declined("Not a valid URL", code="url_invalid", param=url)
    _check_words(params)
    currency, lines = _line_items(store, params.get("line_items", []))
    total = sum(line["amount_total"] for line in lines)
    amounts.accept_total(total, currency)
    plan = params.get("payment_intent_data", {})
    _check_plan(store, plan, total, currency)

    id = store.new_id("cs_test")
    session = _session(params) | {
        "id": id,
        "amount_subtotal": total,
        "amount_total": total,
        "created": store.now(),
        "currency": currency,
        "expires_at": _expiry(store, params),
        "url": f"{store.url}/c/pay/{id}",
    }
    store.line_items[id] = lines
    store.plans[id] = plan
    return store.keep(session)


def retrieve(store: Store, params: Document, account: str) -> Document:
    let_expire(store)
    return store.find("checkout.session", params["session"])


def list_line_items(store: Store, params: Document, account: str) -> Document:
    session = retrieve(store, params, account)
    return list_of(
        store.line_items[session["id"]], f"/v1/checkout/sessions/{session['id']}/line_items"
    )


def expire(store: Store, params: Document, account: str) -> Document:
    session = retrieve(store, params, account)
    if session["status"] != "open":
        raise Declined(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout'
            f" Session has a status of `{session['status']}`.",
        )
    return _expire(store, session)


def let_expire(store: Store) -> None:
    """Time passes on its own; what ran out is noticed whenever somebody looks."""
    for session in list(store.all("checkout.session")):
        if session["status"] == "open" and session["expires_at"] <= store.now():
            _expire(store, session)


# What the buyer does on the hosted page


def pay(store: Store, id: str, *, card: str = "visa") -> Document:
    session = _open(store, id)
    intent = payments.intent_for(store, session, store.plans[id])
    payments.succeed(store, intent, card=card)
    _complete(store, session, intent, "paid")
    return session


def decline(store: Store, id: str, *, code: str = "card_declined") -> Document:
    """The card was refused; the page stays open for another."""
    session = _open(store, id)
    payments.fail(store, payments.intent_for(store, session, store.plans[id]), code)
    return session


def pay_later(store: Store, id: str) -> Document:
    """A bank debit: the page is done with, the money comes or fails to come days later."""
    session = _open(store, id)
    intent = payments.intent_for(store, session, store.plans[id])
    store.change(intent, status="processing")
    store.record("payment_intent.processing", intent)
    _complete(store, session, intent, "unpaid")
    return session


def settle(store: Store, id: str, *, arrived: bool = True) -> Document:
    session = store.find("checkout.session", id)
    if session["status"] != "complete" or session["payment_status"] != "unpaid":
        raise Declined(f"{id} is not waiting for its money")
    intent = store.find("payment_intent", session["payment_intent"])
    if arrived:
        payments.succeed(store, intent, card="visa")
        store.change(session, payment_status="paid")
        store.record("checkout.session.async_payment_succeeded", session)
    else:
        payments.fail(store, intent, "payment_intent_payment_attempt_failed")
        store.record("checkout.session.async_payment_failed", session)
    return session


def _open(store: Store, id: str) -> Document:
    let_expire(store)
    session = store.find("checkout.session", id)
    if session["status"] != "open":
        raise Declined(f"This Checkout Session has a status of `{session['status']}`.")
    return session


def _complete(store: Store, session: Document, intent: Document, status: str) -> None:
    email = session["customer_email"] or "buyer@example.com"
    store.change(
        session,
        status="complete",
        payment_status=status,
        payment_intent=intent["id"],
        url=None,
        customer_details={
            "address": None,
            "business_name": None,
            "email": email,
            "individual_name": None,
            "name": "A Buyer",
            "phone": None,
            "tax_exempt": "none",
            "tax_ids": [],
        },
    )
    store.record("checkout.session.completed", session)


def _expire(store: Store, session: Document) -> Document:
    store.change(session, status="expired", url=None)
    store.record("checkout.session.expired", session)
    return session


# What Stripe insists on


def _check_words(params: Document) -> None:
    email = params.get("customer_email")
    if email is not None and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", email):
        raise Declined(
            f"Invalid email address: {email}", code="email_invalid", param="customer_email"
        )
    if len(params.get("client_reference_id", "")) > 200:
        raise Declined("client_reference_id is too long.", param="client_reference_id")
    for where in (params, params.get("payment_intent_data", {})):
        metadata = where.get("metadata") or {}
        if len(metadata) > 50 or any(
            len(key) > 40 or len(value) > 500 for key, value in metadata.items()
        ):
            raise Declined("Metadata has up to 50 keys of 40 and values of 500.", param="metadata")


def _expiry(store: Store, params: Document) -> int:
    expires_at: int = params.get("expires_at", store.now() + LONGEST)
    if expires_at < store.now() + SHORTEST:
        raise Declined(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session"
            " creation.",
            param="expires_at",
        )
    if expires_at > store.now() + LONGEST:
        raise Declined(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
            param="expires_at",
        )
    return expires_at


def _line_items(store: Store, asked: list[Document]) -> tuple[str, list[Document]]:
    if not asked or len(asked) > 100:
        raise Declined("You must have between 1 and 100 line items.", param="line_items")
    currencies = {item.get("price_data", {}).get("currency") for item in asked}
    if len(currencies) != 1 or None in currencies:
        raise Declined("All line items have a price_data and one currency.", param="line_items")
    (currency,) = currencies
    if not re.fullmatch(r"[a-z]{3}", currency):
        raise Declined(f"Invalid currency: {currency}.", param="line_items[0][price_data]")
    return currency, [_line(store, number, item) for number, item in enumerate(asked)]


def _line(store: Store, number: int, item: Document) -> Document:
    where = f"line_items[{number}]"
    price, quantity = item["price_data"], item.get("quantity", 0)
    product = price.get("product_data")
    if product is None or "unit_amount" not in price:
        raise Declined("The fake wants product_data and a unit_amount.", param=where)
    if quantity < 1:
        raise Declined(f"Invalid quantity: {quantity}", param=f"{where}[quantity]")
    unit_amount = price["unit_amount"]
    if unit_amount < 0:
        raise Declined("Invalid non-negative integer", param=f"{where}[price_data][unit_amount]")
    amounts.accept(unit_amount, price["currency"], param=f"{where}[price_data][unit_amount]")
    total = unit_amount * quantity
    return {
        "id": store.new_id("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": price["currency"],
        "description": product["name"],
        "metadata": item.get("metadata") or {},
        "price": None,
        "quantity": quantity,
    }


def _check_plan(store: Store, plan: Document, total: int, currency: str) -> None:
    transfer = plan.get("transfer_data")
    fee = plan.get("application_fee_amount")
    at = "payment_intent_data"
    if fee is not None:
        if fee < 0:
            raise Declined("Invalid non-negative integer", param=f"{at}[application_fee_amount]")
        amounts.accept(fee, currency, param=f"{at}[application_fee_amount]")
        if transfer is None:
            raise Declined(
                "Can only apply an application_fee_amount when the PaymentIntent is attempting a"
                " direct payment (using an OAuth key or Stripe-Account header) or destination"
                " payment (using `transfer_data[destination]`).",
                param=f"{at}[application_fee_amount]",
            )
        if "amount" in transfer:
            raise Declined(
                "You may not specify `application_fee_amount` when specifying"
                " `transfer_data[amount]`.",
                param=f"{at}[application_fee_amount]",
            )
        if fee > total:
            raise Declined(
                "The application fee cannot be greater than the amount.",
                param=f"{at}[application_fee_amount]",
            )
    beneficiary = plan.get("on_behalf_of")
    if beneficiary is not None:
        _connected(store, beneficiary, f"{at}[on_behalf_of]")
        if not accounts.may(store, beneficiary, "card_payments"):
            raise Declined(
                "Your account needs the `card_payments` capability enabled to be used with"
                " `on_behalf_of`.",
                param=f"{at}[on_behalf_of]",
            )
    if transfer is not None:
        _check_destination(store, transfer["destination"], beneficiary, at)


def _check_destination(store: Store, destination: str, beneficiary: str | None, at: str) -> None:
    connected = _connected(store, destination, f"{at}[transfer_data][destination]")
    if not accounts.may(store, destination, "transfers"):
        raise Declined(
            "Your destination account needs to have at least one of the following capabilities"
            " enabled: transfers, crypto_transfers, legacy_payments",
            code="insufficient_capabilities_for_transfer",
            param=f"{at}[transfer_data][destination]",
        )
    if beneficiary is None and not accounts.same_region(connected["country"], "US"):
        raise Declined(
            "Cannot create a destination charge for connected accounts in"
            f" {connected['country']} because funds would be settled on the platform and the"
            " connected account is outside the platform's region. You may use the `on_behalf_of`"
            " parameter to have the charge settle in the connected account's country.",
            param=f"{at}[on_behalf_of]",
        )


def _connected(store: Store, id: str, param: str) -> Document:
    try:
        return store.find("account", id)
    except Declined:
        raise Declined(
            f"No such destination: '{id}'", code="resource_missing", param=param
        ) from None


def _session(params: Document) -> dict[str, Any]:
    """A new session as Stripe shows it, with everything the fake leaves alone."""
    return {
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": False},
        "after_expiration": None,
        "allow_promotion_codes": None,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": None,
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "client_secret": None,
        "consent": None,
        "custom_fields": [],
        "custom_text": {
            "after_submit": None,
            "shipping_address": None,
            "submit": None,
            "terms_of_service_acceptance": None,
        },
        "customer": None,
        "customer_creation": "if_required",
        "customer_details": None,
        "customer_email": params.get("customer_email"),
        "excluded_payment_method_types": params.get("excluded_payment_method_types"),
        "invoice": None,
        "livemode": False,
        "locale": params.get("locale"),
        "metadata": params.get("metadata") or {},
        "mode": "payment",
        "payment_intent": None,
        "payment_link": None,
        "payment_method_types": params.get("allowed_payment_method_types") or ["card"],
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": params.get("submit_type"),
        "subscription": None,
        "success_url": params["success_url"],
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
    }
