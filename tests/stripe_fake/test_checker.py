from typing import Any, get_args

import pytest
import stripe
from stripe.params import AccountCreateParams, AccountLinkCreateParams, EventListParams
from stripe.params import RefundCreateParams as Refund
from stripe.params.checkout import SessionCreateParams as Session

from . import checker, routes
from .checker import Mismatch, check_object, read_parameters

LINE = {
    "quantity": "2",
    "price_data": {
        "currency": "usd",
        "unit_amount": "2500",
        "product_data": {"name": "Stalls"},
    },
}


def test_a_form_is_read_as_what_the_types_want():
    read = read_parameters(
        Session,
        {
            "mode": "payment",
            "line_items": {"0": LINE},
            "metadata": {"order": "W4NTR7", "gone": ""},
            "expires_at": "1794000000",
        },
    )

    assert read["line_items"][0]["price_data"]["unit_amount"] == 2500
    assert read["metadata"] == {"order": "W4NTR7", "gone": ""}
    assert read["expires_at"] == 1794000000


def test_a_union_is_read_as_the_branch_that_fits():
    assert read_parameters(EventListParams, {"created": "5"})["created"] == 5
    assert read_parameters(EventListParams, {"created": {"gte": "5"}})["created"] == {"gte": 5}
    assert read_parameters(Refund, {"metadata": ""})["metadata"] == ""


@pytest.mark.parametrize(
    ("kind", "form", "path"),
    [
        (Session, {"ui_mode": "bogus"}, "ui_mode"),
        (Session, {"mode": ""}, "mode"),
        (Session, {"success_uri": "https://x"}, "success_uri"),
        (
            Session,
            {"payment_intent_data": {"application_fee": "1"}},
            "payment_intent_data[application_fee]",
        ),
        (Session, {"line_items": {"0": {"quantity": "2.5"}}}, "line_items[0][quantity]"),
        (Session, {"line_items": {"1": LINE}}, "line_items"),
        (Session, {"line_items": "two"}, "line_items"),
        (Session, {"expires_at": "soon"}, "expires_at"),
        (Session, {"customer_email": ""}, "customer_email"),
        (
            Session,
            {"allowed_payment_method_types": {"0": "sepa"}},
            "allowed_payment_method_types[0]",
        ),
        (Session, {"api_key": "sk_test"}, "api_key"),
        (Refund, {"reverse_transfers": "true"}, "reverse_transfers"),
        (Refund, {"reverse_transfer": "1"}, "reverse_transfer"),
        (Refund, {"metadata": {"reason": {"a": "b"}}}, "metadata[reason]"),
        (AccountLinkCreateParams, {"account": "acct_1"}, "type"),
        (
            AccountCreateParams,
            {"controller": {"stripe_dashboard": {"type": "expres"}}},
            "controller[stripe_dashboard][type]",
        ),
    ],
)
def test_what_the_types_do_not_allow_is_found_where_it_is(kind, form, path):
    with pytest.raises(Mismatch) as mismatch:
        read_parameters(kind, form)

    assert mismatch.value.path == path


def fee_refund(**changes: Any) -> dict[str, Any]:
    return {
        "id": "fr_1",
        "object": "fee_refund",
        "amount": 5,
        "balance_transaction": None,
        "created": 1,
        "currency": "usd",
        "fee": "fee_1",
        "metadata": {},
    } | changes


def test_an_object_is_what_its_resource_says():
    check_object(fee_refund())


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": "5"},
        {"amount": True},
        {"amount": None},
        {"fee": None},
        {"metadata": {"a": 1}},
        {"ammount": 5},
        {"object": "fee_refunds"},
    ],
)
def test_an_object_that_is_not_quite_it_is_refused(changes):
    with pytest.raises(Mismatch):
        check_object(fee_refund(**changes))


def test_an_object_lacks_nothing():
    document = fee_refund()
    del document["fee"]

    with pytest.raises(Mismatch):
        check_object(document)


def test_every_type_the_fake_meets_can_be_followed_to_its_end():
    """No name in the library's types is left that cannot be looked up."""
    seen: set[Any] = set()

    def follow(kind: Any, module: str) -> None:
        kind = checker._resolved(kind, module)
        if str(kind) in seen:
            return
        seen.add(str(kind))
        for part in get_args(kind):
            if not isinstance(part, str | int | bool | type(None)):
                follow(part, module)
        if isinstance(kind, type) and hasattr(kind, "__annotations__"):
            for field, _ in checker._declared(kind).values():
                follow(field, kind.__module__)

    for route in routes.ROUTES:
        follow(route.parameters, route.parameters.__module__)
    for resource in checker.RESOURCES.values():
        follow(resource, resource.__module__)

    assert str(stripe.Customer) in seen
