"""A rush at the door: 32 scanners, all with the same tickets, and each ticket is let in once.

DOOR_RUSH=1000 bin/test tests/load/test_door_rush.py
"""

import os
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from eventflow.accounts import tokens
from eventflow.checkin.models import Scan
from eventflow.db import db, now, transaction
from eventflow.tickets import issuing
from eventflow.tickets.models import Ticket
from tests import factories

pytestmark = pytest.mark.load

CLIENTS = 32
TICKETS = int(os.environ.get("DOOR_RUSH", "30"))


def test_32_clients_with_the_same_tickets_admit_each_once(app, riverside, at_riverside):
    event = factories.make_event(title="Rush", tiers=[("Stalls", 2500, TICKETS + 10)])
    tickets: list[Ticket] = []
    while len(tickets) < TICKETS:
        tickets += factories.pay(factories.order(riverside, event, 10)).tickets
    codes = [issuing.code_of(ticket) for ticket in tickets[:TICKETS]]
    ids = {ticket.id for ticket in tickets[:TICKETS]}
    with transaction():
        _row, secret = tokens.create("gate", "scanner", at=now())

    def scan_all(client: int) -> Counter[str]:
        program = app.test_client()
        mine = random.Random(client).sample(codes, len(codes)) if client % 2 else codes
        return Counter(
            program.post(
                "/api/v1/checkin",
                json={"code": code, "scan_id": f"{client}-{code[-40:]}"},
                headers={"Authorization": f"Bearer {secret}"},
                base_url="http://riverside.eventflow.test",
            ).json["result"]
            for code in mine
        )

    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = sum(pool.map(scan_all, range(CLIENTS)), Counter())

    assert answers == {"VALID": TICKETS, "USED": TICKETS * (CLIENTS - 1)}
    db.session.rollback()
    entries = db.session.scalars(select(Scan.ticket_id).where(Scan.result == "VALID")).all()
    assert len(entries) == TICKETS
    assert set(entries) == ids
