import pytest
from flask import Flask, Response, request, session
from flask_babel import Babel
from hypothesis import given
from hypothesis import strategies as st

from eventflow import security

WITH_COOKIE = {"Cookie": "eventflow=1"}


@pytest.fixture
def site(build) -> Flask:
    app = build(security, EVENTFLOW_ENV="production")

    @app.route("/", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    def home():
        return "home"

    @app.post("/form")
    def form():
        return {"names": list(request.form), "texts": list(request.form.values())}

    @app.get("/signed-in")
    def signed_in():
        session["user"] = "olivia"
        return "hello"

    @app.get("/greeting")
    def greeting():
        return session.get("user", "stranger")

    @app.get("/cached")
    def cached():
        return Response("same for all", headers={"Cache-Control": "public, max-age=60"})

    @app.get("/ticket/<secret>")
    def ticket(secret):
        security.keep_address_secret()
        return "ticket"

    @app.get("/widget")
    def widget():
        security.allow(frame_ancestors="https://hall.example", script_src="'wasm-unsafe-eval'")
        return "widget"

    @app.get("/gate")
    def gate():
        return Response("gate", headers={"Permissions-Policy": "camera=(self)"})

    return app


def policy_of(answer) -> dict[str, list[str]]:
    directives = answer.headers["Content-Security-Policy"].split("; ")
    return {name: sources for name, *sources in (directive.split() for directive in directives)}


def test_every_answer_carries_the_policy(site):
    for path in ("/", "/nowhere", "/cached"):
        answer = site.test_client().get(path)
        policy = policy_of(answer)
        assert policy["default-src"] == ["'self'"]
        assert policy["script-src"] == ["'self'"]
        assert policy["style-src"] == ["'self'"]
        assert policy["img-src"] == ["'self'", "data:"]
        assert policy["frame-ancestors"] == ["'none'"]
        assert policy["object-src"] == policy["base-uri"] == ["'none'"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in answer.headers["Permissions-Policy"]
        assert "max-age=63072000" in answer.headers["Strict-Transport-Security"]


def test_what_can_hold_no_script_is_only_never_taken_for_anything_else(site):
    answer = site.test_client().post("/form", data={"a": "b"})
    assert answer.mimetype == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "max-age=63072000" in answer.headers["Strict-Transport-Security"]
    assert "Content-Security-Policy" not in answer.headers
    assert "Permissions-Policy" not in answer.headers


def test_even_a_page_that_broke_carries_the_policy(build):
    app = build(security)

    @app.get("/")
    def broken():
        raise RuntimeError

    answer = app.test_client().get("/")
    assert answer.status_code == 500
    assert policy_of(answer)["default-src"] == ["'self'"]


def test_forms_may_lead_to_our_hosts_and_to_stripe(site):
    assert policy_of(site.test_client().get("/"))["form-action"] == [
        "'self'",
        "https://eventflow.example",
        "https://*.eventflow.example",
        "https://checkout.stripe.com",
        "https://connect.stripe.com",
    ]


def test_forms_may_lead_to_the_stripe_that_is_configured(build):
    app = build(security, STRIPE_API_BASE="http://127.0.0.1:9123/v1")
    targets = policy_of(app.test_client().get("/"))["form-action"]
    assert "http://127.0.0.1:9123" in targets
    assert "http://*.eventflow.example" in targets


def test_strict_transport_is_for_production(build):
    answer = build(security).test_client().get("/")
    assert "Strict-Transport-Security" not in answer.headers


def test_a_page_may_allow_itself_more(site):
    policy = policy_of(site.test_client().get("/widget"))
    assert policy["frame-ancestors"] == ["https://hall.example"]
    assert policy["script-src"] == ["'self'", "'wasm-unsafe-eval'"]
    assert policy["style-src"] == ["'self'"]
    assert policy_of(site.test_client().get("/"))["frame-ancestors"] == ["'none'"]


def test_what_a_page_says_itself_is_said_once(site):
    answer = site.test_client().get("/gate")
    assert answer.headers.getlist("Permissions-Policy") == ["camera=(self)"]


def test_a_secret_address_is_told_to_nobody(site):
    answer = site.test_client().get("/ticket/0191f6a2")
    assert answer.headers.getlist("Referrer-Policy") == ["no-referrer"]
    assert answer.headers.getlist("Cache-Control") == ["private, no-store"]


def test_nothing_personal_is_kept_by_a_cache(site):
    client = site.test_client()
    assert client.get("/").headers["Cache-Control"] == "private, no-cache"
    assert client.get("/signed-in").headers["Cache-Control"] == "private, no-store"
    assert client.get("/greeting").headers["Cache-Control"] == "private, no-store"
    assert client.get("/cached").headers["Cache-Control"] == "public, max-age=60"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://riverside.eventflow.example"}, 403),
        ({"Origin": "http://riverside.eventflow.example"}, 200),
        ({"Origin": "https://riverside.eventflow.example"}, 200),
        ({"Origin": "https://northgate.eventflow.example"}, 403),
        ({"Origin": "https://eventflow.example"}, 403),
        ({"Origin": "https://riverside.eventflow.example.evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Origin": "http://[::1"}, 403),
        ({"Origin": ""}, 403),
        ({"Authorization": "Bearer ef_api_abc"}, 200),
        ({"Authorization": "Basic b2xpdmlhOng="}, 403),
    ],
)
def test_a_change_with_a_cookie_must_come_from_our_own_page(site, method, headers, status):
    answer = site.test_client(use_cookies=False).open(
        "/",
        method=method,
        base_url="http://riverside.eventflow.example",
        headers={**WITH_COOKIE, **headers},
    )
    assert answer.status_code == status


