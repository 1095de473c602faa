"""From draft to sale, out of sight and back; and two drafts of one title in one moment."""

from eventflow.db import now, transaction
from eventflow.events import drafting, publishing
from eventflow.tenancy import acting_for
from tests.waiting import started


def test_publishing_is_refused_with_what_is_missing(console, draft, kept):
    answer = console.post("/manage/events/winter-gala/publish")

    assert answer.status_code == 422
    for sentence in ("Say when it starts.", "Say when it ends.", "Say where", "Add at least one"):
        assert sentence in answer.text
    assert 'href="/manage/events/winter-gala/edit/2"' in answer.text
    assert "Not kept yet" not in answer.text
    assert kept("winter-gala").status == "draft"


def test_a_cancelled_event_is_not_published_again(console, gala, kept):
    with transaction():
        publishing.cancel(drafting.find("winter-gala"), at=now())

    assert console.post("/manage/events/winter-gala/publish").status_code == 409
    assert kept("winter-gala").status == "cancelled"


def test_archived_and_brought_back(console, draft, kept, audited):
    console.post("/manage/events/winter-gala/archive")
    assert kept("winter-gala").status == "archived"
    console.post("/manage/events/winter-gala/restore")
    assert kept("winter-gala").status == "draft"
    assert audited()[-2:] == ["Olivia: Archived Winter Gala", "Olivia: Brought back Winter Gala"]


def test_what_is_on_sale_is_not_archived(console, gala, kept):
    assert console.post("/manage/events/winter-gala/archive").status_code == 409
    assert kept("winter-gala").status == "published"


def test_two_events_of_one_title_at_the_same_moment(app, at_riverside):
    """The second waits for the first, and gets the next address."""
    slugs = []

    def make():
        with app.app_context(), acting_for(at_riverside.id), transaction():
            slugs.append(drafting.create(title="Gala", currency="USD", at=now()).slug)

    with transaction():
        slugs.append(drafting.create(title="Gala", currency="USD", at=now()).slug)
        second = started(make)
    second()

    assert slugs == ["gala", "gala-2"]
