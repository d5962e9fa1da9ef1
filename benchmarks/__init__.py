"""Measurements, each a ratio to a stated rival or floor in one run."""
