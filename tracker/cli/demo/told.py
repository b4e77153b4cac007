"""Who is told while the demonstration runs: a mailbox and a webhook's receiver on this machine.

A dispatcher in Monterrey gets mail in Spanish, one in Laredo in English, a program every update of
every alert, signed. All of it goes the way of `tracker notify run`.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tracker.cli.service.init import free_port
from tracker.cli.shared import render
from tracker.domain.notice import DeliveryStatus

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import EmailMessage
    from http.server import BaseHTTPRequestHandler

    from tracker.config import Config
    from tracker.ports import Clock, Store

HOST = "127.0.0.1"
TOLD_S, POLL_S = 30.0, 0.01
"""How long what is raised may take to be told; how often that is looked at."""
SECRET_FILE, ADDRESSES_FILE = "webhook.secret", "addresses.toml"
READERS = {"monterrey": "es", "laredo": "en"}
"""Contacts, with their languages."""
TABLES = """
[notify.channels.mail]
kind = "mail"
url = "smtp://{host}:{smtp}"
options = {{ from = "tracker@demo.invalid", tls = "none" }}

[notify.channels.program]
kind = "webhook"
url = "http://{host}:{http}/alerts"
secret_file = "{secret}"

[notify.contacts.monterrey]
channels = ["mail"]
language = "es"
timezone = "America/Monterrey"

[notify.contacts.laredo]
channels = ["mail"]
language = "en"
timezone = "America/Chicago"

[notify.ladders.house]
steps = [["monterrey", "laredo"]]
every_min = 60

[[notify.routes]]
severity = ["critical", "warning"]
ladder = "house"
channels = ["program"]
"""


@dataclass
class Told:
    """What arrived, in its order. events: of the webhook, verified. refused: that were not ours."""

    mails: list[EmailMessage] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    refused: int = 0

    def mailed(self, contact: str) -> list[str]:
        """The subjects of this contact's mail."""
        return [
            str(m["Subject"]).strip() for m in self.mails if str(m["To"]).startswith(f"{contact}@")
        ]

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """aiosmtpd hands over a mail."""
        from email import message_from_bytes, policy
        from email.message import EmailMessage

        mail = message_from_bytes(envelope.content, policy=policy.default)
        if isinstance(mail, EmailMessage):
            self.mails.append(mail)
        return "250 OK"


@contextmanager
def receivers(folder: Path) -> Iterator[tuple[Told, str]]:
    """Both, on free ports, and the tables of a configuration that sends to them."""
    import base64
    import secrets
    from http.server import ThreadingHTTPServer

    from aiosmtpd.controller import Controller

    told, secret = Told(), "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    addresses = "".join(f'[{who}]\nmail = "mailto:{who}@demo.invalid"\n' for who in READERS)
    for name, text in ((SECRET_FILE, secret), (ADDRESSES_FILE, addresses)):
        file = folder / name
        file.touch(mode=0o600)
        file.write_text(text, encoding="utf-8")
    with ThreadingHTTPServer((HOST, 0), _handler(told, secret)) as http, ExitStack() as stack:
        http.daemon_threads = True
        threading.Thread(target=http.serve_forever, args=(0.05,), daemon=True).start()
        stack.callback(http.shutdown)
        smtp = Controller(told, hostname=HOST, port=free_port())
        smtp.start()
        stack.callback(smtp.stop)
        ports = {"smtp": smtp.port, "http": http.server_address[1]}
        yield told, TABLES.format(host=HOST, secret=SECRET_FILE, **ports)


def _handler(told: Told, secret: str) -> type[BaseHTTPRequestHandler]:
    from http.server import BaseHTTPRequestHandler

    from standardwebhooks.webhooks import Webhook, WebhookVerificationError

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            try:
                told.events.append(Webhook(secret).verify(body, dict(self.headers)))
                self.send_response(204)
            except (WebhookVerificationError, json.JSONDecodeError):
                told.refused += 1
                self.send_response(401)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
            """The demonstration says what arrived."""

    return Handler


@contextmanager
def delivering(config: Config, clock: Clock) -> Iterator[Callable[[], bool]]:
    """The delivery worker, in a thread of its own on the story's clock. Yields what waits until
    all that is on record by now was told; whether that came to pass.
    """
    from tracker import wiring

    if not config.notices.policy.tells:
        yield lambda: True
        return
    stop = threading.Event()
    with wiring.notify_worker(config, clock=clock) as worker, wiring.journal(config) as store:
        thread = threading.Thread(target=worker.run, args=(stop.is_set,), name="notify")
        thread.start()

        def told() -> bool:
            newest, deadline = store.newest(), time.monotonic() + TOLD_S
            while not _told(store, newest, clock):
                if time.monotonic() > deadline:
                    return False
                time.sleep(POLL_S)
            return True

        try:
            yield told
        finally:
            stop.set()
            thread.join()


def _told(store: Store, newest: int, clock: Clock) -> bool:
    from tracker.app.notify.outbox import FOLLOWER

    _, followed = store.followed(FOLLOWER)
    if followed is None or followed.position < newest:
        return False
    now = clock.now()
    return not any(one.due_at <= now for one in store.deliveries(status=[DeliveryStatus.PENDING]))


def tell(told: Told) -> None:
    """What people and programs got of it."""
    for contact in READERS:
        subjects = told.mailed(contact)
        render.say(f"\nMail for {contact}: {len(subjects)}\n", style="bold")
        for subject in subjects:
            render.say(f"  {subject}")
    render.say(
        f"\nThe webhook: {len(told.events)} signed events, {told.refused} refused", style="bold"
    )
