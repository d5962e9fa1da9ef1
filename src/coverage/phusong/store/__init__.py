"""Artefacts on disk: atomic, checksummed, resumable."""
