"""Jointech JT600, JT701 and JT701D: electronic locks, binary and ASCII frames as they came off TCP.

Topic `frames/jt701/<id>`, raw bytes: one frame or several, of any form. Layouts: the binary forms
in `binary`, the messages in brackets in `brackets`, sensors and sub-locks in `wlnet`, what bits and
codes say of the seal in `common/jointech_seal`. The id is that of the topic, leading zeros aside.

Where the maker's manual differs from what is usually read: speed is a plain byte in knots (not
decimals), the speed of P45 is in km/h, and a lock event has its result beside its source.
"""

from __future__ import annotations

from devices.jt701.commands import COMMANDS, command
from devices.jt701.decoder import FILTERS, decode, session
from devices.jt701.explanation import explain
from devices.jt701.wire import recognises

__all__ = ["COMMANDS", "FILTERS", "command", "decode", "explain", "recognises", "session"]
