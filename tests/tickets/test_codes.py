import random
import uuid

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from eventflow.tickets import codes

KEYS = codes.new_key_pair()
GALA = uuid.UUID("01980000-0000-7abc-8def-0123456789ab")
TICKET = uuid.UUID("01980001-2345-7fff-9abc-ba9876543210")
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def sign(**changes):
    facts = {"key_id": 7, "event_id": GALA, "ticket_id": TICKET, "issue": 3} | changes
    return codes.sign(KEYS.private, **facts)


CODE = sign()


def is_accepted(text):
    try:
        return codes.verify(KEYS.public, text)
    except (codes.NotACode, codes.BadSignature):
        return None


def test_a_code_says_which_ticket_it_is():
    facts = codes.verify(KEYS.public, CODE)

    assert (facts.version, facts.key_id, facts.issue) == (codes.STATIC, 7, 3)
    assert facts.ticket_id == TICKET
    assert facts.is_for(GALA)
    assert not facts.is_for(uuid.UUID(int=GALA.int ^ 1))
    assert facts.code == CODE


@given(st.uuids(), st.uuids(), st.integers(0, 255), st.integers(1, 65535))
def test_what_is_signed_can_be_read_and_verified(event_id, ticket_id, key_id, issue):
    code = sign(event_id=event_id, ticket_id=ticket_id, key_id=key_id, issue=issue)

    facts = codes.verify(KEYS.public, code)

    assert (facts.key_id, facts.ticket_id, facts.issue) == (key_id, ticket_id, issue)
    assert facts.is_for(event_id)
    assert codes.read(code) == facts


def test_a_code_is_always_the_same_and_fits_a_small_qr_code():
    assert sign() == CODE
    assert len(CODE) == 148
    assert set(CODE) <= set(ALPHABET)


@pytest.mark.parametrize("fact", [{"key_id": 256}, {"issue": 65536}, {"issue": -1}])
def test_facts_that_do_not_fit_are_not_signed(fact):
    with pytest.raises((ValueError, OverflowError)):
        sign(**fact)


@pytest.mark.parametrize(
    "text",
    [
        CODE.lower(),
        f"  {CODE}\r\n",
        "-".join(CODE[i : i + 4] for i in range(0, 148, 4)),
        " ".join(CODE[i : i + 5] for i in range(0, 148, 5)),
        CODE.replace("0", "O").replace("1", "I"),
        CODE.replace("0", "o").replace("1", "l"),
        f"https://riverside.example/t/{CODE}",
        f"https://riverside.example/t/{CODE.lower()}?from=mail#top",
        f"https://riverside.example/scan/?gate=2&code={CODE}",
    ],
)
def test_a_code_is_read_however_it_was_typed(text):
    assert codes.verify(KEYS.public, text).code == CODE


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "1",
        CODE[:-1],
        CODE + "0",
        CODE * 2,
        CODE[:70] + "U" + CODE[71:],
        CODE[:70] + "\x00" + CODE[71:],
        CODE[:70] + "." + CODE[71:],
        CODE.replace("1", "ı"),
        CODE[:-1] + "ſ",
        "０" + CODE[1:],
        CODE[:50] + "\N{ZERO WIDTH SPACE}" + CODE[50:],
        "0" * 148,
        "Z" * 148,
        "-" * 148,
        "=" * 148,
        f"https://riverside.example/t/{CODE[:-1]}",
        f"https://riverside.example/{CODE}/{CODE}",
        "https://riverside.example/t/",
        "x" * 1_000_000,
    ],
)
def test_what_is_no_code_is_said_to_be_none(text):
    with pytest.raises(codes.NotACode):
        codes.read(text)
    with pytest.raises(codes.NotACode):
        codes.verify(KEYS.public, text)


def test_a_flood_of_text_is_not_even_looked_at():
    with pytest.raises(codes.NotACode, match="too long"):
        codes.read(CODE + " " * 2_000)


def test_the_last_letter_has_no_bits_to_spare():
    others = [CODE[:-1] + letter for letter in ALPHABET if letter != CODE[-1]]

    assert [text for text in others if is_accepted(text)] == []
    readable = [text for text in others if text[-1] in "0G"]  # the two with four zero bits
    for text in set(others) - set(readable):
        with pytest.raises(codes.NotACode):
            codes.read(text)


def test_a_code_of_an_unknown_version_or_issue_zero_is_none():
    private = Ed25519PrivateKey.from_private_bytes(KEYS.private)
    for facts in (bytes([3, 7]) + bytes(24) + b"\0\1", bytes([1, 7]) + bytes(26)):
        text = codes.write(facts + private.sign(codes._PURPOSE + facts))
        with pytest.raises(codes.NotACode):
            codes.verify(KEYS.public, text)


def test_a_signature_made_for_something_else_makes_no_ticket():
    facts = bytes([1, 7]) + bytes(24) + b"\0\1"
    signature = Ed25519PrivateKey.from_private_bytes(KEYS.private).sign(facts)

    with pytest.raises(codes.BadSignature):
        codes.verify(KEYS.public, codes.write(facts + signature))


def test_another_tenants_key_signs_no_ticket_of_ours():
    northgate = codes.new_key_pair()

    with pytest.raises(codes.BadSignature):
        codes.verify(northgate.public, CODE)


def test_a_signature_has_no_second_form():
    """Adding the group's order to S must not give another accepted code (RFC 8032, 5.1.7)."""
    raw = codes.raw_of(CODE)
    order = 2**252 + 27742317777372353535851937790883648493
    s = int.from_bytes(raw[-32:], "little") + order
    text = codes.write(raw[:-32] + s.to_bytes(32, "little"))

    assert codes.read(text).ticket_id == TICKET
    with pytest.raises(codes.BadSignature):
        codes.verify(KEYS.public, text)


def mutate(chance, text):
    letters = list(text)
    for _ in range(chance.choice([1, 1, 1, 2, 3, 10])):
        place = chance.randrange(len(letters))
        letter = chance.choice(ALPHABET + "OILU-. abcxyz\u0131%/")
        match chance.randrange(5):
            case 0:
                letters[place] = letter
            case 1:
                letters.insert(place, letter)
            case 2:
                del letters[place]
            case 3:
                other = chance.randrange(len(letters))
                letters[place], letters[other] = letters[other], letters[place]
            case 4:
                letters = letters[place:] + letters[:place]
    return "".join(letters)


def test_of_ten_thousand_altered_codes_none_is_accepted_as_another():
    chance = random.Random(20260601)
    refused = 0

    for _ in range(10_000):
        facts = is_accepted(mutate(chance, CODE))
        if facts is None:
            refused += 1
        else:
            assert facts.code == CODE

    assert refused > 9_000


@settings(max_examples=500)
@given(st.binary(min_size=92, max_size=92))
def test_no_made_up_bytes_are_accepted(raw):
    assert is_accepted(codes.write(raw)) is None


@settings(max_examples=500)
@given(st.text(max_size=400))
def test_no_text_crashes_the_reading(text):
    assert is_accepted(text) is None
