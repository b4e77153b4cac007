"""`python -m tests.fuzz [--seconds 60] [TARGET ...]`: fuzz each target for its share of the time.

`--replay HEX` runs targets once, on these bytes, and shows the traceback.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fuzz.target import Target

SECONDS = 60
SLOW_S, MEMORY_MB = 20, 2_048
"""What one input may take: more is a finding too."""
MAX_LEN = 8_192
"""Bytes of an input: a few frames, a small bundle's file."""
TOLD = 4_000
"""Characters that are shown of what the fuzzer said of a finding: a traceback, and the input."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="by default all")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="of fuzzing, for all together")
    parser.add_argument("--replay", metavar="HEX", type=bytes.fromhex)
    asked = parser.parse_args()
    targets = _targets(instrumented=asked.replay is None)
    names = asked.targets or sorted(targets)
    if unknown := [name for name in names if name not in targets]:
        parser.error(f"no target {', '.join(unknown)}; there are {', '.join(sorted(targets))}")
    if asked.replay is not None:
        for name in names:
            targets[name].check(asked.replay)
        return 0
    each = max(1, asked.seconds // len(names))
    whole = [_run(targets[name], each) for name in names]
    return 0 if all(whole) else 1


def _targets(*, instrumented: bool) -> dict[str, Target]:
    if not instrumented:
        from tests.fuzz.targets import TARGETS

        return TARGETS
    try:
        import atheris  # type: ignore[import-untyped]
    except ImportError as error:
        sys.exit(
            f"nothing was fuzzed: atheris is not there for Python {sys.version.split()[0]} "
            f"({error}); make fuzz installs it where there is one"
        )
    with (
        contextlib.redirect_stderr(io.StringIO()),  # a line for each module
        atheris.instrument_imports(include=["devices", "tracker.log", "sealproof"]),
    ):
        from tests.fuzz.targets import TARGETS
    return TARGETS


def _run(target: Target, seconds: int) -> bool:
    """Prints what came of it; False for a finding."""
    # Not a TemporaryDirectory: the child would remove it when it ends.
    folder = Path(tempfile.mkdtemp())
    try:
        (folder / "corpus").mkdir()
        for number, seed in enumerate(target.seeds()):
            (folder / "corpus" / str(number)).write_bytes(seed)
        child = os.fork()  # a finding ends the process; it has all that was instrumented
        if child == 0:
            _fuzz(target, folder, seconds)
        return _told(target, folder, seconds, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    finally:
        shutil.rmtree(folder)


def _told(target: Target, folder: Path, seconds: int, code: int) -> bool:
    told = (folder / "told").read_text(encoding="utf-8", errors="replace")
    runs = re.search(r"Done (\d+) runs", told)
    if code == 0 and runs is not None:
        print(f"{target.name:<20}{int(runs[1]):>10,} inputs in {seconds} s", flush=True)
        return True
    lines = [line for line in told.splitlines() if not line.startswith(("#", "INFO:"))]
    print(f"{target.name}: it broke its word", "\n".join(lines)[:TOLD], sep="\n")
    for found in sorted(folder.glob("found-*")):
        print(f"{found.name} ({found.stat().st_size} bytes): {found.read_bytes().hex()}")
    print(f"again: python -m tests.fuzz {target.name} --replay HEX", flush=True)
    return False


def _fuzz(target: Target, folder: Path, seconds: int) -> None:
    """In the child; never returns. Writes what it tells to the file `told`, findings beside it."""
    try:
        _fuzz_to(target, folder, seconds)
    finally:
        os._exit(1)  # only the parent goes on


def _fuzz_to(target: Target, folder: Path, seconds: int) -> None:
    import atheris

    told = os.open(folder / "told", os.O_WRONLY | os.O_CREAT)
    os.dup2(told, sys.stdout.fileno())
    os.dup2(told, sys.stderr.fileno())
    options = {
        "max_total_time": seconds,
        "artifact_prefix": f"{folder}/found-",
        "timeout": SLOW_S,
        "rss_limit_mb": MEMORY_MB,
        "max_len": MAX_LEN,
    }

    def check(data: bytes) -> None:
        try:
            target.check(data)
        except BaseException:  # slow and greedy ones the fuzzer writes down itself
            (folder / "found-crash").write_bytes(data)
            raise

    arguments = [f"-{option}={value}" for option, value in options.items()]
    atheris.Setup([target.name, *arguments, str(folder / "corpus")], check)
    atheris.Fuzz()


sys.exit(main())
