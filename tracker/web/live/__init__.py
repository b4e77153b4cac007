"""What browsers are told as it happens: server-sent events on the journal.

hub      looks at the journal for all who listen, once
stream   one listener: what it missed, then what is new
routes   /live/...
"""
