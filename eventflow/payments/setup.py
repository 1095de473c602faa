"""What payments needs of the application: the providers it may be asked for."""

from flask import Flask, current_app

from eventflow.events import publishing
from eventflow.events.models import Event
from eventflow.payments import accounts, offline, sandbox, stripe_provider, webhook_routes

PROVIDERS = (sandbox, offline, stripe_provider)
"""Imported, so that each has said how it is made."""


def init_app(app: Flask) -> None:
    if a_way_to_be_paid not in publishing.requirements:
        publishing.requirements.append(a_way_to_be_paid)
    app.register_blueprint(webhook_routes.bp)


def a_way_to_be_paid(event: Event) -> dict[str, str]:
    """In production, what costs something is only put on sale where money can arrive."""
    # Asked at the moment, since more than one application may live in a process.
    in_production = current_app.config["SETTINGS"].is_production
    if not in_production or all(tier.price == 0 for tier in event.tiers):
        return {}
    return accounts.missing()
