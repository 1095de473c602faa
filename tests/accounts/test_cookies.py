"""The cookie as production sets it: for one host, over TLS, out of scripts' reach."""

from dataclasses import replace

from eventflow import create_app
from tests.people import PASSWORD, browser_at, make_member


def test_in_production_it_can_belong_to_no_other_host(app, settings, riverside):
    production = create_app(replace(settings, EVENTFLOW_ENV="production"))
    production.test_client_class = app.test_client_class
    olivia = make_member(riverside, "owner")

    answer = browser_at(production, riverside).post(
        "/sign-in", data={"email": olivia.email, "password": PASSWORD}
    )

    [cookie] = answer.headers.getlist("Set-Cookie")
    name, _equals, rest = cookie.partition("=")
    assert name == "__Host-eventflow"
    attributes = {part.strip() for part in rest.split(";")[1:]}
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= attributes
    assert not any(part.startswith("Domain") for part in attributes)
