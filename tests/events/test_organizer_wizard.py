"""The wizard, step by step, as a browser without script walks it."""

from datetime import UTC, datetime, timedelta

import pytest

from eventflow.db import now, transaction
from eventflow.events import drafting, tiers
from tests import factories
from tests.events.papers import Paper, paper
from tests.people import browser_at, make_member

NEW = "/manage/events/new"


def edit(step: int, slug: str = "winter-gala") -> str:
    return f"/manage/events/{slug}/edit/{step}"


def test_four_steps_make_an_event_that_is_on_sale(console, kept, audited, storefront):
    what = paper(console, NEW).fill(
        title="Winter  Gala",
        summary="An evening of waltzes.",
        description="With **brass**.\r\n\r\n- Strauss",
        category="Music",
        tags="dance, brass,, dance",
    )
    answer = what.press(console)
    assert answer.location == edit(2)

    when = paper(console, edit(2)).fill(
        timezone="Europe/Vienna",
        starts_at="2031-02-14T20:00",
        ends_at="2031-02-15T01:30",
        doors_at="2031-02-14T19:00",
        venue_name="Riverside Hall",
        venue_address="Quay 4\r\nVienna",
        map_url="https://example.com/map",
    )
    assert when.press(console).location == edit(3)

    prices = paper(console, edit(3))
    row = prices.key(0)
    prices.put(f"tier-{row}-name", "Stalls").put(f"tier-{row}-price", "25.00")
    prices.put(f"tier-{row}-quantity", "1,200").put("fee_mode", "absorbed").put("capacity", "900")
    assert prices.press(console).location == edit(4)

    assert storefront.get("/events/winter-gala").status_code == 404
    answer = console.post("/manage/events/winter-gala/publish")
    assert answer.location == "/manage/events/winter-gala"

    event = kept("winter-gala")
    assert (event.title, event.summary, event.category) == (
        "Winter Gala",
        "An evening of waltzes.",
        "Music",
    )
    assert event.description == "With **brass**.\n\n- Strauss"
    assert event.tags == ["dance", "brass"]
    assert event.starts_at == datetime(2031, 2, 14, 19, 0, tzinfo=UTC)
    assert event.ends_at == datetime(2031, 2, 15, 0, 30, tzinfo=UTC)
    assert event.doors_at == datetime(2031, 2, 14, 18, 0, tzinfo=UTC)
    assert (event.venue_name, event.venue_address) == ("Riverside Hall", "Quay 4\nVienna")
    assert (event.status, event.fee_mode, event.capacity_stock.capacity) == (
        "published",
        "absorbed",
        900,
    )
    [stalls] = event.tiers
    assert (stalls.name, stalls.price, stalls.stock.capacity) == ("Stalls", 2500, 1200)
    assert storefront.get("/events/winter-gala").status_code == 200
    assert audited()[0] == "Olivia: Made the event Winter Gala"
    assert audited()[-1] == "Olivia: Published Winter Gala"


def test_it_goes_on_where_it_was_left_on_any_device(console, app, riverside, ada, draft):
    assert console.get("/manage/events/winter-gala/edit").location == edit(1)
    paper(console, edit(1)).press(console)
    paper(console, edit(2)).fill(venue_name="Riverside Hall").press(console)

    elsewhere = browser_at(app, riverside, ada)

    assert elsewhere.get("/manage/events/winter-gala/edit").location == edit(3)
    assert paper(elsewhere, edit(2)).fields["venue_name"] == "Riverside Hall"


def test_an_event_that_is_out_is_edited_from_the_first_step(console, gala):
    assert console.get("/manage/events/winter-gala/edit").location == edit(1)


def test_a_button_that_no_step_has_leads_to_the_event(console, draft):
    form = paper(console, edit(2))
    form.buttons.append(("go", "9" * 5000))
    assert form.press(console, "go", "9" * 5000).location == "/manage/events/winter-gala"


@pytest.mark.parametrize(
    ("step", "value", "leads_to"),
    [
        (1, "next", edit(2)),
        (2, "back", edit(1)),
        (2, "4", edit(4)),
        (2, "close", "/manage/events/winter-gala"),
        (3, "back", edit(2)),
    ],
)
def test_every_way_out_of_a_step_keeps_what_was_typed(console, draft, kept, step, value, leads_to):
    form = paper(console, edit(step))
    if step == 3:
        form.put("capacity", "77")
    else:
        form.fill(**{1: {"summary": "Kept"}, 2: {"venue_name": "Kept"}}[step])

    assert form.press(console, "go", value).location == leads_to

    event = kept("winter-gala")
    found = {1: event.summary, 2: event.venue_name, 3: event.capacity_stock.capacity}[step]
    assert found in ("Kept", 77)


