"""A mail as it leaves the house, before anybody decides by which road."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime


@dataclass(frozen=True, slots=True)
class Attachment:
    filename: str
    content_type: str
    content: bytes
    content_id: str = ""
    """How the HTML names it (`cid:…`), for pictures shown within it."""


@dataclass(frozen=True, slots=True)
class Mail:
    """`id` makes the Message-ID, so that a mail handed over twice is one mail to its reader."""

    id: uuid.UUID
    to: str
    sender_name: str
    sender: str
    subject: str
    text: str
    html: str
    reply_to: str = ""
    language: str = "en"
    request_id: str = ""
    attachments: list[Attachment] = field(default_factory=list)

    @property
    def message_id(self) -> str:
        return f"<{self.id}@{self.sender.rpartition('@')[2]}>"

    @property
    def headers(self) -> dict[str, str]:
        """Those that don't follow from the fields every mail has."""
        found = {
            "Message-ID": self.message_id,
            "Reply-To": self.reply_to,
            "X-Request-ID": self.request_id,
            "Content-Language": self.language.replace("_", "-"),
            # So that no holiday notice comes back to a box office.
            "Auto-Submitted": "auto-generated",
        }
        return {name: value for name, value in found.items() if value}


def as_message(mail: Mail, *, at: datetime) -> EmailMessage:
    """The mail as bytes travel: text and HTML, pictures with the HTML, files after both."""
    message = EmailMessage()
    message["From"] = Address(mail.sender_name, addr_spec=mail.sender)
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(at)
    for name, value in mail.headers.items():
        message[name] = value
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    page = list(message.iter_parts())[1]
    assert isinstance(page, EmailMessage)
    for attached in mail.attachments:
        maintype, _slash, subtype = attached.content_type.partition(";")[0].partition("/")
        if attached.content_id:
            page.add_related(
                attached.content,
                maintype,
                subtype,
                cid=f"<{attached.content_id}>",
                filename=attached.filename,
                disposition="inline",
            )
        else:
            message.add_attachment(attached.content, maintype, subtype, filename=attached.filename)
    return message
