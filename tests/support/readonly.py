"""A folder in which nothing may be written, and commands given by somebody who may only read it.

Root may write everywhere; where tests run as root, the commands are given by one who has lost that
privilege (Linux's CAP_DAC_OVERRIDE).
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.product import ROOT

Ran = subprocess.CompletedProcess[str]
_PR_CAPBSET_DROP, _DAC_OVERRIDE, _DAC_READ_SEARCH = 24, 1, 2


def as_others_are() -> None:
    """In the child, before it becomes the command: a mode forbids root, too, what it forbids."""
    if os.geteuid() == 0:
        library = ctypes.CDLL(None, use_errno=True)
        for capability in (_DAC_OVERRIDE, _DAC_READ_SEARCH):
            if library.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
                raise OSError(ctypes.get_errno(), "prctl")


@contextmanager
def copied(source: Path) -> Iterator[tuple[Path, Callable[..., Ran]]]:
    """A copy of `source` that may not be written to, in which its secrets may not even be read; and
    what gives commands in it.
    """
    top = Path(tempfile.mkdtemp())
    folder = top / "workspace"
    shutil.copytree(source, folder)
    everything = [top, folder, *folder.rglob("*")]
    for path in everything:
        secret = path.name in ("log.key", "broker.password")
        path.chmod(0o555 if path.is_dir() else 0 if secret else 0o444)

    def run(*arguments: str) -> Ran:
        return subprocess.run(
            [sys.executable, "-B", "-m", "tracker.cli.main", *arguments],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(top)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            preexec_fn=as_others_are,
        )

    try:
        yield folder, run
    finally:
        for path in everything:
            if path.exists():
                path.chmod(0o755)
        shutil.rmtree(top)
