"""What trucks and seals say: bytes in, `Reading`s out.

`reading.py` holds the only shapes that leave this package. `catalogue.py` decodes by the dialect of
a topic; `discovery.py` finds the dialects. `identity.py` says which readings are the same one,
`wire.py` how devices speak over TCP and UDP.

A dialect is a module (`owntracks.py`) or a folder (`jtt808/`) with its key or byte map in the
docstring, `FILTERS` (the MQTT topic filters it listens on) and `decode(topic, payload, received_at)
-> Decoded` (`reading.py`), and beside it `<dialect>.vectors.toml`: payloads and what must come
out. One of text says so in `MEDIA`; `MESSAGE` is the type of its objects, if they have one. A maker
with several has them in one folder, `<maker>/<maker>_<what>.py` (`teltonika/teltonika_json.py`). No
dialect imports another; what they share is in `common/`.
"""

from __future__ import annotations

import importlib
from typing import Any

_BEFORE_FAMILIES = {"jtt808_encode": "devices.jtt808.encoder"}
"""Names from before dialects had folders, which programs outside this project use."""


def __getattr__(name: str) -> Any:
    if name in _BEFORE_FAMILIES:
        return importlib.import_module(_BEFORE_FAMILIES[name])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
