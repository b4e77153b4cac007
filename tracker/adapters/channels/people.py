"""People, by whatever they read: SMS, WhatsApp, Telegram, Slack, Teams, ntfy, ... (apprise).

An address is an apprise URL, a secret throughout: it holds tokens and numbers. apprise tells what
happened in log records alone; they are caught where they arise, so that they reach no log of ours,
and of them only the kind of fault is kept.
"""

from __future__ import annotations

import contextvars
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from apprise import (
    Apprise,
    AppriseAsset,
    NotifyBase,
    NotifyFormat,
    NotifyType,
    OverflowMode,
    PersistentStoreMode,
)

from tracker.adapters.channels.faults import named_fault
from tracker.adapters.channels.within import LINGER_S, Within
from tracker.domain.alert import Severity
from tracker.domain.errors import UsageError
from tracker.domain.notice import Update
from tracker.ports import Outgoing, Receipt, Undelivered

BRIEF_CHARS, SMS_CHARS = 1000, 160
"""A service that takes no title and less than the first, or no more than the second at all, is one
for SMS: it gets the short text."""
FINAL = frozenset({400, 401, 402, 403, 404, 405, 410, 422})
"""A service that answers so knows this address or this token not, and will not tomorrow."""
_STATUS = re.compile(r"(?:error|code|status)\s*[=:]\s*(\d{3})\b", re.IGNORECASE)
_HOST = re.compile(r"(?:host=|resolve )'[^']*'")
"""In the sentence of an exception: it may be called anything, "timeout" too."""
_CALM = (Update.OVER, Update.CLOSED)
_OURS = ("apprise", "urllib3", "requests")
"""Loggers that would write addresses and tokens."""


class PeopleChannel:
    """addresses: contact -> URL; None: the channel's own receiver. short: SMS or not, None: as the
    service is. Raises UsageError, naming the contact and never the URL, for one of no use.
    """

    def __init__(
        self,
        name: str,
        addresses: Mapping[str | None, str],
        *,
        short: bool | None = None,
        ca_file: Path | None = None,
    ) -> None:
        self.name, self._addresses, self._short = name, addresses, short
        self._ca_file, self._within = ca_file, Within()
        _RECORDS.install()
        for contact, url in addresses.items():
            self._service(url, contact)

    def send(self, outgoing: Outgoing, *, timeout_s: float) -> Receipt:
        url = self._addresses.get(outgoing.contact) or self._addresses.get(None)
        if url is None:
            raise Undelivered("nothing says where it reaches this contact", permanent=True)
        service = self._service(url, outgoing.contact)
        service.socket_connect_timeout = service.socket_read_timeout = timeout_s + LINGER_S
        if isinstance(headers := getattr(service, "headers", None), dict) and _is_mail(service):
            headers.update(_mail_headers(outgoing))
        with _RECORDS.caught() as said:
            taken = self._within(lambda: self._handed_over(service, outgoing), timeout_s)
        if not taken:
            raise _undelivered(str(service.service_name), said)
        return Receipt()

    def close(self) -> None:
        """Nothing is kept open."""

    def _handed_over(self, service: NotifyBase, outgoing: Outgoing) -> bool:
        short = _is_sms(service) if self._short is None else self._short
        return service.notify(
            title="" if short else outgoing.title,
            body=outgoing.short if short else outgoing.body,
            body_format=NotifyFormat.TEXT,
            notify_type=_type(outgoing),
            overflow=OverflowMode.SPLIT,
        )

    def _service(self, url: str, contact: str | None) -> NotifyBase:
        """A new one for each message: it remembers nothing, and pauses for nothing."""
        with _RECORDS.caught():
            service = Apprise.instantiate(url, asset=_asset())
        whose = "the channel's own address" if contact is None else f"the address of {contact}"
        if service is None:
            raise self._unusable(f"{whose} is no URL that apprise knows")
        if not service.verify_certificate:
            raise self._unusable(f"{whose} does without certificates (verify=no)")
        service.request_rate_per_sec = 0  # what is due is due; who is asked to wait, waits
        if self._ca_file is not None:
            service.verify_certificate = str(self._ca_file)  # type: ignore[assignment]
        return service

    def _unusable(self, what: str) -> UsageError:
        return UsageError(
            what,
            where=f"[notify.channels.{self.name}]",
            mend="see https://appriseit.com/services/ for how it is written; it stays a secret",
        )


def _asset() -> AppriseAsset:
    return AppriseAsset(
        app_id="seal-tracker",
        async_mode=False,
        secure_logging=True,
        storage_mode=PersistentStoreMode.MEMORY,
    )


def _type(outgoing: Outgoing) -> NotifyType:
    if outgoing.update in _CALM:
        return NotifyType.SUCCESS
    return {Severity.CRITICAL: NotifyType.FAILURE, Severity.WARNING: NotifyType.WARNING}.get(
        outgoing.severity, NotifyType.INFO
    )


def _is_sms(service: NotifyBase) -> bool:
    most, titled = service.body_maxlen, service.title_maxlen > 0
    return 0 < most <= SMS_CHARS or (not titled and 0 < most < BRIEF_CHARS)


def _is_mail(service: NotifyBase) -> bool:
    return str(getattr(service, "secure_protocol", "")).startswith("mailto")


def _mail_headers(outgoing: Outgoing) -> dict[str, str]:
    """By which a mailbox puts one incident together, and knows a copy."""
    root = f"<{quote(outgoing.notice, safe='')}@seal-tracker>"
    return {"References": root, "In-Reply-To": root, "X-Delivery-ID": outgoing.id}


def _undelivered(service: str, said: list[str]) -> Undelivered:
    """From what apprise wrote meanwhile: the status that the service answered, or the fault."""
    statuses = [int(status) for line in said for status in _STATUS.findall(line)]
    if statuses:
        status = statuses[-1]
        return Undelivered(f"{service} answers {status}", permanent=status in FINAL)
    told = [_HOST.sub("", line.rpartition("Caused by")[2]) for line in said if "xception" in line]
    faults = [fault for line in told if (fault := named_fault(line)) is not None]
    return Undelivered(f"{service}: {faults[-1] if faults else 'it was not taken'}")


class _Records(logging.Handler):
    """Takes what apprise and what it uses write, and gives it to the call that caused it alone."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._of_call: contextvars.ContextVar[list[str] | None] = contextvars.ContextVar(
            "records of a call", default=None
        )

    def install(self) -> None:
        for name in _OURS:
            logger = logging.getLogger(name)
            logger.propagate = False
            if self not in logger.handlers:
                logger.addHandler(self)
        logging.getLogger("apprise").setLevel(logging.DEBUG)

    def emit(self, record: logging.LogRecord) -> None:
        said = self._of_call.get()
        if said is not None:
            said.append(record.getMessage())

    @contextmanager
    def caught(self) -> Iterator[list[str]]:
        said: list[str] = []
        token = self._of_call.set(said)
        try:
            yield said
        finally:
            self._of_call.reset(token)


_RECORDS = _Records()
