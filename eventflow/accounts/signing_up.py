"""Signing up: one form, and a box office with its owner is open."""

from collections.abc import Mapping
from datetime import datetime

from flask_babel import gettext as _

from eventflow.accounts import letters, people, tenants
from eventflow.accounts.actors import Actor, acting_as
from eventflow.accounts.models import Tenant, User
from eventflow.errors import Invalid


def open_box_office(
    form: Mapping[str, str], *, owner: User | None, address: str = "", at: datetime
) -> tuple[Tenant, User]:
    """The box office a form asks for, and its owner: new, unless somebody is signed in.

    Call it inside `tenants.opening()`. Invalid says of every field at once what is wrong with it.
    """
    wrong: dict[str, str] = {}
    # In the order of the fields on the page.
    if not form.get("name", "").strip():
        wrong["name"] = _("Say what your box office is called.")
    if trouble := tenants.slug_trouble(form.get("slug", "").strip().lower()):
        wrong["slug"] = trouble
    if owner is None:
        wrong |= _person_trouble(form)
    if wrong:
        raise Invalid(wrong)

    is_new = owner is None
    if owner is None:
        owner = people.create_user(
            form["email"], name=form["your_name"], password=form["password"], at=at
        )
    with acting_as(Actor("user", owner.id, owner.name or owner.email, address)):
        tenant = tenants.create(
            form["slug"],
            name=form["name"],
            owner=owner,
            currency=form.get("currency", "USD"),
            timezone=form.get("timezone", "UTC"),
            at=at,
        )
    if is_new:
        letters.ask_for_verification(owner)
    return tenant, owner


def _person_trouble(form: Mapping[str, str]) -> dict[str, str]:
    wrong: dict[str, str] = {}
    name, email = form.get("your_name", ""), form.get("email", "")
    if not name.strip():
        wrong["your_name"] = _("Say what you are called.")
    # One after the other, so that each says what is wrong with it and not only the first.
    for check in (
        lambda: people.called(name, field="your_name"),
        lambda: people.address(email),
        lambda: people.check_new_password(form.get("password", ""), email=email, name=name),
    ):
        try:
            check()
        except Invalid as refusal:
            wrong |= refusal.fields
    return wrong
