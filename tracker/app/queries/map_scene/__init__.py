"""From a shipment's records to the scene of a map: plain values, which `tracker.map` draws."""
