from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from flask import Flask, g, render_template_string
from flask_babel import force_locale, get_locale, gettext, ngettext

from eventflow import locale, pseudo
from eventflow.money import Money

BERLIN, KATHMANDU, SAO_PAULO = "Europe/Berlin", "Asia/Kathmandu", "America/Sao_Paulo"
NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture
def app(build):
    return build(locale)


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


GALA = utc(2026, 11, 21, 18, 30)


@pytest.mark.parametrize(
    ("zone", "language", "written"),
    [
        (BERLIN, "en", "Sat 21 Nov 2026, 19:30 CET"),
        ("America/New_York", "en", "Sat 21 Nov 2026, 13:30 EST"),
        ("UTC", "en", "Sat 21 Nov 2026, 18:30 UTC"),
        (KATHMANDU, "en", "Sun 22 Nov 2026, 00:15 UTC+5:45"),
        (SAO_PAULO, "en", "Sat 21 Nov 2026, 15:30 UTC-3"),
        (BERLIN, "en_GB", "Sat, 21 Nov 2026, 19:30 CET"),
        ("America/New_York", "en_US", "Sat, Nov 21, 2026, 1:30\N{NARROW NO-BREAK SPACE}PM EST"),
        (BERLIN, "de", "Sa., 21. Nov. 2026, 19:30 MEZ"),
        ("Asia/Tokyo", "ja", "2026年11月22日(日) 3:30 JST"),
    ],
)
def test_a_moment_is_written_with_its_zone(app, zone, language, written):
    with app.app_context():
        assert locale.format_when(GALA, zone, language) == written


@pytest.mark.parametrize(("language", "tag"), [("en", "en-GB"), ("en_US", "en-US"), ("de", "de")])
def test_a_browser_is_told_how_times_are_written(app, language, tag):
    with app.test_request_context(), force_locale(language):
        assert locale.times_language() == tag


def test_summer_has_its_own_label(app):
    with app.app_context():
        assert locale.format_when(utc(2026, 7, 1, 18), BERLIN) == "Wed 1 Jul 2026, 20:00 CEST"


@pytest.mark.parametrize(
    ("hours", "written"),
    [
        (2.5, "Sat 21 Nov 2026, 19:30–22:00 CET"),
        (8.5, "Sat 21 Nov 2026, 19:30–04:00 CET"),
        (14, "Sat 21 Nov 2026, 19:30 – Sun 22 Nov 2026, 09:30 CET"),
        (48, "Sat 21 Nov 2026, 19:30 – Mon 23 Nov 2026, 19:30 CET"),
    ],
)
def test_a_span_says_the_day_once_where_it_is_one_evening(app, hours, written):
    with app.app_context():
        assert locale.format_span(GALA, GALA + timedelta(hours=hours), BERLIN) == written


def test_almost_a_whole_day_is_no_night(app):
    start = utc(2026, 11, 21, 4)
    with app.app_context():
        told = locale.format_span(start, start + timedelta(hours=22), BERLIN)
        assert told == "Sat 21 Nov 2026, 05:00 – Sun 22 Nov 2026, 03:00 CET"


def test_a_span_over_the_change_of_clocks_names_both_zones(app):
    start, end = utc(2026, 10, 24, 20), utc(2026, 10, 25, 3)
    with app.app_context():
        told = locale.format_span(start, end, BERLIN)
        assert told == "Sat 24 Oct 2026, 22:00 CEST – 04:00 CET"


def test_a_span_without_an_end_is_its_start(app):
    with app.app_context():
        assert locale.format_span(GALA, None, BERLIN) == "Sat 21 Nov 2026, 19:30 CET"


@pytest.mark.parametrize(
    ("lasting", "said"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (600, "10 minutes"),
        (90 * 60, "1 hour 30 minutes"),
        (timedelta(days=2, hours=3, minutes=59), "2 days 3 hours"),
        (timedelta(days=1, minutes=5), "1 day"),
        (59.6, "1 minute"),
    ],
)
def test_durations_are_said_in_two_units(app, lasting, said):
    with app.app_context():
        assert locale.format_duration(lasting) == said


def test_durations_in_another_language(app):
    with app.app_context():
        assert locale.format_duration(90 * 60, "de") == "1 Stunde, 30 Minuten"


def test_moments_are_told_from_where_one_stands(app):
    with app.app_context():
        assert locale.format_relative(GALA + timedelta(days=3), GALA) == "in 3 days"
        assert locale.format_relative(GALA - timedelta(hours=2), GALA) == "2 hours ago"
        assert locale.format_relative(GALA + timedelta(seconds=5), GALA) == "just now"


def test_amounts_have_the_digits_of_their_currency(app):
    with app.app_context():
        assert locale.format_money(2500, "EUR") == "€25.00"
        assert locale.format_money(Money(2500, "JPY")) == "¥2,500"
        assert locale.format_money(2500, "KWD").endswith("2.500")
        assert locale.format_money(2500, "EUR", "de") == f"25,00{NBSP}€"
        with pytest.raises(TypeError):
            locale.format_money(2500)