def test_return_goes_on_though_other_buttons_come_first(console, draft):
    assert paper(console, edit(2)).buttons[0] == ("go", "next")


def test_a_draft_may_be_left_half_done(console, draft, kept):
    for step in (2, 3):
        assert paper(console, edit(step)).press(console).location == edit(step + 1)
    assert kept("winter-gala").tiers == []


@pytest.mark.parametrize(
    ("step", "field", "typed", "sentence"),
    [
        (1, "title", "  ", "An event needs a title."),
        (1, "title", "x" * 201, "Keep this to 200 characters."),
        (1, "summary", "bell\x07", "characters that cannot be shown"),
        (1, "description", "y" * 20_001, "Keep this to 20000 characters."),
        (1, "category", "z" * 61, "Keep this to 60 characters."),
        (1, "tags", ",".join(str(n) for n in range(21)), "At most 20 tags."),
        (1, "tags", "z" * 61, "Keep this to 60 characters."),
        (2, "starts_at", "tomorrow", "This is no date and time."),
        (2, "starts_at", "2031-03-30T02:30", "Did you mean 03:30 CEST?"),
        (2, "starts_at", "2031-10-26T02:30", "comes twice"),
        (2, "ends_at", "2030-01-01T10:00", "The end comes after the start."),
        (2, "doors_at", "2031-01-01T21:00", "The doors open before it starts."),
        (2, "doors_at", "0000-00-00T00:00", "This is no date and time."),
        (2, "timezone", "Mars/Olympus", "is not a time zone"),
        (2, "timezone", "", "is not a time zone"),
        (2, "timezone", "../etc/passwd", "is not a time zone"),
        (2, "format", "by_post", "in person, virtual or hybrid"),
        (2, "venue_name", "v" * 201, "Keep this to 200 characters."),
        (2, "venue_address", "v" * 501, "Keep this to 500 characters."),
        (2, "map_url", "javascript:alert(1)", "A link starts with https://"),
        (2, "join_url", "http", "A link starts with https://"),
    ],
)
def test_what_cant_be_is_said_at_its_field_and_nothing_typed_is_lost(
    console, at_riverside, kept, step, field, typed, sentence
):
    factories.make_event(
        publish=False, timezone="Europe/Berlin", starts_at=datetime(2031, 1, 1, 19, tzinfo=UTC)
    )
    before = kept("winter-gala").version
    form = paper(console, edit(step))
    other = "summary" if step == 1 and field != "summary" else "venue_name" if step == 2 else "tags"
    if field != other:
        form.put(other, "typed")

    answer = form.put(field, typed).press(console)

    assert answer.status_code == 422
    again = Paper(answer.text)
    assert sentence.replace("'", "&#39;") in answer.text
    assert f'id="error-{field}"' in answer.text
    if field != other:
        assert again.fields[other] == "typed"
    if field not in ("timezone", "format") and "\x07" not in typed:
        assert again.fields[field] == (typed if field != "title" else typed.strip())
    assert kept("winter-gala").version == before


def test_all_that_is_wrong_is_said_at_once(console, draft):
    form = paper(console, edit(2))
    answer = form.fill(starts_at="never", map_url="x", venue_name="v" * 300).press(console)

    for field in ("starts_at", "map_url", "venue_name"):
        assert f'id="error-{field}"' in answer.text


@pytest.mark.parametrize("turn", ["0", "1"])
def test_which_of_two_times_is_asked_and_remembered(console, draft, kept, turn):
    form = paper(console, edit(2)).fill(timezone="Europe/Berlin", starts_at="2031-10-26T02:30")
    again = Paper(form.press(console).text)

    again.fill(starts_at_turn=turn).press(console)

    assert kept("winter-gala").starts_at == datetime(2031, 10, 26, int(turn), 30, tzinfo=UTC)
    assert paper(console, edit(2)).fields["starts_at_turn"] == turn


