"""Documents for people, and the programs that keep them true of the code."""
