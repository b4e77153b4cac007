"""Proof that a stranger can check: Merkle proofs, signed notes, checkpoints, policies, bundles.

A distribution of its own (pyproject.toml and README.md in this folder) that needs the standard
library and `cryptography` only, and imports nothing else of the tracker. It is the command
`tracker-verify`, and the tracker itself judges its log by the same code.

    merkle      hashes of RFC 6962, inclusion and consistency proofs
    note        C2SP signed notes and their keys (Ed25519)
    checkpoint  C2SP checkpoints (tlog-checkpoint) and cosignatures (tlog-cosignature)
    policy      whom the verifier trusts (tlog-policy)
    tlogproof   one entry's receipt (tlog-proof)
    rfc3161     time-stamps, on `der` and `tsp`
    leaves      the leaf of the custody log, strictly; commitments, readings: what it binds
    history     one shipment's entries, whole and in order; telemetry: its readings
    anchors     what a checkpoint is proved to be; brackets: when entries were appended
    grades      how much is proved; trust: the verifier's own side
    bundle      all of that over one file, read by `archive`; main: the command, in `plain` text
    witness     what a witness answers to a log, without its server

Whatever is wrong with untrusted bytes is a ProofError, never another exception.
"""

VERSION = "0.1.0+tracker"
"""Of this distribution. The tracker asks for exactly this one (its pyproject.toml)."""
