"""How a payment provider says no. Two ways, because a caller can do two things about it."""


class GatewayError(Exception):
    """The provider did not do what was asked."""


class GatewayDown(GatewayError):
    """The provider could not be asked, or failed: nobody knows whether it was done.

    Call again later, with the same idempotency key.
    """


class GatewayRefused(GatewayError):
    """The provider said no, for good. The next attempt needs another key, or it is told the same.

    `message` is a sentence for the person who asked, to be translated by the page that shows it
    and filled with `facts`; `code` is the provider's word for it, `detail` what it said, for staff.
    """

    def __init__(self, message: str, *, code: str = "", detail: str = "", **facts: str):
        super().__init__(message % facts)
        self.message = message
        self.code = code
        self.detail = detail
        self.facts = facts


class BadSignature(GatewayError):
    """A report that the provider did not send, or sent long ago."""
