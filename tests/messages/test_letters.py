"""The mails themselves: every kind, held against what mail readers and people ask of them."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image

from eventflow import files, pictures, pseudo
from eventflow.accounts.models import Tenant
from eventflow.db import db, now
from eventflow.messages import composing, letterhead, log, order_facts
from eventflow.money import Money
from tests import factories

TEMPLATES = Path(__file__).parents[2] / "templates" / "email"
HOSTS = {"eventflow.test", "riverside.eventflow.test"}
MOST_BYTES = 102_000
"""Beyond this, the largest mail service hides the rest of a mail."""

EVENING = datetime(2027, 2, 14, 19, 30, tzinfo=UTC)
MARKUP = "<script>alert(1)</script>"


def ticket(number: int, tier: str = "Stalls") -> dict:
    return {
        "reference": f"ABCD2345-{number}",
        "tier": tier,
        "seat": None,
        "attendee": "Bea Buyer",
        "needed": "",
        "proof": "",
        "picture": f"cid:ticket-{number}@x",
    }


def facts_of(title: str = "Winter Gala", name: str = "Bea Buyer", tickets: int = 2) -> dict:
    """Everything any kind of mail asks for."""
    return {
        "url": "http://riverside.eventflow.test/sign-in/link?code=go_X&next=/manage/",
        "name": name,
        "by": "Olivia",
        "tenant": "Riverside Hall",
        "role": "Admin",
        "promise": "",
        "order": {
            "code": "ABCD2345",
            "name": name,
            "url": "http://riverside.eventflow.test/orders/ABCD2345?secret=s",
            "total": Money(5155, "USD"),
            "is_free": False,
            "paid_at": EVENING,
        },
        "event": {
            "title": title,
            "starts_at": EVENING,
            "ends_at": None,
            "doors_at": EVENING,
            "timezone": "Europe/Berlin",
            "places": ["Riverside Hall", "12 Quay Street"],
            "join_url": "",
            "url": "http://riverside.eventflow.test/events/winter-gala",
            "is_cancelled": False,
        },
        "receipt": [("2 × Stalls", "$50.00"), ("Fees", "$1.55")],
        "tickets": [ticket(n) for n in range(1, tickets + 1)],
        "count": tickets,
        "how_to_show": "Show the code at the door.",
        "on_paper": True,
        "method": "transfer",
        "details": "Riverside Hall\nDE02 1203 0000 0000 2020 51",
        "until": EVENING,
        "amount": 5155,
        "currency": "USD",
        "reason": "Rain",
        "tickets_gone": 2,
        "gone": ["ABCD2345-1", "ABCD2345-2"],
        "changed": [{"ticket": "K7Q2M9-1", "seat": "Stalls C3"}],
        "left": 1,
        "twice": False,
        "offline": False,
    }


def write(kind: str, whose: Tenant | None = None, /, **changed) -> tuple[str, str, str]:
    facts = facts_of() | changed
    facts |= {"brand": letterhead.of(whose), "language": "en"}
    return composing.render(kind, facts)


class Lint(HTMLParser):
    """Reads a mail as its reader would, and collects what must not be there."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.words: list[str] = []
        self.tags: list[str] = []
        self.hidden = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.hidden += tag in ("style", "title")
        if tag in ("script", "iframe", "form", "object", "embed", "link", "base"):
            self.wrong.append(f"<{tag}> has no place in a mail")
        self.wrong += [f"{tag} {name}" for name in given if name.startswith("on")]
        if tag == "img" and given.get("alt") is None:
            self.wrong.append(f"a picture without words: {given}")
        for name in ("href", "src", "background"):
            if (address := given.get(name)) and not self._may(address, picture=name != "href"):
                self.wrong.append(f"{tag} {name}={address}")
        width = given.get("width") or ""
        if width.removesuffix("px").isdigit() and int(width.removesuffix("px")) > 600:
            self.wrong.append(f"{tag} is {width} wide")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("style", "title")

    def handle_data(self, data: str) -> None:
        if not self.hidden and data.strip():
            self.words.append(data.strip())

    @staticmethod
    def _may(address: str, *, picture: bool) -> bool:
        if picture:
            return address.startswith("cid:")
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and parts.hostname in HOSTS


kinds = pytest.mark.parametrize("kind", composing.KINDS)


@pytest.fixture
def riverside_with_logo(riverside: Tenant) -> Tenant:
    upload = files.put(_logo(), "webp", folder="logo")
    variant = pictures.Variant(upload, 192, 96)
    riverside.logo = pictures.Picture(upload, "#fff", (0.5, 0.5), (variant,)).as_json()
    return riverside


def _logo() -> bytes:
    written = BytesIO()
    Image.new("RGB", (192, 96), "#0f6b5c").save(written, "WEBP")
    return written.getvalue()


