"""Where Stripe tells us what happened: stored as it came, then acted on, then answered."""

import json
import logging

from flask import Blueprint, Response, abort, request

from eventflow.accounts.hosts import only_on_base_host
from eventflow.db import now
from eventflow.payments import stripe_provider, webhooks
from eventflow.payments.gateway_errors import BadSignature
from eventflow.payments.providers import ProviderDown

bp = only_on_base_host(Blueprint("webhooks", __name__, url_prefix="/webhooks"))

log = logging.getLogger(__name__)


@bp.post("/stripe")
def receive_stripe() -> Response:
    """Answers 200 once the report is safe, whatever comes of it: what fails is tried again here."""
    raw = request.get_data()
    try:
        signature = request.headers.get("Stripe-Signature", "")
        fact = stripe_provider.gateway().read_webhook(raw, signature)
    except (BadSignature, ProviderDown) as error:
        log.warning("a report was not believed: %s", error)
        abort(400)
    webhook_id = webhooks.receive("stripe", fact.id, fact.type, json.loads(raw), raw=raw.decode())
    if not fact.type.startswith("account."):
        # Those of accounts ask Stripe back, which nobody should wait for; their job does it.
        try:
            webhooks.process(webhook_id, at=now())
        except Exception:
            log.exception("the report %s could not be acted on; its job tries again", fact.id)
    return Response(status=200)
