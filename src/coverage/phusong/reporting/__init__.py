"""Maps, tables and pages that are handed over."""
