"""All targets by name."""

from __future__ import annotations

from tests.fuzz import of_devices, of_verify
from tests.fuzz.target import Target

TARGETS: dict[str, Target] = {
    target.name: target for target in (*of_devices.targets(), *of_verify.targets())
}
