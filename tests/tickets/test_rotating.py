"""Rotating codes: made by one phone, good for a minute, and by nobody else."""

import base64
import os
import random
import string
import uuid
from datetime import UTC, datetime

import pytest
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import MODE_ALPHA_NUM, QRData
from sqlalchemy import select

from eventflow.checkin import admitting
from eventflow.db import db, now, transaction
from eventflow.tickets import codes, issuing, keys, phones, rotating
from eventflow.tickets.models import PhoneKey, Ticket
from tests.checkin.conftest import paired, program, sold  # noqa: F401 (fixtures)
from tests.tickets.phone import Phone, base32

STEP = 30
T = 1_800_000_000  # a step begins here


def at(unix_time: float) -> datetime:
    return datetime.fromtimestamp(unix_time, UTC)


@pytest.fixture
def ticket(sold) -> Ticket:  # noqa: F811
    (ticket,) = sold(1)
    return ticket


def shown_on(ticket: Ticket, phone: Phone):
    with transaction():
        return phones.register(ticket, phone.public_key, at=now())


def of_kind(ticket: Ticket, kind: str) -> None:
    with transaction():
        ticket.tier.code_kind = kind


def test_a_phone_makes_codes_that_the_public_keys_alone_can_check(ticket):
    phone = Phone()
    code = phone.code(shown_on(ticket, phone), T)

    rotated = rotating.verify(keys.newest().public, code)

    assert rotated.facts.ticket_id == ticket.id
    assert rotated.facts.is_for(ticket.event_id)
    assert rotated.phone_key == phone.public_key
    assert rotated.step == T // STEP
    assert len(code) == 309


def test_a_code_fits_the_qr_code_of_its_size(ticket):
    phone = Phone()
    code = phone.code(shown_on(ticket, phone), T)
    assert version_of(code) == 10
    assert version_of(issuing.code_of(ticket)) <= 6


def version_of(code: str) -> int:
    picture = QRCode(error_correction=ERROR_CORRECT_M)
    picture.add_data(QRData(code, mode=MODE_ALPHA_NUM))
    picture.make(fit=True)
    return picture.version


@pytest.mark.parametrize(
    ("seconds", "verdict"),
    [
        (0, None),
        (29, None),
        (60, None),
        (61, "stale"),
        (3600, "stale"),
        (-30, None),
        (-31, "clock_ahead"),
        (-120, "clock_ahead"),
    ],
)
def test_a_code_is_good_for_a_minute(ticket, seconds, verdict):
    phone = Phone()
    code = phone.code(shown_on(ticket, phone), T)
    assert admitting.claim_of(code, at=at(T + seconds)).freshness == verdict


@pytest.mark.parametrize("shown_at", [0, 10, 29])
def test_a_screenshot_is_refused_61_seconds_later_whenever_it_was_taken(ticket, shown_at):
    phone = Phone()
    code = phone.code(shown_on(ticket, phone), T + shown_at)
    assert admitting.claim_of(code, at=at(T + shown_at + 61)).freshness == "stale"


@pytest.mark.parametrize(("fast", "verdict"), [(90, "clock_ahead"), (-90, "stale")])
def test_a_phone_90_seconds_off_is_told_apart_from_a_forgery(ticket, fast, verdict, program):  # noqa: F811
    phone = Phone()
    certified = shown_on(ticket, phone)
    till = program()
    told = till.scan(phone.code(certified, now().timestamp() + fast))
    assert (told["result"], told["reason"]) == ("INVALID", verdict)
    # It has measured how far it is off by the time of the server, and is right from then on.
    assert till.scan(phone.code(certified, now().timestamp()))["result"] == "VALID"


def test_a_newer_phone_replaces_the_older(ticket, program):  # noqa: F811
    old, new = Phone(), Phone()
    first = shown_on(ticket, old)
    second = shown_on(ticket, new)
    assert (first.number, second.number) == (1, 2)
    assert shown_on(ticket, new).number == 2
    till = program()
    assert till.scan(old.code(first, now().timestamp()))["reason"] == "phone_replaced"
    assert till.scan(new.code(second, now().timestamp()))["result"] == "VALID"
    replaced = select(PhoneKey).where(PhoneKey.replaced_at.is_not(None))
    assert [key.public_key for key in db.session.scalars(replaced)] == [old.public_key]


def test_a_code_of_an_earlier_issue_is_refused(ticket, program):  # noqa: F811
    phone = Phone()
    code = phone.code(shown_on(ticket, phone), now().timestamp())
    with transaction():
        ticket.issue = 2
    assert program().scan(code)["reason"] == "reissued"


def test_a_static_code_does_not_open_where_rotating_ones_are_asked(ticket, program, paired):  # noqa: F811
    of_kind(ticket, "rotating")
    assert program().scan(ticket)["reason"] == "needs_rotating"
    supervisor = paired("Sam's", role="staff")
    told = supervisor.scan(ticket, override=True, reason="Passport shown")
    assert (told["result"], told["reason"]) == ("VALID", "override")


def test_a_printed_fallback_opens_once_and_identity_is_checked(ticket, program):  # noqa: F811
    of_kind(ticket, "rotating_or_printed")
    told = program().scan(ticket)
    assert (told["result"], told["check_identity"]) == ("VALID", True)
    assert program().scan(ticket)["result"] == "USED"


