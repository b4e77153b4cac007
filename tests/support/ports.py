"""Ports for what tests start: several test processes run at once, beside other people's."""

from __future__ import annotations

import itertools
import os
import socket

HOST = "127.0.0.1"
FIRST, AFTER = 10_000, 32_768
"""Below those that a kernel gives to outgoing connections (Linux: from 32,768 on): a broker that is
stopped for a while finds its port free when it starts again.
"""
_turn = itertools.count(os.getpid() * 97)
"""Each process begins somewhere else, so that two do not find the same port free at once."""


def free_port() -> int:
    """A port of 127.0.0.1 on which nobody listens, over TCP or UDP, and that was not given before
    (until all were).
    """
    for turn in itertools.islice(_turn, AFTER - FIRST):
        port = FIRST + turn % (AFTER - FIRST)
        try:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(socket.AF_INET, kind) as probe:
                    probe.bind((HOST, port))
        except OSError:
            continue
        return port
    raise AssertionError(f"no port is free on {HOST}")
