"""Workers as processes: `crew` starts them and hands them messages; `pipe_inbox` is the other end.

Both speak the frames of `frames` over one pair of connected sockets, which is the worker's standard
input. So a worker hears nothing from anybody else, and sees at once when the other side is gone.
"""
