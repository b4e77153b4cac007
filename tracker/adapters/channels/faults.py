"""What is wrong with the way to a receiver, in words that name neither it nor what leads there.

Libraries tell it in sentences with hosts, addresses and tokens in them; what becomes of a message
is logged for good, so of their sentences only the kind of fault is kept.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator

EXPIRED = "its certificate has expired"
UNTRUSTED = "its certificate is not trusted"
UNKNOWN_NAME = "its name is not known"
SLOW = "no answer in time"
REFUSED = "the connection was refused"
BROKEN = "the connection was lost"

SIGNS = (
    ("certificate has expired", EXPIRED),
    ("certificate", UNTRUSTED),
    ("name resolution", UNKNOWN_NAME),
    ("nameresolution", UNKNOWN_NAME),
    ("name or service not known", UNKNOWN_NAME),
    ("no address associated", UNKNOWN_NAME),
    ("getaddrinfo", UNKNOWN_NAME),
    ("timed out", SLOW),
    ("timeout", SLOW),
    ("refused", REFUSED),
    ("reset by peer", BROKEN),
    ("remote end closed", BROKEN),
    ("connection aborted", BROKEN),
    ("disconnected", BROKEN),
    ("closed", BROKEN),
)
"""What libraries write, in lower case, and what it means; the first that fits."""


def named_fault(text: str) -> str | None:
    """What a library's sentence says, None for nothing that is known."""
    said = text.lower()
    return next((meaning for sign, meaning in SIGNS if sign in said), None)


def network_fault(error: BaseException) -> str:
    """Of a call that failed, by the error or what caused it."""
    for link in _causes(error):
        if isinstance(link, ssl.SSLCertVerificationError):
            return named_fault(link.verify_message) or UNTRUSTED
        if isinstance(link, socket.gaierror):
            return UNKNOWN_NAME
        if isinstance(link, TimeoutError):
            return SLOW
        if isinstance(link, ConnectionRefusedError):
            return REFUSED
        if isinstance(link, ssl.SSLError):
            return "TLS failed"
        if isinstance(link, smtplib.SMTPServerDisconnected | ConnectionError):
            return named_fault(str(link)) or BROKEN
    return named_fault(str(error)) or "no connection"


def _causes(error: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = error
    while link is not None:
        yield link
        link = link.__cause__ or link.__context__
