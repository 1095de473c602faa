"""What Stripe still wants to know of an organizer, in words instead of its field names."""

import re
from collections.abc import Iterable

from flask_babel import gettext as _

# fmt: off
COUNTRIES = (
    "AE", "AT", "AU", "BE", "BG", "BR", "CA", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR",
    "GB", "GI", "GR", "HK", "HR", "HU", "IE", "IT", "JP", "LI", "LT", "LU", "LV", "MT", "MX", "MY",
    "NL", "NO", "NZ", "PL", "PT", "RO", "SE", "SG", "SI", "SK", "TH", "US",
)
# fmt: on
"""Where Stripe opens accounts."""


def in_words(due: Iterable[str]) -> list[str]:
    """What is wanted, each thing once, in the order Stripe asks for it."""
    return list(dict.fromkeys(_words(one) for one in due))


def _words(field: str) -> str:
    known = (
        (r"external_account", _("The bank account your money goes to")),
        (r"tos_acceptance\.", _("Your agreement to Stripe’s terms")),
        (r"business_type", _("Whether you are a person, a company or an association")),
        (r"business_profile\.url", _("Your website, or what you sell in a few words")),
        (r"business_profile\.", _("What kind of business you are")),
        (r".*verification\.", _("A picture of an identity document")),
        (r".*(id_number|ssn_last_4|tax_id|vat_id)", _("A tax or identity number")),
        (r".*\bdob\b", _("A date of birth")),
        (r".*\baddress\b", _("An address")),
        (r".*(owners|directors|executives|relationship)", _("Who owns and runs the business")),
        (r".*(first_name|last_name|full_name)", _("The name of who answers for the business")),
        (r".*\b(email|phone)\b", _("How that person can be reached")),
        (r"company\.", _("Details of your company")),
        (r"settings\.", _("How payouts and statements are set up")),
    )
    for pattern, words in known:
        if re.match(pattern, field):
            return words
    return _("Something else that Stripe asks for (%(field)s)", field=field)
