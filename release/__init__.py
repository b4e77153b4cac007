"""What is handed to others as files. `python -m release.verifier`: `make verifier`."""
