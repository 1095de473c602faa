"""The scanner's own rules, in a real browser, against codes made by the box office."""

import json
import os
import random
import time
import uuid

import pytest
from playwright.sync_api import Page

from eventflow.tickets import codes
from tests.browser.phones import Phone

pytestmark = pytest.mark.browser

KEYS = codes.new_key_pair()
OTHERS = codes.new_key_pair()
EVENT = uuid.uuid4()
TICKET = uuid.uuid4()

READ = """async ([texts, key]) => {
  const { read, fromBase64url } = await import("/static/js/gate/codes.js")
  const { isSigned } = await import("/static/js/gate/signatures.js")
  const raw = Uint8Array.from(key)
  const answers = []
  for (const text of texts) {
    const claims = read(text)
    answers.push(claims && (await isSigned(claims, raw)) ? claims.code : null)
  }
  return answers
}"""
JUDGE = """async (asked) => {
  const { judge } = await import("/static/js/gate/judge.js")
  return asked.map(judge)
}"""


@pytest.fixture
def scanner(phone: Page, served, riverside) -> Page:
    phone.goto(served.at(riverside, "/scan/"))
    return phone


def sign(**facts) -> str:
    facts = {"key_id": 1, "event_id": EVENT, "ticket_id": TICKET, "issue": 1} | facts
    return codes.sign(KEYS.private, **facts)


def read(scanner: Page, *texts: str) -> list[str | None]:
    return scanner.evaluate(READ, [list(texts), list(KEYS.public)])


def test_a_code_of_ours_is_known_however_it_is_written(scanner):
    code = sign()
    spaced = " ".join(code[at : at + 4] for at in range(0, len(code), 4)).lower()
    address = f"https://riverside.example/tickets/{code}?lang=en"
    misread = code.replace("0", "O").replace("1", "l")

    assert read(scanner, code, spaced, address, misread) == [code] * 4


def test_what_is_no_code_of_ours_is_none(scanner):
    code = sign()
    foreign = codes.sign(OTHERS.private, key_id=1, event_id=EVENT, ticket_id=TICKET, issue=1)
    strange = [
        "",
        "x",
        code[:-1],
        code + "0",
        "ı" * 148,
        f"https://x.example/{code}/{code}",
        foreign,
    ]

    assert read(scanner, *strange) == [None] * len(strange)


def test_the_browser_reads_exactly_what_the_box_office_reads(scanner):
    dice = random.Random(4)
    good = [sign(issue=issue) for issue in (1, 2, 65_535)]
    many = int(os.environ.get("FORGERIES", "3000"))
    tried = [mutated(dice.choice(good), dice) for _ in range(many)]

    assert read(scanner, *tried) == [by_the_box_office(text) for text in tried]


def mutated(code: str, dice: random.Random) -> str:
    letters = list(code)
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(letters))
        letters[at : at + dice.randint(0, 2)] = dice.choice("0OIL1Z-u \t\x1c9a/")
    return "".join(letters)


def by_the_box_office(text: str) -> str | None:
    try:
        return codes.verify(KEYS.public, text).code
    except (codes.NotACode, codes.BadSignature):
        return None


def test_a_rotating_code_is_believed_only_whole(scanner):
    holder = Phone(KEYS.private, event_id=EVENT, ticket_id=TICKET)
    thief = Phone(OTHERS.private, event_id=EVENT, ticket_id=TICKET)
    at = time.time()
    code = holder.code(at)
    altered = [
        code[:at] + ("Z" if code[at] != "Z" else "Y") + code[at + 1 :] for at in range(3, 300, 11)
    ]

    assert read(scanner, code) == [code]
    assert read(scanner, holder.code(at, high=True), thief.code(at)) == [None, None]
    assert read(scanner, *altered) == [None] * len(altered)


NOON = 1_800_000_000_000


def asked(**facts) -> dict:
    """A valid ticket with its static code at an open gate, but for what is said."""
    tier = {"id": "stalls", "name": "Stalls", "code_kind": "static", "proof": ""}
    gate = {
        "id": "main",
        "tiers": [],
        "entries": 1,
        "direction": "in",
        "opens_at": None,
        "closes_at": None,
    }
    ref = EVENT.hex[16:]
    usual = {
        "text": "x",
        "claims": {"version": 1, "event": ref, "issue": 1},
        "signed": True,
        "ticket": {"issue": 1, "status": 0, "tier": tier, "phone": 0},
        "standing": {"entries": 0, "inside": False, "first": None},
        "phone": None,
        "event": {"id": str(EVENT)},
        "gate": gate,
        "direction": "in",
        "at": NOON,
        "override": False,
    }
    for name, value in facts.items():
        inner = usual[name]
        usual[name] = {**inner, **value} if isinstance(inner, dict) and value else value
    return usual