def test_without_a_cookie_there_is_nobody_to_protect(site):
    answer = site.test_client().post("/", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200


def test_looking_is_free(site):
    headers = {**WITH_COOKIE, "Sec-Fetch-Site": "cross-site"}
    assert site.test_client(use_cookies=False).get("/", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "target",
    ["/%00", "/a%00b", "/?q=%00", "/?%00=1", "/?q=%ff", "/?q=%ed%a0%80"],
)
def test_an_address_that_is_no_text_is_a_bad_request(site, target):
    assert site.test_client().get(target).status_code == 400


@pytest.mark.parametrize("path", ["/\xff", "/\xed\xa0\x80", "/a\xc3"])
def test_a_path_of_undecodable_bytes_is_a_bad_request(site, path):
    answer = site.test_client().get("/", environ_overrides={"PATH_INFO": path})
    assert answer.status_code == 400


@pytest.mark.parametrize("target", ["/?q=caf%C3%A9", "/?q=a%0Ab", "/?q=%", "/?q=%zz", "/?a&b&&=="])
def test_an_address_that_is_text_is_served(site, target):
    assert site.test_client().get(target).status_code == 200


def test_a_path_in_another_script_is_only_not_found(site):
    assert site.test_client().get("/caf%C3%A9").status_code == 404


def test_a_form_with_a_null_byte_is_a_bad_request(site):
    client = site.test_client()
    urlencoded = "application/x-www-form-urlencoded"
    for body in (b"name=a%00b", b"a%00b=name", b"name=a\x00b"):
        for kind in (urlencoded, urlencoded.title(), f" {urlencoded.upper()} ; charset=utf-8"):
            assert client.post("/form", data=body, content_type=kind).status_code == 400
    assert client.post("/form", data={"name": "a\x00b"}, buffered=True).status_code == 400
    multipart = client.post("/form", data={"n": "a\x00"}, content_type="multipart/form-data")
    assert multipart.status_code == 400
    part = b'--x\r\nContent-Disposition: form-data; name="n"\r\n\r\na\x00\r\n--x--\r\n'
    shouted = client.post("/form", data=part, content_type="Multipart/Form-Data; boundary=x")
    assert shouted.status_code == 400
    assert client.post("/form", data={"name": "Bea\r\nMiller"}).json["texts"] == ["Bea\r\nMiller"]


@given(st.binary(max_size=60))
def test_no_bytes_in_a_form_or_an_address_break_anything(body):
    app = Flask("box-office")
    app.config.update(EVENTFLOW_ENV="testing", BASE_DOMAIN="eventflow.example")
    Babel(app)
    security.init_app(app)
    read = app.route("/", methods=["GET", "POST"])

    @read
    def home():
        told = "".join([*request.args.values(), *request.form.values(), request.path])
        assert "\x00" not in told
        told.encode()  # as the database would
        return told

    client = app.test_client()
    form = client.post("/", data=body, content_type="application/x-www-form-urlencoded")
    assert form.status_code < 500
    environ = {"PATH_INFO": "/" + body.decode("latin-1")}
    assert client.get("/", environ_overrides=environ).status_code < 500
    environ = {"QUERY_STRING": "q=" + body.decode("latin-1")}
    assert client.get("/", environ_overrides=environ).status_code < 500


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "two\nlines",
        "two\r\nlines",
        "a\ttab",
        "",
        "Zürich 日本 🎟️",
        "a\u2028b",
        "<b>bold</b>",
    ],
)
def test_text_is_text(text):
    assert security.refuse_control_characters(text) == text


@pytest.mark.parametrize(
    "text", ["nul\x00", "bell\x07", "esc\x1b[0m", "a\rb", "end\r", "del\x7f", "c1\x85", "\ud800"]
)
def test_what_nobody_can_type_is_refused(text):
    with pytest.raises(ValueError, match="cannot be shown"):
        security.refuse_control_characters(text)
