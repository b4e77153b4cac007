"""How well are incidents told from the dirt of real telemetry? A generator, and a scorer.

    roads      a truck's true way: where it is at every second, on and off its corridor
    dirt       what a receiver makes of that, and how and when it is delivered
    incidents  what goes wrong with cargo and truck, and what should be said of it
    journeys   honest trips and trips with an incident: shipment, messages, commands, labels
    judge      the product itself, in process, hears it all in the order of receipt
    score      recall, false alerts, delay, alerts an incident

`python -m bench.detection` prints the table. The generator knows corridors and zones, and nothing
of the rules; what its noise is fitted to stands in `dirt`.
"""
