"""Who calls: tickets that open a socket, resume tokens, officers."""
