"""What the commands of `tracker witness` share."""

from __future__ import annotations

from pathlib import Path

KEY_FILE, STATE_FILE, LISTEN = Path("witness.key"), Path("witness.state"), "127.0.0.1:8470"
