"""One module per measure: what it runs, what it counts, and what must be true for the count to mean anything."""
