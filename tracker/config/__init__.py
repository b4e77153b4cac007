"""The configuration: one TOML file, the environment over it, secrets from neither's printout.

`sections` is the one list of keys (type, default, unit, source of the number); `load` reads and
checks; `template` writes the commented file of `tracker init` from the same list.
"""

from __future__ import annotations

from tracker.config.load import find, load
from tracker.config.nearest import nearest
from tracker.config.secret import Secret
from tracker.config.sections import Config
from tracker.config.template import template

__all__ = ["Config", "Secret", "find", "load", "nearest", "template"]
