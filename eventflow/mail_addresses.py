"""Mail addresses: one spelling for each, however it was typed."""

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

LONGEST = 254
"""Characters that mail servers take (RFC 5321). Nothing longer is parsed: that takes time which
grows with the square of the marks in it."""

# Mail to .test or .localhost goes nowhere in the world, but does on a developer's machine.
SPECIAL_USE_DOMAIN_NAMES.clear()


def normal(text: str) -> str:
    """An address in lower case, its domain in letters every mail server takes; "" for what is none.

    Nothing is looked up.
    """
    text = text.strip()
    if len(text) > LONGEST:
        return ""
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False, strict=True)
    except (EmailNotValidError, UnicodeError):
        return ""
    return (found.ascii_email or "").lower()