@kinds
def test_a_mail_passes_the_lint(app, riverside_with_logo, kind):
    _subject, _text, html = write(kind, riverside_with_logo)
    lint = Lint(html)

    assert lint.wrong == []
    assert len(html.encode()) < MOST_BYTES
    assert lint.tags.count("h1") == 1
    assert 'http-equiv="refresh"' not in html
    assert "fonts." not in html
    assert "url(" not in html


@kinds
def test_a_mail_can_be_read_as_text(app, riverside, kind):
    subject, text, html = write(kind, riverside)

    assert 8 < len(subject) < 120
    assert "\n" not in subject
    assert "<" not in text.replace("<tickets@", "")
    assert "\n\n\n" not in text
    assert max(map(len, text.splitlines())) < 400
    links = set(re.findall(r"https?://\S+", text))
    assert links, "a mail without a way on"
    for link in links:
        assert urlsplit(link).hostname in HOSTS
    # What is said as HTML is said as text: the greeting's name, the amounts, the codes.
    for word in re.findall(r"\$[\d.]+|ABCD2345", html):
        assert word in text


@kinds
def test_what_people_typed_is_text_and_never_markup(app, riverside, kind):
    riverside.name = f"Hall {MARKUP}"
    facts = facts_of(title=f'Gala {MARKUP} & "quotes"', name=f"Bea {MARKUP}")
    facts |= {"reason": MARKUP, "details": MARKUP, "tenant": MARKUP, "by": MARKUP, "role": MARKUP}
    facts |= {"tickets": [ticket(1, tier=MARKUP)], "count": 1}
    facts["event"]["places"] = [MARKUP]
    facts["receipt"] = [(f"2 × {MARKUP}", "$50.00")]
    subject, text, html = write(kind, riverside, **facts)

    assert "<script" not in html
    assert "&amp;lt;" not in html
    assert MARKUP in " ".join(Lint(html).words)
    assert MARKUP in subject + text


@kinds
def test_every_word_of_a_mail_went_through_the_catalog(app, riverside, kind):
    with pseudo.pretending():
        subject, text, html = write(kind, riverside)
    translated = re.compile(r"⟦[^⟦⟧]*(?:⟦[^⟦⟧]*⟧[^⟦⟧]*)*⟧")
    given = (
        r"https?://\S+|Winter Gala|Riverside Hall|12 Quay Street|ABCD2345(-\d)?|Stalls|Bea Buyer"
    )
    given += r"|Show the code at the door"
    given += r"|Olivia|Admin|Rain|EventFlow|DE02|Fees|CET|Sun|Feb|20:30|hello@\S+"

    for written in (subject, text, " ".join(Lint(html).words)):
        left = re.sub(given, "", translated.sub("", written))
        assert re.findall(r"[A-Za-z]{2,}", left) == []


def test_each_kind_has_its_two_templates_and_a_name(app):
    found = {path.stem for path in TEMPLATES.glob("*.mjml")} - {"layout", "parts"}

    assert found == set(composing.KINDS) == set(log.kinds())
    assert {path.stem for path in TEMPLATES.glob("*.txt")} - {"parts"} == found


def test_a_large_order_stays_within_what_is_shown_whole(app, riverside):
    shown = [ticket(n) for n in range(order_facts.MOST_SHOWN)]
    _subject, text, html = write("order_confirmation", riverside, tickets=shown, count=100)

    assert len(html.encode()) < MOST_BYTES
    assert "20 of 100" in html
    assert "80 more" in text


@pytest.mark.parametrize("kind", ["order_confirmation", "ticket_changed"])
@pytest.mark.parametrize(
    ("code_kinds", "in_the_pdf", "said"),
    [
        (["static", "static"], True, "on a screen or on paper. It admits one, once."),
        (["rotating", "rotating"], False, "show it at the door; paper does not admit."),
        (["rotating_or_printed"] * 2, True, "show it at the door; printed, it needs an ID."),
        (["static", "rotating"], True, "Some of these tickets are good on a screen or on paper;"),
        (["rotating_or_printed", "rotating"], True, "whether it is good on paper, each of them"),
    ],
)
def test_a_mail_says_how_its_tickets_are_shown(
    gala, at_riverside, kind, code_kinds, in_the_pdf, said
):
    order = factories.pay(factories.order(at_riverside, gala, 1, 1))
    for tier, code_kind in zip(gala.tiers, code_kinds, strict=True):
        tier.code_kind = code_kind
    db.session.commit()

    facts = order_facts.with_tickets(order, at_riverside, now())
    _subject, text, html = write(kind, at_riverside, **facts)

    asks = {
        "static": [],
        "rotating": ["The ticket is shown on a phone; printed, it does not admit."],
        "rotating_or_printed": ["The ticket is shown on a phone; printed, it needs an ID."],
    }
    for written in (" ".join(text.split()), " ".join(" ".join(Lint(html).words).split())):
        assert said in written
        assert ("attached PDF" in written) is in_the_pdf
        assert all(line in written for each in code_kinds for line in asks[each])


