"""What trucks and seals say: bytes in, `Reading`s out.

`reading.py` holds the only shapes that leave this package, `catalogue.py` finds the dialects.
A dialect is one module with its key or byte map in the docstring, `FILTERS` (the MQTT topic
filters it listens on) and `decode(topic, payload, received_at) -> list[Reading | Rejected]`,
and beside it `<dialect>.vectors.toml`: payloads and what must come out. Nothing else is edited.
"""
