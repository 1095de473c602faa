"""A host that is nobody's: its page looks like ours, and leads to where there is something."""

import re

import pytest

from eventflow.db import transaction
from tests import factories

HOSTS = ("nope.eventflow.test", "a.b.eventflow.test", "evil.example")


@pytest.mark.parametrize("host", HOSTS)
def test_its_page_has_its_styles_and_a_way_on(app, host):
    browser = app.test_client()

    page = browser.get("/", base_url=f"http://{host}")

    assert page.status_code == 404
    for address in re.findall(r'(?:href|src)="(/static/[^"?]+)', page.text):
        assert browser.get(address, base_url=f"http://{host}").status_code == 200, address
    links = re.findall(r'<a [^>]*href="([^"#][^"]*)"', page.text)
    assert "http://eventflow.test/" in links
    for link in links:
        assert link.startswith("http://eventflow.test/")
        assert browser.get(link).status_code == 200, link


def test_whoever_opens_there_is_found_at_once(app):
    browser = app.test_client()
    assert browser.get("/", base_url="http://nope.eventflow.test").status_code == 404

    with transaction():
        factories.make_tenant("nope", "Now Open")

    assert browser.get("/", base_url="http://nope.eventflow.test").status_code == 200


def test_what_is_missing_on_the_base_host_leads_to_what_is_there(app):
    browser = app.test_client()

    page = browser.get("/nothing", base_url="http://eventflow.test")

    links = re.findall(r'<a [^>]*href="(/[^"]*)"', page.text)
    assert "/my-tickets" in links
    for link in links:
        assert browser.get(link, base_url="http://eventflow.test").status_code == 200, link
