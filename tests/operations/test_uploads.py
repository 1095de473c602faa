"""Files that are too large for any form: whoever chose one stays where they were."""

from io import BytesIO

import pytest

from tests.seating.houses import make_venue

TOO_MUCH = 13 * 1024 * 1024
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


@pytest.mark.parametrize("field", ["cover", "logo", "photo"])
def test_too_large_a_file_is_refused_in_its_form(console, addresses, field):
    answer = console.post(addresses[field], data={field: (BytesIO(b"x" * TOO_MUCH), "big.png")})

    assert answer.status_code == 422
    assert SENTENCE in answer.text.partition(f'id="error-{field}"')[2].partition("</p>")[0]
    assert 'class="console' in answer.text, "in the console, with the ways on"


def test_a_form_that_takes_no_file_stays_closed_to_one(console, gala):
    answer = console.post(
        "/manage/events/new", data={"title": "Gala", "cover": (BytesIO(b"x" * TOO_MUCH), "a.png")}
    )
    assert answer.status_code == 413


def test_who_may_not_send_a_file_is_told_nothing_of_the_form(storefront, addresses):
    data = {"cover": (BytesIO(b"x" * TOO_MUCH), "big.png")}
    answer = storefront.post(addresses["cover"], data=data)
    assert SENTENCE not in answer.text


def test_the_file_is_measured_before_it_is_sent(console, gala):
    page = console.get("/manage/events/winter-gala/edit/4").text
    assert f'<file-limit most="{10 * 1024 * 1024}" data-too-large="{SENTENCE}">' in page
