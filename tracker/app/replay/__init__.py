"""The whole journal told again under other rules, policy or zones, and what would be different.

record     what the journal holds, as inputs in the order in which the tracker took them
declared   the commands of people, from the custody entries that they left
rehearsal  judges all of it anew, timers included; nothing is written
difference which alerts would appear, vanish or move
advice     what another value of a threshold would do
"""
