"""paho-mqtt's client, made from our settings."""

from __future__ import annotations

import socket
import ssl
from typing import TypeVar, cast

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tracker.adapters.mqtt.buffered import BufferedSocket
from tracker.adapters.mqtt.settings import MqttSettings, Tls
from tracker.adapters.mqtt.sieve import Sieve
from tracker.domain.errors import UsageError

Client = TypeVar("Client", bound=paho.Client)


class ReceivingClient(paho.Client):
    """paho's client on a `BufferedSocket`, for whoever receives many messages.

    sifting: publications are taken out by a `Sieve`, and paho does the rest.
    """

    sifting = False
    buffered: BufferedSocket | None = None
    """The socket of the newest connection."""

    def _create_socket(self) -> BufferedSocket:
        # The only place where paho takes a socket of ours.
        connected = cast(socket.socket, super()._create_socket())
        v5 = self.protocol == MQTTProtocolVersion.MQTTv5
        self.buffered = BufferedSocket(connected, Sieve(v5=v5) if self.sifting else None)
        return self.buffered


def new_client(
    settings: MqttSettings,
    client_id: str,
    durable: bool,
    in_flight: int,
    kind: type[Client],
) -> Client:
    """A paho client, not connected. UsageError if a TLS file cannot be used."""
    v5 = settings.protocol == "5"
    client = kind(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        clean_session=None if v5 else not durable,
        protocol=MQTTProtocolVersion.MQTTv5 if v5 else MQTTProtocolVersion.MQTTv311,
        reconnect_on_failure=False,  # Link does that; paho would also try MQTT 3.1
        manual_ack=True,
    )
    client.max_inflight_messages = in_flight
    client.connect_timeout = settings.connect_timeout_s
    if settings.username is not None:
        client.username_pw_set(settings.username, settings.password)
    if settings.tls is not None:
        client.tls_set_context(_tls_context(settings.tls))
    # With this callback set, paho leaves all writing to the thread that runs `loop`; without it,
    # whoever acknowledges or publishes would write to the socket beside that thread.
    client.on_socket_register_write = lambda _client, _userdata, _socket: None
    if v5:
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = settings.session_expiry_s if durable else 0
        properties.ReceiveMaximum = settings.receive_maximum
        client.connect_async(
            settings.host,
            settings.port,
            settings.keepalive_s,
            clean_start=not durable,
            properties=properties,
        )
    else:
        client.connect_async(settings.host, settings.port, settings.keepalive_s)
    return client


class _ClosingSocket(ssl.SSLSocket):
    """paho forgets a socket whose handshake fails, without closing it."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except BaseException:
            self.close()
            raise


def _tls_context(tls: Tls) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=tls.ca_file)
        context.sslsocket_class = _ClosingSocket
        if tls.cert_file is not None:
            context.load_cert_chain(tls.cert_file, tls.key_file)
    except OSError as error:  # ssl.SSLError is one
        files = [str(file) for file in (tls.ca_file, tls.cert_file, tls.key_file) if file]
        raise UsageError(
            f"a TLS file cannot be used: {error}", where=", ".join(files), mend="give PEM files"
        ) from error
    return context
