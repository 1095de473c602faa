"""Asking before what can't be taken back: in place where scripts run, on a page where none does."""

from flask import Response, request

from eventflow.pages import page


def is_sure() -> bool:
    """Whether the question has been asked and answered; `confirm_button` says so after its own."""
    return request.form.get("sure") == "1"


def ask(question: str, doing: str, *, detail: str, back: str) -> Response:
    """A page that asks, and sends the same request again once one is sure."""
    return page(
        "accounts/organizer/ask.html", question=question, doing=doing, detail=detail, back=back
    )