def test_templates_write_the_same(app):
    with app.test_request_context():
        g.event = SimpleNamespace(starts_at=GALA, timezone=BERLIN)
        html = render_template_string(
            "{{ at|when(zone) }}|{{ at|span(end, zone) }}|{{ at|date(zone) }}|{{ at|time(zone) }}|"
            "{{ 2500|money('EUR') }}|{{ 600|duration }}|{{ 1234567|number }}|{{ at|relative(at) }}",
            at=GALA,
            end=GALA + timedelta(hours=1),
            zone=BERLIN,
        )
    assert html.split("|") == [
        "Sat 21 Nov 2026, 19:30 CET",
        "Sat 21 Nov 2026, 19:30–20:30 CET",
        "Sat 21 Nov 2026",
        "19:30",
        "€25.00",
        "10 minutes",
        "1,234,567",
        "just now",
    ]


# Choosing a language


@pytest.fixture
def polyglot(app, tmp_path, build) -> Flask:
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo

    for language, word in (("de", "Karten"), ("pt_BR", "Ingressos")):
        folder = tmp_path / "translations" / language / "LC_MESSAGES"
        folder.mkdir(parents=True)
        catalog = Catalog(locale=language)
        catalog.add("Tickets", word)
        with (folder / "messages.mo").open("wb") as file:
            write_mo(file, catalog)
    app = build(locale, BABEL_TRANSLATION_DIRECTORIES=str(tmp_path / "translations"))

    @app.get("/")
    def words():
        return f"{gettext('Tickets')} {get_locale()}"

    @app.get("/de")
    def tenant_of_hamburg():
        g.tenant = SimpleNamespace(locale="de")
        return gettext("Tickets")

    return app


def test_a_constant_is_written_in_the_language_of_who_reads_it(app):
    with app.test_request_context():
        page = app.jinja_env.from_string('{{ 123456|money("USD") }} {{ 1234.5|number }}')
        assert page.render() == "$1,234.56 1,234.5"
        with force_locale("de"):
            assert page.render() == "1.234,56\xa0$ 1.234,5"


def test_the_language_is_what_was_asked_for_by_name(polyglot):
    client = polyglot.test_client()
    assert client.get("/").text == "Tickets en"
    assert client.get("/", headers={"Accept-Language": "de-CH,de;q=0.9"}).text == "Karten de"
    assert client.get("/", headers={"Accept-Language": "pt-BR"}).text == "Ingressos pt_BR"
    assert client.get("/", headers={"Accept-Language": "fr"}).text == "Tickets en"
    assert client.get("/?lang=de", headers={"Accept-Language": "pt-BR"}).text == "Karten de"
    assert client.get("/?lang=xx").text == "Tickets en"
    assert "Accept-Language" in client.get("/").headers["Vary"]


def test_the_tenant_decides_where_the_visitor_does_not(polyglot):
    client = polyglot.test_client()
    assert client.get("/de").text == "Karten"
    assert client.get("/de?lang=en").text == "Tickets"


def test_with_one_language_pages_are_the_same_for_everybody(build):
    app = build(locale)
    app.add_url_rule("/", view_func=lambda: gettext("Tickets"))
    answer = app.test_client().get("/", headers={"Accept-Language": "de"})
    assert answer.text == "Tickets"
    assert "Vary" not in answer.headers


# The language for testing


def sign(app):
    @app.get("/")
    def words():
        seats = ngettext("%(num)d seat", "%(num)d seats", 2)
        return f"{gettext('Hello %(name)s', name='Bea')}|{seats}|" + render_template_string(
            "{{ _('Choose <b>one</b>') }}|{% trans %}Buy{% endtrans %}|not translated"
        )

    return app.test_client()


def test_in_the_language_for_testing_what_was_left_out_shows(build):
    client = sign(build(locale))
    wanted = ["⟦Ĥéļļö Bea~⟧", "⟦2 şéáţş~⟧", "⟦Çĥööşé <b>öñé</b>~~⟧", "⟦ßüý⟧", "not translated"]
    assert client.get("/?lang=en_XA").text.split("|") == wanted
    assert client.get("/", headers={"Accept-Language": "en-XA"}).text.split("|") == wanted
    assert client.get("/").text.startswith("Hello Bea|2 seats|")
    client.set_cookie("lang", "en_XA")
    assert client.get("/").text.split("|") == wanted


def test_nobody_meets_the_language_for_testing_in_production(build):
    client = sign(build(locale, EVENTFLOW_ENV="production"))
    assert client.get("/?lang=en_XA").text.startswith("Hello Bea|")


def test_a_mail_can_be_written_in_the_language_for_testing(app):
    with app.app_context():
        with pseudo.pretending():
            assert gettext("Your tickets") == "⟦Ýöüŕ ţîçķéţş~~~⟧"
            assert gettext(" ") == " "
        assert gettext("Your tickets") == "Your tickets"
        with force_locale("de"):
            assert gettext("Your tickets") == "Your tickets"


def test_placeholders_entities_and_addresses_stay_whole():
    told = pseudo.accented("%(count)d of %(all)s &amp; 100%% at https://x.example/a?b=c")
    for whole in ("%(count)d", "%(all)s", "&amp;", "100%%", "https://x.example/a?b=c"):
        assert whole in told
    assert told % {"count": 1, "all": 2}
