"""What Jointech's SDK makes of its padlocks' frames, in JSON: the dialect `jointech_json`."""
