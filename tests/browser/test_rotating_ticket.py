"""The ticket whose code changes, on a real phone: with network, without, with a wrong clock."""

import io
import re
import time

import pytest
import zxingcpp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import select

from eventflow.db import db, now, transaction
from eventflow.events import tiers
from eventflow.tickets import codes, keys
from eventflow.tickets.models import PhoneKey
from tests import factories

pytestmark = pytest.mark.browser

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@pytest.fixture
def ticket(riverside, gala):
    with transaction():
        tiers.change(gala.tiers[0], {"code_kind": "rotating"}, at=now())
    return factories.pay(factories.order(riverside, gala, 1)).tickets[0]


@pytest.fixture
def address(served, riverside, ticket) -> str:
    return served.at(riverside, f"/tickets/{ticket.id}?secret={ticket.secret}")


def raw(text: str) -> bytes:
    number = 0
    for letter in text:
        number = number << 5 | ALPHABET.index(letter)
    return (number >> (len(text) * 5 % 8)).to_bytes(len(text) * 5 // 8, "big")


def shown(page: Page) -> bytes:
    """The code on the screen, read as a scanner's camera reads it."""
    drawing = page.locator("[data-live] svg").first
    expect(drawing).to_be_visible(timeout=15_000)
    [read] = zxingcpp.read_barcodes(
        Image.open(io.BytesIO(drawing.screenshot())), formats=zxingcpp.BarcodeFormat.QRCode
    )
    assert len(read.text) == 309 and set(read.text) <= set(ALPHABET)
    return raw(read.text)


def step_of(code: bytes) -> int:
    return int.from_bytes(code[125:129], "big")


def check(code: bytes, ticket) -> None:
    """Everything a scanner checks with public material alone."""
    facts, phone, certificate = code[:28], code[28:61], code[61:125]
    assert facts[0] == 2 and facts[10:26] == ticket.id.bytes
    assert facts[2:10] == codes.event_ref(ticket.event_id)
    public = Ed25519PublicKey.from_public_bytes(keys.of(facts[1]).public)
    public.verify(certificate, b"EventFlow phone key\x00" + facts + phone)
    r, s = (int.from_bytes(code[at : at + 32], "big") for at in (129, 161))
    assert s <= 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551 // 2
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), phone).verify(
        utils.encode_dss_signature(r, s),
        b"EventFlow rotating code\x00" + facts + code[125:129],
        ec.ECDSA(hashes.SHA256()),
    )


def wait_until_kept(page: Page) -> None:
    """Until the page and its parts are there for a place without network."""
    kept = (
        "caches.open('tickets-1').then((cache) => cache.keys()).then((all) =>"
        " ['qrcode.mjs', 'rotating-code.js', '?secret=', 'base.css'].every("
        "(part) => all.some((one) => one.url.includes(part))))"
    )
    for _attempt in range(100):
        if page.evaluate(kept):
            return
        page.wait_for_timeout(100)
    raise AssertionError("the page was not kept")


def test_the_phone_makes_the_code_and_anybody_can_check_it(phone, address, ticket):
    phone.goto(address)

    code = shown(phone)

    check(code, ticket)
    assert abs(step_of(code) - time.time() // 30) <= 1
    assert phone.troubles == []


def test_it_goes_on_without_network_and_says_how_old_its_knowledge_is(phone, address, ticket):
    phone.goto(address)
    before = shown(phone)
    wait_until_kept(phone)

    phone.context.set_offline(True)
    phone.reload()

    check(shown(phone), ticket)
    assert shown(phone)[28:61] == before[28:61]  # the same phone
    told = phone.get_by_text("No network. What you see is as of")
    expect(told).to_be_visible()
    assert re.search(r"as of \d\d:\d\d\.", told.inner_text()), "the clock of the page has 24 hours"


def test_a_phone_90_seconds_off_makes_good_codes_after_one_look_online(phone, address, ticket):
    # Set back before anything runs, as a phone's own clock may be.
    phone.add_init_script("const real = Date.now.bind(Date); Date.now = () => real() - 90_000")
    phone.goto(address)

    code = shown(phone)
    for _attempt in range(50):
        if step_of(code) >= time.time() // 30 - 1:
            break
        phone.wait_for_timeout(200)
        code = shown(phone)

    check(code, ticket)
    assert abs(step_of(code) - time.time() // 30) <= 1


def test_a_second_phone_takes_it_and_the_first_one_says_so(phone, browser, address, ticket):
    phone.goto(address)
    first = shown(phone)
    other = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    other.goto(address)
    expect(other.get_by_text("This ticket is on another phone now.")).to_be_visible()

    other.get_by_role("button", name="Show it on this phone").click()
    second = shown(other)
    phone.reload()

    expect(phone.get_by_text("This ticket is on another phone now.")).to_be_visible()
    expect(phone.locator("[data-live]").first).to_be_hidden()
    expect(phone.get_by_text("Show this code at the door")).to_be_hidden()
    expect(other.get_by_text("Show this code at the door")).to_be_visible()
    check(second, ticket)
    assert first[28:61] != second[28:61]
    rows = db.session.scalars(select(PhoneKey).order_by(PhoneKey.number)).all()
    assert [row.replaced_at is None for row in rows] == [False, True]
    other.context.close()


def test_without_script_it_says_what_to_do(old_phone, address):
    old_phone.goto(address)

    expect(old_phone.get_by_text("show this page at the door together with an ID")).to_be_visible()
    assert old_phone.locator(".ticket__qr svg:visible").count() == 0
    expect(old_phone.get_by_text("Show this code at the door")).to_be_hidden()
