"""The description against the product: every operation, with good and bad data made from it.

Everything it may answer is in the document, nothing is a 5xx, and methods it doesn't offer are
refused as it says.
"""

import os

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from eventflow.accounts import tokens
from eventflow.db import now, transaction
from eventflow.tenancy import acting_for
from tests import factories

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "15"))
HOST = "http://riverside.eventflow.test/api/v1"


@pytest.fixture
def described(app, riverside):
    """The description, the bearer of an owner's token, and something to find."""
    with acting_for(riverside.id):
        event = factories.make_event(tiers=[("Stalls", 2500, 50), ("Free", 0, 50)])
        factories.pay(factories.order(riverside, event, 2))
        with transaction():
            _token, secret = tokens.create("fuzz", "owner", at=now())
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app, base_url=HOST)
    return schema, secret


def test_nothing_answers_but_as_described(app, described):
    schema, secret = described
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) > 15

    for operation in operations:
        _try(operation, secret)


def _try(operation, secret: str) -> None:
    from hypothesis import given

    @given(case=operation.as_strategy())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def once(case):
        response = case.call(
            headers={"Authorization": f"Bearer {secret}", "Accept-Encoding": "identity"},
            base_url=HOST,
        )
        case.validate_response(
            response,
            checks=[
                not_a_server_error,
                status_code_conformance,
                content_type_conformance,
                response_headers_conformance,
                response_schema_conformance,
            ],
        )

    once()
