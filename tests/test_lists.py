"""The console's lists: what an address asks for that is not there."""

import pytest


@pytest.mark.parametrize("name", ["", "orders", "attendees", "mail", "audit"])
def test_behind_its_last_page_a_list_leads_back_to_it(console, name):
    """Not to "No orders yet": what was on that page is gone, or the address is made up."""
    answer = console.get(f"/manage/{name}?q=bea&page=99")

    assert (answer.status_code, answer.location) == (303, f"/manage/{name}?q=bea")
    assert console.get(answer.location).status_code == 200
