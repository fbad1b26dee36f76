"""Who is not the mail server that was meant gets neither message nor password, and nobody repeats it."""

import base64
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from paldies.channels.base import DeliveryError
from paldies.channels.email.channel import EmailChannel
from paldies.channels.email.server import Server
from tests.smtp_servers import KeepingServer, ScriptedServer, server_tls

USER, PASSWORD = "shop@example.com", "corr3ct-h0rse"
URL = f"shop%40example.com:{PASSWORD}@127.0.0.1"


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that was issued for another host."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "elsewhere.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("elsewhere.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    return file


async def refused(url: str, **options: str) -> DeliveryError:
    email = EmailChannel(url, "Anna <anna@example.com>", **options)  # type: ignore[arg-type]
    with pytest.raises(DeliveryError) as raised:
        await email.probe()
    await email.close()
    return raised.value


@pytest.mark.parametrize("from_the_start", [True, False])
async def test_a_trusted_certificate_of_another_host_is_refused(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, from_the_start: bool
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(elsewhere))
    server = KeepingServer(
        tls=server_tls(elsewhere), is_tls_from_start=from_the_start, login=(USER, PASSWORD)
    )
    async with server:
        scheme = "smtps" if from_the_start else "smtp"

        error = await refused(
            f"{scheme}://{URL.replace('127.0.0.1', '127.0.0.2')}:{server.port}", tls="required"
        )

    assert error.code in ("certificate", "connection")
    assert not server.mails


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
async def test_nothing_is_said_over_tls_of_the_last_century(elsewhere: Path) -> None:
    old = server_tls(elsewhere)
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    async with ScriptedServer(tls=old) as server:
        error = await refused(f"smtps://{URL}:{server.port}")

    assert error.code in ("tls", "connection")
    assert not server.commands


SHOWN = [
    PASSWORD,
    base64.b64encode(PASSWORD.encode()).decode(),
    base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode(),
]


@pytest.mark.parametrize("shown", SHOWN)
async def test_a_server_that_repeats_the_password_is_not_repeated(shown: str) -> None:
    script = {
        "EHLO": "250-x\n250 AUTH PLAIN",
        "AUTH": f"535 5.7.8 no such login: AUTH PLAIN {shown} ({PASSWORD})",
    }
    async with ScriptedServer(script) as server:
        error = await refused(f"smtp://{URL}:{server.port}")

    assert "no such login: AUTH PLAIN *** (***)" in str(error)
    assert error.__cause__ is None


def test_a_server_is_shown_without_its_password() -> None:
    server = Server.from_url(f"smtp://{URL}")

    assert PASSWORD not in repr(server) + str(server)
