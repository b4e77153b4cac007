"""eSeal CT-C: ASCII lines over TCP, published as they are on `frames/eseal/<device>`.

    ##S,eSeal,1000821,256,3.0.8,Normal,34,2026-03-01,11:59:58,15,A,27.4995N 99.5071W,12,82,Close,
    |   |     |       |   |     |      |  |          |        |  | |                 |  |  |
    |   type  id customer fw  EVENT index date       time  min fix position     course km/h door

    0.06,3E0A5DC4,3.72,-71,E##
    |    |        |    |   |
    |    nfc card  V   rssi, and the end
    acceleration

Layout as Traccar's EsealProtocolDecoder reads it; one payload may hold several lines. Times are in
UTC. What they mean to a reading:

    EVENT   Event-Lock       seal.events sealed (it was locked)
            Event-RC-Unlock  opened, by remote control: credential platform, unless a card is named
            Event-Door       opened or sealed, as the door field says
            Event-Shock      vibration; Event-Drop: vibration too, the seal fell
            Startup, Normal, Button-Normal, Termination: none
            each in extra.event, as sent; another EVENT is kept there and means nothing more
    door    Open, Close      seal.condition open or sealed
    A|V     V                no fix: the device itself marks the position as not valid
    nfc     a card           seal.credential, rfid; 0, zeros, None, NULL, NA and - are no card, and
                             0:0:3:0 is none either (counters: extra.nfc)
    battV                    extra.battery_v: volts; what 100 % is the layout does not say
    index, rssi              seq, cell.rssi
    type, customer, firmware, interval, acceleration    extra

The door counts as the seal: the maker sells it as one thing, and the line has nothing else.
"""

from __future__ import annotations

from devices.eseal.decoder import FILTERS, decode, device_of, explain, session
from devices.eseal.wire import COMMANDS, command, recognises

__all__ = [
    "COMMANDS",
    "FILTERS",
    "command",
    "decode",
    "device_of",
    "explain",
    "recognises",
    "session",
]
