"""From a publisher through a real broker to the disk, beside subscribers that do less.

`python -m bench.endtoend` measures; `make bench` and `make bench-quick` run it.
"""
