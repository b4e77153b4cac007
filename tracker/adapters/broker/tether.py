"""Turn this process into another program that ends when its parent does (Linux).

Run by path, as `python -I -S tether.py PARENT_PID PROGRAM ARGUMENTS...`; imports nothing of the
tracker, so it costs some 15 ms. A `preexec_fn` would do the same, but runs Python in the child of
a process with threads, where it may deadlock.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>; survives execve


def main(arguments: list[str]) -> None:
    parent, program = int(arguments[0]), arguments[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # it ended before the call above
            sys.exit(0)
    os.execv(program[0], program)  # noqa: S606 - no shell is what is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
