"""`python -m verify`: the verifier, wherever its folder is copied and whatever it is called."""

from __future__ import annotations

import sys

from sealproof.main import main

sys.exit(main())
