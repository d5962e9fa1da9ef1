"""Validated public physics, one Recommendation per file."""
