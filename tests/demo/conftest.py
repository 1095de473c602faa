"""Small box offices, opened as the demo opens its own, with nothing in them yet."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from eventflow.accounts import passwords
from eventflow.db import now
from eventflow.demo import box_office, studio
from eventflow.demo.announcing import Admission, announce
from eventflow.demo.box_office import BoxOffice
from eventflow.tenancy import acting_for

LOOK = replace(studio.LOOK, slug="studio", transfer="IE29 AIBK 9311 5212 3456 78", at_door=True)


@pytest.fixture
def box(app: Flask) -> Iterator[BoxOffice]:
    """The studio, open for four months; everything in the test is done as it."""
    passwords.hash_quickly()
    box = box_office.open_up(LOOK, at=now())
    with acting_for(box.tenant.id):
        yield box


@pytest.fixture
def evening(box: BoxOffice) -> str:
    """An event on sale for three weeks: twelve places at 48.00 and four for children."""
    return announce(
        box,
        "First bowl",
        starts_at=box.days.on(10, "19:00"),
        lasts=timedelta(hours=2),
        admissions=[Admission("Place", 4800, 12), Admission("Child", 0, 4)],
        poster=None,
        made_at=box.days.ago(21),
        venue_name="The loft",
    )
