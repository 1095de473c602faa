"""The console's own ways: where its addresses lead, and what it says where there is nothing."""

import pytest


def test_the_address_one_would_guess_leads_to_the_events(console):
    assert console.get("/manage/events").location == "/manage/"


@pytest.mark.parametrize("path", ["nowhere", "events/no-such/edit/1", "a/b"])
def test_nothing_here_is_said_in_the_console(console, path):
    answer = console.get(f"/manage/{path}")

    assert answer.status_code == 404
    assert 'class="console"' in answer.text
    assert 'href="/manage/"' in answer.text
    assert "To the programme" not in answer.text


def test_a_stranger_is_asked_to_sign_in_and_told_of_no_console(storefront):
    answer = storefront.get("/manage/nowhere")
    assert answer.location.startswith("/sign-in")


def test_a_wider_page_of_the_shop_keeps_its_own(console):
    answer = console.get("/events/no-such")
    assert answer.status_code == 404
    assert "To the programme" in answer.text
