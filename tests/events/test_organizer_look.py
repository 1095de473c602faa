"""The fourth step: the picture and what matters in it, the preview link, and going on sale."""

from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage

from eventflow import files
from eventflow.db import now, transaction
from eventflow.events import drafting
from eventflow.pictures import Picture
from tests import factories
from tests.people import browser_at, make_member

LOOK = "/manage/events/winter-gala/edit/4"
COVER = "/manage/events/winter-gala/cover"
PREVIEW = "/manage/events/winter-gala/preview"


@pytest.fixture
def draft(at_riverside):
    return factories.make_event(publish=False)


def upload(colour="#1f6f4a", size=(900, 1200), name="poster.png", kind="PNG"):
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return FileStorage(BytesIO(out.getvalue()), name)


def cover(event) -> Picture:
    return Picture.from_json(event.cover)


def keys(picture: Picture) -> set[str]:
    return {variant.key for variant in picture.variants} | {picture.source, picture.share.key}


def test_a_picture_is_kept_in_the_widths_of_a_page(console, draft, kept, audited):
    answer = console.post(COVER, data={"cover": upload()})

    assert answer.location == LOOK + "#picture"
    picture = cover(kept("winter-gala"))
    assert all(files.exists(key) for key in keys(picture))
    page = console.get(LOOK).text
    assert picture.at_least(800).url in page
    assert picture.share.url in page
    assert audited()[-1] == "Olivia: Changed the picture of Winter Gala"


def test_another_picture_takes_its_place(console, draft, kept):
    console.post(COVER, data={"cover": upload("red")})
    first = cover(kept("winter-gala"))

    console.post(COVER, data={"cover": upload("blue")})

    second = cover(kept("winter-gala"))
    assert not any(files.exists(key) for key in keys(first))
    assert all(files.exists(key) for key in keys(second))


def test_the_same_picture_of_another_event_stays(console, draft, kept):
    factories.make_event(title="Summer Gala", publish=False)
    for slug in ("winter-gala", "summer-gala"):
        console.post(f"/manage/events/{slug}/cover", data={"cover": upload()})

    console.post(COVER + "/remove")

    assert all(files.exists(key) for key in keys(cover(kept("summer-gala"))))


def test_a_picture_is_removed_with_its_files(console, draft, kept, audited):
    console.post(COVER, data={"cover": upload()})
    picture = cover(kept("winter-gala"))

    console.post(COVER + "/remove")

    event = kept("winter-gala")
    assert (event.cover, event.cover_alt) == (None, "")
    assert not any(files.exists(key) for key in keys(picture))
    assert audited()[-1] == "Olivia: Removed the picture of Winter Gala"


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "Choose a picture first."),
        ({"cover": "no file"}, "Choose a picture first."),
        ({"cover": (BytesIO(b""), "empty.png")}, "This file is empty."),
        ({"cover": (BytesIO(b"<svg></svg>"), "a.svg")}, "Drawings in SVG cannot be used."),
        ({"cover": (BytesIO(b"\x89PNG\r\n\x1a\nxx"), "a.png")}, "picture"),
        ({"cover": (BytesIO(b"MZ" * 500), "a.jpg")}, "This is not a picture we can read."),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(console, draft, kept, sent, sentence):
    answer = console.post(COVER, data=sent, content_type="multipart/form-data")

    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'id="error-cover"' in answer.text
    assert kept("winter-gala").cover is None


def test_a_picture_too_small_is_refused_with_its_size(console, draft):
    answer = console.post(COVER, data={"cover": upload(size=(120, 80))})
    assert "This picture is 120 × 80 pixels." in answer.text


def test_it_is_cut_around_what_matters(console, draft, kept, audited):
    console.post(COVER, data={"cover": upload()})
    before = cover(kept("winter-gala"))

    answer = console.post(
        COVER + "/focus", data={"focus_x": "50", "focus_y": "90", "cover_alt": " A  boat "}
    )

    assert answer.location == LOOK + "#picture"
    event = kept("winter-gala")
    assert (cover(event).focus, event.cover_alt) == ((0.5, 0.9), "A boat")
    assert cover(event).source == before.source
    assert all(files.exists(key) for key in keys(cover(event)))
    assert "Olivia: Cropped the picture of Winter Gala anew" in audited()


def test_htmx_gets_the_cut_alone(console, draft):
    console.post(COVER, data={"cover": upload()})

    answer = console.post(
        COVER + "/focus", data={"focus_x": "1", "focus_y": "1"}, headers={"HX-Request": "true"}
    )

    assert answer.text.lstrip().startswith('<section class="section" id="picture"')


