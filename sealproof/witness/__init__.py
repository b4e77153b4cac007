"""A witness: whoever cosigns a log's checkpoints, each only if it continues the one before.

    request    what a log sends (c2sp.org/tlog-witness, add-checkpoint)
    judge      what the witness answers, as a pure function
    service    judge, remember durably, cosign: one request at a time

A log's operator runs none of this: a customs broker, an insurer or a consignee does.
"""
