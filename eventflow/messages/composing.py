"""Composing: from what a delivery says to the mail that its reader will see.

One template for each kind of mail, twice: `templates/email/<kind>.mjml` for the HTML and
`<kind>.txt`, whose first line is the subject, written to be read and not derived from the other.
All in the language of the order, or of the tenant.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask import current_app
from flask_babel import force_locale
from jinja2 import Environment

from eventflow.accounts.models import Tenant
from eventflow.db import db
from eventflow.locale import DEFAULT
from eventflow.logs import request_id
from eventflow.messages import letterhead, order_facts
from eventflow.messages.mails import Attachment, Mail
from eventflow.messages.models import Delivery
from eventflow.sales.models import Order

Gather = Callable[[Order, Tenant, datetime], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind of mail needs besides the facts that came with its promise."""

    gather: Gather | None = None
    attach: Callable[[Order, dict[str, Any], datetime], list[Attachment]] | None = None


KINDS = {
    "order_confirmation": Kind(order_facts.with_tickets, order_facts.tickets_attached),
    "ticket_changed": Kind(order_facts.with_tickets, order_facts.tickets_attached),
    "order_pending": Kind(order_facts.unpaid),
    "order_refunded": Kind(order_facts.plain),
    "order_cancelled": Kind(order_facts.plain),
    "tickets_void": Kind(order_facts.plain),
    "event_cancelled": Kind(order_facts.plain),
    "paid_too_late_refunded": Kind(order_facts.plain),
    "find_orders": Kind(),
    "sign_in_link": Kind(),
    "password_reset": Kind(),
    "verify_email": Kind(),
    "invitation": Kind(),
}


def compose(delivery: Delivery, *, facts: dict[str, Any], at: datetime) -> Mail:
    """Write the mail that was promised."""
    kind = KINDS[delivery.kind]
    tenant = db.session.get_one(Tenant, delivery.tenant_id) if delivery.tenant_id else None
    order = db.session.get_one(Order, delivery.order_id) if delivery.order_id else None
    language = _language(order, tenant)
    with force_locale(language):
        if kind.gather and order and tenant:
            facts = kind.gather(order, tenant, at) | facts
        attachments = kind.attach(order, facts, at) if kind.attach and order else []
        head = letterhead.of(tenant)
        if head["logo"]:
            attachments.append(head["logo"])
        facts |= {"brand": head, "language": language.replace("_", "-")}
        subject, text, html = render(delivery.kind, facts)
    return Mail(
        id=delivery.id,
        to=delivery.to,
        sender_name=_one_line(head["name"]),
        sender=_sender(),
        reply_to=tenant.contact_email if tenant else "",
        subject=subject,
        text=text,
        html=html,
        language=language,
        request_id=request_id() or "",
        attachments=attachments,
    )


def render(kind: str, facts: dict[str, Any]) -> tuple[str, str, str]:
    """Subject, text and HTML of a kind of mail, in the language that is in force."""
    environment = _environment(current_app.jinja_env)
    written = environment.get_template(f"email/{kind}.txt").render(facts)
    head, _newline, text = written.partition("\n")
    subject = _one_line(head.removeprefix("Subject:"))
    markup = environment.get_template(f"email/{kind}.mjml").render(facts, subject=subject)
    import mjml  # Only workers compose mails.

    html = mjml.mjml2html(markup)
    return subject, re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", html


@lru_cache(maxsize=2)
def _environment(pages: Environment) -> Environment:
    """That of the pages, except that MJML is markup and what goes into it is escaped.

    What was compiled for pages and kept escapes as pages do, and stays out of mails.
    """
    return pages.overlay(
        autoescape=lambda name: name is None or not name.endswith(".txt"), bytecode_cache=None
    )


def _language(order: Order | None, tenant: Tenant | None) -> str:
    wanted = order.locale if order else tenant.locale if tenant else DEFAULT
    return wanted if wanted in current_app.extensions["languages"] else DEFAULT


def _sender() -> str:
    if given := current_app.config["MAIL_FROM"]:
        return str(given)
    return "tickets@" + current_app.config["BASE_DOMAIN"].partition(":")[0]


def _one_line(words: str) -> str:
    return " ".join(words.split())
