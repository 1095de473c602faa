"""What was typed comes back from the proof, for whoever typed it and nobody else."""

from urllib.parse import parse_qs, urlsplit

import pytest
from itsdangerous import TimestampSigner

from eventflow.accounts import access
from tests.people import browser_at, make_member, prove

FORM = {"email": "sue@example.com", "role": "owner"}
BEFORE = "Nothing is changed yet"


@pytest.fixture
def carried(left_alone) -> str:
    """The address of the team's page, with what Olivia typed."""
    location = left_alone.post("/manage/team/invitations", data=FORM).location
    return parse_qs(urlsplit(location).query)["next"][0]


def test_it_comes_back_to_whoever_typed_it(console, carried):
    page = console.get(carried).text
    assert BEFORE in page
    assert "sue@example.com" in page


def test_an_address_that_somebody_else_made_fills_in_nothing(app, riverside, console, carried):
    other = browser_at(app, riverside, make_member(riverside, "owner", "oscar"))
    for browser, address in (
        (other, carried),
        (console, carried[:-2]),
        (console, "/manage/team?email=sue%40example.com&role=owner"),
        (console, "/manage/team?typed=a.b.c"),
    ):
        answer = browser.get(address)
        assert answer.status_code == 200
        assert "sue@example.com" not in answer.text
        assert BEFORE not in answer.text


def test_after_an_hour_it_is_forgotten(console, carried, monkeypatch):
    made = TimestampSigner.get_timestamp
    later = int(access.FRESH.total_seconds()) + 1
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: made(self) + later)
    assert "sue@example.com" not in console.get(carried).text


def test_ways_to_pay_come_back(left_alone):
    typed = {
        "takes_transfer": "1",
        "transfer_details": "Riverside Hall\nDE02 1203 0000",
        "days_to_pay": "5",
    }
    page = prove(left_alone, left_alone.post("/manage/payments/ways", data=typed)).text
    assert BEFORE in page
    assert "Riverside Hall\nDE02 1203 0000</textarea>" in page
    left_alone.post("/manage/payments/ways", data=typed)
    assert "DE02 1203 0000" in left_alone.get("/manage/payments").text


def test_a_tokens_name_comes_back(left_alone):
    typed = {"name": "Website", "role": "staff"}
    page = prove(left_alone, left_alone.post("/manage/tokens", data=typed)).text
    assert BEFORE in page
    assert 'value="Website"' in page
