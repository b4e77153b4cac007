"""What was measured on: the machine and the versions that a figure depends on."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from tracker.adapters.broker.nats_server import find_server

PACKAGES = ("paho-mqtt", "msgspec", "shapely", "numpy", "SQLAlchemy", "sqlmodel")


def machine() -> Mapping[str, object]:
    """Processor, memory, system and versions, as they stand in the results."""
    return {
        "processor": _processor(),
        "processors": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "mosquitto": _said(mosquitto(), "-h"),
        "nats": _said(find_server(), "--version"),
    } | {name: version(name) for name in PACKAGES}


def mosquitto() -> str:
    """The broker's program. Exits if there is none."""
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if program is None:
        raise SystemExit("Mosquitto is not installed: apt-get install mosquitto")
    return program


def _said(program: str, option: str) -> str:
    done = subprocess.run([program, option], check=False, capture_output=True, text=True)  # noqa: S603
    found = re.search(r"\d+(\.\d+)+", done.stdout)
    return found[0] if found else "unknown"


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.*)", listed.read_text()) if listed.exists() else None
    return found[1] if found else platform.machine()
