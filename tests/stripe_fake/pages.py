"""The pages Stripe hosts: paying, and opening an account. Plain forms, no script, no style."""

from html import escape
from urllib.parse import parse_qs

from . import accounts, checkout
from .store import Declined, Document, Store

Answer = tuple[int, dict[str, str], str]
ZERO_DECIMALS = {
    *("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga"),
    *("pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"),
}


def answer(store: Store, method: str, path: str, body: str) -> Answer:
    """What a browser gets for one of the hosted addresses."""
    form = {name: values[0] for name, values in parse_qs(body).items()}
    match path.strip("/").split("/"):
        case ["c", "pay", session]:
            return _checkout(store, method, session, form)
        case ["setup", "e", account, token]:
            return _onboarding(store, method, account, token, form)
    return _page(404, "Not found", "<p>There is nothing here.</p>")


def _checkout(store: Store, method: str, id: str, form: dict[str, str]) -> Answer:
    try:
        checkout.let_expire(store)
        session = store.find("checkout.session", id)
    except Declined as declined:
        return _page(404, "Not found", f"<p>{escape(str(declined))}</p>")
    if session["status"] != "open":
        # Word for word misleading on the real page too: it does not say which of the two.
        return _page(
            410 if method == "POST" else 200,
            "You're all done here",
            "<p>You either completed your payment or this checkout session has timed out.</p>",
        )
    if method == "POST":
        if form.get("outcome") == "declined":
            checkout.decline(store, id, code=form.get("code", "card_declined"))
            return _page(402, "Pay", _form(store, session, "Your card was declined."))
        if form.get("outcome") == "later":
            checkout.pay_later(store, id)
        else:
            checkout.pay(store, id)
        return _redirect(session["success_url"].replace("{CHECKOUT_SESSION_ID}", id))
    return _page(200, "Pay", _form(store, session))


def _form(store: Store, session: Document, message: str = "") -> str:
    currency = session["currency"]
    lines = "".join(
        f"<li>{escape(line['description'])} &times; {line['quantity']}:"
        f" {_amount(line['amount_total'], currency)}</li>"
        for line in store.line_items[session["id"]]
    )
    back = session["cancel_url"]
    return f"""
      <ul>{lines}</ul>
      <p>Total <strong id="total">{_amount(session["amount_total"], currency)}</strong></p>
      <p>{escape(session["customer_email"] or "")}</p>
      <p role="alert">{escape(message)}</p>
      <form method="post">
        <button name="outcome" value="paid">Pay</button>
        <button name="outcome" value="declined">Pay with a card that is declined</button>
        <button name="outcome" value="later">Pay by bank debit</button>
      </form>
      {f'<a href="{escape(back)}">Back</a>' if back else ""}
    """


def _onboarding(
    store: Store, method: str, account: str, token: str, form: dict[str, str]
) -> Answer:
    link = store.onboarding.get(token)
    if link is None or link["account"] != account:
        return _page(404, "Not found", "<p>This link is not valid.</p>")
    if method == "GET":
        # A link works once and for minutes; after that the product is asked for a new one.
        if link["visited"] or link["expires_at"] <= store.now():
            return _redirect(link["refresh_url"])
        link["visited"] = True
        return _page(
            200,
            "Get paid",
            """<form method="post">
                 <button name="outcome" value="complete">Submit everything</button>
                 <button name="outcome" value="pending">Submit, to be verified</button>
                 <button name="outcome" value="later">Leave for later</button>
               </form>""",
        )
    if form.get("outcome") == "complete":
        accounts.complete(store, account)
    elif form.get("outcome") == "pending":
        accounts.submit(store, account)
    return _redirect(link["return_url"])


def _amount(amount: int, currency: str) -> str:
    if currency in ZERO_DECIMALS:
        return f"{amount} {currency.upper()}"
    digits = 3 if currency in ("bhd", "jod", "kwd", "omr", "tnd") else 2
    return f"{amount / 10**digits:.{digits}f} {currency.upper()}"


def _redirect(url: str) -> Answer:
    return 303, {"Location": url}, ""


def _page(status: int, title: str, content: str) -> Answer:
    html = f"""<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>{title}</title>
  </head>
  <body><main><h1>{title}</h1><p>A test double of Stripe: no money moves.</p>{content}</main></body>
</html>
"""
    return status, {"Content-Type": "text/html; charset=utf-8"}, html
