"""What was changed, as the audit log shows it."""

from flask_babel import force_locale

from eventflow.accounts.particulars import shown


def test_whatever_a_column_holds_can_be_shown(app):
    with app.test_request_context(), force_locale("en"):
        assert shown("tags", ["jazz", "outdoors"]) == '["jazz", "outdoors"]'
        assert shown("venue", {"name": "Løkka"}) == '{"name": "Løkka"}'
        assert shown("capacity", 300) == "300"
        assert shown("status", "draft") == "draft"
        assert shown("format", "in_person") == "in person"
        assert shown("title", None) == "–"
