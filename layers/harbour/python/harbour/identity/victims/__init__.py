"""How a victim comes into the portal: an invitation or what only they know, then a code to their safe channel."""
