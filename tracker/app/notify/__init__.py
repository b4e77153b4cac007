"""Telling people and machines of incidents: what, whom, when; and that it was done.

routing, ladder      who is told, pure
conversation         what is known of an incident that is told, pure values
book                 what one turn reads and writes of conversations and deliveries
telling, gathering   the rules of a conversation; one by one, or many as one
outbox               the follower of the feed, and its timers
situation            where things stand with a shipment
composing            from a delivery to a message in words
codes, answering      acknowledging by the code of a message
sender, worker       sends, each channel in a thread of its own; at least once
record               what became of deliveries, in the custody log
status               queue, delays, failures
"""
