"""A mail server that does what a test asks of it: takes mail, refuses it, hangs up."""

import socketserver
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage


class MailServer:
    """Listens on a port of its own while it is open, and keeps what it was given."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.answer_to_recipient = "250 fine"
        self.answer_to_mail = "250 taken"
        self.says_goodbye = True
        self.is_open = False
        with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as probe:
            self.port = probe.server_address[1]

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def open(self) -> None:
        mail_server = self

        class Conversation(_Conversation):
            house = mail_server

        socketserver.ThreadingTCPServer.allow_reuse_address = True
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", self.port), Conversation)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self.is_open = True

    def close(self) -> None:
        if self.is_open:
            self._server.shutdown()
            self._server.server_close()
            self.is_open = False


class _Conversation(socketserver.StreamRequestHandler):
    house: MailServer

    def handle(self) -> None:
        self._say("220 at your service")
        while line := self.rfile.readline().decode().strip():
            word = line.split(" ")[0].upper()
            if word in ("EHLO", "HELO"):
                self._say("250-here\r\n250 8BITMIME")
            elif word == "RCPT":
                self.house.recipients.append(line.partition("<")[2].partition(">")[0])
                self._say(self.house.answer_to_recipient)
            elif word == "DATA":
                self._say("354 go on")
                self._take()
            elif word == "QUIT":
                if self.house.says_goodbye:
                    self._say("221 goodbye")
                return
            else:
                self._say("250 fine")

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        if self.house.answer_to_mail.startswith("250"):
            mail = message_from_bytes(b"".join(lines), policy=policy.default)
            self.house.taken.append(mail)  # type: ignore[arg-type]
        self._say(self.house.answer_to_mail)

    def _say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")
