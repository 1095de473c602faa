"""What messages bring to the application: how much mail waits, for whoever watches the machine; and
what went out about an order, for whoever looks into that."""

from flask import Flask

from eventflow import metrics
from eventflow.messages import deliveries, log
from eventflow.payments import order_record


def init_app(app: Flask) -> None:
    metrics.register_gauge(
        app,
        "eventflow_mails",
        "Mails that are promised and not sent, by how they stand",
        deliveries.count_unsent,
        label="status",
    )
    order_record.letters[:] = [log.letters_about]
