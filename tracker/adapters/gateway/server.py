"""The gateway: listens, counts who is connected, and holds the parts together."""

from __future__ import annotations

import asyncio
import functools
import logging
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress

from devices import catalogue
from devices.catalogue import Dialect
from tracker.adapters.gateway.connection import READ_BYTES, Connection
from tracker.adapters.gateway.datagrams import Datagrams
from tracker.adapters.gateway.orders import TOPICS, Orders
from tracker.adapters.gateway.registry import Registry
from tracker.adapters.gateway.seldom import Seldom
from tracker.adapters.gateway.settings import Limits, Listen
from tracker.adapters.gateway.uplink import Uplink
from tracker.adapters.mqtt.settings import MqttSettings
from tracker.domain.errors import NotFound, ServiceUnreachable, UsageError

log = logging.getLogger(__name__)

LOOK_S = 0.2
"""How often it is asked whether to stop."""
BACKLOG = 1_024
"""Connections that the system holds until they are taken: after an outage all come at once."""
SPARE_FILES = 64
"""Open files that are no device's connection."""
PARTING_S = 5.0
"""When stopping, what is unconfirmed may still be, for so long; whoever is not answered by then
sends again."""


class Gateway:
    """One object, one `run`. Raises UsageError for a dialect that does not speak TCP (or UDP).

    tcp, udp: where to listen for what. client_id: our name at the broker.
    """

    def __init__(
        self,
        settings: MqttSettings,
        registry: Registry,
        limits: Limits,
        *,
        client_id: str,
        tcp: Sequence[Listen] = (),
        udp: Sequence[Listen] = (),
    ) -> None:
        self.registry, self.limits = registry, limits
        self.seldom = Seldom()
        self.orders = Orders(self._send, self._tell)
        self._settings, self._client_id = settings, client_id
        self._tcp = [(_speaking(one.dialect, "session"), one) for one in tcp]
        self._udp = [(_speaking(one.dialect, "datagram"), one) for one in udp]
        self._connections: dict[Connection, str] = {}  # with the address
        self._addresses: Counter[str] = Counter()
        self._most = limits.connections
        self._devices: dict[tuple[str, str], Connection] = {}

    def run(self, stop: Callable[[], bool], ready: Callable[[list[str]], None]) -> None:
        """Until `stop` says so. ready: is told what is listened to, once it is.

        Raises ServiceUnreachable if the broker does not answer now (later outages it outlives), or
        an address cannot be listened to.
        """
        self._most = _files_for(self.limits.connections)
        asyncio.run(self._serve(stop, ready))

    async def _serve(self, stop: Callable[[], bool], ready: Callable[[list[str]], None]) -> None:
        self._uplink = Uplink(
            self._settings,
            client_id=self._client_id,
            room=self.limits.unconfirmed,
            topics=TOPICS,
            on_message=self.orders.take,
        )
        servers: list[asyncio.Server] = []
        transports: list[asyncio.DatagramTransport] = []
        try:
            await self._uplink.open()
            for dialect, where in self._tcp:
                servers.append(await self._listen(dialect, where))
            for dialect, where in self._udp:
                transports.append(await self._bind(dialect, where))
            ready(_addresses(self._tcp, servers, "TCP") + _addresses(self._udp, transports, "UDP"))
            while not stop():
                await asyncio.sleep(LOOK_S)
        finally:
            for server in servers:
                server.close()
            for transport in transports:
                transport.close()
            await self._part()

    async def _part(self) -> None:
        for connection in list(self._connections):
            connection.rest()
        with suppress(TimeoutError):
            async with asyncio.timeout(PARTING_S):
                while self._connections:
                    await asyncio.sleep(0.02)
        for connection in list(self._connections):
            connection.close("the gateway stops")
        await self._uplink.close()

    # Listening

    async def _listen(self, dialect: Dialect, where: Listen) -> asyncio.Server:
        connected = functools.partial(self._connected, dialect)
        try:
            return await asyncio.start_server(
                connected, where.host, where.port, limit=READ_BYTES, backlog=BACKLOG
            )
        except OSError as error:
            raise _taken(where, error) from error

    async def _bind(self, dialect: Dialect, where: Listen) -> asyncio.DatagramTransport:
        loop = asyncio.get_running_loop()
        address = (where.host or "0.0.0.0", where.port)  # noqa: S104 - asked for by leaving it out
        try:
            transport, _ = await loop.create_datagram_endpoint(
                lambda: Datagrams(dialect, self), local_addr=address
            )
        except OSError as error:
            raise _taken(where, error) from error
        return transport

    async def _connected(
        self, dialect: Dialect, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        address = str((writer.get_extra_info("peername") or ("?",))[0])
        if (full := self._full(address)) or dialect.session is None:
            if self.seldom((address, full)):
                log.warning("%s: not taken: %s", address, full)
            writer.transport.abort()
            return
        connection = Connection(reader, writer, dialect, dialect.session(), self)
        self._connections[connection] = address
        self._addresses[address] += 1
        await connection.run()

    def _full(self, address: str) -> str:
        limits = self.limits
        if len(self._connections) >= self._most:
            return f"{self._most} connections are open ([gateway] connections)"
        if self._addresses[address] >= limits.connections_per_address:
            return (
                f"{limits.connections_per_address} connections are open from there "
                "([gateway] connections_per_address)"
            )
        return ""

    # What connections and datagrams ask of us

    async def publish(self, dialect: str, device: str, payload: bytes) -> asyncio.Future[None]:
        return await self._uplink.publish(f"frames/{dialect}/{device}", payload)

    @property
    def has_room(self) -> bool:
        return self._uplink.has_room

    def claim(self, device: str, connection: Connection) -> None:
        """From here on the device is reached by this connection. An older one of its own is over:
        a modem that has lost its network does not say so.
        """
        key = (connection.dialect, device)
        older = self._devices.get(key)
        self._devices[key] = connection
        if older is not None and older is not connection and older.devices == {device}:
            older.close("the device has connected anew")

    def release(self, connection: Connection) -> None:
        """The connection is over."""
        address = self._connections.pop(connection, None)
        if address is not None:
            self._addresses[address] -= 1
            if not self._addresses[address]:
                del self._addresses[address]
        for device in connection.devices:
            if self._devices.get((connection.dialect, device)) is connection:
                del self._devices[connection.dialect, device]

    def _send(self, dialect: str, device: str, data: bytes) -> bool:
        connection = self._devices.get((dialect, device))
        return connection is not None and connection.send(data)

    def _tell(self, topic: str, payload: bytes) -> None:
        self._uplink.tell(topic, payload)


def _files_for(connections: int) -> int:
    """Have the system allow so many at once; how many it does. Some are left over, or we could not
    connect to the broker again while every device is connected to us.
    """
    if sys.platform == "win32":
        return connections
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + SPARE_FILES
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    if allowed < wanted:
        log.warning("the system allows %d open files: fewer connections than asked for", hard)
    return allowed - SPARE_FILES


def _speaking(name: str, way: str) -> Dialect:
    known = {n: d for n, d in catalogue.dialects().items() if getattr(d, way) is not None}
    if name not in known:
        over = "TCP" if way == "session" else "UDP"
        raise NotFound(f"no dialect {name!r} over {over}", mend=f"known: {', '.join(known)}")
    return known[name]


def _taken(where: Listen, error: OSError) -> ServiceUnreachable | UsageError:
    place = f"{where.host or '*'}:{where.port}"
    return ServiceUnreachable(
        f"cannot listen there: {error.strerror or error}",
        where=f"{where.dialect} at {place}",
        mend="choose another address or port, or end what uses it",
    )


def _addresses(
    wanted: Sequence[tuple[Dialect, Listen]],
    opened: Sequence[asyncio.Server | asyncio.DatagramTransport],
    kind: str,
) -> list[str]:
    """What is listened to, in words; with the port that the system chose where 0 was asked for."""
    said = []
    for (dialect, where), one in zip(wanted, opened, strict=True):
        socket = one.sockets[0] if isinstance(one, asyncio.Server) else one.get_extra_info("socket")
        said.append(f"{dialect.name} on {where.host or '*'}:{socket.getsockname()[1]} ({kind})")
    return said
