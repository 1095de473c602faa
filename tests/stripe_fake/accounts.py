"""Connected accounts: opened, onboarded on a hosted page, restricted when something is missing."""

from typing import Any

from .store import PLATFORM, Declined, Document, Store

WANTED_AT_FIRST = [
    "business_profile.url",
    "business_type",
    "external_account",
    "representative.first_name",
    "representative.last_name",
    "tos_acceptance.date",
]
LINK_LIVES = 300
CURRENCIES = {"US": "usd", "GB": "gbp", "JP": "jpy", "CA": "cad", "AU": "aud", "CH": "chf"}
EUROPE = {"AT", "BE", "CH", "DE", "DK", "ES", "FI", "FR", "GB", "IE", "IT", "NL", "NO", "SE"}


def create(store: Store, params: Document, account: str) -> Document:
    _supported(params)
    country = params.get("country", "US")
    email = params.get("email")
    if email is not None and "@" not in email:
        raise Declined(f"Invalid email address: {email}", code="email_invalid", param="email")
    if len(country) != 2 or not country.isupper():
        raise Declined(
            f"Country '{country}' is unknown. Try using a 2-character alphanumeric country code"
            " instead, such as 'US', 'EG', or 'GB'.",
            code="country_unsupported",
            param="country",
        )
    asked = params.get("capabilities", {})
    made = {
        "id": store.new_id("acct"),
        "object": "account",
        "business_profile": {"name": None, "url": None},
        "business_type": params.get("business_type"),
        "capabilities": {name: "inactive" for name, wish in asked.items() if wish.get("requested")},
        "charges_enabled": False,
        "controller": _controller(params),
        "country": country,
        "created": store.now(),
        "default_currency": CURRENCIES.get(country, "eur" if country in EUROPE else "usd"),
        "details_submitted": False,
        "email": email,
        "metadata": params.get("metadata") or {},
        "payouts_enabled": False,
        "requirements": _requirements(WANTED_AT_FIRST),
        "type": params.get("type", "express"),
    }
    return store.keep(made)


def retrieve(store: Store, params: Document, account: str) -> Document:
    id = params.get("account")
    if id is None or id == account != PLATFORM:
        return store.find("account", account)
    try:
        return store.find("account", id)
    except Declined:
        raise Declined(
            f"The provided key does not have access to account '{id}' (or that account does not"
            " exist). Application access may have been revoked.",
            status=403,
            code="account_invalid",
        ) from None


def create_link(store: Store, params: Document, account: str) -> Document:
    connected = store.find("account", params["account"], param="account")
    if params["type"] != "account_onboarding":
        raise Declined(
            "You cannot create `account_update` type Account Links for this account.", param="type"
        )
    for url in ("refresh_url", "return_url"):
        if url not in params:
            raise Declined(f"Missing required param: {url}.", code="parameter_missing", param=url)
        if not params[url].startswith(("http://", "https://")):
            raise Declined("Not a valid URL", code="url_invalid", param=url)
    token = store.new_id("link").removeprefix("link_")
    link: Document = {
        "object": "account_link",
        "created": store.now(),
        "expires_at": store.now() + LINK_LIVES,
        "url": f"{store.url}/setup/e/{connected['id']}/{token}",
    }
    store.onboarding[token] = {
        "account": connected["id"],
        "expires_at": link["expires_at"],
        "refresh_url": params["refresh_url"],
        "return_url": params["return_url"],
        "visited": False,
    }
    return link


def complete(store: Store, account: str) -> Document:
    """Everything was given and verified: the account may charge and be paid."""
    return _become(
        store,
        account,
        "active",
        charges_enabled=True,
        payouts_enabled=True,
        details_submitted=True,
        requirements=_requirements([]),
    )


def submit(store: Store, account: str) -> Document:
    """Everything was given, and Stripe is still looking at it."""
    waiting = _requirements([]) | {"pending_verification": ["individual.verification.document"]}
    return _become(
        store,
        account,
        "pending",
        details_submitted=True,
        requirements=waiting | {"disabled_reason": "requirements.pending_verification"},
    )


def restrict(store: Store, account: str, *due: str) -> Document:
    """Something is missing: no charges and no payouts until it is given."""
    return _become(
        store,
        account,
        "inactive",
        charges_enabled=False,
        payouts_enabled=False,
        requirements=_requirements(list(due), past=True),
    )


def may(store: Store, account: str, capability: str) -> bool:
    found: str | None = store.find("account", account)["capabilities"].get(capability)
    return found == "active"


def same_region(one: str, other: str) -> bool:
    return one == other or {one, other} <= EUROPE


def _become(store: Store, id: str, capability: str, **values: Any) -> Document:
    found = store.find("account", id)
    before = {name: found[name] for name in values}
    values["capabilities"] = dict.fromkeys(found["capabilities"], capability)
    store.change(found, **values)
    store.record("account.updated", found, account=id, previous=before)
    return found


def _requirements(due: list[str], *, past: bool = False) -> Document:
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": due,
        "disabled_reason": "requirements.past_due" if due else None,
        "errors": [],
        "eventually_due": due,
        "past_due": due if past or due == WANTED_AT_FIRST else [],
        "pending_verification": [],
    }


def _controller(params: Document) -> Document:
    wish = params.get("controller", {})
    return {
        "type": "application",
        "is_controller": True,
        "fees": {"payer": wish.get("fees", {}).get("payer", "application")},
        "losses": {"payments": wish.get("losses", {}).get("payments", "application")},
        "requirement_collection": wish.get("requirement_collection", "stripe"),
        "stripe_dashboard": {"type": wish.get("stripe_dashboard", {}).get("type", "express")},
    }


def _supported(params: Document) -> None:
    if "type" in params and "controller" in params:
        raise Declined(
            "You may not provide the `type` parameter and `controller` parameters simultaneously.",
            param="type",
        )
    if "type" not in params and "controller" not in params:
        raise Declined("The fake opens accounts with a controller or a type.", param="controller")
    wish = params.get("controller", {})
    pays = wish.get("fees", {}).get("payer", "account")
    bears = wish.get("losses", {}).get("payments", "stripe")
    if bears == "application" and pays != "application":
        raise Declined(
            "When `controller[losses][payments]=application`, `controller[fees][payer]` must be"
            " `application`.",
            param="controller[fees][payer]",
        )
    asked = params.get("capabilities", {})
    if asked.get("card_payments", {}).get("requested") and not asked.get("transfers", {}).get(
        "requested"
    ):
        raise Declined(
            "The `card_payments` capability cannot be requested without `transfers`.",
            param="capabilities",
        )
