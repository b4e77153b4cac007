"""The ways out: a channel of each kind, from what the configuration says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.config import Config
from tracker.domain.errors import UsageError
from tracker.wiring.brokers import mqtt_settings
from tracker.wiring.database import journal

if TYPE_CHECKING:
    from tracker.adapters.channels.mqtt_topics import Open
    from tracker.config.notify import ChannelSettings
    from tracker.domain.alert import Alert
    from tracker.ports import Channel, Store

EXTRA = 'install the extra: pip install "./sealproof" ".[notify]" in the project\'s folder'


def channel(config: Config, name: str) -> Channel:
    """A configured channel. Raises UsageError for one that cannot be made, or is not configured."""
    said = config.notices.channels.get(name)
    if said is None:
        known = ", ".join(config.notices.channels) or "none"
        raise UsageError(
            f"there is no channel {name!r}", where="[notify.channels]", mend=f"channels: {known}"
        )
    make, options = KINDS[said.kind]
    for option in said.options:
        if option not in options:
            raise _wrong(
                said, f"no option {option!r} of kind {said.kind}",
                f"options: {', '.join(options) or 'none'}",
            )  # fmt: skip
    try:
        return make(config, said)
    except ModuleNotFoundError as error:
        raise _wrong(said, f"kind {said.kind} needs {error.name}", EXTRA) from error


def _file(_config: Config, said: ChannelSettings) -> Channel:
    from tracker.adapters.channels.file import FileChannel

    scheme, _, path = _url(said).partition(":")
    if scheme != "file" or not path:
        raise _wrong(
            said, "a channel of kind file needs to know the file", 'url = "file:alerts.jsonl"'
        )
    return FileChannel(said.name, Path(path))


def _people(_config: Config, said: ChannelSettings) -> Channel:
    from tracker.adapters.channels.people import PeopleChannel

    form = said.options.get("form")
    if form not in (None, "short", "whole"):
        raise _wrong(said, f"no form {form!r}", 'form = "short" (SMS) or "whole"')
    return PeopleChannel(
        said.name,
        _addresses(said),
        short=None if form is None else form == "short",
        ca_file=_ca_file(said),
    )


def _mail(_config: Config, said: ChannelSettings) -> Channel:
    from tracker.adapters.channels.mail import MailChannel, mail_address, mail_server

    where, tls = _place(said), said.options.get("tls")
    if tls not in (None, "starttls", "none"):
        raise _wrong(said, f"no tls {tls!r}", 'tls = "starttls", or "none" on this machine')
    server = mail_server(_url(said), where=where, tls=tls, ca_file=_ca_file(said))
    sender = said.options.get("from") or server.username or ""
    to: dict[str | None, str] = {one: url.reveal() for one, url in said.addresses.items()}
    if "to" in said.options:
        to[None] = said.options["to"]
    return MailChannel(
        said.name,
        server,
        mail_address(sender, where=where, whose="the sender (options: from)"),
        {
            one: mail_address(text, where=where, whose=one or "its own receiver (options: to)")
            for one, text in to.items()
        },
    )


def _webhook(config: Config, said: ChannelSettings) -> Channel:
    from tracker.adapters.channels.webhook import WebhookChannel

    if said.secret is None:
        raise _wrong(
            said,
            "a webhook is signed, and there is no secret",
            'secret_file = "NAME.secret", and in it whsec_ and 32 random bytes in base64',
        )
    return WebhookChannel(
        said.name,
        urls=_addresses(said),
        secrets=tuple(said.secret.reveal().split()),
        origin=config.log.origin,
        ca_file=_ca_file(said),
    )


def _mqtt(config: Config, said: ChannelSettings) -> Channel:
    import secrets

    from tracker.adapters.channels.mqtt_topics import MqttTopics

    if said.url is not None:
        raise _wrong(said, "kind mqtt goes to the broker of [broker]", "leave its URL out")

    @contextmanager
    def opened() -> Iterator[Open]:
        with journal(config) as store:
            yield lambda shipment: _open_alerts(store, said.name, shipment)

    return MqttTopics(
        said.name,
        mqtt_settings(config),
        client_id=f"{config.broker.client_id}-{said.name}-{secrets.token_hex(4)}",
        origin=config.log.origin,
        opened=opened,
    )


def _open_alerts(store: Store, channel: str, shipment: str) -> Sequence[Alert]:
    """Those that the channel was told of, which it hears the end of too."""
    from tracker.domain.alert import AlertStatus

    living = [status for status in AlertStatus if status is not AlertStatus.CLOSED]
    alerts = store.alerts(shipment=shipment, status=living)
    told = [
        alert
        for alert in alerts
        if any(one.channel == channel for one in store.deliveries(alert=alert.id))
    ]
    return sorted(told, key=lambda alert: (alert.raised_at, alert.id))


KINDS: Mapping[str, tuple[Callable[[Config, ChannelSettings], Channel], tuple[str, ...]]] = {
    "file": (_file, ()),
    "people": (_people, ("form", "ca_file")),
    "mail": (_mail, ("from", "to", "tls", "ca_file")),
    "webhook": (_webhook, ("ca_file",)),
    "mqtt": (_mqtt, ()),
}
"""How each kind of channel is made, and its options."""


def _addresses(said: ChannelSettings) -> dict[str | None, str]:
    """contact -> address; None: the channel's own."""
    found: dict[str | None, str] = {one: url.reveal() for one, url in said.addresses.items()}
    if said.url is not None:
        found[None] = said.url.reveal()
    if not found:
        raise _wrong(said, "nothing says whom it reaches", "url_file, or addresses of contacts")
    return found


def _url(said: ChannelSettings) -> str:
    return said.url.reveal() if said.url is not None else ""


def _ca_file(said: ChannelSettings) -> Path | None:
    name = said.options.get("ca_file")
    if name is not None and not Path(name).is_file():
        raise _wrong(said, f"cannot read {name}", "a PEM file of the CA that it is to trust")
    return None if name is None else Path(name)


def _place(said: ChannelSettings) -> str:
    return f"[notify.channels.{said.name}]"


def _wrong(said: ChannelSettings, what: str, mend: str) -> UsageError:
    return UsageError(what, where=_place(said), mend=mend)
