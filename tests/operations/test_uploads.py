"""Files that are too large for any form: whoever chose one stays where they were."""

from io import BytesIO

import pytest

from tests.seating.houses import make_venue

TOO_MUCH = 13 * 1024 * 1024
MORE_THAN_TEXT = 1024 * 1024 + 1
SENTENCE = "This file is larger than 10 MB. Please choose a smaller one."


@pytest.fixture
def addresses(gala) -> dict[str, str]:
    """Where each file goes, by the name of its field."""
    venue = make_venue()
    return {
        "cover": "/manage/events/winter-gala/cover",
        "logo": "/manage/settings/logo",
        "photo": f"/manage/venues/{venue.slug}/photos",
    }


def _wrong(answer, field: str) -> str:
    """What the page says is wrong with this field."""
    return answer.text.partition(f'id="error-{field}"')[2].partition("</p>")[0]


@pytest.mark.parametrize("field", ["cover", "logo", "photo"])
def test_too_large_a_file_is_refused_in_its_form(console, addresses, field):
    answer = console.post(addresses[field], data={field: (BytesIO(b"x" * TOO_MUCH), "big.png")})

    assert answer.status_code == 422
    assert SENTENCE in _wrong(answer, field)
    assert 'class="console' in answer.text, "in the console, with the ways on"


def test_a_form_that_takes_no_file_stays_closed_to_one(console, gala):
    answer = console.post(
        "/manage/events/new", data={"title": "Gala", "cover": (BytesIO(b"x" * TOO_MUCH), "a.png")}
    )
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "path",
    ["/sign-in", "/events/winter-gala/holds", "/orders/find", "/nowhere", "/manage/settings"],
)
def test_a_form_without_a_file_is_refused_above_a_megabyte(storefront, gala, path):
    answer = storefront.post(path, data={"name": "x" * MORE_THAN_TEXT})

    assert answer.status_code == 413
    assert "What you sent is larger than 1 MB" in answer.text


def test_so_is_one_whose_length_nobody_said(storefront):
    answer = storefront.post(
        "/sign-in",
        input_stream=BytesIO(b"name=" + b"x" * MORE_THAN_TEXT),
        content_type="application/x-www-form-urlencoded",
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code == 413


def test_what_the_page_can_still_show_is_not_lost(storefront, gala):
    answer = storefront.post(
        "/events/winter-gala/holds",
        data={"name": "x" * MORE_THAN_TEXT},
        headers={"HX-Request": "true"},
    )

    assert (answer.status_code, answer.headers["HX-Retarget"]) == (413, "#notice")
    assert "What you sent is larger than 1 MB" in answer.text


def test_a_form_without_its_file_is_no_larger_where_one_is_taken(console, addresses):
    answer = console.post(addresses["cover"], data={"focus": "x" * MORE_THAN_TEXT})
    assert SENTENCE in _wrong(answer, "cover")


def test_a_form_with_a_file_may_be_larger(console, addresses):
    data = {"cover": (BytesIO(b"x" * 2_000_000), "big.png")}
    answer = console.post(addresses["cover"], data=data)

    assert answer.status_code == 422
    assert "This is not a picture we can read." in answer.text


def test_who_may_not_send_a_file_is_told_nothing_of_the_form(storefront, addresses):
    data = {"cover": (BytesIO(b"x" * TOO_MUCH), "big.png")}
    answer = storefront.post(addresses["cover"], data=data)
    assert SENTENCE not in answer.text


def test_the_file_is_measured_before_it_is_sent(console, gala):
    page = console.get("/manage/events/winter-gala/edit/4").text
    assert f'<file-limit most="{10 * 1024 * 1024}" data-too-large="{SENTENCE}">' in page
