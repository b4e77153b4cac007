"""`tracker-verify`, `python -m sealproof`, `python sealproof.pyz`: the verifier is started here.

A zipapp cannot bring `cryptography` along (it is compiled), and nobody checks for the folder alone
what it needs. So this file says it, in one line. Python 3.6 must still be able to read it: hence no
import from __future__, and the others late.
"""

import sys

PYTHON, CRYPTOGRAPHY = (3, 11), 42
"""The oldest that will do; pyproject.toml has both too. 42 has the times of certificates in UTC."""


def start() -> int:
    """Verify what the command line names; the exit code. 2 if something is missing here."""
    missing = lacking()
    if missing:
        sys.stderr.write(f"tracker-verify: error: {missing}\n")
        return 2
    from sealproof.main import main

    return main()


def lacking() -> str:
    """What is missing here and how to get it, in one line; "" if nothing is."""
    if sys.version_info[:2] < PYTHON:
        wanted = ".".join(map(str, PYTHON))
        return f"this is Python {sys.version.split()[0]}; run it with Python {wanted} or newer"
    mend = (
        f"install it with: python3 -m pip install 'cryptography>={CRYPTOGRAPHY}' (where pip "
        "refuses, in a virtual environment: python3 -m venv)"
    )
    try:
        import cryptography
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: F401 - does it load?
    except ImportError as error:
        return f"it needs the package cryptography, {CRYPTOGRAPHY} or newer ({error}); {mend}"
    if int(cryptography.__version__.partition(".")[0]) < CRYPTOGRAPHY:
        return f"the package cryptography is too old ({cryptography.__version__}); {mend}"
    return ""


if __name__ == "__main__":
    sys.exit(start())
