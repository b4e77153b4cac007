"""Mail over SMTP: one incident is one thread, and a copy has the same Message-ID.

The channel's URL is the server's: `smtps://USER:PASSWORD@HOST` (TLS from the first byte, port 465)
or `smtp://...` (STARTTLS, which is required, port 587). A contact's address is `mailto:ANA@HOST`.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from msgspec import Struct

from tracker.adapters.channels.faults import network_fault
from tracker.adapters.channels.within import LINGER_S, Within
from tracker.domain.alert import Severity
from tracker.domain.errors import UsageError
from tracker.ports import Outgoing, Receipt, Undelivered

if TYPE_CHECKING:
    from collections.abc import Iterator

PORTS = {"smtps": 465, "smtp": 587}
_ADDRESS = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+")
_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")


class MailServer(Struct, frozen=True, kw_only=True):
    """tls: "smtps", "starttls", or "none" for a server on this machine that speaks none."""

    host: str
    port: int
    tls: str
    username: str | None = None
    password: str = ""
    ca_file: Path | None = None

    def __repr__(self) -> str:
        return f"MailServer({self.host}:{self.port})"


class MailChannel:
    """addresses: contact -> address; None: the channel's own receiver."""

    def __init__(
        self,
        name: str,
        server: MailServer,
        sender: str,
        addresses: Mapping[str | None, str],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.name, self._server, self._sender = name, server, sender
        self._addresses, self._now, self._within = addresses, now, Within()

    def send(self, outgoing: Outgoing, *, timeout_s: float) -> Receipt:
        to = self._addresses.get(outgoing.contact) or self._addresses.get(None)
        if to is None:
            raise Undelivered("nothing says where it reaches this contact", permanent=True)
        mail = self._mail(outgoing, to)
        try:
            self._within(lambda: self._hand_over(mail, to, timeout_s + LINGER_S), timeout_s)
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            raise _refused("the recipient is refused", code, words) from None
        except smtplib.SMTPAuthenticationError as error:
            raise _refused("the password is refused", error.smtp_code, error.smtp_error) from None
        except smtplib.SMTPConnectError as error:
            raise Undelivered(f"the mail server is busy ({error.smtp_code})") from None
        except smtplib.SMTPResponseException as error:
            raise _refused("the mail is refused", error.smtp_code, error.smtp_error) from None
        except smtplib.SMTPNotSupportedError:
            raise Undelivered("the mail server offers no TLS, or no password") from None
        except (OSError, smtplib.SMTPException) as error:
            raise Undelivered(network_fault(error)) from None
        return Receipt(thread=outgoing.thread or self._message_id(outgoing.id))

    def close(self) -> None:
        """A connection is kept no longer than a message takes."""

    def _mail(self, outgoing: Outgoing, to: str) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"] = self._sender, to
        mail["Subject"] = " ".join(outgoing.title.split())
        mail["Date"] = format_datetime(self._now())
        mail["Message-ID"] = self._message_id(outgoing.id)
        if outgoing.thread is not None:
            mail["In-Reply-To"] = mail["References"] = outgoing.thread
        mail["Auto-Submitted"] = "auto-generated"  # so that no absence note answers
        if outgoing.severity is Severity.CRITICAL and outgoing.update.calls:
            mail["Importance"], mail["X-Priority"] = "high", "1"
        mail.set_content(outgoing.body)
        mail["Content-Language"] = outgoing.language
        return mail

    def _message_id(self, delivery: str) -> str:
        return f"<{quote(delivery, safe='/')}@{self._sender.rpartition('@')[2]}>"

    def _hand_over(self, mail: EmailMessage, to: str, timeout_s: float) -> None:
        with _connected(self._server, timeout_s) as smtp:
            smtp.send_message(mail, self._sender, [to])


@contextmanager
def _connected(server: MailServer, timeout_s: float) -> Iterator[smtplib.SMTP]:
    name = socket.gethostname()  # smtplib would ask the name server, and wait for it
    context = None
    if server.tls != "none":
        context = ssl.create_default_context(cafile=server.ca_file)
    if server.tls == "smtps":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, name, timeout=timeout_s, context=context
        )
    else:
        smtp = smtplib.SMTP(server.host, server.port, name, timeout=timeout_s)
    with smtp:
        if server.tls == "starttls":
            smtp.starttls(context=context)
        if server.username is not None:
            smtp.login(server.username, server.password)
        yield smtp


def _refused(what: str, code: int, words: bytes | str) -> Undelivered:
    """Of what the server says only its numbers: there may be an address in its words."""
    text = words.decode("ascii", "replace") if isinstance(words, bytes) else words
    enhanced = _ENHANCED.match(text)
    numbers = f"{code}, {enhanced[1]}" if enhanced else str(code)
    return Undelivered(f"{what} ({numbers})", permanent=500 <= code < 600)


def mail_server(url: str, *, where: str, tls: str | None, ca_file: Path | None) -> MailServer:
    """From the channel's URL. Raises UsageError, which shows nothing of it."""
    try:
        split = urlsplit(url)
        host, port = split.hostname, split.port
    except ValueError:
        host, port = None, None
        split = urlsplit("")
    if split.scheme not in PORTS or not host:
        raise UsageError(
            "the URL names no mail server",
            where=where,
            mend="write smtps://USER:PASSWORD@HOST, or smtp://... for STARTTLS",
        )
    way = "smtps" if split.scheme == "smtps" else tls or "starttls"
    if way == "none" and split.username is not None:
        raise UsageError(
            "the password would be readable on its way",
            where=where,
            mend='leave tls = "none" out',
        )
    return MailServer(
        host=host,
        port=port or PORTS[split.scheme],
        tls=way,
        username=None if split.username is None else unquote(split.username),
        password=unquote(split.password or ""),
        ca_file=ca_file,
    )


def mail_address(text: str, *, where: str, whose: str) -> str:
    """From `mailto:ANA@HOST`. Raises UsageError, which does not show it."""
    address = unquote(text.strip().removeprefix("mailto:").removeprefix("//").partition("?")[0])
    if not _ADDRESS.fullmatch(address) or not address.isascii():
        raise UsageError(
            f"the address of {whose} is none of mail", where=where, mend="write mailto:NAME@HOST"
        )
    return address