def test_the_phone_asks_with_the_secret_of_the_ticket(ticket, storefront):
    phone = Phone()
    path = f"/api/v1/tickets/{ticket.id}/phone"
    answer = storefront.post(f"{path}?secret={ticket.secret}", json={"public_key": phone.sent})
    assert answer.status_code == 200
    assert answer.json["number"] == 1
    facts = base64.urlsafe_b64decode(answer.json["facts"] + "==")
    certificate = base64.urlsafe_b64decode(answer.json["certificate"] + "==")
    code = phone.code(phones.Certified(1, facts, certificate), now().timestamp())
    assert admitting.claim_of(code, at=now()).freshness is None
    for secret in ("", "nonsense"):
        wrong = storefront.post(f"{path}?secret={secret}", json={"public_key": phone.sent})
        assert wrong.status_code == 404


@pytest.mark.parametrize(
    "public_key", ["", "x", "A" * 44, base64.b64encode(b"\x02" + b"\xff" * 32).decode(), "é" * 44]
)
def test_what_is_no_key_of_a_phone_is_refused(ticket, storefront, public_key):
    answer = storefront.post(
        f"/api/v1/tickets/{ticket.id}/phone?secret={ticket.secret}",
        json={"public_key": public_key},
    )
    assert answer.status_code == 422


def test_a_void_ticket_is_shown_on_no_phone(ticket):
    with transaction():
        ticket.status = "cancelled"
    with pytest.raises(Exception, match="void"):
        shown_on(ticket, Phone())


# Forgery


def test_there_is_one_text_for_a_ticket_and_step(ticket):
    phone = Phone()
    certified = shown_on(ticket, phone)
    public = keys.newest().public
    high = phone.code(certified, T, high=True)
    with pytest.raises(codes.BadSignature):
        rotating.verify(public, high)
    code = phone.code(certified, T)
    last = codes._CROCKFORD.index(code[-1])
    with pytest.raises(codes.NotACode):
        rotating.verify(public, code[:-1] + codes._CROCKFORD[last ^ 1])


def test_a_certificate_is_for_its_phone_and_a_proof_for_its_step(ticket):
    mine, theirs = Phone(), Phone()
    certified = shown_on(ticket, mine)
    public = keys.newest().public
    step = T // STEP
    for facts, key, certificate, when, proof in (
        # another phone with my certificate
        (
            certified.facts,
            theirs.public_key,
            certified.certificate,
            step,
            theirs.proof(certified.facts, step),
        ),
        # my proof of a step before
        (
            certified.facts,
            mine.public_key,
            certified.certificate,
            step,
            mine.proof(certified.facts, step - 1),
        ),
        # a certificate that is no signature
        (certified.facts, mine.public_key, bytes(64), step, mine.proof(certified.facts, step)),
        # a proof of zeros
        (certified.facts, mine.public_key, certified.certificate, step, bytes(64)),
    ):
        forged = rotating.code(facts, key, certificate, when, proof)
        with pytest.raises(codes.BadSignature):
            rotating.verify(public, forged)


def test_neither_kind_passes_for_the_other(ticket):
    phone = Phone()
    public = keys.newest().public
    with pytest.raises(codes.NotACode):
        codes.verify(public, phone.code(shown_on(ticket, phone), T))
    with pytest.raises(codes.NotACode):
        rotating.verify(public, issuing.code_of(ticket))


def forgeries(good: list[str], dice: random.Random, many: int):
    """Mutated, truncated, extended, spliced and re-signed."""
    alphabet = codes._CROCKFORD
    noise = string.printable + "éßİ\u2028\x00"
    forger = codes.new_key_pair()
    for n in range(many):
        code = dice.choice(good)
        place = dice.randrange(len(code))
        match n % 7:
            case 0:
                other = dice.choice(alphabet.replace(code[place], ""))
                yield code[:place] + other + code[place + 1 :]
            case 1:
                yield code[:place]
            case 2:
                yield code + "".join(dice.choices(alphabet, k=dice.randrange(1, 20)))
            case 3:
                another = dice.choice([one for one in good if one != code])
                yield code[:place] + another[place:] if another[place:] else code[:-1]
            case 4:
                raw = codes.raw_of(code)
                claims = codes.read(code)
                yield codes.sign(
                    forger.private,
                    key_id=claims.key_id,
                    event_id=dice_uuid(dice),
                    ticket_id=claims.ticket_id,
                    issue=1 + raw[27] % 7,
                )
            case 5:
                yield "".join(dice.choices(noise, k=dice.randrange(0, 400)))
            case 6:
                raw = bytearray(codes.raw_of(code))
                raw[dice.randrange(len(raw))] ^= 1 << dice.randrange(8)
                yield base32(bytes(raw))


def dice_uuid(dice: random.Random) -> uuid.UUID:
    return uuid.UUID(int=dice.getrandbits(128))


def test_no_forgery_is_accepted_and_none_breaks_anything(sold):  # noqa: F811
    many = int(os.environ.get("FORGERIES", "3000"))
    tickets = sold(3)
    good = [issuing.code_of(ticket) for ticket in tickets]
    for ticket in tickets:
        phone = Phone()
        good.append(phone.code(shown_on(ticket, phone), T))
    real = {codes.read(code).code for code in good}
    accepted = []
    for forged in forgeries(good, random.Random(42), many):
        claim = admitting.claim_of(forged, at=at(T))
        if claim.is_code and codes.read(forged).code not in real:
            accepted.append(forged)
    assert accepted == []
