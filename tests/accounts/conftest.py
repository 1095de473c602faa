"""The mailbox, once everything that was promised has been done."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

import jobs
from eventflow.accounts.models import Tenant
from eventflow.db import db
from eventflow.messages.models import MailboxMessage
from eventflow.queue import OutboxJob
from eventflow.tenancy import across_tenants, acting_for
from tests.people import browser_at


@dataclass
class Received:
    to: str
    subject: str
    text: str
    html: str

    @property
    def link(self) -> str:
        """The first address in the text that carries a code."""
        return re.search(r"http://\S+code=\S+", self.text)[0]

    @property
    def code(self) -> str:
        return self.link.partition("code=")[2]


@pytest.fixture
def mailbox(app: Flask) -> Callable[[], list[Received]]:
    """Work until nothing waits; then everything anybody was sent, oldest first."""

    def read() -> list[Received]:
        while waiting := _waiting():
            for job_id in waiting:
                jobs.run(job_id)
        with acting_for(None):
            rows = db.session.scalars(select(MailboxMessage).order_by(MailboxMessage.sent_at))
            return [Received(row.to[0], row.subject, row.text, row.html) for row in rows]

    return read


def _waiting() -> list[str]:
    with across_tenants():
        undone = select(OutboxJob.id).where(
            OutboxJob.done_at.is_(None), OutboxJob.failed_at.is_(None), OutboxJob.attempts == 0
        )
        return [str(job_id) for job_id in db.session.scalars(undone)]


@pytest.fixture
def base(app: Flask) -> FlaskClient:
    """A stranger's browser on the base host."""
    return browser_at(app, None)


@pytest.fixture
def door(app: Flask, riverside: Tenant) -> FlaskClient:
    """A stranger's browser at Riverside Hall."""
    return browser_at(app, riverside)
