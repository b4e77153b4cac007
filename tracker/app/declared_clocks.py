"""How devices' clocks are set, as shipments declare it: whoever comes, changes or goes alone."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from devices.common.zones import ClockSetting
from tracker.app.planning import declared_clocks
from tracker.domain.shipment import Shipment
from tracker.ports import StoredShipment

OFFSET, TIME_ZONE = b"clock_offset_min", b"time_zone"
"""A shipment whose file has none of these names says nothing of clocks, and need not be read."""


class DeclaredClocks:
    """configured: for devices of which no shipment says it; by `key_of` the device's id.

    What an open shipment declares goes before what a closed one did, which stays, for a clock is
    not set anew by a delivery; of several of a kind the one that was told of last.
    """

    def __init__(self, configured: Mapping[str, ClockSetting]) -> None:
        self._configured = dict(configured)
        self._declared: dict[str, dict[str, ClockSetting]] = {}  # by shipment, then device
        self._by_device: dict[str, dict[str, bool]] = {}  # then by shipment, whether it is open
        self.settings: dict[str, ClockSetting] = dict(configured)

    def know(self, stored: StoredShipment) -> None:
        """The shipment, as it is now."""
        document = stored.document
        if OFFSET not in document and TIME_ZONE not in document:
            if stored.id in self._declared:
                self.forget(stored.id)
            return
        new = declared_clocks([msgspec.json.decode(document, type=Shipment)])
        self.forget(stored.id)
        self._declared[stored.id] = new
        for device in new:
            self._by_device.setdefault(device, {})[stored.id] = stored.closed_at is None
            self._set(device)

    def forget(self, shipment: str) -> None:
        """What it declared no longer counts."""
        for device in self._declared.pop(shipment, ()):
            del self._by_device[device][shipment]
            self._set(device)

    def clear(self) -> None:
        self._declared.clear()
        self._by_device.clear()
        self.settings.clear()
        self.settings.update(self._configured)

    def _set(self, device: str) -> None:
        shipments = self._by_device[device]
        telling = [name for name, is_open in shipments.items() if is_open] or list(shipments)
        if telling:
            self.settings[device] = self._declared[telling[-1]][device]
            return
        del self._by_device[device]
        if device in self._configured:
            self.settings[device] = self._configured[device]
        else:
            self.settings.pop(device, None)
