"""Codes that Jointech's locks use in every form: kinds of report, types of a lock event.

A lock event is TLV 0B of JT/T 808, and `LockEvent` of the SDK's JSON.
"""

from __future__ import annotations

KINDS = {1: "live", 2: "alarm", 3: "backlog", 4: "sub_new"}
BUFFERED = (3, 4)
"""Kinds that the lock stored, for want of a network, and sends later."""

WITH_RESULT = frozenset({0x01, 0x02, 0x03, 0x05, 0x1E, 0x1F})
"""Types of a lock event with a password and a result."""
REFUSED = frozenset({0x06, 0x07, 0x08, 0x10, 0x11, 0x18, 0x19, 0x20, 0x28, 0x29})
"""With a password that was refused."""
CARD = 0x22
"""With a card, and a result where it was refused or a fence counted."""
CARD_REFUSED = frozenset({0x23, 0x2A, 0x2B})
