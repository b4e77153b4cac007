"""The core: `step`, and what hosts of it need to know."""

from tracker.engine.codec import decode, encode, pack, unpack
from tracker.engine.deadlines import still_waits, with_deadline
from tracker.engine.healing import is_ahead
from tracker.engine.lanes import corridor_of, lane_of
from tracker.engine.step import HeardReading, Input, Spoke, Step, Tick, dated_at, moments, step
from tracker.engine.weighing import Scale, weigh

__all__ = [
    "HeardReading",
    "Input",
    "Scale",
    "Spoke",
    "Step",
    "Tick",
    "corridor_of",
    "dated_at",
    "decode",
    "encode",
    "is_ahead",
    "lane_of",
    "moments",
    "pack",
    "step",
    "still_waits",
    "unpack",
    "weigh",
    "with_deadline",
]
