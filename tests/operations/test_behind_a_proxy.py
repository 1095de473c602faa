"""What a proxy says of a visitor is believed; whose box office it is, says `Host` alone."""

from dataclasses import replace

import pytest

from eventflow import create_app, fast_lane
from eventflow.db import db
from tests.people import BASE


@pytest.fixture
def behind_a_proxy(settings, gala, northgate):
    product = create_app(replace(settings, TRUSTED_PROXIES=1))
    yield product.test_client()
    with product.app_context():
        db.engine.dispose()


def test_a_page_is_kept_for_the_host_it_belongs_to(behind_a_proxy, monkeypatch):
    """A visitor's own X-Forwarded-Host, passed on by a proxy that doesn't know it."""
    monkeypatch.setattr(fast_lane, "FRESH", 60)
    theirs, ours = f"http://northgate.{BASE}", f"http://riverside.{BASE}"
    asked = {"X-Forwarded-Host": f"riverside.{BASE}", "Accept": "text/html"}

    first = behind_a_proxy.get("/", base_url=theirs, headers=asked)
    again = behind_a_proxy.get("/", base_url=theirs, headers={"Accept": "text/html"})

    assert "Northgate" in first.text
    assert "Northgate" in again.text
    assert "Winter Gala" in behind_a_proxy.get("/", base_url=ours).text
