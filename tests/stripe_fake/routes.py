"""Which request is whose: the method, the path, the type of its parameters, who answers."""

import re
from dataclasses import dataclass
from typing import Any

from stripe import params as types
from stripe.params import checkout as checkout_types

from . import accounts, checkout, payments, refunds
from .listing import many, one, within
from .store import Handler


@dataclass(frozen=True)
class Route:
    method: str
    pattern: re.Pattern[str]
    parameters: Any
    handler: Handler
    made_by_account: bool = False
    """Whether a connected account may be named in Stripe-Account."""


def find(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    for route in ROUTES:
        match = route.pattern.fullmatch(path)
        if match and route.method == method:
            return route, match.groupdict()
    return None


def _route(line: str, parameters: Any, handler: Handler, *, for_accounts: bool = False) -> Route:
    method, path = line.split()
    pattern = re.compile("/v1" + re.sub(r"<(\w+)>", r"(?P<\1>[^/]+)", path))
    return Route(method, pattern, parameters, handler, for_accounts)


FEES, TRANSFERS, SESSIONS = "/application_fees", "/transfers", "/checkout/sessions"

ROUTES = [
    _route("POST /accounts", types.AccountCreateParams, accounts.create),
    _route(
        "GET /account",
        types.AccountRetrieveCurrentParams,
        accounts.retrieve,
        for_accounts=True,
    ),
    _route("GET /accounts/<account>", types.AccountRetrieveParams, accounts.retrieve),
    _route("POST /account_links", types.AccountLinkCreateParams, accounts.create_link),
    _route(f"POST {SESSIONS}", checkout_types.SessionCreateParams, checkout.create),
    _route(
        f"GET {SESSIONS}",
        checkout_types.SessionListParams,
        many("checkout.session", "/v1/checkout/sessions"),
    ),
    _route(f"GET {SESSIONS}/<session>", checkout_types.SessionRetrieveParams, checkout.retrieve),
    _route(
        f"GET {SESSIONS}/<session>/line_items",
        checkout_types.SessionListLineItemsParams,
        checkout.list_line_items,
    ),
    _route(
        f"POST {SESSIONS}/<session>/expire", checkout_types.SessionExpireParams, checkout.expire
    ),
    _route(
        "GET /payment_intents",
        types.PaymentIntentListParams,
        many("payment_intent", "/v1/payment_intents"),
    ),
    _route(
        "GET /payment_intents/<intent>",
        types.PaymentIntentRetrieveParams,
        one("payment_intent", "intent"),
    ),
    _route(
        "GET /charges", types.ChargeListParams, many("charge", "/v1/charges"), for_accounts=True
    ),
    _route(
        "GET /charges/<charge>",
        types.ChargeRetrieveParams,
        one("charge", "charge"),
        for_accounts=True,
    ),
    _route(f"GET {TRANSFERS}", types.TransferListParams, many("transfer", "/v1/transfers")),
    _route(
        f"GET {TRANSFERS}/<transfer>", types.TransferRetrieveParams, one("transfer", "transfer")
    ),
    _route(
        f"POST {TRANSFERS}/<transfer>/reversals",
        types.TransferReversalCreateParams,
        refunds.reverse,
    ),
    _route(
        f"GET {TRANSFERS}/<transfer>/reversals",
        types.TransferReversalListParams,
        within("transfer", "transfer", "reversals", "/v1/transfers/{}/reversals"),
    ),
    _route(
        f"GET {FEES}",
        types.ApplicationFeeListParams,
        many("application_fee", "/v1/application_fees"),
    ),
    _route(f"GET {FEES}/<fee>", types.ApplicationFeeRetrieveParams, one("application_fee", "fee")),
    _route(
        f"POST {FEES}/<fee>/refunds", types.ApplicationFeeRefundCreateParams, refunds.return_fee
    ),
    _route(
        f"GET {FEES}/<fee>/refunds",
        types.ApplicationFeeRefundListParams,
        within("application_fee", "fee", "refunds", "/v1/application_fees/{}/refunds"),
    ),
    _route("POST /refunds", types.RefundCreateParams, refunds.create),
    _route(
        "GET /refunds", types.RefundListParams, many("refund", "/v1/refunds"), for_accounts=True
    ),
    _route(
        "GET /refunds/<refund>", types.RefundRetrieveParams, refunds.retrieve, for_accounts=True
    ),
    _route(
        "GET /balance",
        types.BalanceRetrieveParams,
        payments.show_balance,
        for_accounts=True,
    ),
    _route(
        "GET /balance_transactions",
        types.BalanceTransactionListParams,
        many("balance_transaction", "/v1/balance_transactions"),
        for_accounts=True,
    ),
    _route(
        "GET /balance_transactions/<line>",
        types.BalanceTransactionRetrieveParams,
        one("balance_transaction", "line"),
        for_accounts=True,
    ),
    _route("GET /disputes", types.DisputeListParams, many("dispute", "/v1/disputes")),
    _route("GET /disputes/<dispute>", types.DisputeRetrieveParams, one("dispute", "dispute")),
    _route("GET /events", types.EventListParams, many("event", "/v1/events"), for_accounts=True),
    _route(
        "GET /events/<event>", types.EventRetrieveParams, one("event", "event"), for_accounts=True
    ),
]