def test_saving_what_is_there_changes_nothing(console, at_riverside, kept, audited):
    odd = datetime(2031, 1, 1, 19, 0, 13, tzinfo=UTC)
    factories.make_event(timezone="US/Eastern", starts_at=odd, description="One\r\ntwo")
    before, log = kept("winter-gala").version, len(audited())

    for step in (1, 2, 3):
        assert paper(console, edit(step)).press(console, "go", "close").status_code == 303

    event = kept("winter-gala")
    assert event.starts_at == odd, "a field knows no seconds, a program does"
    assert event.timezone == "US/Eastern"
    assert event.version <= before + 1
    assert [words for words in audited()[log:] if "starts_at" in words] == []


def test_a_new_zone_moves_the_times_that_were_typed(console, at_riverside, kept):
    factories.make_event(timezone="UTC", starts_at=datetime(2031, 1, 1, 19, tzinfo=UTC))

    paper(console, edit(2)).fill(timezone="Asia/Tokyo").press(console, "go", "close")

    assert kept("winter-gala").starts_at == datetime(2031, 1, 1, 10, tzinfo=UTC)


def test_a_new_zone_leaves_sales_where_they_are_and_says_so(console, gala, kept):
    opens = datetime(2031, 1, 1, 19, tzinfo=UTC)
    with transaction():
        tiers.change(drafting.find("winter-gala").tiers[0], {"sale_start": opens}, at=now())

    answer = paper(console, edit(2)).fill(timezone="Asia/Tokyo").press(console, "go", "1")

    assert kept("winter-gala").tiers[0].sale_start == opens
    assert "begin and end at the same moments" in console.get(answer.location).text


def test_the_description_is_shown_as_it_will_read(console):
    form = paper(console, NEW).fill(title="Gala", description="**loud** <script>x</script>")

    answer = form.press(console, "do", "preview")

    assert answer.status_code == 200
    assert "<strong>loud</strong>" in answer.text
    assert "<script>x" not in answer.text
    assert Paper(answer.text).fields["title"] == "Gala"


def test_htmx_gets_the_preview_alone(console, draft):
    answer = console.post(
        edit(1), data={"do": "preview", "description": "*soft*"}, headers={"HX-Request": "true"}
    )

    assert "<em>soft</em>" in answer.text
    assert "<html" not in answer.text


def test_a_title_of_markup_is_text(console, kept):
    paper(console, NEW).fill(title="<b>Gala</b> & sons").press(console)

    assert "&lt;b&gt;Gala&lt;/b&gt; &amp; sons" in console.get(edit(2, "b-gala-b-sons")).text


@pytest.mark.parametrize(
    ("title", "sentence"),
    [
        ("\u200b\u2060", "An event needs a title."),
        ("Gala\u202e", "characters that cannot be shown"),
    ],
)
def test_a_title_can_be_seen_and_reads_one_way(console, title, sentence):
    answer = paper(console, NEW).fill(title=title).press(console)

    assert answer.status_code == 422
    assert sentence in answer.text


def test_an_event_called_new_has_an_address_of_its_own(console, kept):
    paper(console, NEW).fill(title="New").press(console)
    assert kept("new-2").title == "New"


def test_the_currency_is_chosen_once(console, kept):
    form = paper(console, NEW).fill(title="Gala", currency="JPY")
    form.press(console)
    assert kept("gala").currency == "JPY"

    answer = paper(console, NEW).fill(title="Ball", currency="XXX").press(console)
    assert answer.status_code == 422
    assert "XXX is not a currency." in answer.text


# Two people at once


def test_the_later_of_two_is_told_and_loses_nothing(console, app, riverside, ada, draft, kept):
    olivias = paper(console, edit(1)).fill(summary="Olivia’s words", category="Dance")
    adas_browser = browser_at(app, riverside, ada)
    paper(adas_browser, edit(1)).fill(summary="Ada’s words").press(adas_browser)

    answer = olivias.press(console)

    assert answer.status_code == 409
    assert "Ada changed this event while you had it open." in answer.text
    assert "Ada’s words" in answer.text
    again = Paper(answer.text)
    assert (again.fields["summary"], again.fields["category"]) == ("Olivia’s words", "Dance")
    assert kept("winter-gala").summary == "Ada’s words"

    assert again.press(console).status_code == 303
    assert kept("winter-gala").summary == "Olivia’s words"


