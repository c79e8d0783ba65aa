"""Messages to victims: the catalogue, the statutory clock, what to send when, and what became of it."""
