"""Whether a journal's log is what it claims to be, from its stored bytes alone.

entries     each leaf, its columns, its place in its scope's chain
telemetry   the stored readings, against what the entries bind
log         the whole: the tree, the released checkpoints, what outsiders saw; the verdict
"""
