"""bin/dev --lan: one box office for a real phone in the same network.

A browser gives the camera and service workers to secure pages only, and a phone does not know
names like `hall.eventflow.localhost`. So one tenant is served at this machine's own address, over
https, with a certificate made here. Names would need a resolver that the phone asks: there is none
without the Internet (public wildcard names) or without software on the phone (mDNS), hence the
address itself, and one tenant of it.
"""

import ipaddress
import socket
import subprocess
from pathlib import Path

from . import ports
from .places import PYTHON
from .voice import CannotRun

# Where packets to the outside would leave; nothing is sent.
_SOMEWHERE = ("192.0.2.1", 9)
OFFSET = 443
"""The port for phones, after the one for browsers here."""

_MAKE = """
import datetime, ipaddress, pathlib, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
address, folder = sys.argv[1], pathlib.Path(sys.argv[2])
key = ec.generate_private_key(ec.SECP256R1())
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "EventFlow on " + address)])
today = datetime.datetime.now(datetime.timezone.utc)
names = [x509.IPAddress(ipaddress.ip_address(address)), x509.DNSName("localhost")]
certificate = (
    x509.CertificateBuilder()
    .subject_name(name).issuer_name(name).public_key(key.public_key())
    .serial_number(x509.random_serial_number())
    .not_valid_before(today - datetime.timedelta(days=1))
    .not_valid_after(today + datetime.timedelta(days=90))
    .add_extension(x509.SubjectAlternativeName(names), critical=False)
    .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    .add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    .sign(key, hashes.SHA256())
)
folder.mkdir(parents=True, exist_ok=True)
private = key.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)
(folder / "key.pem").touch(mode=0o600)
(folder / "key.pem").write_bytes(private)
(folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
(folder / "for").write_text(address)
"""
_DRAW = "import qrcode, sys; q = qrcode.QRCode(border=2); q.add_data(sys.argv[1]); q.print_ascii()"


class Lan:
    """The address for phones, and what it is served with."""

    def __init__(self, slug: str, port: int, state: Path):
        self.slug = slug
        self.host = own_address()
        self.port = port + OFFSET
        self._folder = state / "lan"

    @property
    def authority(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def scanner(self) -> str:
        return f"https://{self.authority}/scan/"

    def prepare(self) -> None:
        """Make sure that the port is free and that the certificate is for today's address."""
        if not ports.is_free(self.port, self.host):
            raise CannotRun(f"Port {self.port}, for phones, is in use. Choose another PORT.")
        made_for = self._folder / "for"
        if not made_for.exists() or made_for.read_text() != self.host:
            subprocess.run([str(PYTHON), "-c", _MAKE, self.host, str(self._folder)], check=True)

    def options(self) -> dict[str, str]:
        """For the web server."""
        return {
            "--ssl-certificate": str(self._folder / "certificate.pem"),
            "--ssl-keyfile": str(self._folder / "key.pem"),
            "--ssl-protocol-min": "tls1.2",
        }

    def environment(self) -> dict[str, str]:
        return {"LAN_HOST": self.authority, "LAN_TENANT": self.slug}

    def drawn(self) -> str:
        """The address as a QR code of characters; nothing where it cannot be drawn."""
        drawn = subprocess.run(
            [str(PYTHON), "-c", _DRAW, self.scanner], capture_output=True, text=True, check=False
        )
        return drawn.stdout.rstrip()


def own_address() -> str:
    """This machine's address in its network, as others there reach it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_SOMEWHERE)
        except OSError:
            raise CannotRun("--lan needs a network: this machine has no address in one.") from None
        address: str = probe.getsockname()[0]
    if not ipaddress.ip_address(address).is_private:
        raise CannotRun(
            f"--lan is for a network at home or at the venue; {address} is a public address."
        )
    return address