@pytest.mark.parametrize("version", ["", "0", "-1", "one", "9" * 40])
def test_a_form_of_no_version_overwrites_nothing(console, draft, kept, version):
    form = paper(console, edit(1)).fill(summary="Mine", version=version)

    assert form.press(console).status_code == 409
    assert kept("winter-gala").summary == ""


# What is on sale stays whole


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("starts_at", "Say when it starts."),
        ("ends_at", "Say when it ends."),
        ("venue_name", "Say where it takes place"),
    ],
)
def test_what_is_on_sale_keeps_what_it_needs(console, gala, kept, field, sentence):
    answer = paper(console, edit(2)).put(field, "").press(console, "go", "close")

    assert answer.status_code == 422
    assert sentence in answer.text
    assert getattr(kept("winter-gala"), field)


def test_what_is_on_sale_is_not_moved_into_the_past(console, gala, kept):
    past = {"starts_at": "2020-01-01T19:00", "ends_at": "2020-01-01T22:00"}

    answer = paper(console, edit(2)).fill(**past).press(console, "go", "close")

    assert answer.status_code == 422
    assert "The event would be over already." in answer.text
    assert kept("winter-gala").ends_at > now()


def test_what_is_over_may_still_be_put_right(console, at_riverside, kept):
    long_ago = now() - timedelta(days=9)
    factories.make_event(starts_at=long_ago, at=long_ago - timedelta(days=1))

    answer = paper(console, edit(1)).fill(summary="It was good.").press(console, "go", "close")

    assert answer.status_code == 303
    assert kept("winter-gala").summary == "It was good."


# Moving what is sold


@pytest.fixture
def sold(riverside, gala):
    """The Winter Gala, two tickets of it paid for."""
    factories.pay(factories.order(riverside, gala, 2))
    return gala


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("starts_at", "2031-01-01T19:00"),
        ("venue_name", "The Old Barn"),
        ("venue_address", "Elsewhere 1"),
        ("doors_at", "2026-01-01T19:00"),
        ("format", "hybrid"),
    ],
)
def test_moving_what_is_sold_is_asked_about_first(console, sold, kept, field, value):
    before = getattr(kept("winter-gala"), field)
    typed = paper(console, edit(2)).fill(ends_at="2031-01-01T23:00").put(field, value)

    answer = typed.press(console, "go", "close")

    assert answer.status_code == 422
    assert "2 tickets are sold for when and where it was." in answer.text
    assert "/manage/attendees?event=winter-gala" in answer.text
    assert getattr(kept("winter-gala"), field) == before

    again = Paper(answer.text).put("despite_sold", "1").press(console, "go", "close")

    assert again.status_code == 303
    assert getattr(kept("winter-gala"), field) != before


def test_nothing_is_asked_where_nothing_moves_or_nobody_has_a_ticket(
    console, riverside, gala, kept
):
    paper(console, edit(2)).fill(venue_name="The Old Barn").press(console, "go", "close")
    assert kept("winter-gala").venue_name == "The Old Barn"

    factories.pay(factories.order(riverside, gala, 2))
    answer = paper(console, edit(2)).fill(map_url="https://a.example").press(console, "go", "close")
    assert answer.status_code == 303


# Who may


@pytest.mark.parametrize("role", ["staff", "scanner"])
@pytest.mark.parametrize(("method", "path"), [("GET", NEW), ("POST", NEW), ("GET", edit(1))])
def test_only_admins_make_events(app, riverside, gala, role, method, path):
    browser = browser_at(app, riverside, make_member(riverside, role))

    assert browser.open(path, method=method).status_code == 403


def test_another_box_offices_event_is_not_there(app, northgate, noah, gala):
    browser = browser_at(app, northgate, noah)

    for step in (1, 2, 3, 4):
        assert browser.get(edit(step)).status_code == 404
        assert browser.post(edit(step), data={"title": "Mine"}).status_code == 404


@pytest.mark.parametrize("step", [0, 5, 99])
def test_there_are_four_steps(console, gala, step):
    assert console.get(edit(step)).status_code == 404
    assert console.post(edit(step)).status_code == 404


def test_an_empty_form_is_never_a_fault_of_ours(console, draft):
    for step in (1, 2, 3, 4):
        assert console.post(edit(step)).status_code in (303, 409, 422)
    assert console.post(NEW).status_code == 422
