"""Opening a connection to the mail server: connected, secured, logged in.

aiosmtplib is driven step by step, so that each failure can be told apart and gets its remedy.
"""

import asyncio
import ssl
from collections.abc import Sequence
from functools import cached_property
from typing import cast

import aiosmtplib

from paldies.channels.base import DeliveryError
from paldies.channels.email import verdicts
from paldies.channels.email.extensions import Extensions
from paldies.channels.email.outcomes import Reply, Stage
from paldies.channels.email.patience import Patience
from paldies.channels.email.server import Server
from paldies.channels.email.wire import Wire


class Connector:
    """`hello` is the host name that we introduce ourselves with."""

    def __init__(self, server: Server, *, hello: str, patience: Patience) -> None:
        self._server = server
        self._hello = hello
        self._patience = patience

    async def open(self) -> Wire:
        """Raises DeliveryError: fault "us" if somebody has to change something, else "provider"."""
        server = self._server
        smtp = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.is_tls_from_start,
            start_tls=False,  # ours to do: None would go on in plain text when TLS is not offered
            local_hostname=self._hello,
            timeout=self._patience.connect,
            tls_context=self._tls_context if server.is_tls_from_start else None,
        )
        try:
            async with asyncio.timeout(self._patience.connect):
                await self._connect(smtp)
                await self._secure(smtp)
                await self._log_in(smtp)
        except BaseException as error:
            smtp.close()
            if isinstance(error, TimeoutError):  # aiosmtplib's own are of this kind as well
                raise _unreachable(
                    f"{server} did not let us in within {self._patience.connect:g} s"
                ) from error
            if isinstance(error, aiosmtplib.SMTPException | OSError):
                raise _unreachable(f"{server} did not let us in: {error}") from error
            raise
        if smtp.transport is None:
            raise _unreachable(f"{server} hung up after letting us in")
        transport = cast(asyncio.Transport, smtp.transport)
        return Wire(transport, Extensions.offered(smtp.esmtp_extensions), patience=self._patience)

    async def _connect(self, smtp: aiosmtplib.SMTP) -> None:
        try:
            await smtp.connect()
        except aiosmtplib.SMTPConnectResponseError as error:
            raise _refused(Stage.GREETING, error) from error
        except aiosmtplib.SMTPConnectError as error:
            if isinstance(error.__cause__, ssl.SSLError):
                raise self._untrusted(error.__cause__) from error
            raise _unreachable(
                f"{self._server} cannot be reached: {error.__cause__ or error};"
                " check host and port in email.url, and the network"
            ) from error
        await self._greet(smtp)

    async def _greet(self, smtp: aiosmtplib.SMTP) -> None:
        try:
            await smtp.ehlo()
        except aiosmtplib.SMTPHeloError:  # a server from before 1995: no extensions
            try:
                await smtp.helo()
            except aiosmtplib.SMTPHeloError as error:
                raise _refused(Stage.HELLO, error) from error

    async def _secure(self, smtp: aiosmtplib.SMTP) -> None:
        server = self._server
        if server.is_tls_from_start or server.tls == "none":
            return
        if not smtp.supports_extension("starttls"):
            if server.must_be_secured:
                raise _our_fault(
                    "starttls",
                    f"{server} does not offer STARTTLS, so nothing is sent; use its submission port (587),"
                    ' smtps:// (465), or write tls = "none" under [email] if the network can be trusted',
                )
            return
        try:
            await smtp.starttls(tls_context=self._tls_context)
        except aiosmtplib.SMTPResponseException as error:
            raise _refused(Stage.TLS, error) from error
        except ssl.SSLError as error:
            raise self._untrusted(error) from error
        await self._greet(smtp)  # what was said before TLS must be forgotten (RFC 3207 4.2)

    async def _log_in(self, smtp: aiosmtplib.SMTP) -> None:
        server = self._server
        if not server.user:
            return
        if not smtp.supported_auth_methods:
            raise _our_fault(
                "auth",
                f"{server} offers no way to log in that we know (PLAIN, LOGIN, CRAM-MD5);"
                " remove user and password from email.url, or use the port for submission (587 or 465)",
            )
        try:
            await smtp.login(server.user, server.password)
        except aiosmtplib.SMTPResponseException as error:
            # the cause is left out: some servers repeat what they were told
            raise _refused(Stage.LOGIN, error, secrets=server.secrets) from None

    def _untrusted(self, error: ssl.SSLError) -> DeliveryError:
        if isinstance(error, ssl.SSLCertVerificationError):
            return _our_fault(
                "certificate",
                f"The certificate of {self._server} is not trusted ({error.verify_message}); use the host"
                " name that it was issued for, or name its issuer's file in the environment as SSL_CERT_FILE",
            )
        return _our_fault(
            "tls",
            f"{self._server} and we cannot agree on TLS ({error.reason or error});"
            " smtps:// is for port 465, smtp:// (STARTTLS) for port 587",
        )

    @cached_property
    def _tls_context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()  # some 20 ms: reads every trusted certificate
        context.minimum_version = ssl.TLSVersion.TLSv1_2  # RFC 8996; a system may have set less
        if not (self._server.must_be_secured or self._server.is_tls_from_start):
            # On this machine TLS is a courtesy: mail servers there sign their own certificate.
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def _unreachable(sentence: str) -> DeliveryError:
    return DeliveryError(sentence, permanent=False, fault="provider", code="connection")


def _our_fault(code: str, sentence: str) -> DeliveryError:
    return DeliveryError(sentence, permanent=False, fault="us", code=code)


def _refused(
    stage: Stage, error: aiosmtplib.SMTPResponseException, *, secrets: Sequence[str] = ()
) -> DeliveryError:
    text = " ".join(error.message.split())
    for secret in secrets:
        text = text.replace(secret, "***")
    return verdicts.refusal(stage, Reply(error.code, text))
