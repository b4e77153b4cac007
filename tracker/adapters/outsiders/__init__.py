"""Witnesses and time-stamping authorities: asked over HTTP; our own witness, served."""
