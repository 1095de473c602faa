"""What is wrong with a member of a document, in sentences for those who write programs."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

Facts = Mapping[str, Any]


def of(error: Mapping[str, Any]) -> str:
    """The sentence for one of pydantic's errors; its own words where we have none."""
    kind, facts = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return str(error["msg"]).removeprefix("Value error, ")
    write = _SENTENCES.get(kind)
    return write(facts) if write else str(error["msg"])


def _whole(_facts: Facts) -> str:
    return _("Send a whole number, such as 2.")


def _text(_facts: Facts) -> str:
    return _("Send a text.")


def _yes_or_no(_facts: Facts) -> str:
    return _("Send true or false.")


def _instant(_facts: Facts) -> str:
    return _("Send a date and time with its offset, such as 2027-02-14T19:30:00Z.")


def _object(_facts: Facts) -> str:
    return _("Send an object.")


def _too_few(facts: Facts) -> str:
    if facts.get("field_type") == "Value":  # What pydantic calls a text that we read further.
        return _too_short(facts)
    return ngettext("Send at least %(num)s.", "Send at least %(num)s.", facts["min_length"])


def _too_many(facts: Facts) -> str:
    if facts.get("field_type") == "Value":
        return _too_long(facts)
    return ngettext("Send at most %(num)s.", "Send at most %(num)s.", facts["max_length"])


def _too_short(facts: Facts) -> str:
    return ngettext(
        "Use at least %(num)s character.", "Use at least %(num)s characters.", facts["min_length"]
    )


def _too_long(facts: Facts) -> str:
    return ngettext(
        "Use at most %(num)s character.", "Use at most %(num)s characters.", facts["max_length"]
    )


_SENTENCES: Mapping[str, Callable[[Facts], str]] = {
    "missing": lambda facts: _("This is needed."),
    "int_type": _whole,
    "int_parsing": _whole,
    "int_parsing_size": _whole,
    "int_from_float": _whole,
    "float_type": lambda facts: _("Send a number."),
    "float_parsing": lambda facts: _("Send a number."),
    "finite_number": lambda facts: _("Send a number."),
    "string_type": _text,
    "string_sub_type": _text,
    "string_unicode": _text,
    "bool_type": _yes_or_no,
    "bool_parsing": _yes_or_no,
    "datetime_type": _instant,
    "datetime_parsing": _instant,
    "datetime_from_date_parsing": _instant,
    "datetime_object_invalid": _instant,
    "timezone_aware": _instant,
    "date_type": lambda facts: _("Send a date, such as 2027-02-14."),
    "date_parsing": lambda facts: _("Send a date, such as 2027-02-14."),
    "date_from_datetime_parsing": lambda facts: _("Send a date, such as 2027-02-14."),
    "list_type": lambda facts: _("Send a list."),
    "dict_type": _object,
    "model_type": _object,
    "model_attributes_type": _object,
    "too_short": _too_few,
    "too_long": _too_many,
    "string_too_short": _too_short,
    "string_too_long": _too_long,
    "string_pattern_mismatch": lambda facts: _("This is not written as it has to be."),
    "literal_error": lambda facts: _("Send one of: %(words)s.", words=facts["expected"]),
    "enum": lambda facts: _("Send one of: %(words)s.", words=facts["expected"]),
    "greater_than": lambda facts: _("Send more than %(least)s.", least=facts["gt"]),
    "greater_than_equal": lambda facts: _("Send %(least)s or more.", least=facts["ge"]),
    "less_than": lambda facts: _("Send less than %(most)s.", most=facts["lt"]),
    "less_than_equal": lambda facts: _("Send %(most)s or less.", most=facts["le"]),
}