@pytest.mark.parametrize("x", ["", "left", "-1", "101", "nan", "inf", "1e999", "9" * 400])
def test_a_focus_that_is_nowhere_changes_nothing(console, draft, kept, x):
    console.post(COVER, data={"cover": upload()})
    before = kept("winter-gala").cover

    answer = console.post(COVER + "/focus", data={"focus_x": x, "focus_y": "10", "cover_alt": ""})

    assert answer.status_code == 303
    assert kept("winter-gala").cover == before


@pytest.mark.parametrize("alt", ["a" * 301, "bell\x07"])
def test_words_for_the_picture_that_cant_be(console, draft, alt):
    console.post(COVER, data={"cover": upload()})

    answer = console.post(COVER + "/focus", data={"cover_alt": alt})

    assert answer.status_code == 422
    assert 'id="error-cover_alt"' in answer.text


def test_no_picture_no_focus(console, draft):
    assert console.post(COVER + "/focus", data={"focus_x": "1"}).location == LOOK


def test_a_picture_whose_original_is_lost_is_asked_for_again(console, draft, kept):
    console.post(COVER, data={"cover": upload()})
    files.delete(cover(kept("winter-gala")).source)

    answer = console.post(COVER + "/focus", data={"focus_x": "1", "focus_y": "1"})

    assert answer.status_code == 422
    assert "Please choose the picture again." in answer.text


# The preview


def link(kept) -> str:
    return "/events/winter-gala?preview=" + kept("winter-gala").preview_token


def test_the_link_shows_the_draft_to_whoever_has_it(console, draft, kept, storefront, audited):
    assert console.post(PREVIEW).location == LOOK + "#preview"

    assert storefront.get(link(kept)).status_code == 200
    assert "http://riverside.eventflow.test" + link(kept) in console.get(LOOK).text
    assert storefront.get("/events/winter-gala").status_code == 404
    assert audited()[-1] == "Olivia: Opened a preview link of Winter Gala"


def test_a_new_link_closes_the_old(console, draft, kept, storefront):
    console.post(PREVIEW)
    old = link(kept)
    assert "The preview link is made." in console.get(LOOK).text
    console.post(PREVIEW)

    assert "the one before it shows nothing any more" in console.get(LOOK).text
    assert storefront.get(old).status_code == 404
    assert storefront.get(link(kept)).status_code == 200


def test_a_closed_link_shows_nothing(console, draft, kept, storefront, audited):
    console.post(PREVIEW)
    old = link(kept)
    console.post(PREVIEW + "/close")
    console.post(PREVIEW + "/close")

    assert storefront.get(old).status_code == 404
    assert "Make a preview link" in console.get(LOOK).text
    closings = [words for words in audited() if "Closed the preview link" in words]
    assert len(closings) == 1


def test_a_link_that_ran_out_is_offered_anew(console, draft, kept):
    console.post(PREVIEW)
    with transaction():
        drafting.find("winter-gala").preview_expires_at = now() - timedelta(seconds=1)

    assert "Make a preview link" in console.get(LOOK).text


def test_one_press_from_the_overview_to_the_page(console, draft, kept):
    answer = console.post(PREVIEW, data={"look": "1"})
    assert answer.location == link(kept)


# On sale


def test_the_list_says_what_is_done_and_what_is_missing(console, at_riverside):
    factories.make_event(publish=False, venue_name="", tiers=[("Stalls", 2500, 40)])

    page = console.get(LOOK).text

    assert "Before it goes on sale" in page
    assert "40 places to sell" in page
    assert "Say where it takes place" in page
    assert "A description, for those" in page


def test_whose_events_lack_nothing_may_put_them_on_sale(console, draft, storefront):
    assert "Ready to go on sale" in console.get(LOOK).text

    console.post("/manage/events/winter-gala/publish")
    console.post("/manage/events/winter-gala/publish")

    assert storefront.get("/events/winter-gala").status_code == 200
    page = console.get(LOOK).text
    assert "http://riverside.eventflow.test/events/winter-gala" in page
    assert "Put it on sale" not in page


PATHS = [
    (COVER, {}),
    (COVER + "/focus", {}),
    (COVER + "/remove", {}),
    (PREVIEW, {}),
    (PREVIEW + "/close", {}),
    ("/manage/events/winter-gala/publish", {}),
    ("/manage/events/winter-gala/archive", {}),
    ("/manage/events/winter-gala/restore", {}),
]


@pytest.mark.parametrize(("path", "data"), PATHS)
def test_only_admins_and_only_ones_own(app, riverside, northgate, noah, draft, kept, path, data):
    before = kept("winter-gala").version

    staff = browser_at(app, riverside, make_member(riverside, "staff"))
    assert staff.post(path, data=data).status_code == 403
    assert browser_at(app, northgate, noah).post(path, data=data).status_code == 404
    assert browser_at(app, riverside, noah).post(path, data=data).status_code == 404

    event = kept("winter-gala")
    assert (event.version, event.preview_token) == (before, None)
