"""Riverside Hall's door: tickets sold, devices paired, and programs that call with their tokens."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from eventflow.accounts import tokens
from eventflow.checkin import devices, principals
from eventflow.db import now, transaction
from eventflow.tickets import issuing
from eventflow.tickets.models import Ticket
from tests import factories


class Program:
    """Calls the API of one box office with one token."""

    def __init__(self, app: Flask, token: str, slug: str = "riverside") -> None:
        self.browser = app.test_client()
        self.browser.address = f"http://{slug}.eventflow.test"
        self.token = token
        self.headers = {"Authorization": f"Bearer {token}"}

    def post(self, path: str, body: Any = None, **headers: str):
        return self.browser.post(f"/api/v1{path}", json=body, headers=self.headers | headers)

    def put(self, path: str, body: Any):
        return self.browser.put(f"/api/v1{path}", json=body, headers=self.headers)

    def get(self, path: str, **headers: str):
        return self.browser.get(f"/api/v1{path}", headers=self.headers | headers)

    def delete(self, path: str):
        return self.browser.delete(f"/api/v1{path}", headers=self.headers)

    def scan(self, ticket: Ticket | str, **more: Any) -> dict[str, Any]:
        """What a scan of this ticket (or code) is answered."""
        code = ticket if isinstance(ticket, str) else issuing.code_of(ticket)
        answer = self.post("/checkin", {"code": code, **more})
        assert answer.status_code == 200, answer.text
        return answer.json


@pytest.fixture(autouse=True)
def _nobody_is_remembered() -> None:
    principals.forget()


@pytest.fixture
def program(app, at_riverside) -> Callable[..., Program]:
    """A program of Riverside Hall with an API token of this role."""

    def made(role: str = "scanner") -> Program:
        with transaction():
            _row, secret = tokens.create(f"{role} till", role, at=now())
        return Program(app, secret)

    return made


@pytest.fixture
def paired(app, at_riverside) -> Callable[..., Program]:
    """A device of Riverside Hall."""

    def made(name: str = "Gate tablet", *, role: str = "scanner", **kept: Any) -> Program:
        with transaction():
            one = devices.enrol(name, role=role, by="Olivia", at=now(), **kept)
            made = Program(app, one.token)
            made.id = one.device.id
        return made

    return made


@pytest.fixture
def sold(at_riverside, gala) -> Callable[..., list[Ticket]]:
    """Tickets of one order for the gala's Stalls (and Circle)."""

    def made(stalls: int = 1, circle: int = 0) -> list[Ticket]:
        order = factories.order(at_riverside, gala, stalls, circle)
        return list(factories.pay(order).tickets)

    return made
