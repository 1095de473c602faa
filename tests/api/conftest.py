"""A program that calls the HTTP API of Riverside Hall, as each role and as nobody."""

from collections.abc import Callable
from contextvars import Context
from typing import Any

import pytest
from flask import Flask

from eventflow.accounts import tokens
from eventflow.db import now, transaction
from eventflow.tenancy import acting_for


class Program:
    """Calls the API with a token of its own, or without."""

    def __init__(self, app: Flask, host: str, secret: str | None):
        self.browser = app.test_client(use_cookies=False)
        self.browser.address = f"http://{host}"
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def call(self, method: str, path: str, json: Any = None, **headers: str):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.browser.open(
            f"/api/v1{path}", method=method, json=json, headers=self.headers | headers
        )

    def get(self, path: str, **headers: str):
        return self.call("GET", path, **headers)

    def post(self, path: str, json: Any = None, **headers: str):
        return self.call("POST", path, json=json, **headers)


def make_program(app: Flask, tenant, role: str | None) -> Program:
    secret = None
    if role:
        with acting_for(tenant.id), transaction():
            _token, secret = tokens.create(f"{role} of {tenant.name}", role, at=now())
    return Program(app, f"{tenant.slug}.eventflow.test", secret)


@pytest.fixture
def program(app, riverside, northgate) -> Callable[..., Program]:
    """`program("admin")`, `program()` for nobody, `program("owner", northgate)`."""
    return lambda role=None, tenant=None: make_program(app, tenant or riverside, role)


def run(work: Callable[[], Any]) -> Any:
    """In a context of its own, so that it neither borrows nor leaves anything."""
    return Context().run(work)
