"""Handing a mail to the mail server that SMTP_URL names.

`smtps://name:password@host:465` speaks TLS from the start; `smtp://host:587` turns it on where the
server offers it, and shows a password to nobody without it but to this very machine.
"""

import smtplib
import ssl
from contextlib import suppress
from datetime import datetime
from urllib.parse import unquote, urlsplit

from flask import current_app

from eventflow.messages.mails import Mail, as_message

PATIENCE = 20
"""Seconds for each step of the conversation."""

THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


class Refused(Exception):
    """The server will not take this mail, today or tomorrow."""


def is_configured() -> bool:
    return bool(current_app.config["SMTP_URL"])


def hand_over(mail: Mail, *, at: datetime) -> None:
    """Give the mail to the server. Refused says that it never will go; anything else, not now."""
    message = as_message(mail, at=at)
    server = _connected(current_app.config["SMTP_URL"])
    try:
        server.send_message(message, from_addr=mail.sender, to_addrs=[mail.to])
    except smtplib.SMTPRecipientsRefused as refusal:
        code, words = next(iter(refusal.recipients.values()))
        raise _meaning(code, words, refusal) from refusal
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refusal:
        raise _meaning(refusal.smtp_code, refusal.smtp_error, refusal) from refusal
    else:
        # It is theirs now: whatever goes wrong with the goodbye must not send it again.
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
    finally:
        server.close()


def _meaning(code: int, words: bytes | str, refusal: Exception) -> Exception:
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return Refused(f"{code} {said}") if 500 <= code < 600 else refusal


def _connected(url: str) -> smtplib.SMTP:
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=PATIENCE, context=context)
    elif parts.scheme == "smtp":
        server = smtplib.SMTP(host, parts.port or 587, timeout=PATIENCE)
    else:
        raise ValueError("SMTP_URL begins with smtp:// or smtps://")
    try:
        server.ehlo()
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
        if parts.username:
            if not isinstance(server.sock, ssl.SSLSocket) and host not in THIS_MACHINE:
                raise smtplib.SMTPNotSupportedError(f"{host} offers no TLS to hide a password")
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server
