"""Every fault a receiver can have, all at once, beside receivers that are well."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import replace as changed
from standardwebhooks.webhooks import Webhook

from tests.support.brokers import Broker
from tests.support.listening import heard
from tests.support.notices import policy
from tests.support.notifying import QUICK, handler, raise_alert, running, until, worker
from tests.support.ports import HOST
from tests.support.receivers import SLOW_S, certificate, hook, mailbox, silent
from tracker.adapters.channels.mail import MailChannel, mail_server
from tracker.adapters.channels.mqtt_topics import MqttTopics, Open
from tracker.adapters.channels.people import PeopleChannel
from tracker.adapters.channels.webhook import WebhookChannel
from tracker.adapters.journal import SqlJournal
from tracker.app.queries.entries import read
from tracker.domain.finding import FindingType
from tracker.domain.notice import Delivery, DeliveryStatus, Update
from tracker.domain.notify_policy import Contact
from tracker.ports import Channel

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
WELL = ("mail", "erp", "hub")
FAULTS = {
    "hangs": "no answer within 0.5 s",
    "slow": "no answer within 0.5 s",
    "errs": "the receiver answers 500",
    "nobody": "its name is not known",
    "expired": "its certificate has expired",
    "refused": "the recipient is refused (550, 5.1.1)",
    "barred": "JSON answers 401",
}
"""channel -> why it does not take anything."""
FINAL = ("refused", "barred")
ALERTS = 3
Made = dict[str, Callable[[], Channel]]


def webhook(name: str, url: str, ca_file: Path | None = None) -> Callable[[], Channel]:
    return lambda: WebhookChannel(
        name, urls={None: url}, secrets=(SECRET,), origin="test/log", ca_file=ca_file
    )


def mail(name: str, port: int) -> Callable[[], Channel]:
    server = mail_server(f"smtp://{HOST}:{port}", where="", tls="none", ca_file=None)
    addresses = {"ana": "ana@example.mx", "bob": "bob@example.mx", None: "x@example.mx"}
    return lambda: MailChannel(name, server, "alerts@tracker.example", addresses)


@contextmanager
def nothing_open() -> Iterator[Open]:
    yield lambda _shipment: []


def test_no_fault_delays_another_channel_and_the_log_tells_of_each(
    tmp_path: Path, nats_broker: Broker
) -> None:
    url = f"sqlite:///{tmp_path}/tracker.db"
    old = certificate(tmp_path, expired=True)
    with (
        heard(nats_broker.settings) as listening,
        mailbox() as box,
        mailbox(refuses=("x@example.mx",)) as refusing,
        hook() as erp,
        hook(status=500) as errs,
        hook(wait_s=SLOW_S) as slow,
        hook(old.context) as expired,
        hook(status=401) as barred,
        silent() as port,
    ):
        made: Made = {
            "mail": mail("mail", box.port),
            "erp": webhook("erp", erp.url),
            "hub": lambda: MqttTopics(
                "hub", nats_broker.settings, client_id="hub", origin="test/log", opened=nothing_open
            ),
            "hangs": webhook("hangs", f"http://{HOST}:{port}/x"),
            "slow": webhook("slow", slow.url),
            "errs": webhook("errs", errs.url),
            "nobody": webhook("nobody", "https://nobody.invalid/x"),
            "expired": webhook("expired", expired.url, old.file),
            "refused": mail("refused", refusing.port),
            "barred": lambda: PeopleChannel(
                "barred", {None: barred.url.replace("http://", "json://ana:k3y@")}
            ),
        }
        what = policy(
            contacts=tuple(Contact(id=one, channels=("mail",)) for one in ("ana", "bob")),
            machines=("erp", "hub", *FAULTS),
        )
        limits = changed(QUICK.limits, every_min=0.03, dead_after_min=0.08, retry_critical_s=1.0)
        commands, store = handler(url), SqlJournal.open(url)
        with running(worker(url, made, changed(what, limits=limits), timeout_s=0.5)):
            alerts = [raise_alert(commands, number) for number in range(ALERTS)]

            def of(channel: str) -> list[Delivery]:
                named = {alert.id for alert in alerts}
                return [
                    one
                    for one in store.deliveries()
                    if one.channel == channel and one.notice in named
                ]

            def raised(channel: str) -> list[Delivery]:
                return [one for one in of(channel) if one.update is Update.RAISED]

            until(lambda: all(
                [one.status for one in raised(channel)] == [DeliveryStatus.ACCEPTED] * ALERTS
                for channel in WELL
            ))  # fmt: skip
            until(lambda: any(
                one.contact == "bob" and one.status is DeliveryStatus.ACCEPTED for one in of("mail")
            ))  # fmt: skip
            until(lambda: all(
                [one.status for one in raised(channel)] == [DeliveryStatus.DEAD] * ALERTS
                for channel in FAULTS
            ))  # fmt: skip
            until(lambda: all(one.logged for channel in made for one in raised(channel)))
        for channel, fault in FAULTS.items():
            told = raised(channel)
            assert {one.error for one in told} == {fault}, channel
            again = any(one.attempts > 1 for one in told)
            assert again is (channel not in FINAL), channel
        for channel in WELL:
            assert max(one.waited_ms or 0 for one in raised(channel)) < 10_000, channel
        for request in erp.taken:
            Webhook(SECRET).verify(request.body, request.headers)
        notices = [json.loads(payload)["data"]["notice"] for _, payload in listening()]
        assert {alert.id for alert in alerts} <= set(notices)
        mails = {str(one["Message-ID"]).partition("@")[0] for one in box.mails}
        wanted = {one.id for one in raised("mail")}
        assert {one.replace(":", "%3A") for one in wanted} <= {one[1:] for one in mails}
        codes = {
            (entry.text("channel"), entry.code)
            for entry in read(store.entries(types=[FindingType.NOTIFIED]))
        }
        assert {(channel, "notice_dead") for channel in FAULTS} <= codes
        assert {(channel, "notice_accepted") for channel in WELL} <= codes
        store.close()
