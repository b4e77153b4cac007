"""Ways out: adapters of `tracker.ports.Channel`. Constructed by `tracker.wiring.notify` alone.

file    a line of JSON each, for pipes, tests and whoever collects
"""
