"""`make bench`: what a second holds, measured on this machine, as ratios within one run."""
