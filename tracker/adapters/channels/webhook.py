"""Machines over HTTPS: Standard Webhooks, signed, with CloudEvents in them.

https://www.standardwebhooks.com: the receiver answers 2xx when it has the message for good, 410
when it wants no more; whatever else it answers may be mended there, so it is told again.
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from standardwebhooks.webhooks import Webhook

from tracker.adapters.channels.event import CONTENT_TYPE, encoded
from tracker.adapters.channels.faults import network_fault
from tracker.adapters.channels.within import LINGER_S, Within
from tracker.adapters.outsiders.http_post import HttpAnswer, parts, post
from tracker.domain.errors import ServiceUnreachable, UsageError
from tracker.ports import Outgoing, Receipt, Undelivered

LEAST_SECRET, MOST_SECRET = 24, 64
"""Bytes of a secret, as Standard Webhooks wants them."""
GONE, TOO_MANY, AWAY = 410, 429, 503
PREFIX = "whsec_"


class WebhookChannel:
    """url: of contacts that have none of their own. secrets: "whsec_...", the newest first; each
    signs, so that a receiver can change to the next. origin: the custody log's name. Raises
    UsageError for an address or a secret that cannot be used.
    """

    def __init__(
        self,
        name: str,
        *,
        urls: dict[str | None, str],
        secrets: tuple[str, ...],
        origin: str,
        ca_file: Path | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.name, self._urls, self._origin = name, urls, origin
        self._ca_file, self._now, self._within = ca_file, now, Within()
        self._signers = [_signer(secret, name) for secret in secrets]
        self._not_before: dict[str, float] = {}
        for url in urls.values():
            _check(url, name)
        if not secrets:
            raise _unusable(name, "there is no secret to sign with", "name a secret_file")

    def send(self, outgoing: Outgoing, *, timeout_s: float) -> Receipt:
        url = self._urls.get(outgoing.contact) or self._urls.get(None)
        if url is None:
            raise Undelivered("nothing says where it reaches this contact", permanent=True)
        wait = self._not_before.get(url, 0.0) - time.monotonic()
        if wait > 0:
            raise Undelivered("the receiver has asked for a pause", after_s=wait)
        body = encoded(outgoing, self._origin)
        headers = {**self._signed(outgoing.id, body), **_credentials(url)}
        try:
            answer = self._within(
                lambda: post(
                    url,
                    body,
                    CONTENT_TYPE,
                    timeout_s=timeout_s + LINGER_S,
                    headers=headers,
                    ca_file=self._ca_file,
                    most_bytes=0,
                ),
                timeout_s,
            )
        except ServiceUnreachable as error:
            raise Undelivered(network_fault(error)) from None
        self._judge(answer, url)
        return Receipt(thread=outgoing.notice)

    def close(self) -> None:
        """A connection is kept no longer than a message takes."""

    def _signed(self, identity: str, body: bytes) -> dict[str, str]:
        now = self._now()
        signatures = [one.sign(identity, now, body.decode()) for one in self._signers]
        return {
            "webhook-id": identity,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signatures),
        }

    def _judge(self, answer: HttpAnswer, url: str) -> None:
        status = answer.status
        if 200 <= status < 300:
            return
        if status == GONE:
            raise Undelivered("the receiver wants no more (410)", permanent=True)
        if 300 <= status < 400:
            raise Undelivered(f"it sends us elsewhere ({status}), and we do not follow")
        after_s = _retry_after(answer, self._now()) if status in (TOO_MANY, AWAY) else None
        if after_s is not None:
            self._not_before[url] = time.monotonic() + after_s
        raise Undelivered(f"the receiver answers {status}", after_s=after_s)


def _signer(secret: str, name: str) -> Webhook:
    mend = f'"{PREFIX}" and {LEAST_SECRET} to {MOST_SECRET} random bytes in base64'
    if not secret.startswith(PREFIX):
        raise _unusable(name, "the secret is none of Standard Webhooks", mend)
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX) + "==", validate=False)
    except (binascii.Error, ValueError):
        raise _unusable(name, "the secret is not base64", mend) from None
    if not LEAST_SECRET <= len(key) <= MOST_SECRET:
        raise _unusable(name, f"the secret has {len(key)} bytes", mend)
    return Webhook(key)


def _check(url: str, name: str) -> None:
    try:
        parts(url)
    except UsageError:
        raise _unusable(name, "an address is no URL", "write https://HOST/PATH") from None


def _unusable(name: str, what: str, mend: str) -> UsageError:
    return UsageError(what, where=f"[notify.channels.{name}]", mend=mend)


def _credentials(url: str) -> dict[str, str]:
    """A name and a password in the URL are sent as such (Basic)."""
    split = urlsplit(url)
    if split.username is None:
        return {}
    said = f"{unquote(split.username)}:{unquote(split.password or '')}"
    return {"Authorization": f"Basic {base64.b64encode(said.encode()).decode()}"}


def _retry_after(answer: HttpAnswer, now: datetime) -> float | None:
    """Seconds, from either form of Retry-After (RFC 9110); None for neither."""
    said = answer.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        at = parsedate_to_datetime(said)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())