def rotating(seconds_ago: int, **facts) -> dict:
    step = (NOON // 1000 - seconds_ago) // 30
    return {"version": 2, "step": step, **facts}


TIER = {"id": "stalls", "name": "Stalls", "proof": ""}
STATIC_AT_ROTATING = {"ticket": {"tier": {**TIER, "code_kind": "rotating"}}}
PRINTED = {"ticket": {"tier": {**TIER, "code_kind": "rotating_or_printed"}}}
CASES = [
    ({}, "VALID", "admitted"),
    ({"direction": "out"}, "VALID", "left_without_entry"),
    ({"direction": "out", "standing": {"inside": True}}, "VALID", "left"),
    ({"direction": "out", "ticket": {"status": 1}}, "VALID", "left_without_entry"),
    ({"claims": None}, "INVALID", "not_a_code"),
    ({"signed": False}, "INVALID", "not_a_code"),
    ({"claims": {"event": "0" * 16}}, "INVALID", "other_event"),
    ({"ticket": None}, "INVALID", "unknown_ticket"),
    ({"claims": {"issue": 2}}, "INVALID", "reissued"),
    ({"ticket": {"status": 1}}, "INVALID", "cancelled"),
    ({"standing": {"entries": 1}}, "USED", "already_checked_in"),
    ({"standing": {"entries": 1}, "override": True}, "VALID", "override"),
    ({"ticket": {"status": 1}, "override": True}, "INVALID", "cancelled"),
    ({"standing": {"entries": 1}, "gate": {"entries": 2}}, "VALID", "admitted"),
    ({"standing": {"entries": 7, "inside": True}, "gate": {"entries": None}}, "VALID", "admitted"),
    (
        {"standing": {"entries": 7, "inside": True}, "gate": {"entries": None, "exits": True}},
        "USED",
        "already_inside",
    ),
    ({"gate": None}, "VALID", "admitted"),
    ({"gate": None, "standing": {"entries": 1}}, "USED", "already_checked_in"),
    ({"gate": {"direction": "out"}}, "INVALID", "wrong_way"),
    ({"text": None, "claims": None}, "VALID", "admitted"),
    ({"event": {"status": "cancelled"}}, "INVALID", "event_cancelled"),
    ({"gate": {"tiers": ["circle"]}}, "INVALID", "wrong_tier"),
    ({"gate": {"opens_at": "2030-01-01T00:00:00Z"}}, "INVALID", "gate_not_open"),
    ({"gate": {"closes_at": "2020-01-01T00:00:00Z"}}, "INVALID", "gate_closed"),
    ({"claims": rotating(0)}, "VALID", "admitted"),
    ({"claims": rotating(60)}, "VALID", "admitted"),
    ({"claims": rotating(90)}, "INVALID", "stale"),
    ({"claims": rotating(-30)}, "VALID", "admitted"),
    ({"claims": rotating(-90)}, "INVALID", "clock_ahead"),
    ({"claims": rotating(0), "ticket": {"phone": "A"}, "phone": "B"}, "INVALID", "phone_replaced"),
    (STATIC_AT_ROTATING, "INVALID", "needs_rotating"),
    ({**STATIC_AT_ROTATING, "override": True}, "VALID", "override"),
    (PRINTED, "VALID", "admitted"),
]


def test_every_rule_of_the_door_has_its_answer(scanner):
    given = scanner.evaluate(JUDGE, [asked(**facts) for facts, _result, _reason in CASES])

    found = [(answer["result"], answer["reason"]) for answer in given]
    assert found == [(result, reason) for _facts, result, reason in CASES], json.dumps(given)


def test_a_printed_code_of_a_moving_one_asks_who_it_is(scanner):
    [given] = scanner.evaluate(JUDGE, [asked(**PRINTED)])

    assert given["checkIdentity"] == "printed"
