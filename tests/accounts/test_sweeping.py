"""What has long been of no use is forgotten, and nothing else."""

from datetime import timedelta

from sqlalchemy import func, select

from eventflow.accounts import links, sign_ins
from eventflow.accounts.models import OneTimeLink, SignIn
from eventflow.db import db, now, transaction
from tests.people import browser_at, make_person


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def sweep(at):
    with transaction():
        links.sweep(at=at)
        sign_ins.sweep(at=at)


def test_links_are_kept_a_week_and_sign_ins_a_month_after_their_end(app):
    quinn = make_person("Quinn")
    browser = browser_at(app, None, quinn)
    made = now()
    with transaction():
        links.make("sign_in", host="eventflow.test", user=quinn, at=made)

    sweep(made + timedelta(days=6))
    assert (count(OneTimeLink), count(SignIn)) == (1, 1)
    assert browser.get("/account").status_code == 200

    sweep(made + timedelta(days=8))
    assert (count(OneTimeLink), count(SignIn)) == (0, 1)

    sweep(made + sign_ins.LASTS + sign_ins.KEPT_AFTERWARDS + timedelta(days=1))
    assert count(SignIn) == 0


def test_a_sign_in_that_was_ended_is_forgotten_too(app):
    quinn = make_person("Quinn")
    browser_at(app, None, quinn).post("/sign-out")
    sweep(now() + sign_ins.KEPT_AFTERWARDS + timedelta(days=1))
    assert count(SignIn) == 0
