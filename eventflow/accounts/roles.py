"""Roles: their names, and what each may do, in words."""

from flask_babel import gettext as _

from eventflow.accounts.models import ROLES


def role_name(role: str) -> str:
    return {
        "scanner": _("scanner"),
        "staff": _("staff"),
        "admin": _("admin"),
        "owner": _("owner"),
    }[role]


def role_promise(role: str) -> str:
    """What somebody with this role may do."""
    return {
        "scanner": _("Checks in at the door. Sees names and tickets, no money, no addresses."),
        "staff": _(
            "Checks in and sells at the door, sees orders and attendees, notes what was paid there "
            "or by transfer, sends tickets again."
        ),
        "admin": _("All that staff may; makes and changes events, prices, refunds and settings."),
        "owner": _("Everything: the team, API tokens and where the money goes included."),
    }[role]


def roles_in_words() -> list[tuple[str, str, str]]:
    """Each role, its name, what it may do: for choosing one."""
    return [(role, role_name(role), role_promise(role)) for role in ROLES]
