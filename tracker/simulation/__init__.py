"""Trucks that are not there: simulated journeys with faults on request, and recorded tracks."""
