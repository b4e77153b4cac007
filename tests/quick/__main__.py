"""`make quick`: what a change needs, in under a minute. Linters, then the tests nearest to it.

    python -m tests.quick                  # against where this branch left main
    python -m tests.quick --base HEAD~1    # against another commit
    python -m tests.quick --list           # only say which tests, and how near they are

Which tests fit into the time is known from the last runs (.pytest_cache); the rest are named, and
`make test` has them. A change that many depend on is not tested by this alone.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

from tests.quick.related import Imports, changed
from tests.quick.seconds import Seconds

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
WHOLE_S = 60.0
LINTERS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "--quiet", "."),
    ("mypy",),
    ("lint-imports", "--no-logo"),
)
WORKERS = 2
"""Test processes beside each other; fewer than two files need one."""


def main() -> int:
    asked = argparse.ArgumentParser(prog="make quick", description=__doc__.split("\n")[0])
    asked.add_argument("--base", default="main", help="the commit to compare with (default: main)")
    asked.add_argument("--list", action="store_true", help="name the tests, and run nothing")
    given = asked.parse_args()
    began = time.monotonic()
    try:
        files = changed(ROOT, given.base)
    except subprocess.CalledProcessError as error:
        print(f"quick: git says: {error.stderr.strip()}", file=sys.stderr)
        return 2
    related = Imports(ROOT).related(files)
    seconds = Seconds(ROOT)
    if given.list:
        for one in related:
            print(f"{one.distance} {seconds.of(one.file):6.1f} s  {one.file}")
        return 0
    for linter in LINTERS:
        if code := subprocess.run([BIN / linter[0], *linter[1:]], cwd=ROOT, check=False).returncode:
            return code
    left_s = WHOLE_S - (time.monotonic() - began)
    chosen, rest = seconds.fitting([one.file for one in related], left_s * WORKERS)
    print(f"quick: {len(files)} files changed, {len(related)} test files concerned", flush=True)
    code = _tested(chosen)
    if rest:
        print(f"quick: {len(rest)} more are concerned, which `make test` runs: {', '.join(rest)}")
    return code


def _tested(files: list[str]) -> int:
    if not files:
        return 0
    beside = ["-n", str(WORKERS), "--dist", "loadfile", "--no-loadscope-reorder"]
    command = [sys.executable, "-m", "pytest", "-q", *(beside if len(files) > 1 else ()), *files]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
