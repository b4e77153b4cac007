"""Where devices that speak TCP or UDP connect: their frames go to the broker as they came, and a
device is answered only when the broker has confirmed its frame.

`server.py` is the whole; asyncio is used in this package and nowhere else.
"""
