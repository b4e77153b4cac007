"""How well are incidents told from the dirt of real telemetry? A generator, and a scorer.

    roads, driver   a truck's true way: where it is at every second, on and off its corridor
    dirt            what a receiver makes of that; the figures measured stand here
    receiver        one device: when it speaks, and what it says
    seal_words      what a lock says of its seal
    delivery        how and when that reaches us
    trip            one trip in the making, and the case that comes of it
    places          dead zones, planned stops, corridors southwards
    haul, border    the stages of an honest journey; journeys puts them together
    equipment       honest devices of many habits
    incidents       what goes wrong, a file for each family
    expected        what should be told of each: the one table of names
    judge           the product itself, in process, hears it all in the order of receipt
    score, table    recall, false alerts, delay, alerts an incident
    runs            fleets by seed

`python -m bench.detection` prints the table; docs/detection.md explains it. The generator knows
corridors and zones, and nothing of the rules.
"""