def test_a_mail_says_what_its_price_has_to_be_proven_with(gala, at_riverside):
    order = factories.pay(factories.order(at_riverside, gala, 1))
    gala.tiers[0].proof = "Student card"
    db.session.commit()

    facts = order_facts.with_tickets(order, at_riverside, now())

    for written in write("order_confirmation", at_riverside, **facts)[1:]:
        assert "To be shown at the door: Student card" in written


def test_a_mail_for_an_event_online_speaks_of_no_door(gala, at_riverside):
    order = factories.pay(factories.order(at_riverside, gala, 1))
    gala.format, gala.join_url = "virtual", "https://meet.example/gala"
    gala.tiers[0].code_kind = "rotating"
    db.session.commit()

    facts = order_facts.with_tickets(order, at_riverside, now())

    for written in write("order_confirmation", at_riverside, **facts)[1:]:
        assert "the attached PDF" in written
        for word in ("on paper", "show it at the door", "printed"):
            assert word not in written


def test_the_logo_travels_with_the_mail(app, riverside_with_logo):
    head = letterhead.of(riverside_with_logo)

    assert head["logo"].content[:4] == b"\x89PNG"
    assert head["logo_width"] == 96
    assert f'src="cid:{head["logo"].content_id}"' in write("sign_in_link", riverside_with_logo)[2]


def test_a_logo_that_is_gone_keeps_no_mail_back(app, riverside_with_logo):
    files.delete(riverside_with_logo.logo["source"])
    letterhead._png.cache_clear()

    assert letterhead.of(riverside_with_logo)["logo"] is None
    assert "cid:" not in write("sign_in_link", riverside_with_logo)[2]


def test_the_evening_is_written_in_the_zone_of_its_place(app, riverside):
    _subject, text, html = write("order_confirmation", riverside)

    for written in (text, html):
        assert "Sun 14 Feb 2027, 20:30 CET" in written


def test_paid_twice_and_paid_too_late_are_different_news(app, riverside):
    assert "paid twice" in write("paid_too_late_refunded", riverside, twice=True)[1]
    assert (
        "could not be given any more" in write("paid_too_late_refunded", riverside, twice=False)[1]
    )


@pytest.mark.parametrize("twice", [True, False])
def test_paid_for_a_cancelled_event_is_news_of_the_event(app, riverside, twice):
    event = facts_of()["event"] | {"is_cancelled": True}
    _subject, text, html = write("paid_too_late_refunded", riverside, twice=twice, event=event)

    for written in (text, html):
        told = " ".join(written.split())
        assert "was cancelled, so there are no tickets for your payment of $51.55" in told
        assert "All of it goes back" in told
        assert "Open your order" in told or "Your order, at any time" in told
        assert "the time to pay" not in told and "valid" not in told


def test_paid_for_a_cancelled_order_is_news_of_the_order(app, riverside):
    _subject, text, html = write(
        "paid_too_late_refunded", riverside, twice=False, was_cancelled=True
    )

    for written in (text, html):
        told = " ".join(written.split())
        assert "came after the order was cancelled" in told
        assert "could not be given any more" not in told


@pytest.mark.parametrize("letter", ["event_cancelled", "order_cancelled"])
@pytest.mark.parametrize("paid_at", [EVENING, None])
def test_only_those_who_had_tickets_lose_some(app, riverside, letter, paid_at):
    order = facts_of()["order"] | {"paid_at": paid_at}
    _subject, text, html = write(letter, riverside, order=order, amount=0)

    for written in (text, html):
        told = " ".join(written.split())
        assert ("are no longer valid" in told) is bool(paid_at)
        assert ("nothing is owed for it" in told) is (paid_at is None)


def test_several_seats_that_have_changed_are_one_mail_about_all(app, riverside):
    changed = [{"ticket": f"AB12CD-{n}", "seat": f"Stalls C{n}"} for n in (1, 2)]
    told, text, html = write("ticket_changed", riverside, changed=changed)

    assert told.startswith("Your seats have changed (order")
    for written in (text, html):
        for one in changed:
            assert f"{one['ticket']} is for {one['seat']} now" in " ".join(written.split())
        assert "no longer let anybody in" in " ".join(written.split())


@pytest.mark.parametrize(
    ("seat", "subject", "said"),
    [
        ("Stalls C3", "Your seat has changed: Stalls C3", "is for Stalls C3 now"),
        (None, "A new code for your ticket", "has a new code"),
    ],
)
def test_a_changed_ticket_says_what_changed_and_that_the_old_code_is_dead(
    app, riverside, seat, subject, said
):
    changed = [{"ticket": "AB12CD-1", "seat": seat}]
    told, text, html = write("ticket_changed", riverside, changed=changed)

    assert told.startswith(subject)
    for written in (" ".join(text.split()), " ".join(html.split())):
        assert f"AB12CD-1 {said}" in written
        assert "no longer lets anybody in" in written
        # Whoever moves keeps their links.
        assert ("Earlier links to it and to your order" in written) is (seat is None)
    assert "thank you" not in text
