"""The platform's own door, which no route uses yet that the walk over all of them could find."""

from flask import Blueprint

from eventflow import create_app
from eventflow.accounts import access
from tests.people import browser_at, make_member, make_person


def test_only_those_who_run_the_platform_come_through_its_door(app, settings, riverside):
    bp = access.platform(Blueprint("inner_platform", __name__))
    bp.get("/inner-platform")(lambda: "inside")
    other = create_app(settings)
    other.test_client_class = app.test_client_class
    other.register_blueprint(bp)
    pat = make_person("Pat", is_platform_admin=True)
    olivia = make_member(riverside, "owner")

    assert browser_at(other, None).get("/inner-platform").location.startswith("/sign-in")
    assert browser_at(other, None, olivia).get("/inner-platform").status_code == 404
    assert browser_at(other, riverside, pat).get("/inner-platform").status_code == 404
    assert browser_at(other, None, pat).get("/inner-platform").text == "inside"
