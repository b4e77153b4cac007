"""`python -m tracker` is `tracker`."""

from __future__ import annotations

from tracker.cli.main import main

if __name__ == "__main__":
    main()
